"""What the displays of DL/T 645 and CJ/T 188 meters round to: down to the last digit; counters roll over."""

import numpy as np
from numpy.typing import NDArray

from civicwatt_protocols.dlt645 import Identifier, items
from civicwatt_protocols.template import DeviceTemplate

Counts = NDArray[np.int64]

# CJ/T 188's unit code 2C, m³: eight digits, two of them decimals.
CUBIC_METRES, VOLUME_STEP_MICRO, VOLUME_SPAN_MICRO = 0x2C, 10_000, 10_000 * 10**8


def served_item(row: Identifier, micro: int) -> int:
    """What a client must read from an identifier's digits, which are those of the magnitude [micro]."""
    magnitude = abs(micro) // row.step_micro * row.step_micro
    if row.span_micro is not None:
        magnitude %= row.span_micro
    return -magnitude if micro < 0 else magnitude


def served_volume(micro: int) -> int:
    """What a client must read from a volume [micro m³]."""
    return micro // VOLUME_STEP_MICRO * VOLUME_STEP_MICRO % VOLUME_SPAN_MICRO


def served_counters(template: DeviceTemplate, measure: str, micro: Counts) -> Counts:
    """A counter's values as a meter of this template gives them [micro]."""
    if template.protocol == "cjt188":
        return micro // VOLUME_STEP_MICRO * VOLUME_STEP_MICRO % VOLUME_SPAN_MICRO
    row = next(row for di in template.identifiers for row in items(di) if row.measure == measure)
    shown = micro // row.step_micro * row.step_micro
    return shown if row.span_micro is None else shown % row.span_micro
