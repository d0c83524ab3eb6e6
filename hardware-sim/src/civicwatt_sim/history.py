"""The past as a gateway would have read it: the counter through the rounding of its register."""

import numpy as np
from numpy.typing import NDArray

from civicwatt_protocols.quantity import MICRO
from civicwatt_sim.meter import SimulatedMeter

US_PER_S = 1_000_000


def history(
    meter: SimulatedMeter, t0_us: int, t1_us: int, step_s: int = 900
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Readings of the meter's counter on the grid of step_s in [t0, t1): times [UTC µs], values [kWh or m³].

    The values are what the meter serves at these instants; a meter that never answers has none.
    """
    step_us = step_s * US_PER_S
    times = np.arange(-(-t0_us // step_us) * step_us, t1_us, step_us, dtype=np.int64)
    if not meter.meter.answers:
        times = times[:0]
    served = meter.served_counters(meter.counters_micro(times))
    return times, served / MICRO
