"""Addresses of real stores, one of each engine that can be started here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import readings_servers
from readings_servers import ReadingsServer


def running(
    make: Callable[[Path], ReadingsServer | None], folder: Path, package: str
) -> Iterator[ReadingsServer]:
    server = make(folder)
    if server is None:
        pytest.skip(f"{package} is not installed: this readings store is not tested")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadingsServer]:
    yield from running(readings_servers.influxdb, tmp_path_factory.mktemp("influxdb"), "influxdb")


@pytest.fixture(scope="session")
def victoria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadingsServer]:
    yield from running(readings_servers.victoria, tmp_path_factory.mktemp("victoria"), "victoria-metrics")


@pytest.fixture
def addresses(tmp_path: Path, influxdb: ReadingsServer, victoria: ReadingsServer) -> list[str]:
    """One of each engine."""
    return [f"duckdb:{tmp_path}/a.db", f"sqlite:{tmp_path}/b.db", influxdb.url, victoria.url]


@pytest.fixture(params=["duckdb", "sqlite", "influxdb", "victoria"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a store of each engine."""
    if request.param in {"duckdb", "sqlite"}:
        return f"{request.param}:{tmp_path}/readings.db"
    return str(request.getfixturevalue(request.param).url)
