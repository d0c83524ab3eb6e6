"""Fresh databases of each kind: SQLite, and a PostgreSQL of the tests' own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql import PostgreSQL, programs

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings

TEMPLATE = "migrated"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server for all tests of a process, with a database that has every migration, to be copied."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: only SQLite is tested")
    server = PostgreSQL(folder)
    try:
        server.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        database = Database(server.url(TEMPLATE))
        database.upgrade()
        database.close()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    """A fresh database at the newest schema."""
    url = postgresql.database(TEMPLATE)
    yield url
    postgresql.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a fresh installation, on each kind of database."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    return Settings(data_dir=tmp_path, database_url=url, mqtt_host=None, web_dist=tmp_path / "web")


@pytest.fixture
def db(database_settings: Settings) -> Iterator[Database]:
    """A fresh database at the newest schema, of each kind."""
    database = Database.of(database_settings)
    database.upgrade()
    yield database
    database.close()
