"""The cloud's databases of a demo, opened before its process runs (DuckDB belongs to one process)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from civicwatt.demo.plant import Plant
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.timeseries.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.ledger import Ledger


@dataclass(frozen=True)
class Cloud:
    """Registry, readings and ledger of one deployment."""

    database: Database
    store: DuckDBStore
    ledger: Ledger


@contextmanager
def open_cloud(plant: Plant) -> Iterator[Cloud]:
    """Open the databases, at the newest schema; the cloud's process must not run."""
    plant.registry.parent.mkdir(parents=True, exist_ok=True)
    database = Database.at(plant.registry)
    database.upgrade()
    store = DuckDBStore(plant.readings)
    try:
        yield Cloud(database, store, Ledger(database, store))
    finally:
        store.close()
        database.close()


def register(plant: Plant) -> None:
    """Import directory and meter list from the plant's files, as a user would."""
    with open_cloud(plant) as cloud, cloud.database.session() as session:
        import_directory(session, plant.directory)
