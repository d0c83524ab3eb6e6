"""Hours since 1970-01-01T00Z, and the business days they belong to."""

from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.kit.business_time import HOUR_US, date_of, day_number, day_start_us
from civicwatt_cloud.timeseries.stores.readings import Ints

_HOUR_BITS, _HOUR_ZERO = 24, 1 << 23  # of hours from 957 years before 1970 to 957 years after


@lru_cache(maxsize=200_000)
def day_of(hour: int, zone: ZoneInfo) -> int:
    """Yyyymmdd of an hour; the zone's offset is whole hours, so an hour has one day."""
    return day_number(date_of(hour * HOUR_US, zone))


def days_of(hours: Ints, zone: ZoneInfo) -> Ints:
    """Yyyymmdd of each hour."""
    return np.fromiter((day_of(hour, zone) for hour in hours.tolist()), np.int64, len(hours))


def hours_of_days(first: int, last: int, zone: ZoneInfo) -> tuple[int, int]:
    """The hours [from, to) of the days first to last, both yyyymmdd and included."""
    after = _date(last) + timedelta(days=1)
    return day_start_us(_date(first), zone) // HOUR_US, day_start_us(after, zone) // HOUR_US


def _date(day: int) -> date:
    return date(day // 10_000, day // 100 % 100, day % 100)


def hour_runs(point: NDArray[np.int32], ts_us: Ints) -> list[tuple[int, int, int]]:
    """Readings as (point, first hour, hour after the last): one entry for each run of neighbouring hours."""
    # One number for point and hour: sorting numbers is ten times as fast as sorting pairs.
    keys = np.unique(point.astype(np.int64) << _HOUR_BITS | ts_us // HOUR_US + _HOUR_ZERO)
    if not keys.size:
        return []
    breaks = np.flatnonzero(np.diff(keys) != 1) + 1
    starts, ends = np.append(0, breaks), np.append(breaks, keys.size) - 1
    hours = (keys & (1 << _HOUR_BITS) - 1) - _HOUR_ZERO
    columns = (keys[starts] >> _HOUR_BITS, hours[starts], hours[ends] + 1)
    return list(zip(*(column.tolist() for column in columns), strict=True))
