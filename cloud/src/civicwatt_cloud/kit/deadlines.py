"""Deadlines of “N 个工作日”: the first day is not counted, the last one ends at close of business.

Source: 民法典, 第二百零一条、第二百零三条. A deadline can also end at the clock time of its beginning.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.business_time import SECOND_US, date_of
from civicwatt_cloud.kit.calendar import rolled, workday_after, workdays_between
from civicwatt_cloud.kit.rules import NATION, Place, Rules

CLOSE = "calendar.close_of_business"  # [h after midnight]


class Mode(StrEnum):
    """When on its last day a deadline ends."""

    CLOSE_OF_BUSINESS = "close_of_business"
    CLOCK = "clock"  # at the clock time at which it began


def close_of_business_us(day: date, zone: ZoneInfo, rules: Rules, place: Place = NATION) -> int:
    """The instant at which work ends on a day there, UTC µs. Errors: NoRule."""
    hours = rules.value(CLOSE, day, place).value
    midnight = datetime.combine(day, time())
    return _us(midnight + timedelta(minutes=int(hours * 60)), zone)


def due(
    reported_us: int,
    n: int,
    zone: ZoneInfo,
    rules: Rules,
    *,
    mode: Mode = Mode.CLOSE_OF_BUSINESS,
    place: Place = NATION,
) -> int:
    """When N working days after an instant have passed, UTC µs."""
    last = workday_after(date_of(reported_us, zone), n)
    if mode is Mode.CLOCK:
        return _at_clock_of(reported_us, last, zone)
    return close_of_business_us(last, zone, rules, place)


def due_on(last: date, zone: ZoneInfo, rules: Rules, *, place: Place = NATION) -> int:
    """When a period that ends on a day ends: a holiday rolls on, then at close of business, UTC µs."""
    return close_of_business_us(rolled(last), zone, rules, place)


def held(
    due_us: int,
    span_us: tuple[int, int],
    zone: ZoneInfo,
    rules: Rules,
    *,
    mode: Mode = Mode.CLOSE_OF_BUSINESS,
    place: Place = NATION,
) -> int:
    """A deadline that was held from one instant to another, UTC µs: the working days of the hold are added.

    The day on which the hold began is not counted, the day on which it ended is.
    """
    first, last = (date_of(one, zone) for one in span_us)
    moved = workday_after(date_of(due_us, zone), workdays_between(first, last))
    if mode is Mode.CLOCK:
        return _at_clock_of(due_us, moved, zone)
    return close_of_business_us(moved, zone, rules, place)


def workday_of_month(month: date, n: int) -> date:
    """The n-th working day of a month, given any day of it."""
    return workday_after(month.replace(day=1) - timedelta(days=1), n)


def _at_clock_of(t_us: int, day: date, zone: ZoneInfo) -> int:
    clock = datetime.fromtimestamp(t_us // SECOND_US, zone)
    return _us(datetime.combine(day, clock.time()), zone) + t_us % SECOND_US


def _us(local: datetime, zone: ZoneInfo) -> int:
    return int(local.replace(tzinfo=zone).timestamp()) * SECOND_US
