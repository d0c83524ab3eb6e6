"""Readings that come another way than from a gateway: history, files."""

import numpy as np
from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.ledger.marks import mark_dirty
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore, WriteResult


def load(db: Database, store: ReadingsStore, batch: Batch) -> WriteResult:
    """Store the batch, then mark its hours: the order that ingest keeps too. The ledger follows later."""
    result = store.write(batch)
    with db.session() as session:
        counters = session.scalars(select(Point.id).where(Point.is_counter)).all()
        rows = batch.take(np.isin(batch.point, counters))
        mark_dirty(session, rows.point, rows.ts_us)
    return result
