"""Closed months stay as they were reported: what would change them becomes a proposal 更正单."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US, day_number
from civicwatt_cloud.timeseries.ledger.books.bookings import NewHours, Replaced
from civicwatt_cloud.timeseries.ledger.books.computed import NewDays
from civicwatt_cloud.timeseries.ledger.closing import closed_months, corrections
from civicwatt_cloud.timeseries.ledger.closing.causes import causes_of
from civicwatt_cloud.timeseries.ledger.closing.corrections import CORRECTED, Finding, Sum
from civicwatt_cloud.timeseries.ledger.closing.models import ClosedMonth
from civicwatt_cloud.timeseries.ledger.counter.consumption import Hours
from civicwatt_cloud.timeseries.ledger.days import HOUR_S, Days, seconds_of
from civicwatt_cloud.timeseries.ledger.marks import Range, merged
from civicwatt_cloud.timeseries.ledger.months import days_of_month, hours_of_month
from civicwatt_cloud.timeseries.stores.readings import Bools, Ints

_NEAR_H = 24  # so near a change a month may differ by it [engineering default]


class Months(NamedTuple):
    """What persons have decided of months (yyyymm) of points."""

    closed: Mapping[int, set[int]]
    opened: Mapping[int, set[int]]  # by an approved correction, for one recompute
    settled: Mapping[tuple[int, int], int]  # values of persons [micro]

    @classmethod
    def of(cls, session: Session, points: Iterable[int]) -> "Months":
        """Of these points."""
        if session.scalar(select(ClosedMonth.month).limit(1)) is None:
            return cls({}, {}, {})
        asked = list(points)
        closed, opened = closed_months.closed(session, asked), corrections.reopened(session, asked)
        return cls(closed, opened, corrections.settled(session, asked))

    def of_point(self, point: int) -> set[int]:
        """Those that are booked whole or not at all."""
        return self.closed.get(point, set()) | self.opened.get(point, set())


def whole_months(
    ranges: Mapping[int, Sequence[Range]], months: Months, zone: ZoneInfo
) -> dict[int, list[Range]]:
    """Dirty hours by point, those of a month that is booked whole extended to all of it.

    A change reaches a little beyond its hours: a month that begins or ends near them counts as touched.
    """
    rows = []
    for point, mine in ranges.items():
        rows += [(point, *one) for one in mine]
        for month in months.of_point(point):
            first, after = hours_of_month(month, zone)
            if any(first < end + _NEAR_H and start - _NEAR_H < after for start, end in mine):
                rows.append((point, first, after))
    return merged(rows)


@dataclass(frozen=True)
class Withholding:
    """Takes the closed months out of what is booked; one instance a transaction.

    Only a month that was asked for whole is proposed or, when it is open, booked. Of another one that a
    booking reaches into nothing changes: what is to change there has its own mark.
    """

    session: Session
    zone: ZoneInfo
    now_us: int
    asked: Mapping[int, Sequence[Range]]  # dirty hours by point, as whole_months() has extended them
    known: Months  # when they were read
    months: Months  # now

    def hours(self, booked: NewHours) -> tuple[NewHours, list[tuple[int, int, int]]]:
        """What is to be replaced, and months (point, from, to) that were closed meanwhile: once more."""
        again: list[tuple[int, int, int]] = []
        for one in booked.replaced:
            closed = self.months.closed.get(one.point, set())
            for month in sorted(self.months.of_point(one.point)):
                start, end = hours_of_month(month, self.zone)
                if start >= one.hour_to or end <= one.hour_from:
                    continue
                hour = booked.hours.hour
                rows = (booked.point == one.point) & (hour >= start) & (hour < end)
                is_asked = self._is_asked(one.point, month)
                if is_asked and month not in closed:
                    booked = self._settled(booked, one, month, rows)
                    continue
                if is_asked:
                    self._propose(one.point, month, _sum(booked, rows))
                elif month in closed - self.known.of_point(one.point):
                    again.append((one.point, start, end))
                booked = _without(booked, rows, Replaced(one.point, start, end))
        return booked, again

    def _is_asked(self, point: int, month: int) -> bool:
        """Whether all of a month is being booked."""
        first, after = hours_of_month(month, self.zone)
        return any(start <= first and after <= end for start, end in self.asked.get(point, ()))

    def days(self, booked: NewDays) -> tuple[NewDays, list[int]]:
        """What is to be replaced, and the months in which nothing is."""
        shut = sorted(self.months.closed.get(booked.point, ()))
        shut = [month for month in shut if booked.first // 100 <= month <= booked.last // 100]
        month_of = booked.days.day // 100
        for month in shut:
            mine = month_of == month
            columns = (booked.days.micro[mine], booked.days.covered_s[mine], booked.days.quality[mine])
            self._propose(booked.point, month, _total(columns))
        keeps = ~np.isin(month_of, shut)
        days = Days(*(column[keeps] for column in booked.days))
        for month in self.months.opened.get(booked.point, ()):
            if self._is_asked(booked.point, month):
                days = self._settled_days(days, booked.point, month)
        return booked._replace(days=days), shut

    def applied(self) -> None:
        """The books have taken what was approved."""
        for point, months in self.months.opened.items():
            taken = [month for month in months if self._is_asked(point, month)]
            corrections.applied(self.session, point, taken, self.now_us)

    def _propose(self, point: int, month: int, value: Sum) -> None:
        causes = causes_of(self.session, point, month, self.zone)
        corrections.propose(self.session, Finding(point, month, value, causes), self.now_us, self.zone)

    def _settled(self, booked: NewHours, one: Replaced, month: int, rows: Bools) -> NewHours:
        """A month's hours as a person settled them, placed as the meter's own hours are."""
        point = one.point
        total = self.months.settled.get((point, month))
        if total is None:
            return booked
        start, end = hours_of_month(month, self.zone)
        hour = np.arange(start, end)
        micro, peak = np.zeros((2, len(hour)), np.int64)
        micro[booked.hours.hour[rows] - start] = booked.hours.micro[rows]
        peak[booked.hours.hour[rows] - start] = booked.hours.peak[rows]
        full, corrected = np.full(len(hour), HOUR_S), np.full(len(hour), CORRECTED)
        mine = Hours(hour, corrections.settle(micro, total), full, corrected, peak)
        joined = Hours(
            *(np.concatenate([old[~rows], new]) for old, new in zip(booked.hours, mine, strict=True))
        )
        points = np.concatenate([booked.point[~rows], np.full(len(hour), point)])
        order = np.lexsort((joined.hour, points))
        wider = Replaced(point, min(one.hour_from, start), max(one.hour_to, end))
        replaced = [wider if other == one else other for other in booked.replaced]
        return booked._replace(
            replaced=replaced, point=points[order], hours=Hours(*(column[order] for column in joined))
        )

    def _settled_days(self, days: Days, point: int, month: int) -> Days:
        """The same for a point that has days only."""
        total = self.months.settled.get((point, month))
        if total is None:
            return days
        mine = days.day // 100 == month
        first, after = days_of_month(month)
        dates = [first + timedelta(days=n) for n in range((after - first).days)]
        day = np.array([day_number(one) for one in dates], np.int64)
        micro = np.zeros(len(day), np.int64)
        micro[np.searchsorted(day, days.day[mine])] = days.micro[mine]
        seconds = np.array([seconds_of(one, self.zone) for one in dates], np.int64)
        settled = Days(day, corrections.settle(micro, total), seconds, np.full(len(day), CORRECTED))
        joined = (np.concatenate([old[~mine], new]) for old, new in zip(days, settled, strict=True))
        order = np.argsort(np.concatenate([days.day[~mine], day]))
        return Days(*(column[order] for column in joined))


def _sum(booked: NewHours, rows: Bools) -> Sum:
    return _total((booked.hours.micro[rows], booked.hours.covered_s[rows], booked.hours.quality[rows]))


def _total(columns: Sequence[Ints]) -> Sum:
    micro, covered_s, quality = columns
    return Sum(int(micro.sum()), int(covered_s.sum()), int(quality.max(initial=0)))


def _without(booked: NewHours, rows: Bools, out: Replaced) -> NewHours:
    """The booking without a range of hours of one point."""
    replaced = []
    for one in booked.replaced:
        if one.point != out.point or out.hour_from >= one.hour_to or out.hour_to <= one.hour_from:
            replaced.append(one)
            continue
        parts = ((one.hour_from, out.hour_from), (out.hour_to, one.hour_to))
        replaced += [Replaced(one.point, *part) for part in parts if part[0] < part[1]]
    keeps = ~rows
    return NewHours(
        replaced,
        booked.point[keeps],
        Hours(*(column[keeps] for column in booked.hours)),
        [
            (point, step)
            for point, step in booked.held
            if point != out.point or not out.hour_from <= step.ts_us // HOUR_US < out.hour_to
        ],
        [
            (point, ts_us)
            for point, ts_us in booked.thin
            if point != out.point or not out.hour_from <= ts_us // HOUR_US < out.hour_to
        ],
    )
