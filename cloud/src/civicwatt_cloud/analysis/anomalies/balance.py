"""A main meter against the sum of its sub-meters, day by day."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers

# [engineering default] each: below the first no pair of class 1 meters with class 0.5 transformers can tell;
# three days, so that one late reading is no loss
LEAST_PERCENT = 3.0
BUDGETS = 2.0
DAYS = 3


def error_budget_percent(shares: Sequence[float], meter_percent: float, transformer_percent: float) -> float:
    """What the meters' classes alone may leave between main and subs [% of the main].

    `shares`: of the main's energy through each sub-meter. Independent errors add up in squares:
    the main's own, and each sub's by its share.
    """
    each = np.hypot(meter_percent, transformer_percent)
    return float(each * np.sqrt(1.0 + sum(share * share for share in shares)))


def imbalance(
    main: Numbers, subs: Numbers, budget_percent: float, usual_percent: float = 0.0
) -> list[tuple[int, int, float]]:
    """Runs of days [start, end) on which the subs lack or exceed the main, with the residual in energy.

    main: days [kWh]; subs: meters × days. A day that one of them lacks is neither; it ends no run.
    usual_percent: what the tree is known to leave unmeasured.
    """
    residual = main - subs.sum(0)
    off = np.abs(residual - usual_percent / 100.0 * main) / np.where(main > 0, main, np.nan) * 100.0
    known = ~np.isnan(off)
    beyond = off > max(LEAST_PERCENT, BUDGETS * budget_percent)
    return [
        (start, end, float(np.nansum(residual[start:end])))
        for start, end in _runs(beyond, known)
        if int(known[start:end].sum()) >= DAYS
    ]


def _runs(beyond: NDArray[np.bool_], known: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of known days beyond the limit; unknown days inside are gone over, at the ends left out."""
    found: list[tuple[int, int]] = []
    start = last = -1
    for day in np.flatnonzero(known):
        if beyond[day]:
            start, last = (int(day) if start < 0 else start), int(day)
        elif start >= 0:
            found.append((start, last + 1))
            start = -1
    if start >= 0:
        found.append((start, last + 1))
    return found
