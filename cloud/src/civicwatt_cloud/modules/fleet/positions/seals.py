"""Sealed vehicles (C3.4): when they stand still by rule, and who drove all the same. Pure.

Vehicles are sealed on days off, by the calendar of the State Council with its make-up days, and in the hours
that a rule row names. Rule: R-FLEET-4, C3.4.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.business_time import MINUTE_US, date_of, day_start_us
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.modules.fleet.positions.figures import Figures


class Severity(Choice):
    """How much a violation weighs."""

    MINOR = "minor", "一般", "minor"
    SERIOUS = "serious", "较重", "serious"
    GRAVE = "grave", "严重", "grave"


class Span(NamedTuple):
    """From an instant until just before another, UTC µs."""

    from_us: int
    to_us: int


def sealed(
    span: Span, zone: ZoneInfo, is_workday: Callable[[date], bool], hours: tuple[int, int]
) -> list[Span]:
    """When within the span vehicles are sealed."""
    found = []
    day, last = date_of(span.from_us, zone), date_of(span.to_us, zone)
    while day <= last:
        start_us, end_us = day_start_us(day, zone), day_start_us(day + timedelta(days=1), zone)
        whole = [Span(start_us, end_us)] if not is_workday(day) else _hours(start_us, end_us, hours)
        found += [common for one in whole if (common := _common(one, span)) is not None]
        day += timedelta(days=1)
    return found


def days_off(first: date, days: int, is_workday: Callable[[date], bool]) -> list[tuple[date, date]]:
    """Runs of days off that begin on one of so many days: the first and the last day of each, whole."""
    runs = []
    for day in (first + timedelta(days=n) for n in range(days)):
        if is_workday(day) or not is_workday(day - timedelta(days=1)):
            continue
        last = day
        while not is_workday(last + timedelta(days=1)):
            last += timedelta(days=1)
        runs.append((day, last))
    return runs


def uncovered(sealed: Iterable[Span], permits: Iterable[Span]) -> list[Span]:
    """What of the sealed spans no permit covers."""
    left = list(sealed)
    for permit in permits:
        left = [rest for one in left for rest in _without(one, permit)]
    return left


def severity(distance_m: float, figures: Figures) -> Severity:
    """By how far the vehicle went."""
    if distance_m >= figures.grave_m:
        return Severity.GRAVE
    return Severity.SERIOUS if distance_m >= figures.serious_m else Severity.MINOR


def _hours(start_us: int, end_us: int, hours: tuple[int, int]) -> list[Span]:
    first, last = (start_us + minute * MINUTE_US for minute in hours)
    if first == last:
        return []
    return [Span(first, last)] if first < last else [Span(start_us, last), Span(first, end_us)]


def _common(one: Span, other: Span) -> Span | None:
    common = Span(max(one.from_us, other.from_us), min(one.to_us, other.to_us))
    return common if common.from_us < common.to_us else None


def _without(one: Span, permit: Span) -> list[Span]:
    before = Span(one.from_us, min(one.to_us, permit.from_us))
    after = Span(max(one.from_us, permit.to_us), one.to_us)
    return [rest for rest in (before, after) if rest.from_us < rest.to_us]
