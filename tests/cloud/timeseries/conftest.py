"""Real databases in files."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.points import Point, ensure_gateway, new_point
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
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
