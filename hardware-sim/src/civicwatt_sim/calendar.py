"""Chinese working days, with make-up days; outside the published years the plain week.

The simulator has a calendar of its own, so that it shares no fault with the cloud's.
"""

from datetime import date
from functools import lru_cache

import chinese_calendar

_SATURDAY = 5


@lru_cache(maxsize=4096)
def is_workday(day: date) -> bool:
    """Tell a working day from a day off.

    Source: chinesecalendar 1.11 (yearly notices 2004-2026); it raises outside these years, where
    Monday to Friday are taken as worked.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < _SATURDAY
