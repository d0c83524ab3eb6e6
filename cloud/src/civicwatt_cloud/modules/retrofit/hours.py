"""Hours of a project: what its points used, and how warm it was. In columns, NaN where unknown."""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.analysis.savings.series import Floats, Ints, Kind, Meter, Temperature
from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, day_start_us
from civicwatt_cloud.kit.directory import Institution, region_prefix
from civicwatt_cloud.modules.retrofit.models import OutdoorTemperature
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.queries import Piece, columns
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.quantity import MICRO

HOUR_S = 3600
WARM_UP_H = 24  # before the first hour: a model may look at the mean of the last day
SURE = (Quality.MEASURED.code, Quality.CORRECTED.code)  # no hour whose place in time is itself a model's


class Hours(NamedTuple):
    """Hours one after the other; the temperature begins WARM_UP_H earlier."""

    first: int  # hours since 1970-01-01T00Z
    value: Floats
    temperature: Floats
    is_hourly: bool  # of the temperature

    @property
    def hash(self) -> str:
        """SHA-256 of what is kept."""
        return hashlib.sha256(self._raw()).hexdigest()

    def packed(self) -> bytes:
        """To be kept."""
        return zlib.compress(self._raw())

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """What was kept."""
        raw = zlib.decompress(data)
        first, is_hourly, count = np.frombuffer(raw[:24], "<i8").tolist()
        both = np.frombuffer(raw[24:], "<f8")
        return cls(first, both[:count].copy(), both[count:].copy(), bool(is_hourly))

    def _raw(self) -> bytes:
        head = np.array([self.first, int(self.is_hourly), len(self.value)], "<i8")
        return bytes(head.tobytes() + np.concatenate([self.value, self.temperature]).astype("<f8").tobytes())

    def meter(self, zone: ZoneInfo) -> Meter:
        """As the arithmetic of savings takes it."""
        hour = self.first + np.arange(len(self.value), dtype=np.int64)
        start = hour * HOUR_US
        return Meter(Kind.HOURLY, start, start + HOUR_US, self.value, _offsets(hour, zone))

    def outside(self) -> Temperature:
        """As the arithmetic of savings takes it."""
        return Temperature(self.first - WARM_UP_H, self.temperature, by_the_hour=self.is_hourly)

    def then(self, later: "Hours") -> "Hours":
        """These and later ones; what lies between is unknown."""
        value = np.full(later.first + len(later.value) - self.first, np.nan)
        temperature = np.full(len(value) + WARM_UP_H, np.nan)
        for one in (later, self):  # of hours that both know, these
            at = one.first - self.first
            value[at : at + len(one.value)] = one.value
            temperature[at : at + len(one.temperature)] = one.temperature
        return Hours(self.first, value, temperature, self.is_hourly and later.is_hourly)


class Source(NamedTuple):
    """Where a project's hours come from."""

    points: Sequence[int]
    owner: Institution
    zone: ZoneInfo


def hours(session: Session, source: Source, first: date, end: date) -> Hours:
    """Hours of [first, end): known where all points have read the whole hour."""
    low, high = (day_start_us(day, source.zone) // HOUR_US for day in (first, end))
    chosen = select(Point.id).where(Point.id.in_(source.points))
    rows = columns(session, Piece("hour", low, high), chosen, "hour")
    at = rows.period - low
    sure = (rows.covered_s >= HOUR_S) & np.isin(rows.quality, SURE)
    known = np.bincount(at[sure], minlength=high - low) == len(source.points)
    micro = np.zeros(high - low, np.int64)
    np.add.at(micro, at, rows.micro)
    temperature, is_hourly = outdoor(session, source.owner.region_code, low - WARM_UP_H, high)
    return Hours(low, np.where(known, micro / MICRO, np.nan), temperature, is_hourly)


def outdoor(session: Session, region: str, low: int, high: int) -> tuple[Floats, bool]:
    """The temperature [°C] of hours in a region, else in the next above that knows any; is it hourly."""
    table = OutdoorTemperature
    value = np.full(high - low, np.nan)
    for code in regions_above(region):
        query = select(table.hour, table.centi, table.is_hourly).where(
            table.region_code == code, table.hour >= low, table.hour < high
        )
        rows = session.execute(query).all()
        if rows:
            value[np.array([row.hour for row in rows]) - low] = np.array([row.centi for row in rows]) / 100
            return value, all(row.is_hourly for row in rows)
    return value, True


def source_of_temperature(session: Session, region: str, hours_: Hours) -> str:
    """Who says how warm it was, as it was entered."""
    table = OutdoorTemperature
    end = hours_.first + len(hours_.value)
    for code in regions_above(region):
        query = select(table.source).where(
            table.region_code == code, table.hour >= hours_.first, table.hour < end
        )
        found = session.scalars(query.distinct().order_by(table.source)).all()
        if found:
            return f"{code} {'；'.join(found)}"[:200]
    return ""


def regions_above(region: str) -> list[str]:
    """A division, and those that it lies in: 429901 → 429901, 429900, 420000."""
    prefix = region_prefix(region)
    return [prefix[:digits].ljust(6, "0") for digits in range(len(prefix), 0, -2)]


def _offsets(hour: Ints, zone: ZoneInfo) -> Ints:
    """The clock's offset [µs] at each hour; it changes at whole days, if at all."""
    day, at = np.unique(hour // 24, return_inverse=True)
    each = [datetime.fromtimestamp(one * 86_400, UTC).astimezone(zone).utcoffset() for one in day.tolist()]
    us = [int(one.total_seconds()) * SECOND_US if one else 0 for one in each]
    return np.array(us, np.int64)[at]
