"""Everything a ledger needs, for its tests."""

from dataclasses import dataclass

from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger import queries
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, HeldStep, LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore

LEFT_OUT = {"point_id", "peak", "rate"}


@dataclass
class Bench:
    """Everything a ledger needs, and what is in its books."""

    db: Database
    store: ReadingsStore
    ledger: Ledger

    def load(self, batch: Batch) -> None:
        load(self.db, self.store, batch)

    def books(self, *points: int) -> list[list[tuple[int, ...]]]:
        """Rows of hours, days, months and held steps, without point ids and rates."""
        with self.db.reading() as session:
            return [
                [
                    tuple(value for name, value in row._mapping.items() if name not in LEFT_OUT)
                    for row in session.execute(
                        select(table.__table__)
                        .where(table.point_id.in_(points))
                        .order_by(*table.__table__.primary_key)
                    )
                ]
                for table in (LedgerHour, LedgerDay, LedgerMonth, HeldStep)
            ]

    def rates(self, *points: int) -> list[tuple[int, ...]]:
        """The fastest rises of hours, and the rates of held ones."""
        hour, step = LedgerHour, HeldStep
        of_hours = select(hour.hour, hour.peak).where(hour.point_id.in_(points)).order_by(hour.hour)
        of_held = select(step.ts_us, step.rate).where(step.point_id.in_(points)).order_by(step.ts_us)
        with self.db.reading() as session:
            return [tuple(row) for query in (of_hours, of_held) for row in session.execute(query)]

    def totals(self, step: queries.Step, point: int, start: int, end: int) -> queries.Total | None:
        with self.db.reading() as session:
            return queries.totals(session, step, [point], start, end).get(point)

    def dirty(self) -> list[int]:
        with self.db.reading() as session:
            return list(session.scalars(select(DirtyRange.point_id)))
