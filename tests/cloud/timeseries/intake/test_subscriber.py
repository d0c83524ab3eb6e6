"""Ingest behind a real broker: acked means stored, whatever dies in between."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import structlog
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from cloud.timeseries.intake.link import connected, ingesting, until
from mosquitto import Mosquitto

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.roles import Role
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.queries import totals
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore, WriteResult
from civicwatt_protocols.clock import Clock

on_sqlite = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # both prove the same
KWH = 1_000_000
PointOf = Callable[[FakeGateway, str], int]


def slots(store: ReadingsStore, point: int) -> list[int]:
    return store.scan([point], 0, 2**62).ts_us.tolist()


async def test_when_the_ack_arrives_the_readings_are_in_the_store(
    mosquitto: Mosquitto,
    db: Database,
    store: ReadingsStore,
    clock: Clock,
    gateway: FakeGateway,
    point_of: PointOf,
) -> None:
    async with ingesting(mosquitto, db, store, clock), connected(mosquitto, gateway) as link:
        await link.send([gateway.birth()])
        for number, message in enumerate(gateway.hours(range(1, 6)), 1):
            await link.send([message])
            await until(lambda expected=number: expected in link.acked)
            assert len(slots(store, point_of(gateway, "import_active_energy"))) == number
    assert link.acked == {1, 2, 3, 4, 5}


@on_sqlite
async def test_f28_garbage_is_set_aside_and_the_next_message_is_accepted(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway
) -> None:
    async with ingesting(mosquitto, db, store, clock), connected(mosquitto, gateway) as link:
        await link.send([gateway.birth(), Message("spBv1.0/429900/DDATA/gw-01/M-1", b"\xffgarbage")])
        await link.send([Message("spBv1.0/nonsense", b"?"), *gateway.hours(range(1, 2))])
        await until(lambda: link.acked == {1})
    with db.reading() as session:
        assert {row.code for row in quarantine.listing(session)} == {"CW-P1300", "CW-P1302"}


@on_sqlite
async def test_data_without_a_catalogue_wait_for_the_rebirth_that_ingest_asks_for(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway
) -> None:
    async with ingesting(mosquitto, db, store, clock), connected(mosquitto, gateway) as link:
        await link.send(gateway.hours(range(1, 4)))
        await until(lambda: link.rebirths)
        assert link.acked == set()
        await link.send([gateway.birth()])
        await until(lambda: link.acked == {1, 2, 3})


@on_sqlite
async def test_a_fault_nobody_foresaw_is_logged_and_the_subscriber_goes_on(
    db: Database, store: ReadingsStore, clock: Clock
) -> None:
    ingest = Ingest(db, store, clock)
    no_host = "a" * 300  # fails before any socket is opened, and not with an MqttError
    with structlog.testing.capture_logs() as logged:
        running = asyncio.create_task(Subscriber(ingest, no_host, 1883).run())
        await until(lambda: running.done() or len(logged) >= 2)
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])
    assert {entry["event"] for entry in logged} == {"subscriber_failed"}


class StubBroker:
    """Speaks just enough MQTT 3.1.1: takes a connection, and answers a subscription when it is told to."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []  # the packet identifier of each subscription
        self._writer: asyncio.StreamWriter | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                kind, length = await reader.readexactly(2)
                body = await reader.readexactly(length)  # our own packets: shorter than 128 bytes
                if kind == 0x10:
                    writer.write(bytes([0x20, 2, 0, 0]))
                elif kind == 0x82:
                    self.asked.append(body[:2])
        writer.close()

    def answer(self, granted: int) -> None:
        assert self._writer is not None
        self._writer.write(bytes([0x90, 3, *self.asked[-1], granted]))


