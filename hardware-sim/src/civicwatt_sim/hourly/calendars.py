"""Days off of invented countries, and China's."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from civicwatt_sim.calendar import is_workday

CALENDARS = ("cn", "west", "north", "none")
_WEST = ((1, 1), (1, 18), (2, 15), (5, 30), (7, 4), (9, 5), (11, 11), (11, 24), (11, 25), (12, 24),
         (12, 25), (12, 26), (12, 31))  # fmt: skip
_NORTH = ((1, 1), (3, 25), (3, 28), (5, 2), (5, 30), (8, 29), (12, 25), (12, 26), (12, 27), (12, 28),
          (12, 29), (12, 30), (12, 31))  # fmt: skip
_SATURDAY = 5


def workdays(calendar: str, first: date, days: int) -> NDArray[np.bool_]:
    """Whether each day is worked; a Saturday or Sunday is not, but in China's make-up days."""
    every = [first + timedelta(days=n) for n in range(days)]
    if calendar == "cn":
        return np.array([is_workday(day) for day in every])
    free = {"west": _WEST, "north": _NORTH, "none": ()}[calendar]
    return np.array([day.weekday() < _SATURDAY and (day.month, day.day) not in free for day in every])
