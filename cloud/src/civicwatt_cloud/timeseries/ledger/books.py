"""The ledger: dirty hours are recomputed from readings, never incremented."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select, text
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import bulk
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database, take_turn
from civicwatt_cloud.kit.postgresql import Turn
from civicwatt_cloud.timeseries.ledger.counter.booking import Booking, booking
from civicwatt_cloud.timeseries.ledger.counter.consumption import micro_of
from civicwatt_cloud.timeseries.ledger.counter.facts import Facts
from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement
from civicwatt_cloud.timeseries.ledger.hours import day_of, days_of, hour_runs, hours_of_days
from civicwatt_cloud.timeseries.ledger.models import (
    DirtyRange,
    HeldStep,
    LedgerDay,
    LedgerHour,
    LedgerMonth,
    ReplacementForm,
)
from civicwatt_cloud.timeseries.ledger.partitions import make_months
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import VALUE_LIMIT, Batch, Ints, ReadingsStore

ALL_HOURS = (0, 1_200_000)  # 1970 to 2106
CHUNK_POINTS = 16  # a chunk is one transaction: small enough that ingest does not wait long for its turn
_MERGE_H = 24  # dirty ranges this close are booked as one: cheaper than two, and the result is the same
_MARGIN_H = 6  # read this far around a change first; farther only where that cannot tell

_DELETE_MARKS = "DELETE FROM dirty_range WHERE id = ?"  # those that were read: others may come meanwhile
_DELETE_HOURS = "DELETE FROM ledger_hour WHERE point_id = ? AND hour >= ? AND hour < ?"
_HOUR_COLUMNS = ("point_id", "hour", "day", "micro", "covered_s", "quality")
_DELETE_HELD = "DELETE FROM held_step WHERE point_id = ? AND ts_us >= ? AND ts_us < ?"
_HELD_COLUMNS = ("point_id", "ts_us", "kind", "before_micro", "after_micro")
_DELETE_DAYS = "DELETE FROM ledger_day WHERE point_id = ? AND day BETWEEN ? AND ?"
_ROLL_DAYS = """
INSERT INTO ledger_day (point_id, day, micro, covered_s, quality)
SELECT point_id, day, sum(micro), sum(covered_s), max(quality) FROM ledger_hour
WHERE point_id = ? AND hour >= ? AND hour < ? GROUP BY point_id, day"""
_DELETE_MONTHS = "DELETE FROM ledger_month WHERE point_id = ? AND month BETWEEN ? AND ?"
_ROLL_MONTHS = """
INSERT INTO ledger_month (point_id, month, micro, covered_s, quality)
SELECT point_id, day / 100, sum(micro), sum(covered_s), max(quality) FROM ledger_day
WHERE point_id = ? AND day BETWEEN ? AND ? GROUP BY point_id, day / 100"""


class Recomputed(NamedTuple):
    """What one call did."""

    points: int
    hours: int


@dataclass
class Ledger:
    """Books what the readings say. One instance a store."""

    db: Database
    store: ReadingsStore
    zone: ZoneInfo  # days and months are cut in it

    def recompute(self, limit: int = CHUNK_POINTS) -> Recomputed:
        """Book the dirty hours of up to `limit` points in one transaction; (0, 0): nothing was dirty.

        Readings are in the store before they are marked: so what it reads includes every reading whose mark
        it clears, and it clears only the marks it has read.
        """
        with self.db.reading() as session:
            if session.scalar(select(DirtyRange.id).limit(1)) is None:
                return Recomputed(0, 0)
        return self.db.beside(partial(self._book, limit=limit))

    def _book(self, session: Session, limit: int) -> Recomputed:
        take_turn(session, Turn.BOOKS)
        points = session.scalars(select(DirtyRange.point_id).distinct().limit(limit)).all()
        dirty = select(DirtyRange.id, DirtyRange.point_id, DirtyRange.hour_from, DirtyRange.hour_to)
        marks = session.execute(dirty.where(DirtyRange.point_id.in_(points))).all()
        ranges = merged((point, start, end) for _, point, start, end in marks)
        counters = select(Point).where(Point.id.in_(points), Point.is_consumption)
        bound_from = {point.id: point.bound_from_us or 0 for point in session.scalars(counters)}
        replaced = replacements(session, bound_from)
        hours = 0
        for (hour_from, hour_to), members in _by_range(ranges, bound_from).items():
            for point, found in self._bookings(members, hour_from, hour_to, replaced):
                roll_from = min(hour_from, found.hour_from)
                hours += self._replace(session.connection(), point, found, bound_from[point], roll_from)
        _forget(session, [point for point in points if point not in bound_from])
        bulk.run(session.connection(), _DELETE_MARKS, [(mark.id,) for mark in marks])
        return Recomputed(len(points), hours)

    def recompute_all(self) -> Recomputed:
        """Recompute until nothing is dirty."""
        points = hours = 0
        while (done := self.recompute()).points:
            points, hours = points + done.points, hours + done.hours
        return Recomputed(points, hours)

    def _bookings(
        self, points: Sequence[int], hour_from: int, hour_to: int, replaced: dict[int, list[Replacement]]
    ) -> Iterable[tuple[int, Booking]]:
        """One booking a point, reading as far around the range as it takes to tell."""
        changed = (hour_from * HOUR_US, hour_to * HOUR_US)
        newest = self.store.latest(points)
        last = dict(zip(newest.point.tolist(), newest.value_ts_us.tolist(), strict=True))
        margin = _MARGIN_H * HOUR_US
        while points:
            t0, t1 = max(0, changed[0] - margin), changed[1] + margin
            columns = counters_of(self.store.scan(points, t0, t1))
            undecided = []
            first: set[int] | None = None
            for point in points:
                ts, micro = columns.get(point, (_NOTHING, _NOTHING))
                to_last = last.get(point, -1) < t1
                forms = replaced.get(point, [])
                book = partial(booking, ts, micro, changed, self.zone, to_last=to_last, facts=Facts(forms))
                found = book(from_first=t0 == 0)
                if found is None:
                    first = self._without_earlier(points, t0) if first is None else first
                    if point in first:
                        found = book(from_first=True)
                if found is None:
                    undecided.append(point)
                else:
                    yield point, found
            points, margin = undecided, margin * 8

    def _without_earlier(self, points: Sequence[int], t0_us: int) -> set[int]:
        """The points that have no value before t0."""
        return set(points) - set(self.store.buckets(points, 0, t0_us, max(t0_us, 1)).point.tolist())

    def _replace(
        self, connection: Connection, point: int, found: Booking, bound_from_us: int, roll_from: int
    ) -> int:
        """Replace hours, days and months of one point; what lies before its binding is not booked."""
        bound_hour = -(-bound_from_us // HOUR_US)
        hours = found.hours
        hour, micro, covered_s, quality, _ = (column[hours.hour >= bound_hour] for column in hours)
        columns = (hour, days_of(hour, self.zone), micro, covered_s, quality)
        rows = list(zip(repeat(point), *(column.tolist() for column in columns), strict=False))
        held = [(point, *step[:4]) for step in found.held if step.ts_us >= bound_from_us]
        replaced = [(point, 0, bound_hour), (point, found.hour_from, found.hour_to)]
        bulk.run(connection, _DELETE_HOURS, replaced)
        make_months(connection, hour)
        bulk.insert_rows(connection, "ledger_hour", _HOUR_COLUMNS, rows)
        ends = [(p, start * HOUR_US, end * HOUR_US) for p, start, end in replaced]
        bulk.run(connection, _DELETE_HELD, ends)
        bulk.insert_rows(connection, "held_step", _HELD_COLUMNS, held)
        first_day, last_day = (
            day_of(roll_from, self.zone),
            day_of(max(roll_from, found.hour_to - 1), self.zone),
        )
        edges = hours_of_days(first_day, last_day, self.zone)
        bulk.run(connection, _DELETE_DAYS, [(point, first_day, last_day)])
        bulk.run(connection, _ROLL_DAYS, [(point, *edges)])
        first_month, last_month = first_day // 100, last_day // 100
        bulk.run(connection, _DELETE_MONTHS, [(point, first_month, last_month)])
        bulk.run(connection, _ROLL_MONTHS, [(point, first_month * 100, last_month * 100 + 99)])
        return len(rows)


def mark_dirty(session: Session, point: NDArray[np.int32], ts_us: Ints) -> None:
    """Note that these readings of counters are in the store, also those that were there before."""
    columns = ("point_id", "hour_from", "hour_to")
    bulk.insert_rows(session.connection(), "dirty_range", columns, hour_runs(point, ts_us))


def mark_all_dirty(session: Session, points: Iterable[int]) -> None:
    """Have these points booked afresh from their first reading."""
    session.add_all(
        DirtyRange(point_id=point, hour_from=ALL_HOURS[0], hour_to=ALL_HOURS[1]) for point in points
    )


def replacements(session: Session, points: Iterable[int]) -> dict[int, list[Replacement]]:
    """The replacements of these points, by point and time; a point without one is left out."""
    found: dict[int, list[Replacement]] = {}
    form = ReplacementForm
    query = select(form.point_id, form.at_us, form.old_final_micro, form.new_initial_micro)
    for point, *facts in session.execute(query.where(form.point_id.in_(points)).order_by(form.at_us)):
        found.setdefault(point, []).append(Replacement(*facts))
    return found


def merged(ranges: Iterable[tuple[int, int, int]]) -> dict[int, list[tuple[int, int]]]:
    """(point, from, to) as disjoint ranges by point, near ones joined."""
    result: dict[int, list[tuple[int, int]]] = {}
    for point, start, end in sorted(ranges):
        mine = result.setdefault(point, [])
        if mine and start <= mine[-1][1] + _MERGE_H:
            mine[-1] = (mine[-1][0], max(mine[-1][1], end))
        else:
            mine.append((start, end))
    return result


class Violation(NamedTuple):
    """A day or month that is not the sum of its parts."""

    step: str
    point_id: int
    period: int
    micro: int  # parts − whole
    covered_s: int


def violations(session: Session) -> list[Violation]:
    """Check Σ hours = day and Σ days = month, for every point and period; empty when the books are right."""
    return [
        Violation(step, *row)
        for step, parts, key, whole in (
            ("day", "ledger_hour", "day", "ledger_day"),
            ("month", "ledger_day", "day / 100", "ledger_month"),
        )
        for row in session.execute(
            text(
                f"SELECT point_id, period, sum(micro), sum(covered_s) FROM ("  # noqa: S608 - our own names
                f"SELECT point_id, {key} AS period, micro, covered_s, 1 AS part, 0 AS whole FROM {parts} "
                f"UNION ALL SELECT point_id, {step}, -micro, -covered_s, 0, 1 FROM {whole}) AS entries "
                "GROUP BY point_id, period "
                "HAVING sum(micro) <> 0 OR sum(covered_s) <> 0 OR max(part) = 0 OR max(whole) = 0"
            )
        )
    ]


_NOTHING = np.zeros(0, np.int64)


def counters_of(batch: Batch) -> dict[int, tuple[Ints, Ints]]:
    """Times and micros by point, without gaps and without values that cannot be exact."""
    batch = batch.take(np.abs(batch.value) <= VALUE_LIMIT)
    points, starts = np.unique(batch.point, return_index=True)
    micro = micro_of(batch.value)
    ends = np.append(starts, len(batch))[1:]
    return {
        point: (batch.ts_us[start:end], micro[start:end])
        for point, start, end in zip(points.tolist(), starts.tolist(), ends.tolist(), strict=True)
    }


def _by_range(
    ranges: dict[int, list[tuple[int, int]]], wanted: Iterable[int]
) -> dict[tuple[int, int], list[int]]:
    """Points that need the same hours are read together."""
    groups: dict[tuple[int, int], list[int]] = {}
    for point in wanted:
        for hours in ranges[point]:
            groups.setdefault(hours, []).append(point)
    return groups


def _forget(session: Session, points: Sequence[int]) -> None:
    """Points that are nobody's consumption have no rows."""
    for table in (LedgerHour, LedgerDay, LedgerMonth, HeldStep):
        session.execute(delete(table).where(table.point_id.in_(points)))
