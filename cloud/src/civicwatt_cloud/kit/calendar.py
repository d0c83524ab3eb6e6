"""Working days: the announced holidays and make-up days, else the week."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from civicwatt_protocols.toml import Table, decode

SATURDAY = 5


class _Year(Table, frozen=True):
    year: int
    holidays: frozenset[date]
    make_up: frozenset[date]


class _Holidays(Table, frozen=True):
    year: tuple[_Year, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A date, whether people work on it, and whether that was announced (else it follows the week)."""

    date: date
    workday: bool
    confirmed: bool


def day(when: date) -> Day:
    """What kind of day it is. Source: reference/holidays.toml."""
    year = _years().get(when.year)
    weekday = when.weekday() < SATURDAY
    if year is None:
        return Day(when, weekday, confirmed=False)
    return Day(when, when in year.make_up or (weekday and when not in year.holidays), confirmed=True)


@cache
def _years() -> dict[int, _Year]:
    text = (files("civicwatt_cloud.reference") / "holidays.toml").read_text("utf-8")
    return {year.year: year for year in decode(text, _Holidays, "holidays.toml").year}
