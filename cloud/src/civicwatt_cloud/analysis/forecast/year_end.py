"""What a year will come to at its end, from its months so far and the years before; when a target is lost.

The months to come are those of the year before × how this year's months came out against the same months of
it; how far single months have strayed from such a growth, in this year and in those before, gives the
interval. Nothing is said of a year without such months, and no interval where too few have been compared.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis import student
from civicwatt_cloud.analysis.arrays import Numbers

MONTHS = 12
# [engineering defaults]
CONFIDENCE = 0.9
LEAST_STRAYED = 4  # months that must have been compared before an interval is said
LINGER = 0.3  # how much of a month's straying the next one shares: weather and use last longer than a month


class Total(NamedTuple):
    """A year's total as expected, in the unit of the months; the interval is None where it cannot be said."""

    expected: float
    low: float | None
    high: float | None
    known_months: int
    spread: float | None  # of a month's logarithm around the growth; the base of the interval


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """The first month whose books said that a target will be missed."""

    known_months: int  # of the year, when it was said
    on: date  # the first day after those months
    total: Total
    certain: bool  # whether even the low end of the interval lies above the target


def total(months: Numbers) -> Total | None:
    """The total of the last year begun.

    months: consecutive monthly totals from a January on, > 0, NaN = missing; shape (n,). The last year may be
    incomplete; at least one whole year stands before it. None: a month of it that is over, or one of the year
    before, is missing, or nothing is known of the year.
    """
    years = _by_year(months)
    this = years[-1]
    known = int(np.count_nonzero(~np.isnan(this)))
    if len(years) < 2 or known == 0 or np.isnan(this[:known]).any():
        return None
    if known == MONTHS:
        done = float(this.sum())
        return Total(done, done, done, known, 0.0)
    reference = years[-2]
    if np.isnan(reference).any():
        return None
    growth = np.log(this[:known] / reference[:known])
    level = float(np.log(this[:known].sum() / reference[:known].sum()))
    coming = reference[known:] * np.exp(level)
    so_far = float(this[:known].sum())
    expected = so_far + float(coming.sum())
    strayed, per, freedom = _strayed(years[:-1], growth)
    if freedom < LEAST_STRAYED - 1:
        return Total(expected, None, None, known, None)
    spread = float(np.sqrt(strayed / per))
    reach = student.quantile((1 + CONFIDENCE) / 2, freedom) * spread * _reach(coming, known)
    rest = float(coming.sum())
    return Total(expected, so_far + rest * np.exp(-reach), so_far + rest * np.exp(reach), known, spread)


def warning(months: Numbers, target: float, year: int) -> EarlyWarning | None:
    """When the books of a year first said that it will end above its target; None: they never did.

    months: as for `total`, of which the last year is `year`; judged by what was known at each month's end.
    """
    before = (len(months) - 1) // MONTHS * MONTHS
    for known in range(1, len(months) - before + 1):
        found = total(months[: before + known])
        if found is not None and found.expected > target:
            on = date(year + known // MONTHS, known % MONTHS + 1, 1)
            return EarlyWarning(known, on, found, certain=found.low is not None and found.low > target)
    return None


def crossing(days: Numbers, target: float, first: date) -> date | None:
    """The day on which a year's use passes its target; None: it does not.

    days: daily totals from `first` on, measured and then forecast; shape (n,).
    """
    over = np.flatnonzero(np.cumsum(days) > target)
    return first + timedelta(days=int(over[0])) if len(over) else None


def _by_year(months: Numbers) -> Numbers:
    padded = np.full(-(-len(months) // MONTHS) * MONTHS, np.nan)
    padded[: len(months)] = months
    return padded.reshape(-1, MONTHS)


def _strayed(before: Numbers, growth: Numbers) -> tuple[float, float, int]:
    """How months strayed from their year's growth: squares, what they are for 1, degrees of freedom."""
    squares, per, freedom = 0.0, 0.0, 0
    for one in (growth, *np.log(before[1:] / before[:-1])):
        known = one[~np.isnan(one)]
        if len(known) > 1:
            squares += float(np.sum((known - known.mean()) ** 2))
            per += len(known) * (1.0 - _told(len(known)))
            freedom += len(known) - 1
    return squares, per, freedom


def _told(months: int) -> float:
    """Variance of the mean of some months that linger, in that of one month."""
    apart = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    return float(np.mean(LINGER**apart))


def _reach(coming: Numbers, known: int) -> float:
    """How far the sum of the coming months strays, in strayings of one month.

    Each month strays by itself and shares LINGER of its neighbour's, and so on; the growth is known only as
    well as its months tell it, which linger as well.
    """
    share = coming / coming.sum()
    apart = np.abs(np.subtract.outer(np.arange(len(share)), np.arange(len(share))))
    own = float(share @ LINGER**apart @ share)
    return float(np.sqrt(own + _told(known)))
