"""Real databases in files, thrown away after each test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.readings import ReadingsStore

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
    database = Database.at(tmp_path / "civicwatt.db")
    database.upgrade()
    yield database
    database.close()
