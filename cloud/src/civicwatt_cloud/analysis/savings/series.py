"""Readings of a meter as periods, and temperatures by the hour."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.savings.errors import UnreadableSeries

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

HOUR_US = 3_600_000_000
DAY_H = 24
DAY_US = DAY_H * HOUR_US
LONG_DAY_US = 25 * HOUR_US  # the day on which the clock is set back
GAP_H = 6  # missing hours that are drawn through. Source: CalTRACK (eemeter: hourly_missing_run_max)


class Kind(StrEnum):
    """How often a meter was read."""

    HOURLY = "hourly"
    DAILY = "daily"
    BILLING = "billing"


@dataclass(frozen=True, slots=True)
class Meter:
    """Use by period, half-open; `value` is NaN where missing, `offset_us` the local clock's at each start."""

    kind: Kind
    start_us: Ints
    end_us: Ints
    value: Floats
    offset_us: Ints

    @property
    def days(self) -> Floats:
        """Length of each period [d]."""
        return np.asarray((self.end_us - self.start_us) / DAY_US, dtype=np.float64)

    @property
    def local_day(self) -> Ints:
        """Local date of each start, in days since 1970-01-01."""
        return (self.start_us + self.offset_us) // DAY_US

    @property
    def local_hour(self) -> Ints:
        """Local hour of the day of each start, 0–23."""
        return (self.start_us + self.offset_us) % DAY_US // HOUR_US

    def taken(self, mask: Mask) -> "Meter":
        """These periods only."""
        return replace(
            self,
            start_us=self.start_us[mask],
            end_us=self.end_us[mask],
            value=self.value[mask],
            offset_us=self.offset_us[mask],
        )

    def moment_us(self, wall_us: int) -> int:
        """UTC of a local wall-clock time, by the clock that the nearest reading was stamped with."""
        nearest = int(np.argmin(np.abs(self.start_us + self.offset_us - wall_us)))
        return wall_us - int(self.offset_us[nearest])

    @classmethod
    def of(cls, start_us: Ints, value: Floats, offset_us: Ints) -> Self:
        """Periods of rows in order of time: hourly, daily or billing, whichever the rows show.

        A row lasts until the next. Of hours and days, no row lasts longer than one: what is between them is
        missing. The last bill has no end: it is not counted. Parts of an hour are summed to hours, several
        hours to days. Errors: UnreadableSeries.
        """
        if len(start_us) < 2:
            raise UnreadableSeries(detail="fewer than two rows", detail_zh="不足两行")
        step = int(np.median(np.diff(start_us)))
        if step < HOUR_US:
            return cls.of(*_summed(start_us, value, offset_us, step, HOUR_US))
        if HOUR_US < step <= DAY_US // 2:
            return cls.of(*_summed(start_us, value, offset_us, step, DAY_US))
        kind = Kind.HOURLY if step == HOUR_US else Kind.DAILY if step <= LONG_DAY_US else Kind.BILLING
        end_us = np.append(start_us[1:], start_us[-1] + step)
        if kind is Kind.HOURLY:
            end_us = np.minimum(end_us, start_us + HOUR_US)
        elif kind is Kind.DAILY:
            end_us = np.where(end_us - start_us > LONG_DAY_US, start_us + DAY_US, end_us)
        else:
            value = np.append(value[:-1], np.nan)
        return cls(kind, start_us, end_us, value, offset_us)


def _summed(
    start_us: Ints, value: Floats, offset_us: Ints, step_us: int, length_us: int
) -> tuple[Ints, Floats, Ints]:
    """Rows of one step summed to hours or local days; one that lacks a part is missing."""
    wall = (start_us + offset_us) // length_us
    first = np.flatnonzero(np.diff(wall, prepend=wall[0] - 1))
    parts = np.diff(np.append(first, len(wall)))
    total = np.add.reduceat(value, first)
    # An hour of the clock that is set back is there twice: two hours of one name, as long as both.
    total = np.where(parts >= (length_us - HOUR_US * (length_us == DAY_US)) // step_us, total, np.nan)
    return wall[first] * length_us - offset_us[first], total, offset_us[first]


@dataclass(frozen=True, slots=True)
class Temperature:
    """Outdoor temperature by the hour, NaN where unknown; `hour` is in hours since 1970-01-01 UTC."""

    first_hour: int
    value: Floats
    by_the_hour: bool  # False: only means of days are known

    def between(self, start_us: Ints, end_us: Ints) -> tuple[Ints, Ints]:
        """Indices of the hours of periods, half-open, within what there is."""
        low = -(-start_us // HOUR_US) - self.first_hour
        high = -(-end_us // HOUR_US) - self.first_hour
        return np.clip(low, 0, len(self.value)), np.clip(high, 0, len(self.value))

    @classmethod
    def of(cls, start_us: Ints, value: Floats) -> Self:
        """Hours of rows in order of time, gaps of up to six hours drawn through. Errors: UnreadableSeries."""
        known = np.isfinite(value)
        start_us, value = start_us[known], value[known]
        if len(value) < 2:
            raise UnreadableSeries(detail="fewer than two temperatures", detail_zh="气温不足两个")
        step = int(np.median(np.diff(start_us)))
        hour = start_us // HOUR_US
        first = int(hour[0])
        held = max(1, round(step / HOUR_US))
        if held > DAY_H:
            raise UnreadableSeries(
                detail="temperatures are needed at least daily", detail_zh="气温至少应逐日"
            )
        size = int(hour[-1]) - first + held
        total, count = np.zeros(size), np.zeros(size)
        for k in range(held if held > 3 else 1):
            np.add.at(total, hour - first + k, value)
            np.add.at(count, hour - first + k, 1.0)
        with np.errstate(invalid="ignore"):
            hourly = total / count
        return cls(first, _drawn_through(hourly), by_the_hour=held <= 3)


def _drawn_through(value: Floats) -> Floats:
    known = np.flatnonzero(np.isfinite(value))
    at = np.arange(len(value))
    drawn = np.interp(at, known, value[known])
    before = known[np.clip(np.searchsorted(known, at, side="right") - 1, 0, None)]
    after = known[np.clip(np.searchsorted(known, at), None, len(known) - 1)]
    return np.where(after - before - 1 <= GAP_H, drawn, np.nan)
