"""Working days: the announced holidays and make-up days, else the statutory holidays and the week.

A year's holidays are announced in the November before it. What ships with CivicWatt lies in
reference/holidays.toml; a later notice is imported (kit/calendar_notices.py) and told here by `announce`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from civicwatt_protocols.toml import Table, decode

SATURDAY = 5
DAY = timedelta(days=1)


class Year(Table, frozen=True, kw_only=True):
    """What one notice arranges; some of its days may lie in the years beside."""

    year: int
    document: str
    holidays: frozenset[date]
    make_up: frozenset[date]


class Notices(Table, frozen=True, kw_only=True):
    """Years as a file holds them."""

    year: tuple[Year, ...]


class _Statutory(Table, frozen=True, kw_only=True):
    year: int
    days: frozenset[date]


class _StatutoryYears(Table, frozen=True, kw_only=True):
    year: tuple[_Statutory, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A date, whether people work on it, and whether that was announced (else it follows law and week)."""

    date: date
    workday: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class _Announced:
    """All notices taken together."""

    documents: Mapping[int, str]  # by year
    workdays: Mapping[date, bool]  # the days that do not follow the week


def day(when: date) -> Day:
    """What kind of day it is.

    Source: the notices of the State Council; in a year without one, 全国年节及纪念日放假办法 (2024), 第二条.
    """
    weekday = when.weekday() < SATURDAY
    arranged = _now().workdays.get(when)
    if when.year in _now().documents:
        return Day(when, weekday if arranged is None else arranged, confirmed=True)
    if arranged is not None:  # at the turn of the year, by the notice of the next
        return Day(when, arranged, confirmed=True)
    return Day(when, weekday and when not in statutory(when.year), confirmed=False)


def days_of(year: int) -> list[Day]:
    """All days of a year."""
    first = date(year, 1, 1)
    return [day(first + DAY * i) for i in range((date(year + 1, 1, 1) - first).days)]


def document(year: int) -> str | None:
    """The notice that arranges a year; None: there is none yet."""
    return _now().documents.get(year)


def workday_after(start: date, n: int) -> date:
    """The n-th working day after a day, which itself is not counted. Source: 民法典, 第二百零一条."""
    found = start
    for _ in range(n):
        found = rolled(found + DAY)
    return found


def workday_before(end: date, n: int) -> date:
    """The n-th working day before a day: from when on less than n whole working days remain."""
    found = end
    for _ in range(n):
        found -= DAY
        while not day(found).workday:
            found -= DAY
    return found


def workdays_between(start: date, end: date) -> int:
    """How many working days lie after `start`, up to and with `end`."""
    return sum(day(start + DAY * i).workday for i in range(1, (end - start).days + 1))


def rolled(last: date) -> date:
    """The last day of a period: one that is a holiday rolls on to the next working day.

    Source: 民法典, 第二百零三条.
    """
    while not day(last).workday:
        last += DAY
    return last


def years_after(start: date, years: int) -> date:
    """The day on which a period of years ends: the same date, else the month's last day.

    Source: 民法典, 第二百零二条.
    """
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February
        return start.replace(year=start.year + years, day=28)


def announce(years: Iterable[Year]) -> None:
    """Let imported notices hold beside those that ship with CivicWatt, over the same year instead of them."""
    _imported[:] = [_merged([*shipped(), *years])]


@cache
def shipped() -> tuple[Year, ...]:
    """The notices that ship with CivicWatt. Source: reference/holidays.toml."""
    return decode(_text("holidays.toml"), Notices, "holidays.toml").year


_imported: list[_Announced] = []  # of this process: none, or all notices that hold in it


def _now() -> _Announced:
    return _imported[0] if _imported else _as_shipped()


@cache
def _as_shipped() -> _Announced:
    return _merged(shipped())


def _merged(years: Iterable[Year]) -> _Announced:
    last = {year.year: year for year in years}  # of two notices over one year the latter holds
    workdays: dict[date, bool] = {}
    for _, year in sorted(last.items()):
        workdays |= dict.fromkeys(year.holidays, False) | dict.fromkeys(year.make_up, True)
    documents = {number: year.document for number, year in last.items()}
    return _Announced(MappingProxyType(documents), MappingProxyType(workdays))


def statutory(year: int) -> frozenset[date]:
    """The days of a year on which all are free by law; none where it is not known.

    Source: reference/holidays_statutory.toml.
    """
    return _statutory().get(year, frozenset())


@cache
def _statutory() -> dict[int, frozenset[date]]:
    found = decode(_text("holidays_statutory.toml"), _StatutoryYears, "holidays_statutory.toml")
    return {year.year: year.days for year in found.year}


def _text(name: str) -> str:
    return (files("civicwatt_cloud.reference") / name).read_text("utf-8")
