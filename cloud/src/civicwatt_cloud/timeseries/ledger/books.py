"""The ledger: dirty hours are recomputed from readings, never incremented."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.ledger import marks, writing
from civicwatt_cloud.timeseries.ledger.bookings import Booked, Counters, book
from civicwatt_cloud.timeseries.ledger.counter_facts import facts_of
from civicwatt_cloud.timeseries.ledger.dependents import Dependents
from civicwatt_cloud.timeseries.ledger.errors import TwoBookkeepers
from civicwatt_cloud.timeseries.ledger.marks import Work
from civicwatt_cloud.timeseries.ledger.memory import BookMemory
from civicwatt_cloud.timeseries.ledger.models import HeldStep, LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore

CHUNK_POINTS = 512  # a chunk is one transaction: small enough that ingest does not wait long for its turn


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

    def recompute(self, limit: int = CHUNK_POINTS) -> Recomputed:
        """Book the dirty hours of up to `limit` points; (0, 0): nothing was dirty.

        Readings are in the store before they are marked, and the marks are read before the readings: so what
        is booked includes every reading whose mark is cleared, and only the marks that were read are.
        Errors: TwoBookkeepers.
        """
        with self.db.reading() as session:
            work = marks.next_work(session, limit)
            if not work.marks:
                return Recomputed(0, 0)
            first_hour = _first_hours(session, work)
            facts = facts_of(session, list(first_hour))
            counters = Counters(self.zone, first_hour, facts, lambda point: BookMemory(session, point))
            booked = [
                one
                for changed, points in _by_range(work.ranges, first_hour).items()
                for one in book(self.store, counters, points, changed)
                if one.replaced
            ]
        self.db.beside(lambda session: self._write(session, work, booked, first_hour))
        return Recomputed(len(work.ranges), sum(len(one.point) for one in booked))

    def recompute_all(self) -> Recomputed:
        """Recompute until nothing is dirty."""
        points = hours = 0
        while (done := self.recompute()).points:
            points, hours = points + done.points, hours + done.hours
        return Recomputed(points, hours)

    def _write(
        self, session: Session, work: Work, booked: Sequence[Booked], first_hour: Mapping[int, int]
    ) -> None:
        if not marks.done(session, work):
            raise TwoBookkeepers
        connection = session.connection()
        dependents = Dependents(session)
        for one in booked:
            dependents.note(one)
            writing.replace(connection, one, first_hour, self.zone)
        ranges = [(point, *hours) for point, mine in work.ranges.items() for hours in mine]
        ranges += [row for one in booked for row in one.replaced]
        writing.add_up(connection, [row for row in ranges if row[0] in first_hour], self.zone)
        _forget(session, [point for point in work.ranges if point not in first_hour])
        marks.mark_hours(session, dependents.found())


def _first_hours(session: Session, work: Work) -> dict[int, int]:
    """The hour from which on each point is booked; what is nobody's consumption is left out."""
    query = select(Point.id, Point.bound_from_us).where(Point.id.in_(list(work.ranges)), Point.is_consumption)
    return {point: -(-(bound_us or 0) // HOUR_US) for point, bound_us in session.execute(query)}


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
        for table in (LedgerHour, LedgerDay, LedgerMonth, HeldStep):
            session.execute(delete(table).where(table.point_id.in_(points)))
