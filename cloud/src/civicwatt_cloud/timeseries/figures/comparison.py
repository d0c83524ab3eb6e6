"""Comparison as pure functions: which days beside which, what makes them unlike, difference and percent.

同比 is the same period a year before; 环比 the period before. A running period is cut to its whole days so
far, and so is what it is compared with.
"""

import re
from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.timeseries.figures import reasons, steps
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_protocols.quantity import MICRO, from_micro

KEY = re.compile(r"(20\d{2})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?")
Kind = Literal["year", "month", "day"]


@dataclass(frozen=True, slots=True)
class Days:
    """The days [start, end)."""

    start: date
    end: date

    @property
    def count(self) -> int:
        """How many days."""
        return max(0, (self.end - self.start).days)

    @property
    def workdays(self) -> int:
        """On how many of them people work."""
        return sum(calendar.day(self.start + timedelta(days=i)).workday for i in range(self.count))

    @property
    def unconfirmed(self) -> list[int]:
        """Years whose holidays are not in the calendar."""
        years = range(self.start.year, (self.end - timedelta(days=1)).year + 1) if self.count else ()
        return [year for year in years if not calendar.day(date(year, 1, 1)).confirmed]


@dataclass(frozen=True, slots=True)
class Period:
    """A year, month or day, and as much of it as is over."""

    key: str
    kind: Kind
    whole: Days
    current: Days

    @property
    def title(self) -> str:
        """2026年, 2026年11月, 2026年11月21日."""
        day = self.whole.start
        month = f"{day.month}月" if self.kind != "year" else ""
        return f"{day.year}年{month}" + (f"{day.day}日" if self.kind == "day" else "")

    @property
    def is_running(self) -> bool:
        """Whether a part of it is not over yet."""
        return self.current.end < self.whole.end


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a comparison is known to be."""

    micro: int | None
    covered_s: int
    expected_s: int

    @property
    def completeness(self) -> float:
        """Covered ÷ expected, rounded down to 4 decimals."""
        return min(10_000, 10_000 * self.covered_s // max(self.expected_s, 1)) / 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """Difference [the unit's 1e-6] and percent, or why there is none."""

    difference: int | None = None
    percent: Decimal | None = None
    reason: Reason | None = None


def period(key: str, today: date) -> Period:
    """The period that 2026, 2026-11 or 2026-11-21 names. Errors: BadRequest."""
    found = KEY.fullmatch(key)
    try:
        start = date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None
    except ValueError:
        start = None
    if found is None or start is None:
        raise BadRequest(
            "period", what=f"period={key}，应为 2026、2026-11 或 2026-11-21 · a year, month or day"
        )
    kind: Kind = "day" if found[3] else "month" if found[2] else "year"
    whole = Days(start, steps.after(start, kind))
    return Period(key, kind, whole, Days(start, max(start, min(whole.end, today))))


def year_before(of: Period) -> Days | None:
    """The same days a year before; None where there are none (29 February)."""
    found = Days(_year_before(of.current.start), _year_before(of.current.end))
    return found if found.count or not of.current.count else None


def period_before(of: Period) -> Days:
    """The period before, cut to as many days where the current one runs."""
    start = steps.floor(of.whole.start - timedelta(days=1), of.kind)
    end = min(start + timedelta(days=of.current.count), of.whole.start) if of.is_running else of.whole.start
    return Days(start, end)


def notes(of: Period, before: Days | None) -> list[Reason]:
    """What makes the two spans unlike."""
    if before is None:
        return [reasons.NO_SUCH_DAYS]
    now = of.current
    found = [reasons.running(now.end - timedelta(days=1))] if of.is_running and now.count else []
    if now.count != before.count:
        leap = abs(now.count - before.count) == 1 and _has_leap_day(now) != _has_leap_day(before)
        found.append(reasons.days_differ(now.count, before.count, leap=leap))
    if now.workdays != before.workdays:
        found.append(reasons.workdays_differ(now.workdays, before.workdays))
    return found + [reasons.unconfirmed(year) for year in sorted({*now.unconfirmed, *before.unconfirmed})]


def change(now: Side, before: Side, floor: float) -> Outcome:
    """Now − before, and that ÷ before × 100 rounded half even to 6 decimals.

    Both need every counter that is there today: one that was bound later makes a side incomplete.
    """
    for side, of, of_en in ((now, "本期", "this period: "), (before, "对比期", "earlier span: ")):
        if side.micro is None:
            return Outcome(reason=Reason("CW-N1005", f"{of}没有读数", f"{of_en}no readings"))
        if side.completeness < floor:
            return Outcome(reason=reasons.incomplete(side.completeness, floor, of, of_en))
    assert now.micro is not None  # noqa: S101 - both were looked at above
    assert before.micro is not None  # noqa: S101
    difference = now.micro - before.micro
    if before.micro == 0:
        return Outcome(difference, reason=reasons.ZERO_BEFORE)
    return Outcome(difference, from_micro(round(Fraction(difference * 100 * MICRO, before.micro))))


def _year_before(day: date) -> date:
    """29 February becomes 1 March: as the end of a span it leaves the same days before it."""
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)


def _has_leap_day(days: Days) -> bool:
    return any(
        isleap(year) and days.start <= date(year, 2, 29) < days.end
        for year in range(days.start.year, days.end.year + 1)
    )
