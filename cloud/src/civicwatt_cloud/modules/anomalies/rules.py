"""The arithmetic of the module: months and their past, the budget of alarms, kinds of findings. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers, median
from civicwatt_cloud.kit.calendar import day
from civicwatt_cloud.modules.anomalies.choices import FindingKind

PAST_DAYS = 70  # before a month [engineering default]: the detector remembers eight weeks
MOSTLY = 0.7  # of the energy [engineering default], as the detector's own
HOLIDAY, WORKDAY = 6, 2  # the day of the week that such a day is like
SATURDAY = 5
LEAK_SURE = 0.8  # three nights in a row [engineering default]
BAND = 3.0 * 1.4826  # times the median departure of an hour: what the chart calls usual


class Month(NamedTuple):
    """A month of the business zone: its number, its days [first, end), and from where its past is read."""

    number: int
    first: date
    end: date
    past: date  # a Monday, so that it is the same for all hours of the month


def month_of(when: date) -> Month:
    """The month of a day."""
    first = when.replace(day=1)
    end = (first + timedelta(days=31)).replace(day=1)
    past = first - timedelta(days=PAST_DAYS)
    return Month(first.year * 100 + first.month, first, end, past - timedelta(days=past.weekday()))


def before(month: Month) -> Month:
    """The month before it."""
    return month_of(month.first - timedelta(days=1))


def like(when: date) -> int:
    """The day of the week that a day is like: a holiday a Sunday, a day off that is worked a Wednesday."""
    weekday, workday = when.weekday(), day(when).workday
    if workday == (weekday < SATURDAY):
        return weekday
    return WORKDAY if workday else HOLIDAY


def named(kind: FindingKind, apart: Numbers, days: Sequence[date]) -> FindingKind:
    """A high load mostly on announced days off that no week explains is a holiday's."""
    if kind not in {FindingKind.HIGH, FindingKind.WEEKEND, FindingKind.NIGHT}:
        return kind
    more = np.maximum(np.nan_to_num(apart), 0.0)
    off = np.array([one.weekday() < SATURDAY and not day(one).workday for one in days])
    return FindingKind.HOLIDAY if more.sum() > 0 and more[off].sum() >= MOSTLY * more.sum() else kind


def band(value: Numbers, expected: Numbers, usual: NDArray[np.bool_], hour: NDArray[np.int64]) -> Numbers:
    """How far from the expectation a value usually lies, by hour of the day (24); from usual rows only."""
    off = np.where(usual, np.abs(value - expected), np.nan)
    return np.array([BAND * float(median(off[hour == one], 0)) for one in range(24)])


def released(budget: Decimal, buildings: int, month: Month, until: date) -> int:
    """How many alarms a month may have raised by a day: its budget comes day by day."""
    days = (month.end - month.first).days
    gone = min(days, max(0, (until - month.first).days + 1))
    return int(budget * buildings * gone / days)


def dearest_first(worth: Sequence[tuple[int | None, int]]) -> list[int]:
    """Places by what they cost [分]; what has no price comes after, by its energy."""

    def rank(at: int) -> tuple[int, int, int]:
        cost, energy = worth[at]
        return -(cost or 0), -abs(energy), at

    return sorted(range(len(worth)), key=rank)


def together(confidences: Sequence[int]) -> int:
    """That at least one of several findings is right [%], were they independent."""
    doubt = 1.0
    for one in confidences:
        doubt *= 1.0 - one / 100
    return round(100 * (1.0 - doubt))
