"""Which days are alike: by the working calendar, and by the day of the week as well."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.kit.calendar import SATURDAY, day

Classes = NDArray[np.int64]  # (days, 2): worked or not; the kind of weekday

FREE_WEEKDAY = 7  # a holiday from Monday to Friday
MAKE_UP = 4  # a Saturday or Sunday that is worked is taken for a Friday


def of_days(days: Sequence[date]) -> Classes:
    """Two classes for each day, shape (days, 2): working day 1 or 0, and weekday 0 to 7.

    The first puts make-up days to the working days and holidays to the weekends; the second tells apart what
    is closed or busy on a certain weekday. Which of them suits a building is found from its own past.
    """
    rows = [(int(workday), _weekday(when, workday)) for when in days for workday in (day(when).workday,)]
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def of_plain_weeks(days: Sequence[date]) -> Classes:
    """As `of_days`, for a place whose days off no calendar tells: Monday to Friday are worked."""
    weekdays = np.array([when.weekday() for when in days], dtype=np.int64)
    return np.stack([(weekdays < SATURDAY).astype(np.int64), weekdays], axis=1)


def _weekday(when: date, workday: bool) -> int:
    weekday = when.weekday()
    if workday:
        return weekday if weekday < SATURDAY else MAKE_UP
    return weekday if weekday >= SATURDAY else FREE_WEEKDAY
