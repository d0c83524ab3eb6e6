"""How much less a plant gives from year to year, and how sure that is."""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.arrays import Numbers

YEAR = 365
LEAST_DAYS = 2 * YEAR
LEAST_PAIRS = 100  # [engineering default]
DRAWS, BLOCK = 500, 30  # [engineering default] months are drawn, since neighbouring days err alike
CONFIDENCE = 0.9


class Degradation(NamedTuple):
    """Change of the yield by year, as a share: -0.007 is 0.7 % less each year; the interval of 90 %."""

    per_year: float
    low: float
    high: float
    pairs: int


def degradation(yield_ratio: Numbers) -> Degradation | None:
    """Year on year: the median of what days lost against the same day of the year before.

    yield_ratio: daily yield against a reference (performance ratio, or share of a clear sky's), shape
    (days,), NaN = a day without figure or not clear. None: less than two years, or too few pairs of days.
    Source: the year-on-year method of NREL (Jordan et al., "Robust PV degradation methodology", 2018); it
    lets soiling by season fall out.
    """
    if len(yield_ratio) < LEAST_DAYS:
        return None
    change = yield_ratio[YEAR:] / yield_ratio[:-YEAR] - 1.0
    known = np.flatnonzero(~np.isnan(change))
    if len(known) < LEAST_PAIRS:
        return None
    rng = np.random.default_rng(0)  # the same readings give the same interval
    blocks = [change[known[(known // BLOCK) == one]] for one in np.unique(known // BLOCK)]
    draws = [
        np.median(np.concatenate([blocks[n] for n in rng.integers(0, len(blocks), len(blocks))]))
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(draws, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Degradation(float(np.median(change[known])), float(low), float(high), len(known))
