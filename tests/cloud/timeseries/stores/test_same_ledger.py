"""The same readings in another store: the same ledger, digit for digit."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.models import HeldStep, LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.points import ensure_gateway, new_point
from civicwatt_cloud.timeseries.stores.promises.checking import empty_store
from civicwatt_cloud.timeseries.stores.promises.given import T
from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch, ReadingsStore
from civicwatt_cloud.timeseries.stores.urls import parse

Step = Callable[[ReadingsStore], None]
METERS = 3
ZONE = ZoneInfo("Asia/Shanghai")


def batches(points: list[int]) -> list[Batch]:
    """Four days of counters, unevenly read: gaps, a glitch, a fall, late and repeated rows, in any order."""
    random = np.random.default_rng(11)
    ts = T - 4 * DAY_US + np.sort(random.choice(4 * 1440, 700, replace=False)) * 60_000_000
    parts = []
    for point in points:
        value = np.round(1e5 * point + np.cumsum(random.random(700)) * 1.234567, 6)
        value[random.random(700) < 0.1] = np.nan
        value[400 + point] = 0.0
        if point == points[-1]:
            value[500:] -= 50_000.0
        parts.append(Batch.of(point, ts, value, np.isnan(value)))
    rows = Batch.join(parts)
    rows = rows.take(random.permutation(len(rows)))
    third = len(rows) // 3
    picked = [np.arange(third), np.arange(third, 2 * third), np.arange(third // 2, len(rows))]
    return [rows.take(some) for some in picked]


def booked(
    database: Database, store: ReadingsStore, after_each: Callable[[ReadingsStore], None]
) -> list[object]:
    """The whole ledger that follows."""
    with database.session() as session:
        ensure_gateway(session, "gw-01")
        made = [new_point("gw-01", f"M-{n}", "import_active_energy", "acrel/adw300") for n in range(METERS)]
        for point in made:
            point.is_consumption, point.bound_from_us = True, 0
        session.add_all(made)
        session.flush()
        points = [point.id for point in made]
    ledger = Ledger(database, store, ZONE)
    for batch in batches(points):
        load(database, store, batch)
        after_each(store)
        ledger.recompute_all()
    rows: list[object] = []
    with database.reading() as session:
        for table in (LedgerHour, LedgerDay, LedgerMonth, HeldStep):
            columns = [column for column in table.__table__.columns if column.name != "id"]
            rows += sorted(tuple(row) for row in session.execute(select(*columns)))
    return rows


def seal(store: ReadingsStore) -> None:
    if hasattr(store, "seal"):
        store.seal(T - DAY_US)


def test_every_store_gives_the_same_ledger_digit_for_digit(addresses: list[str], tmp_path: Path) -> None:
    ledgers = []
    for number, (url, after_each) in enumerate(
        [(addresses[0], lambda _: None), (addresses[0], seal), *((url, seal) for url in addresses[1:])]
    ):
        database = Database.at(tmp_path / f"{number}.sqlite")
        database.upgrade()
        with empty_store(parse(url)) as opener:
            store = opener()
            ledgers.append(booked(database, store, after_each))
            store.close()
        database.close()
    assert len(ledgers[0]) > 4 * 24 * METERS * 0.8
    assert all(ledger == ledgers[0] for ledger in ledgers)
