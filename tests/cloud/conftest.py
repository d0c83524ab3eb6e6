"""Fresh databases of each kind: SQLite, and a PostgreSQL of the tests' own."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql import PostgreSQL, programs
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from civicwatt_cloud.kit import passwords
from civicwatt_cloud.kit.db import Database

TEMPLATE = "migrated"


@pytest.fixture(scope="session", autouse=True)
def light_hashes() -> Iterator[None]:
    """Passwords are hashed as ever, with less work: a test that signs in need not wait for 64 MiB."""
    light = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=1024, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", light)
        yield


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


@pytest.fixture(scope="module")
def books_by_hand() -> Iterator[None]:
    """Applications leave the books to the tests: two that keep them get in each other's way."""

    async def nobody(_ledger: object) -> None:
        await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("civicwatt_cloud.app._keep_books", nobody)
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that has every migration, to be copied."""
    path = tmp_path_factory.mktemp("template") / "civicwatt.sqlite"
    database = Database.at(path)
    database.upgrade()
    database.close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database at the newest schema, of each kind."""
    if request.param == "postgresql":
        database = Database(request.getfixturevalue("postgresql_url"))
    else:
        template = request.getfixturevalue("sqlite_template")
        database = Database.at(shutil.copy(template, tmp_path / "civicwatt.sqlite"))
    yield database
    database.close()
