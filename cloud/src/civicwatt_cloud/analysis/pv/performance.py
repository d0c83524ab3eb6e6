"""Yield and performance ratio of a plant.

A performance ratio needs the irradiation in the plane of the modules; without it there is a specific yield
[kWh/kWp], which is compared with other plants under the same sky and is never called a performance ratio.
"""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.arrays import Numbers

G_REF_W_M2 = 1000.0  # source: IEC 61724-1, reference irradiance of the standard test conditions
T_REF_C = 25.0  # source: as above, cell temperature
PLAUSIBLE = (0.0, 1.05)  # [engineering default] outside it a sensor, a rating or a counter is wrong


class Performance(NamedTuple):
    """Of one period, over the intervals in which both energy and irradiance are known."""

    ratio: float | None  # E_out/P0 ÷ H_i/G_ref; None: no sun, or not plausible
    corrected: float | None  # to 25 °C; None: no temperature
    final_yield_h: float  # E_out/P0 [kWh/kWp]
    reference_yield_h: float  # H_i/G_ref [h]
    intervals: int  # that are counted
    covered: float  # their share of all
    implausible: bool


def specific_yield(energy_kwh: float, rated_kwp: float) -> float:
    """Energy per rated power [kWh/kWp]. Source: IEC 61724-1, final yield."""
    return energy_kwh / rated_kwp


def performance(
    energy_kwh: Numbers,
    plane_w_m2: Numbers,
    rated_kwp: float,
    hours: float,
    *,
    module_c: Numbers | None = None,
    per_k: float | None = None,
) -> Performance:
    """The performance ratio over intervals of `hours` each; an interval that lacks a value counts nowhere.

    energy_kwh, plane_w_m2 (mean irradiance in the plane of the modules), module_c: shape (n,), NaN = missing.
    per_k: the modules' change of power by 1 K, such as -0.004, from their data sheet.
    Source: IEC 61724-1, PR = (E_out/P0)/(H_i/G_ref); corrected, each interval's reference is multiplied by
    1 + per_k·(T_module − 25 °C).
    """
    known = ~(np.isnan(energy_kwh) | np.isnan(plane_w_m2))
    if module_c is not None and per_k is not None:
        known &= ~np.isnan(module_c)
    reference = plane_w_m2[known] / G_REF_W_M2 * hours
    final = float(energy_kwh[known].sum()) / rated_kwp
    total = float(reference.sum())
    ratio = _ratio(final, total)
    corrected = None
    if module_c is not None and per_k is not None and ratio is not None:
        corrected = _ratio(final, float((reference * (1.0 + per_k * (module_c[known] - T_REF_C))).sum()))
    return Performance(
        ratio,
        corrected,
        final,
        total,
        int(known.sum()),
        float(known.mean()) if len(known) else 0.0,
        implausible=ratio is None and total > 0,
    )


def _ratio(final: float, reference: float) -> float | None:
    if reference <= 0:
        return None
    ratio = final / reference
    return ratio if PLAUSIBLE[0] < ratio < PLAUSIBLE[1] else None
