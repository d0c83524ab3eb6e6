"""Time-of-use prices 分时电价 as data: the format of a price table, and what is checked of one.

A price table is TOML: dated versions, each with its document, a price a band, and schedules that say which
band begins when, on which months and days. Each half hour of each kind of day has one price.
"""

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Literal

from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.ledger.tariffs.errors import BadTariff
from civicwatt_protocols.toml import Table, decode

PLACES = 8  # decimals of a price
LARGEST = 1_000_000  # yuan per unit: beyond, it is a slip of the pen [engineering default]
EDGE_MINUTES = 30  # bands begin on half hours
_DAY_MINUTES = 24 * 60
_KEY = re.compile(r"[^\s\0-\x1f\x7f]{1,64}")
DayKind = Literal["workday", "restday"]
_KINDS: tuple[DayKind, ...] = ("workday", "restday")


class Band(StrEnum):
    """A kind of hours with one price."""

    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"
    DEEP_VALLEY = "deep_valley"

    @property
    def zh(self) -> str:
        """In Chinese."""
        return {"sharp": "尖", "peak": "峰", "flat": "平", "valley": "谷", "deep_valley": "深谷"}[self]


class Schedule(Table, frozen=True, kw_only=True):
    """Which band begins when: "08:00 peak"; a band lasts until the next one, the last until midnight."""

    bands: tuple[str, ...]
    months: tuple[int, ...] = tuple(range(1, 13))
    days: tuple[DayKind, ...] = _KINDS
    dates: tuple[date, ...] = ()  # named days, before all others; months and days say nothing then


class Version(Table, frozen=True, kw_only=True):
    """A table of prices [yuan per unit], valid from a day until the day before `valid_to`."""

    valid_from: date
    source: str  # the document that fixes the prices
    prices: dict[Band, Decimal]
    valid_to: date | None = None
    schedule: tuple[Schedule, ...] = ()  # none: one price at all hours


class Tariff(Table, frozen=True, kw_only=True):
    """A price table of one carrier and voltage class."""

    key: str
    title: str
    carrier: Carrier
    version: tuple[Version, ...]
    voltage_class: str = ""


def parse(text: str, origin: str) -> Tariff:
    """A price table in which each half hour has one price.

    Errors: BadToml, UnknownKey, BadValue, BadTariff.
    """
    tariff = decode(text, Tariff, origin)
    if not _KEY.fullmatch(tariff.key):
        raise _bad(
            tariff,
            origin,
            "key 应为 1 至 64 个可见字符，不含空格",
            "key takes 1 to 64 visible characters without blanks",
        )
    if not tariff.version:
        raise _bad(tariff, origin, "没有版本", "it has no version")
    ordered = sorted(tariff.version, key=lambda version: version.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or earlier.valid_to > later.valid_from:
            day = later.valid_from
            raise _bad(tariff, origin, f"{day} 有两个版本", f"two versions are valid on {day}")
    for version in ordered:
        _check(tariff, version, origin)
    return tariff


def starts_of(schedule: Schedule) -> tuple[tuple[int, Band], ...]:
    """The minutes of the day at which bands begin. Raises ValueError for a text that is none."""
    found = []
    for text in schedule.bands:
        clock, _, name = text.partition(" ")
        hour, _, minute = clock.partition(":")
        found.append((int(hour) * 60 + int(minute), Band(name.strip())))
    return tuple(found)


def _check(tariff: Tariff, version: Version, origin: str) -> None:
    """Each half hour of each kind of day has one band, each band a price, each price few decimals."""
    start = version.valid_from
    if not version.source.strip():
        raise _bad(
            tariff, origin, f"{start} 起的版本没有依据文件", f"the version of {start} names no document"
        )
    if version.valid_to is not None and version.valid_to <= start:
        raise _bad(tariff, origin, f"{start} 起的版本没有一天有效", f"the version of {start} is never valid")
    for band, price in version.prices.items():
        if not price.is_finite() or not -LARGEST <= price <= LARGEST or price != round(price, PLACES):
            raise _bad(
                tariff,
                origin,
                f"价格 {price} 应至多 {PLACES} 位小数，不超过 {LARGEST}",
                f"the price {price} of {band} has more than {PLACES} decimals, or is beyond {LARGEST}",
            )
    if not version.schedule and len(version.prices) != 1:
        raise _bad(tariff, origin, "没有时段表时应只有一个价格", "without a schedule there is one price")
    for schedule in version.schedule:
        _check_bands(tariff, version, schedule, origin)
    if not version.schedule:
        return
    usual = [one for one in version.schedule if not one.dates]
    for month in range(1, 13):
        for kind in _KINDS:
            count = sum(month in one.months and kind in one.days for one in usual)
            if count != 1:
                detail = f"{month} 月 {kind} 有 {count} 个时段表，应恰有 1 个"
                raise _bad(
                    tariff, origin, detail, f"{count} schedules hold for {kind} of month {month}, not 1"
                )
    named = [day for one in version.schedule for day in one.dates]
    if twice := sorted(day for day in set(named) if named.count(day) > 1):
        raise _bad(tariff, origin, f"{twice[0]} 有两个时段表", f"two schedules name {twice[0]}")


def _check_bands(tariff: Tariff, version: Version, schedule: Schedule, origin: str) -> None:
    shown = "、".join(schedule.bands)
    try:
        starts = starts_of(schedule)
    except ValueError as error:
        raise _bad(
            tariff, origin, f"时段写法不对：{shown}", f"bands are written as 08:00 peak: {shown}"
        ) from error
    minutes = [minute for minute, _ in starts]
    is_day = minutes[:1] == [0] and all(
        a < b for a, b in zip(minutes, [*minutes[1:], _DAY_MINUTES], strict=True)
    )
    if not is_day or any(minute % EDGE_MINUTES for minute in minutes):
        detail = f"时段应从 00:00 开始、依次递增、以整点或半点分界：{shown}"
        raise _bad(tariff, origin, detail, f"bands begin at 00:00, rise, and change on half hours: {shown}")
    if missing := [band for _, band in starts if band not in version.prices]:
        raise _bad(tariff, origin, f"“{missing[0].zh}”没有价格", f"the band {missing[0]} has no price")


def _bad(tariff: Tariff, origin: str, detail_zh: str, detail: str) -> BadTariff:
    return BadTariff(origin, key=tariff.key, detail_zh=detail_zh, detail=detail)
