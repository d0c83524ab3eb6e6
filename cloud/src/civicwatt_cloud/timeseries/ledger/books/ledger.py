"""The ledger: dirty hours are recomputed from readings, never incremented."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import metrics
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.ledger import marks
from civicwatt_cloud.timeseries.ledger.books import writing
from civicwatt_cloud.timeseries.ledger.books.bookings import Counters, NewHours, book
from civicwatt_cloud.timeseries.ledger.books.computed import NewDays, computed
from civicwatt_cloud.timeseries.ledger.books.dependents import Dependents
from civicwatt_cloud.timeseries.ledger.books.errors import TwoBookkeepers
from civicwatt_cloud.timeseries.ledger.books.memory import BookMemory
from civicwatt_cloud.timeseries.ledger.books.withholding import Months, Withholding, whole_months
from civicwatt_cloud.timeseries.ledger.facts.known import facts_of
from civicwatt_cloud.timeseries.ledger.marks import Work
from civicwatt_cloud.timeseries.ledger.models import HeldStep, LedgerDay, LedgerHour, LedgerMonth, ThinRise
from civicwatt_cloud.timeseries.points import Point, Source
from civicwatt_cloud.timeseries.stores.errors import StoreError
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock, MachineClock

log = structlog.get_logger()

CHUNK_POINTS = 512  # a chunk is one transaction: small enough that ingest does not wait long for its turn

# A store or database that is away, or another bookkeeper: no point is at fault, and each would be waited for.
AWAY = (StoreError, TwoBookkeepers, OSError, OperationalError)


class Recomputed(NamedTuple):
    """What one call did."""

    points: int
    hours: int


@dataclass
class Ledger:
    """Books what the readings say. One instance a database, in one process."""

    db: Database
    store: ReadingsStore
    zone: ZoneInfo  # days and months are cut in it
    clock: Clock = field(default_factory=MachineClock.real)  # what a proposed correction is dated by

    def recompute(self, limit: int = CHUNK_POINTS) -> Recomputed:
        """Book the dirty hours of up to `limit` points; (0, 0): nothing was dirty.

        Readings are in the store before they are marked, and the marks are read before the readings: so what
        is booked includes every reading whose mark is cleared, and only the marks that were read are.
        A point that cannot be booked keeps no other from being booked: it stays dirty, and is named.
        Errors: TwoBookkeepers.
        """
        try:
            chunk = self._prepare(limit)
            return self._commit(chunk) if chunk else Recomputed(0, 0)
        except AWAY:
            raise
        except Exception:
            log.exception("points_not_booked_together")
            return self._one_by_one(limit)

    def _one_by_one(self, limit: int) -> Recomputed:
        """The first dirty points, each in a transaction of its own."""
        with self.db.reading() as session:
            dirty = sorted(marks.next_work(session, limit).ranges)
        points = hours = 0
        for point in dirty:
            try:
                chunk = self._prepare(1, point - 1)
                done = self._commit(chunk) if chunk else Recomputed(0, 0)
            except AWAY:
                raise
            except Exception:
                metrics.LEDGER_FAILED.inc()
                log.exception("point_not_booked", point=point)
                continue
            points, hours = points + done.points, hours + done.hours
        return Recomputed(points, hours)

    def recompute_all(self) -> Recomputed:
        """Recompute until nothing is dirty; the next points are read while the last are written."""
        points = hours = 0
        with ThreadPoolExecutor(1) as ahead:
            while chunk := self._prepare(CHUNK_POINTS):
                while chunk:
                    following = ahead.submit(self._prepare, CHUNK_POINTS, max(chunk.work.ranges))
                    done = self._commit(chunk)
                    points, hours = points + done.points, hours + done.hours
                    chunk = following.result()
        return Recomputed(points, hours)

    def _prepare(self, limit: int, after: int = 0) -> "_Chunk | None":
        """What is dirty of the points after one, and what their readings say; None: nothing is."""
        with self.db.reading() as session:
            work = marks.next_work(session, limit, after)
            if not work.marks:
                return None
            months = Months.of(session, work.ranges)
            work = work._replace(ranges=whole_months(work.ranges, months, self.zone))
            points = _points(session, work)
            return _Chunk(work, points, list(self._read(session, work, points)), months)

    def _commit(self, chunk: "_Chunk") -> Recomputed:
        self.db.beside(lambda session: self._write(session, chunk))
        return Recomputed(len(chunk.work.ranges), sum(len(one.point) for one in chunk.booked))

    def _read(self, session: Session, work: Work, points: "_Points") -> Iterator[NewHours]:
        """What the readings say of the meters among the dirty points."""
        meters = [point for point in points.first_hour if point not in points.others]
        facts = facts_of(session, meters)
        counters = Counters(self.zone, points.first_hour, facts, lambda point: BookMemory(session, point))
        for changed, asked in _by_range(work.ranges, meters).items():
            yield from (one for one in book(self.store, counters, asked, changed) if one.replaced)

    def _write(self, session: Session, chunk: "_Chunk") -> None:
        """Replace what was dirty, and mark what depends on what became different."""
        work, points, booked, known = chunk
        if not marks.done(session, work):
            raise TwoBookkeepers
        book = _Book(
            session,
            self.zone,
            points.first_hour,
            Withholding(
                session,
                self.zone,
                self.clock.now_us(),
                work.ranges,
                known,
                Months.of(session, work.ranges),
            ),
            Dependents(session, self.zone),
        )
        again = book.replace_hours(work, booked)
        others = computed(session, work.ranges, points.others, self.zone)
        again += book.replace_hours(work, others.hours)
        for days in others.days:
            book.replace_days(days)
        book.withholding.applied()
        _forget(session, [point for point in work.ranges if point not in points.first_hour])
        marks.mark_hours(session, [*again, *book.dependents.found()])


class _Chunk(NamedTuple):
    """Points that are booked in one transaction, and their new hours."""

    work: Work
    points: "_Points"
    booked: Sequence[NewHours]
    months: Months  # as they were when it was read


class _Book(NamedTuple):
    """What one transaction replaces hours and days with."""

    session: Session
    zone: ZoneInfo
    first_hour: Mapping[int, int]
    withholding: Withholding
    dependents: Dependents

    def replace_hours(self, work: Work, booked: Sequence[NewHours]) -> list[tuple[int, int, int]]:
        """Returns the months that were closed meanwhile: they are booked again."""
        again: list[tuple[int, int, int]] = []
        ranges: list[tuple[int, int, int]] = []
        for found in booked:
            one, closed_meanwhile = self.withholding.hours(found)
            again += closed_meanwhile
            self.dependents.note(one)
            writing.replace(self.session.connection(), one, self.first_hour, self.zone)
            ranges += one.replaced
        points = {point for point, _, _ in ranges}
        ranges += [(point, *hours) for point in points for hours in work.ranges[point]]
        writing.add_up(self.session.connection(), ranges, self.zone)
        return again

    def replace_days(self, booked: NewDays) -> None:
        """Of a point that has no hours."""
        one, closed_months = self.withholding.days(booked)
        self.dependents.note_days(one)
        writing.replace_days(self.session.connection(), one, closed_months)


class _Points(NamedTuple):
    """Of the dirty points, those that are somebody's consumption."""

    first_hour: dict[int, int]  # from which on a point is booked
    others: dict[int, str]  # the source of those that no meter serves


def _points(session: Session, work: Work) -> _Points:
    found = _Points({}, {})
    between = Point.id.between(min(work.ranges), max(work.ranges))
    query = select(Point.id, Point.bound_from_us, Point.source).where(between, Point.is_consumption)
    for point, bound_us, source in session.execute(query):
        if point in work.ranges:
            found.first_hour[point] = -(-(bound_us or 0) // HOUR_US)
            if source != Source.METER:
                found.others[point] = source
    return found


def _by_range(
    ranges: Mapping[int, Iterable[tuple[int, int]]], wanted: Iterable[int]
) -> dict[tuple[int, int], list[int]]:
    """Points that need the same hours are read together."""
    groups: dict[tuple[int, int], list[int]] = {}
    for point in wanted:
        for hours in ranges[point]:
            groups.setdefault(hours, []).append(point)
    return groups


def _forget(session: Session, points: Sequence[int]) -> None:
    """Points that are nobody's consumption have no rows."""
    if points:
        for table in (LedgerHour, LedgerDay, LedgerMonth, HeldStep, ThinRise):
            session.execute(delete(table).where(table.point_id.in_(points)))
