"""S26, F35: the cloud's data are wiped and restored; what came after the backup the gateway sends again.

A real gateway's outbox and uplink, a real Mosquitto that runs on all the while, the whole cloud.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cloud.gateways.broker_site import until
from cloud.operations.conftest import KEY
from fastapi import FastAPI
from mosquitto import Mosquitto
from sqlalchemy import select, update

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit import metrics
from civicwatt_cloud.kit.alone import alone
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.operations.backup import backup
from civicwatt_cloud.operations.restore import restore
from civicwatt_cloud.timeseries.intake.sequences import received
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, LedgerHour
from civicwatt_cloud.timeseries.points import Point
from civicwatt_edge.config import Broker, Gateway
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import Record

GATEWAY, DIVISION, MEASURES = "gw-01", "429900", ["water_volume", "water_flow"]
HOUR_US = 3_600_000_000
Wait = Callable[..., None]


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings, modules=())
    with alone(settings.data_dir):
        async with app.router.lifespan_context(app):
            yield app


async def accept(outbox: Outbox, store: Store, count: int) -> None:
    """So many quarters of an hour."""
    catalogue = store.catalogue("M-1", "simulated/water_counter", MEASURES)
    first_us = Clock.real().now_us() // HOUR_US * HOUR_US - 48 * HOUR_US
    first = outbox.last_seq + 1
    for n in range(first, first + count):
        record = Record(0, first_us + n * HOUR_US // 4, "M-1", catalogue.hash, (n * 1.25, 0.5), {})
        await outbox.put(record)


def stored(app: FastAPI, epoch: str) -> list[tuple[int, int]]:
    with app.state.database.reading() as session:
        return received(session, GATEWAY, epoch)


def is_even(app: FastAPI) -> bool:
    with app.state.database.reading() as session:
        return session.scalar(select(DirtyRange.id).limit(1)) is None


def bind(app: FastAPI) -> None:
    """Have the ledger book the counter from its first reading."""
    with app.state.database.session() as session:
        counter = Point.measure == "water_volume"
        session.execute(update(Point).where(counter).values(is_consumption=True, bound_from_us=0))
        mark_all_dirty(session, session.scalars(select(Point.id).where(counter)).all())


async def books_of(app: FastAPI) -> tuple[list[object], list[object]]:
    """The booked hours and all readings, once nothing is left to book."""
    await until(lambda: is_even(app), 20)
    with app.state.database.reading() as session:
        hour = LedgerHour
        rows = select(hour.point_id, hour.hour, hour.micro, hour.covered_s, hour.quality)
        hours = session.execute(rows.order_by(hour.point_id, hour.hour)).all()
        points = session.scalars(select(Point.id)).all()
    found = app.state.store.scan(points, 0, 2**62)
    columns = (found.point.tolist(), found.ts_us.tolist(), found.value.tolist())
    return list(hours), list(zip(*columns, strict=True))


async def test_s26_f35_a_wiped_cloud_is_restored_and_the_gateway_sends_what_is_missing(
    settings: Settings, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = settings.model_copy(update={"mqtt_host": "127.0.0.1", "mqtt_port": mosquitto.port})
    settings.data_dir.mkdir()
    store = Store(tmp_path / "gateway")
    async with Outbox(store) as outbox:
        way = Broker(host="127.0.0.1", port=mosquitto.port)
        uplink = Uplink(Gateway(id=GATEWAY, division=DIVISION, data=""), way, outbox, Clock.real())
        sending = asyncio.create_task(uplink.run())
        async with running(settings) as app:
            await accept(outbox, store, 40)
            await until(lambda: stored(app, outbox.epoch) == [(1, 40)], 20)
            bind(app)
            written = await asyncio.to_thread(backup, settings, tmp_path / "a.cwbackup", KEY, quiet)
            await accept(outbox, store, 60)
            await until(lambda: stored(app, outbox.epoch) == [(1, 100)], 20)
            before = await books_of(app)
        shutil.rmtree(settings.data_dir)
        found = await asyncio.to_thread(restore, settings, written.path, KEY, quiet, force=False)
        assert found.rows == written.rows == 80
        async with running(settings) as app:
            assert stored(app, outbox.epoch) == [(1, 40)]
            await accept(outbox, store, 1)  # the gateway has noticed nothing, and goes on
            await until(lambda: stored(app, outbox.epoch) == [(1, 101)], 60)
            hours, readings = await books_of(app)
            assert counted("ingest_readings_total") >= 200 + 122
            assert counted("ingest_messages_total") > 160
            assert counted("ingest_commit_seconds_count") > 0
            assert 0 < counted("ingest_ack_lag_seconds") < 49 * 3600
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    assert (len(before[1]), len(readings)) == (200, 202)
    assert [row for row in readings if row in set(before[1])] == before[1]
    assert hours[: len(before[0]) - 1] == before[0][:-1]  # the last one was not over
    assert sum(row[2] for row in hours) == 100 * 1_250_000


def counted(name: str) -> float:
    """What this process has counted."""
    return metrics.REGISTRY.get_sample_value(f"civicwatt_{name}") or 0.0


def quiet(step: str, done: float) -> None:
    assert 0 <= done <= 1, step
