"""Months, quarters and years of returns: their days, their parts, when they are due. Pure."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.business_time import SECOND_US, day_start_us
from civicwatt_cloud.kit.rules import Place, Rules
from civicwatt_cloud.modules.returns.choices import PeriodKind, Timeliness
from civicwatt_cloud.modules.returns.errors import NoSuchPeriod

_WRITTEN = re.compile(r"((?:19|20)\d\d)(?:Q([1-4])|-(0[1-9]|1[0-2]))?", re.ASCII)
MONTHS, QUARTERS = 12, 4


class Period(NamedTuple):
    """A year, or the n-th quarter or month of one."""

    kind: PeriodKind
    year: int
    number: int = 0

    @property
    def key(self) -> str:
        """As people write it: 2026, 2026Q3, 2026-09."""
        match self.kind:
            case PeriodKind.QUARTER:
                return f"{self.year}Q{self.number}"
            case PeriodKind.MONTH:
                return f"{self.year}-{self.number:02}"
        return str(self.year)

    @property
    def title(self) -> str:
        """2026年年报."""
        match self.kind:
            case PeriodKind.QUARTER:
                return f"{self.year}年第{'一二三四'[self.number - 1]}季度{self.kind.zh}"
            case PeriodKind.MONTH:
                return f"{self.year}年{self.number}月{self.kind.zh}"
        return f"{self.year}年{self.kind.zh}"

    @property
    def start(self) -> date:
        """The first day."""
        match self.kind:
            case PeriodKind.QUARTER:
                return date(self.year, 3 * self.number - 2, 1)
            case PeriodKind.MONTH:
                return date(self.year, self.number, 1)
        return date(self.year, 1, 1)

    @property
    def end(self) -> date:
        """The day after the last one."""
        months = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.ANNUAL: MONTHS}[self.kind]
        after = self.start.month - 1 + months
        return date(self.year + after // MONTHS, after % MONTHS + 1, 1)

    def parts(self) -> Iterator["Period"]:
        """The months of a quarter, the quarters of a year."""
        if self.kind is PeriodKind.ANNUAL:
            yield from (Period(PeriodKind.QUARTER, self.year, n + 1) for n in range(QUARTERS))
        elif self.kind is PeriodKind.QUARTER:
            first = 3 * self.number - 2
            yield from (Period(PeriodKind.MONTH, self.year, n) for n in range(first, first + 3))

    def of_year(self, year: int) -> "Period":
        """The same part of another year."""
        return self._replace(year=year)

    def before(self) -> "Period":
        """The one right before it."""
        day = self.start - timedelta(days=1)
        match self.kind:
            case PeriodKind.QUARTER:
                return Period(self.kind, day.year, (day.month + 2) // 3)
            case PeriodKind.MONTH:
                return Period(self.kind, day.year, day.month)
        return Period(self.kind, day.year)


def parse(said: str) -> Period:
    """2026, 2026Q3, 2026-09. Errors: NoSuchPeriod."""
    found = _WRITTEN.fullmatch(said)
    if found is None:
        raise NoSuchPeriod(said=said[:20])
    year, quarter, month = found.groups()
    if quarter:
        return Period(PeriodKind.QUARTER, int(year), int(quarter))
    if month:
        return Period(PeriodKind.MONTH, int(year), int(month))
    return Period(PeriodKind.ANNUAL, int(year))


def last_day(period: Period, rules: Rules, place: Place) -> date:
    """The day by whose end it is filed. Errors: NoRule."""
    if period.kind is PeriodKind.ANNUAL:
        month = int(rules.value("returns.annual_month", period.end, place).value)
        return date(period.year + 1, month, int(rules.value("returns.annual_day", period.end, place).value))
    rule = "returns.quarter_days" if period.kind is PeriodKind.QUARTER else "returns.month_days"
    return period.end + timedelta(days=int(rules.value(rule, period.end, place).value) - 1)


def due_us(last: date, zone: ZoneInfo) -> int:
    """The last second of a day, UTC µs."""
    return day_start_us(last + timedelta(days=1), zone) - SECOND_US


def timeliness(filed_us: int, due_us: int) -> Timeliness:
    """23:59:59 of the last day is in time, 00:00:00 of the next one is late."""
    return Timeliness.ON_TIME if filed_us < due_us + SECOND_US else Timeliness.LATE