@contextlib.asynccontextmanager
async def asking(broker: StubBroker, ingest: Ingest) -> AsyncIterator[Subscriber]:
    """A subscriber that has asked the broker for its topic and has no answer yet."""
    role = Role("civicwatt-ingest-1", ("spBv1.0/#",))
    async with await asyncio.start_server(broker.serve, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        subscriber = Subscriber(ingest, "127.0.0.1", port, role=role)
        running = asyncio.create_task(subscriber.run())
        try:
            await until(lambda: broker.asked)
            yield subscriber
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@on_sqlite
async def test_connected_is_said_when_the_broker_has_taken_the_subscription_and_not_before(
    db: Database, store: ReadingsStore, clock: Clock
) -> None:
    broker = StubBroker()
    async with asking(broker, Ingest(db, store, clock)) as subscriber:
        assert not subscriber.connected
        broker.answer(granted=1)
        await until(lambda: subscriber.connected)


@on_sqlite
async def test_a_broker_that_refuses_the_subscription_is_no_connection(
    db: Database, store: ReadingsStore, clock: Clock
) -> None:
    broker = StubBroker()
    with structlog.testing.capture_logs() as logged:
        async with asking(broker, Ingest(db, store, clock)) as subscriber:
            broker.answer(granted=0x80)
            await until(lambda: len(broker.asked) > 1)  # it tries again
            assert not subscriber.connected
    lost = next(entry for entry in logged if entry["event"] == "broker_lost")
    assert lost["error"].startswith("spBv1.0/#: ")
    assert "broker_connected" not in {entry["event"] for entry in logged}


@on_sqlite
async def test_f06_a_broker_that_was_killed_is_found_again(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock, gateway: FakeGateway
) -> None:
    async with ingesting(mosquitto, db, store, clock) as subscriber:
        mosquitto.kill()
        await until(lambda: not subscriber.connected)
        mosquitto.start()
        async with connected(mosquitto, gateway) as link:
            await until(lambda: subscriber.connected)
            await link.send([gateway.birth(), *gateway.hours(range(1, 3))])
            await until(lambda: link.acked == {1, 2})


@on_sqlite
async def test_a_database_that_fails_for_a_while_gets_everything_in_the_end(
    mosquitto: Mosquitto,
    db: Database,
    store: ReadingsStore,
    clock: Clock,
    gateway: FakeGateway,
    point_of: PointOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = []

    def refuse(*_: object) -> None:
        refused.append(True)
        raise OSError("disk full")

    messages = dict(enumerate(gateway.hours(range(1, 20)), 1))
    async with ingesting(mosquitto, db, store, clock), connected(mosquitto, gateway) as link:
        monkeypatch.setattr(store, "write", refuse)
        await link.send([gateway.birth(), *messages.values()])
        await until(lambda: refused)
        assert link.acked == set()
        monkeypatch.undo()
        await link.send_until_acked(gateway, messages)
    assert len(slots(store, point_of(gateway, "import_active_energy"))) == 19


@on_sqlite
async def test_f11_while_a_database_is_slow_what_waits_is_bounded_and_nothing_is_lost(
    mosquitto: Mosquitto,
    db: Database,
    store: ReadingsStore,
    clock: Clock,
    gateway: FakeGateway,
    point_of: PointOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writing, proceed, write = threading.Event(), threading.Event(), store.write

    def slow(batch: Batch) -> WriteResult:
        writing.set()
        assert proceed.wait(60)
        return write(batch)

    messages = dict(enumerate(gateway.hours(range(1, 501)), 1))
    async with ingesting(mosquitto, db, store, clock) as subscriber, connected(mosquitto, gateway) as link:
        monkeypatch.setattr(subscriber.inbox, "_most_bytes", 50_000)
        monkeypatch.setattr(store, "write", slow)
        await link.send([gateway.birth(), messages[1]])
        await until(writing.is_set)
        await link.send(list(messages.values()))
        await until(lambda: subscriber.inbox.dropped)
        assert len(subscriber.inbox) < 150
        assert link.acked == set()
        proceed.set()
        await link.send_until_acked(gateway, messages)
    assert len(slots(store, point_of(gateway, "import_active_energy"))) == 500


@on_sqlite
async def test_f28_a_message_that_no_database_takes_is_set_aside_alone(
    mosquitto: Mosquitto,
    db: Database,
    store: ReadingsStore,
    clock: Clock,
    gateway: FakeGateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = store.write

    def refuse(batch: Batch) -> WriteResult:
        if 666.0 in batch.value:
            raise OSError("a value that this store cannot take")
        return write(batch)

    monkeypatch.setattr(store, "write", refuse)
    messages = dict(enumerate(gateway.hours(range(1, 8)), 1))
    async with ingesting(mosquitto, db, store, clock), connected(mosquitto, gateway) as link:
        await link.send([gateway.birth(), gateway.data(99, NOW_HOUR * HOUR_US, 666.0, 1.0)])
        await link.send_until_acked(gateway, messages)
    with db.reading() as session:
        [row] = quarantine.listing(session)
    assert (row.code, row.topic) == ("CW-T1006", "spBv1.0/429900/DDATA/gw-01/M-1")


@on_sqlite
async def test_f07_a_thousand_messages_while_ingest_is_away_are_not_lost(
    mosquitto: Mosquitto,
    db: Database,
    store: ReadingsStore,
    clock: Clock,
    gateway: FakeGateway,
    point_of: PointOf,
) -> None:
    messages = dict(enumerate(gateway.hours(range(1, 1201)), 1))
    async with connected(mosquitto, gateway) as link:
        await link.send([gateway.birth(), *messages.values()])
        async with ingesting(mosquitto, db, store, clock):
            assert link.acked == set()
            await link.send_until_acked(gateway, messages)
    found = slots(store, point_of(gateway, "import_active_energy"))
    assert (len(found), len(set(found))) == (1200, 1200)


async def test_f05_killed_between_store_and_marks_and_at_random_nothing_is_lost_or_double(
    mosquitto: Mosquitto,
    db: Database,
    gateway: FakeGateway,
    bind: Callable[[FakeGateway], None],
    point_of: PointOf,
    tmp_path: Path,
) -> None:
    bind(gateway)
    messages = dict(enumerate(gateway.hours(range(1, 401)), 1))
    random = np.random.default_rng(7)

    def start(*failpoint: str) -> subprocess.Popen[bytes]:
        script = Path(__file__).with_name("ingest_process.py")
        url = db.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, script, tmp_path, str(mosquitto.port), url, *failpoint]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    async with connected(mosquitto, gateway) as link:
        dying = start("die-before-marks")
        while dying.poll() is None:
            await link.send([gateway.birth(), messages[1]])
            await asyncio.sleep(0.05)
        assert (dying.returncode, link.acked) == (-signal.SIGKILL, set())
        store = DuckDBStore(tmp_path / "readings.duckdb")
        assert len(slots(store, point_of(gateway, "import_active_energy"))) == 1  # stored, but not marked
        store.close()
        for _ in range(3):
            killed = start()
            sending = asyncio.create_task(link.send_until_acked(gateway, messages))
            acked_before = len(link.acked)
            await until(lambda n=acked_before, task=sending: len(link.acked) > n or task.done())
            await asyncio.sleep(float(random.random()) * 0.05)
            killed.kill()
            killed.wait()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        last = start()
        await link.send_until_acked(gateway, messages)
        last.kill()
        last.wait()

    store = DuckDBStore(tmp_path / "readings.duckdb")
    point = point_of(gateway, "import_active_energy")
    expected = [(NOW_HOUR - 400) * HOUR_US + n * HOUR_US // 4 for n in range(1, 401)]
    assert slots(store, point) == expected
    Ledger(db, store, ZoneInfo("Asia/Shanghai")).recompute_all()
    with db.reading() as session:
        total = totals(session, "month", [point], 0, 999999)[point]
    assert (total.micro, total.covered_s) == (399 * KWH * 3 // 2, 399 * 900)
    store.close()
