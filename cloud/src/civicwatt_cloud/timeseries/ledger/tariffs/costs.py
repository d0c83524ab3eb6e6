"""What consumption costs by a price table: pure, exact.

Money is counted in whole 10⁻¹⁴ yuan (a millionth of a unit times eight decimals of a price) and rounded once,
to 分, half up, by whoever shows a total.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.tariffs.errors import NoPrice, StepTooLong
from civicwatt_cloud.timeseries.ledger.tariffs.tariff import PLACES, Band, Tariff, Version, starts_of
from civicwatt_cloud.timeseries.stores.readings import Ints

E14_PER_FEN = 10**12


class Usage(NamedTuple):
    """Consumption in columns: rows of one length, by start. Days are rows of 86,400 s."""

    start_us: Ints
    micro: Ints
    step_s: int


@dataclass(frozen=True, slots=True)
class Line:
    """Consumption [1e-6 of the unit] and its exact cost [1e-14 yuan]."""

    micro: int = 0
    money_e14: int = 0

    @property
    def yuan(self) -> Decimal:
        """The exact cost."""
        digits = tuple(int(digit) for digit in str(abs(self.money_e14)))
        return Decimal((int(self.money_e14 < 0), digits, -14))

    @property
    def fen(self) -> int:
        """The cost in 分, half up; for a total only."""
        whole = (abs(self.money_e14) * 2 + E14_PER_FEN) // (2 * E14_PER_FEN)
        return -whole if self.money_e14 < 0 else whole


@dataclass(frozen=True, slots=True)
class Cost:
    """What consumption costs, by band; `unconfirmed` days follow the week for want of a notice."""

    bands: Mapping[Band, Line]
    unconfirmed: tuple[date, ...]

    @property
    def total(self) -> Line:
        """All bands together: their sum, exactly."""
        lines = self.bands.values()
        return Line(sum(line.micro for line in lines), sum(line.money_e14 for line in lines))


def cost(usage: Usage, tariff: Tariff, zone: ZoneInfo) -> Cost:
    """What the rows cost, by band.

    Rows may be longer than a quarter of an hour where no price changes inside one. Errors: NoPrice,
    StepTooLong.
    """
    hours, place = np.unique(usage.start_us // HOUR_US, return_inverse=True)
    moments = [datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone) for hour in hours.tolist()]
    number = np.array([moment.date().toordinal() for moment in moments], np.int64)[place]
    minute = np.array([moment.hour * 60 for moment in moments], np.int64)[place]
    minute += usage.start_us % HOUR_US // 60_000_000
    found = dict.fromkeys((Band(name) for version in tariff.version for name in version.prices), Line())
    unconfirmed = []
    for ordinal in np.unique(number).tolist():
        day = calendar.day(date.fromordinal(ordinal))
        version = _version(tariff, day.date)
        starts, bands = _bands(version, day)
        for edge in starts:
            if edge * 60 % usage.step_s:
                edge_text = f"{edge // 60:02d}:{edge % 60:02d}"
                raise StepTooLong(key=tariff.key, day=day.date, edge=edge_text, minutes=usage.step_s // 60)
        if not day.confirmed and len({starts_of(one) for one in version.schedule}) > 1:
            unconfirmed.append(day.date)
        mine = number == ordinal
        micro = usage.micro[mine]
        which = np.searchsorted(starts, minute[mine], side="right") - 1
        for i, band in enumerate(bands):
            used = int(micro[which == i].sum())
            money = used * int(version.prices[band].scaleb(PLACES))
            found[band] = Line(found[band].micro + used, found[band].money_e14 + money)
    return Cost(found, tuple(unconfirmed))


def together(costs: Iterable[Cost]) -> Cost:
    """Several costs as one, exactly."""
    found: dict[Band, Line] = {}
    days: set[date] = set()
    for one in costs:
        days |= set(one.unconfirmed)
        for band, line in one.bands.items():
            known = found.get(band, Line())
            found[band] = Line(known.micro + line.micro, known.money_e14 + line.money_e14)
    return Cost(found, tuple(sorted(days)))


def changes_within(tariff: Tariff, step_s: int) -> bool:
    """Whether some price changes elsewhere than where rows of this length begin."""
    schedules = (schedule for version in tariff.version for schedule in version.schedule)
    return any(minute * 60 % step_s for one in schedules for minute, _ in starts_of(one))


def _version(tariff: Tariff, day: date) -> Version:
    for version in tariff.version:
        if version.valid_from <= day and (version.valid_to is None or day < version.valid_to):
            return version
    raise NoPrice(key=tariff.key, day=day)


def _bands(version: Version, day: calendar.Day) -> tuple[Sequence[int], Sequence[Band]]:
    """The bands of a day and the minutes at which they begin."""
    if not version.schedule:
        return (0,), tuple(version.prices)
    kind = "workday" if day.workday else "restday"
    named = [one for one in version.schedule if day.date in one.dates]
    usual = (
        one for one in version.schedule if not one.dates and day.date.month in one.months and kind in one.days
    )
    starts, bands = zip(*starts_of(named[0] if named else next(usual)), strict=True)
    return starts, bands
