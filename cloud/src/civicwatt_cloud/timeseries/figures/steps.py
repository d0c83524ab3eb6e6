"""The steps of a table or a curve: hours, days, months, years, or the whole span, as columns."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.kit.business_time import HOUR_US, day_number, day_start_us, month_number
from civicwatt_cloud.timeseries.ledger.queries import Period, Piece

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a curve as columns: their numbers in the ledger, ascending, and their instants."""

    numbers: Ints
    start_us: Ints
    end_us: Ints

    def __len__(self) -> int:
        return len(self.numbers)

    def running(self, now_us: int) -> int | None:
        """The place of the step that has begun and is not over yet."""
        place = int(np.searchsorted(self.end_us, now_us, side="right"))
        return place if place < len(self.numbers) and self.start_us[place] <= now_us else None

    def part(self, first: int, last: int) -> "Steps":
        """The steps from place `first` to the one before `last`."""
        return Steps(self.numbers[first:last], self.start_us[first:last], self.end_us[first:last])


def steps(start: date, end: date, step: Period, zone: ZoneInfo) -> Steps:
    """The steps of [start, end). Months and years are whole, also where the span cuts into them."""
    if step == "hour":
        hours = np.arange(day_start_us(start, zone) // HOUR_US, day_start_us(end, zone) // HOUR_US)
        return Steps(hours, hours * HOUR_US, (hours + 1) * HOUR_US)
    if step == "total":
        edges = np.array([day_start_us(start, zone), day_start_us(end, zone)], np.int64)
        return Steps(np.zeros(1, np.int64), edges[:1], edges[1:])
    firsts = [floor(start, step)]
    while (following := after(firsts[-1], step)) < end:
        firsts.append(following)
    edges = np.array([day_start_us(day, zone) for day in [*firsts, following]], np.int64)
    numbers = [number(day, step) for day in firsts]
    return Steps(np.array(numbers, np.int64), edges[:-1], edges[1:])


def floor(day: date, step: Period) -> date:
    """The first day of the step in which a day lies."""
    if step == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if step == "month" else day


def after(day: date, step: Period) -> date:
    """The first day of the next step."""
    if step == "year":
        return day.replace(year=day.year + 1)
    return (day + timedelta(days=32)).replace(day=1) if step == "month" else day + timedelta(days=1)


def number(day: date, step: Period) -> int:
    """Yyyymmdd, yyyymm or yyyy."""
    if step == "year":
        return day.year
    return month_number(day) if step == "month" else day_number(day)


def pieces(start: date, end: date) -> list[Piece]:
    """[start, end) with as few rows of the ledger as there can be: whole months, and days at the edges."""
    first = start if start.day == 1 else after(floor(start, "month"), "month")
    last = floor(end, "month")
    if first >= last:
        return [Piece("day", day_number(start), day_number(end))] if start < end else []
    found = [Piece("month", month_number(first), month_number(last))]
    if start < first:
        found.insert(0, Piece("day", day_number(start), day_number(first)))
    if last < end:
        found.append(Piece("day", day_number(last), day_number(end)))
    return found
