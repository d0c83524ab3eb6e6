"""Chinese working days, with make-up days; outside the published years the plain week, unconfirmed."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import chinese_calendar

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayKind:
    """Whether a day is worked, and whether the State Council's notice for that year says so."""

    workday: bool
    confirmed: bool


@lru_cache(maxsize=4096)
def day_kind(day: date) -> DayKind:
    """Tell a working day from a day off.

    Source: chinesecalendar 1.11 (yearly notices 2004-2026); it raises outside these years, where
    Monday to Friday are taken as worked.
    """
    try:
        return DayKind(chinese_calendar.is_workday(day), confirmed=True)
    except NotImplementedError:
        return DayKind(day.weekday() < _SATURDAY, confirmed=False)
