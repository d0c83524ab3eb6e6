"""Real databases in files, and a real broker on loopback."""

import contextlib
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cloud.timeseries.fake_gateway import NOW_HOUR, FakeGateway, wait_for

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.ledger import Ledger
from civicwatt_cloud.timeseries.points import Point, ensure_gateway, new_point
from civicwatt_cloud.timeseries.readings import ReadingsStore
from civicwatt_protocols.clock import Clock

# Each backend: its name and how to open (again) what lies under a folder.
BACKENDS: dict[str, Callable[[Path], ReadingsStore]] = {
    "duckdb": lambda folder: DuckDBStore(folder / "readings.duckdb"),
}


@pytest.fixture(params=BACKENDS)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ReadingsStore]:
    """Opens the backend's store; again after close() for what a restart finds."""
    return lambda: BACKENDS[request.param](tmp_path)


@pytest.fixture
def store(open_store: Callable[[], ReadingsStore]) -> Iterator[ReadingsStore]:
    opened = open_store()
    yield opened
    opened.close()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database.at(tmp_path / "civicwatt.sqlite")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture
def ledger(db: Database, store: ReadingsStore) -> Ledger:
    return Ledger(db, store, ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW_HOUR * HOUR_US)


@pytest.fixture
def counter(db: Database) -> Callable[[str], int]:
    """Makes a point that the ledger books, of a device of this name; returns its id."""

    def make(device: str) -> int:
        with db.session() as session:
            ensure_gateway(session, "gw-01")
            point = new_point("gw-01", device, "import_active_energy", "acrel/adw300")
            point.is_consumption = True
            point.bound_from_us = 0
            session.add(point)
            session.flush()
            return point.id

    return make


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def bind(db: Database) -> Callable[[FakeGateway], None]:
    """Has the ledger book a gateway's meter."""

    def book(gateway: FakeGateway) -> None:
        with db.session() as session:
            ensure_gateway(session, gateway.name)
            for measure in gateway.measures:
                point = new_point(gateway.name, gateway.device, measure, "acrel/adw300")
                point.is_consumption = point.is_counter
                point.bound_from_us = 0
                session.add(point)

    return book


class Broker:
    """A mosquitto with default settings on a free loopback port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(["mosquitto", "-c", self._config], stderr=subprocess.DEVNULL)
        wait_for(self._answers)

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with contextlib.closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if shutil.which("mosquitto") is None:
        pytest.skip("mosquitto is not installed")
    running = Broker(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def point_of(db: Database) -> Callable[[FakeGateway, str], int]:
    """The id of a gateway's point."""

    def find(gateway: FakeGateway, measure: str) -> int:
        with db.reading() as session:
            found = session.query(Point).filter_by(
                gateway=gateway.name, device=gateway.device, measure=measure
            )
            return found.one().id

    return find
