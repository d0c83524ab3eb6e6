"""Day classes that a model may tell apart: all alike, the weekend, the days on which people do not work."""

from datetime import date

import numpy as np

from civicwatt_cloud.analysis.savings.series import Ints
from civicwatt_cloud.kit import calendar

SATURDAY = 5
THURSDAY = 3  # 1970-01-01


def weekday(local_day: Ints) -> Ints:
    """0 Monday … 6 Sunday of days since 1970-01-01."""
    return (local_day + THURSDAY) % 7


def weekend(local_day: Ints) -> Ints:
    """1 on Saturday and Sunday."""
    return (weekday(local_day) >= SATURDAY).astype(np.int64)


def day_off(local_day: Ints) -> Ints:
    """1 on days on which people do not work, by the calendar of holidays and make-up days."""
    days, at = np.unique(local_day, return_inverse=True)
    epoch = date(1970, 1, 1).toordinal()
    off = [not calendar.day(date.fromordinal(epoch + int(one))).workday for one in days]
    return np.array(off, dtype=np.int64)[at]


WAYS = {"weekend": weekend, "day_off": day_off}
