"""The energy calendar as pure arithmetic: a budget for each day by its class, the month's carry-over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from civicwatt_cloud.kit import calendar

LEAST_DAYS = 3  # days of a class in a month that make a mean [engineering default]; fewer: all the year's
ALL_YEAR = 0


class DayClass(StrEnum):
    """What kind of day it is."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"

    @property
    def zh(self) -> str:
        """Title in Chinese."""
        return {"workday": "工作日", "weekend": "周末", "holiday": "节假日"}[self]


def class_of(when: date) -> DayClass:
    """By the working calendar: a made-up Saturday is a workday, a free Wednesday a holiday."""
    if calendar.day(when).workday:
        return DayClass.WORKDAY
    statutory = when in calendar.statutory(when.year)
    return DayClass.HOLIDAY if statutory or when.weekday() < calendar.SATURDAY else DayClass.WEEKEND


Norm = Mapping[
    tuple[int, DayClass], Fraction
]  # by month (ALL_YEAR: of the whole year) and class: a day's mean


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar [1e-6 kWh]; `carry`: what the month's days before left over."""

    date: date
    kind: DayClass
    budget: Fraction | None
    used: int | None
    carry: Fraction | None
    is_running: bool


def norm(last_year: Mapping[date, int]) -> Norm:
    """Means of last year's measured days by month and class; of a class with few days, the year's."""
    sums: dict[tuple[int, DayClass], list[int]] = {}
    for when, micro in last_year.items():
        for month in (when.month, ALL_YEAR):
            sums.setdefault((month, class_of(when)), []).append(micro)
    return {
        key: Fraction(sum(found), len(found))
        for key, found in sums.items()
        if key[0] == ALL_YEAR or len(found) >= LEAST_DAYS
    }


def budget(of: Norm, when: date, reduction: Fraction) -> Fraction | None:
    """A day's budget: last year's mean of its month and class × (1 − this year's reduction)."""
    kind = class_of(when)
    mean = of.get((when.month, kind), of.get((ALL_YEAR, kind)))
    return None if mean is None else mean * (1 - reduction)


def month(of: Norm, first: date, reduction: Fraction, used: Mapping[date, int], today: date) -> Sequence[Day]:
    """The days of a month; a day without readings leaves the carry as it was."""
    found: list[Day] = []
    carry, when = Fraction(0), first
    while when.month == first.month:
        allowed, amount = budget(of, when, reduction), used.get(when)
        found.append(Day(when, class_of(when), allowed, amount, carry, when == today))
        if when < today and allowed is not None and amount is not None:
            carry += allowed - amount
        when += timedelta(days=1)
    return found
