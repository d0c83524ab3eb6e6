"""`civicwatt cloud worker`: real processes on a real InfluxDB, shared by the broker, killed at will."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import readings_servers
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from cloud.timeseries.intake.link import connected, until
from mosquitto import Mosquitto
from readings_servers import ReadingsServer
from sqlalchemy import select
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.errors import StoreIsEmbedded
from civicwatt_cloud.timeseries.intake.sequences import received
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_protocols.clock import Clock

Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def readings(tmp_path: Path) -> Iterator[ReadingsServer]:
    (tmp_path / "influxdb").mkdir()
    server = readings_servers.influxdb(tmp_path / "influxdb")
    if server is None:
        pytest.skip("influxdb is not installed: workers as processes are not tested")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def start(tmp_path: Path, mosquitto: Mosquitto, readings: ReadingsServer) -> Iterator[Start]:
    """Starts another worker; whatever still runs at the end is killed."""
    config = tmp_path / "cloud.toml"
    config.write_text(
        f'data_dir = "{tmp_path}"\nmqtt_port = {mosquitto.port}\nreadings_url = "{readings.url}"\n'
        f'clock = "{Clock(NOW_HOUR * HOUR_US)}"\n'
    )
    running: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "civicwatt", "cloud", "worker", "--config", str(config)]
        log = (tmp_path / f"worker-{len(running)}.log").open("w")
        running.append(subprocess.Popen(command, stdout=log, stderr=log, text=True))
        log.close()
        return running[-1]

    yield run
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()


def log_of(folder: Path, number: int) -> str:
    return (folder / f"worker-{number}.log").read_text()


async def test_f05_a_worker_that_is_killed_costs_nothing(
    mosquitto: Mosquitto, readings: ReadingsServer, tmp_path: Path, start: Start
) -> None:
    db = Database.at(tmp_path / "civicwatt.sqlite")
    db.upgrade()
    first, second = start(), start()
    for number in (0, 1):
        await until(lambda n=number: "broker_connected" in log_of(tmp_path, n), 60)
    gateway = FakeGateway()
    messages = dict(enumerate(gateway.hours(range(1, 401)), 1))
    async with connected(mosquitto, gateway) as link:
        sending = asyncio.create_task(link.send_until_acked(gateway, messages))
        await until(lambda: link.acked or sending.done(), 60)
        first.kill()
        await asyncio.wait_for(sending, 60)
    second.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(second.wait, 30) == 0
    with db.reading() as session:
        assert received(session, gateway.name, gateway.epoch) == [(1, 400)]
        points = {one.measure: one.id for one in session.scalars(select(Point))}
        assert set(session.scalars(select(DirtyRange.point_id))) == {points["import_active_energy"]}
    db.close()
    store = open_store(readings.url)
    found = store.scan([points["import_active_energy"]], 0, 2**62)
    store.close()
    expected = [(NOW_HOUR - 400) * HOUR_US + n * HOUR_US // 4 for n in range(1, 401)]
    assert found.ts_us.tolist() == expected


async def test_f10_a_readings_store_that_is_killed_is_waited_for(
    mosquitto: Mosquitto, readings: ReadingsServer, tmp_path: Path, start: Start
) -> None:
    db = Database.at(tmp_path / "civicwatt.sqlite")
    db.upgrade()
    start()
    await until(lambda: "broker_connected" in log_of(tmp_path, 0), 60)
    gateway = FakeGateway()
    messages = dict(enumerate(gateway.hours(range(1, 101)), 1))
    async with connected(mosquitto, gateway) as link:
        await link.send_until_acked(gateway, dict(list(messages.items())[:50]))
        await asyncio.to_thread(readings.kill)
        await link.send(list(messages.values())[50:])
        await until(lambda: "commit_failed" in log_of(tmp_path, 0), 60)
        assert link.acked == set(range(1, 51))
        await asyncio.to_thread(readings.start)
        await until(lambda: link.acked == set(messages), 60)  # nothing is sent again for it
    db.close()
    store = open_store(readings.url)
    found = store.latest()
    store.close()
    assert found.ts_us.max() == (NOW_HOUR - 400) * HOUR_US + 100 * HOUR_US // 4


def test_a_worker_beside_an_embedded_store_says_why_it_cannot_be(tmp_path: Path) -> None:
    config = tmp_path / "cloud.toml"
    config.write_text(f'data_dir = "{tmp_path}"\n')
    told = CliRunner().invoke(build("cloud"), ["cloud", "worker", "--config", str(config)])
    assert isinstance(told.exception, StoreIsEmbedded)
