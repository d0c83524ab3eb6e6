"""The databases that the settings name, opened for a command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore


def has_database(settings: Settings) -> bool:
    """Whether there is a database to look at: a file that is opened is made."""
    return settings.database_url is not None or settings.database_path.exists()


@contextmanager
def database(settings: Settings) -> Iterator[Database]:
    """The administration's database; closed again."""
    opened = Database.of(settings)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def readings(settings: Settings) -> Iterator[ReadingsStore]:
    """The readings store; closed again."""
    store = DuckDBStore(settings.readings_path)
    try:
        yield store
    finally:
        store.close()


def database_kind(settings: Settings) -> str:
    """Which kind of database holds registry, ledger and accounts."""
    return "sqlite" if settings.database_url is None else "postgresql"


def is_embedded(settings: Settings) -> bool:
    """Whether the readings store lives in the server's process: nobody else can open it meanwhile."""
    return True


def moved(settings: Settings, folder: Path) -> Settings:
    """The same settings with another data folder."""
    return settings.model_copy(update={"data_dir": folder})
