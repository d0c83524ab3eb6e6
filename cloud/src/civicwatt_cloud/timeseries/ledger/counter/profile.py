"""How a meter uses energy over the hours of a day: where to place what it counted in a gap. Pure.

The share of an hour is the mean of the meter's own measured hours at the same time of day, of working days
or of days off as the hour's day is, in the four weeks before the gap. Hours of which too few were measured
take the mean of all days; where that fails too, the gap is spread evenly.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import HOUR_US, date_of, day_start_us
from civicwatt_cloud.timeseries.stores.readings import Ints

# Engineering defaults.
LOOK_BACK_H = 28 * 24
ENOUGH = 3  # so many measured hours make a mean
_HOURS = 25  # of a day; a day of a zone with summer time has 25 at most


class Measured(NamedTuple):
    """Hours that were read at both ends, in columns."""

    hour: Ints
    micro: Ints


Recalled = Callable[[int, int], Measured]  # the measured hours [from, to) that lie outside the readings given


def nothing_recalled(_hour_from: int, _hour_to: int) -> Measured:
    """For a counter all of whose readings are given."""
    return Measured(np.zeros(0, np.int64), np.zeros(0, np.int64))


def weights(before: Measured, gap: Ints, zone: ZoneInfo) -> Ints | None:
    """A weight for each hour of a gap from the measured hours before it; None: too few to tell."""
    fine, coarse = _slots(before.hour, zone), _slots(before.hour, zone) % _HOURS
    wanted = _slots(gap, zone)
    found = _means(fine, before.micro, wanted)
    rest = found < 0
    found[rest] = _means(coarse, before.micro, wanted[rest] % _HOURS)
    return None if (found < 0).any() or not found.any() else found


def _means(slot: Ints, micro: Ints, wanted: Ints) -> Ints:
    """The mean of each wanted slot, -1 where too few were measured."""
    size = 2 * _HOURS
    count = np.bincount(slot, minlength=size)
    total = np.zeros(size, np.int64)
    np.add.at(total, slot, micro)
    mean = np.where(count >= ENOUGH, total // np.maximum(count, 1), -1)
    found: Ints = mean[wanted]
    return found


def _slots(hours: Ints, zone: ZoneInfo) -> Ints:
    """The hour of the day, and _HOURS more on a day off."""
    return np.fromiter((_slot(hour, zone) for hour in hours.tolist()), np.int64, len(hours))


@lru_cache(maxsize=200_000)
def _slot(hour: int, zone: ZoneInfo) -> int:
    day = date_of(hour * HOUR_US, zone)
    of_day = hour - day_start_us(day, zone) // HOUR_US
    return of_day if calendar.day(day).workday else of_day + _HOURS
