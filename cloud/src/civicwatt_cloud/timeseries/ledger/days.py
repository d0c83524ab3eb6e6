"""Business days as numbers yyyymmdd, and the hours since 1970-01-01T00Z that they are made of."""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, date_of, day_number, day_start_us
from civicwatt_cloud.timeseries.stores.readings import Ints

HOUR_S = HOUR_US // SECOND_US


class Days(NamedTuple):
    """Consumption by business day in columns; days of which nothing is known are absent."""

    day: Ints  # yyyymmdd
    micro: Ints
    covered_s: Ints
    quality: Ints  # Quality.code


def as_date(day: int) -> date:
    """The date of yyyymmdd."""
    return date(day // 10_000, day // 100 % 100, day % 100)


def seconds_of(day: date, zone: ZoneInfo) -> int:
    """How long a business day is; 24 hours but where clocks are set."""
    return (day_start_us(day + timedelta(days=1), zone) - day_start_us(day, zone)) // SECOND_US


@lru_cache(maxsize=200_000)
def day_of(hour: int, zone: ZoneInfo) -> int:
    """Yyyymmdd of an hour; the zone's offset is whole hours, so an hour has one day."""
    return day_number(date_of(hour * HOUR_US, zone))


def days_of(hours: Ints, zone: ZoneInfo) -> Ints:
    """Yyyymmdd of each hour."""
    return np.fromiter((day_of(hour, zone) for hour in hours.tolist()), np.int64, len(hours))


def hours_of_days(first: int, last: int, zone: ZoneInfo) -> tuple[int, int]:
    """The hours [from, to) of the days first to last, both yyyymmdd and included."""
    after = as_date(last) + timedelta(days=1)
    return day_start_us(as_date(first), zone) // HOUR_US, day_start_us(after, zone) // HOUR_US
