"""Institutions' parts of shared counters, added to the sums of the others: exact, day by day.

A shared counter is expected, and its seconds count, for each institution on the days on which it has a part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, date_of, day_number, day_start_us
from civicwatt_cloud.timeseries.figures.sharing import Sharing
from civicwatt_cloud.timeseries.figures.steps import Ints, Steps
from civicwatt_cloud.timeseries.figures.summed import UNCERTAIN, Sums
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.ledger.days import as_date
from civicwatt_cloud.timeseries.ledger.queries import Columns, Period, Piece
from civicwatt_cloud.timeseries.ledger.shares.dividing import Division, divide, divide_hours
from civicwatt_cloud.timeseries.points import Point


class Look(NamedTuple):
    """A view of the database, and until when anything is expected of it."""

    session: Session
    zone: ZoneInfo
    until_us: int


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What one institution has of one shared counter, and the group to which it is added."""

    point: int
    bound_from_us: int
    sharing: Sharing
    institution: int
    group: int


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of the ledger with their business day and the place of their step; -1: before the first."""

    rows: Columns
    day: Ints
    place: Ints

    def of(self, part: Part, *, hourly: bool = False) -> Iterator[tuple[Ints, Division]]:
        """The places of the rows in which the institution has a part, and what it has."""
        first, last = np.searchsorted(self.rows.point, [part.point, part.point + 1]).tolist()
        of = divide_hours if hourly else divide
        sharing = part.sharing
        for one in of(self.day[first:last], self.rows.micro[first:last], sharing.dated, sharing.owner):
            if one.institution == part.institution:
                yield one.places + first, one


def add(look: Look, found: Sums, parts: Sequence[Part], steps: Steps, step: Period) -> None:
    """Add the parts to the sums of their groups."""
    if not parts:
        return
    hourly = step == "hour"
    rows = _read(look, parts, steps, hourly=hourly)
    for part in parts:
        _expect(look, found, part, steps)
        for places, one in rows.of(part, hourly=hourly):
            known = rows.place[places] >= 0
            at = places[known]
            place = rows.place[at]
            np.add.at(found.micro[part.group], place, one.micro[known])
            np.add.at(found.rows[part.group], place, 1)
            np.maximum.at(found.worst[part.group], place, rows.rows.quality[at])
            _cover(found, part, rows, at, 1)
    if not hourly:
        _leave_unsettled(look, found, parts, steps)


def _read(look: Look, parts: Sequence[Part], steps: Steps, *, hourly: bool) -> _Rows:
    """The days of the steps; of steps of an hour the hours, from the beginning of their day on."""
    zone = look.zone
    first = date_of(int(steps.start_us[0]), zone)
    last = date_of(int(steps.end_us[-1]) - 1, zone) + timedelta(days=1)
    if hourly:
        piece = Piece("hour", day_start_us(first, zone) // HOUR_US, int(steps.end_us[-1]) // HOUR_US)
        return _hours(look, parts, steps, piece)
    rows = ledger.columns(look.session, Piece("day", day_number(first), day_number(last)), _ids(parts), "day")
    numbers, back = np.unique(rows.period, return_inverse=True)
    starts = np.array([day_start_us(as_date(day), zone) for day in numbers.tolist()], np.int64)
    return _Rows(rows, rows.period, _place(steps, starts)[back])


def _hours(look: Look, parts: Sequence[Part], steps: Steps, piece: Piece) -> _Rows:
    rows = ledger.columns(look.session, piece, _ids(parts), "hour")
    numbers, back = np.unique(rows.period, return_inverse=True)
    days = [day_number(date_of(hour * HOUR_US, look.zone)) for hour in numbers.tolist()]
    return _Rows(rows, np.array(days, np.int64)[back], _place(steps, numbers * HOUR_US)[back])


def _ids(parts: Sequence[Part]) -> Select[int]:
    return select(Point.id).where(Point.id.in_({part.point for part in parts}))


def _place(steps: Steps, start_us: Ints) -> Ints:
    return np.searchsorted(steps.start_us, start_us, side="right").astype(np.int64) - 1


def _cover(found: Sums, part: Part, rows: _Rows, at: Ints, sign: int) -> None:
    place, covered_s = rows.place[at], sign * rows.rows.covered_s[at]
    np.add.at(found.covered_s[part.group], place, covered_s)
    for quality in UNCERTAIN:
        mine = rows.rows.quality[at] == quality.code
        np.add.at(found.uncertain[quality][part.group], place[mine], covered_s[mine])


def _expect(look: Look, found: Sums, part: Part, steps: Steps) -> None:
    zone, until_us = look.zone, look.until_us
    ends = np.minimum(steps.end_us, until_us)
    for span in part.sharing.spans(part.institution):
        first_us = 0 if span.start == date.min else day_start_us(span.start, zone)
        last_us = until_us if span.end == date.max else day_start_us(span.end, zone)
        begins = np.maximum(steps.start_us, max(first_us, part.bound_from_us))
        found.expected_s[part.group] += np.maximum(0, np.minimum(ends, last_us) - begins) // SECOND_US


def _leave_unsettled(look: Look, found: Sums, parts: Sequence[Part], steps: Steps) -> None:
    """Take out of the covered seconds what lies in hours that are not settled yet."""
    first = max(look.until_us, int(steps.start_us[0])) // HOUR_US
    last = int(steps.end_us[-1]) // HOUR_US
    if first >= last:
        return
    rows = _hours(look, parts, steps, Piece("hour", first, last))
    for part in parts:
        for at, _ in rows.of(part):
            _cover(found, part, rows, at, -1)
        for seconds in (found.covered_s, *found.uncertain.values()):
            np.maximum(seconds[part.group], 0, out=seconds[part.group])
