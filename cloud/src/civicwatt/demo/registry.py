"""The cloud's databases of a demo, opened before its process runs (DuckDB belongs to one process)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from civicwatt.demo.plant import Plant
from civicwatt.errors import RegistryRefused
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.binding import import_meters
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore


@dataclass(frozen=True)
class Cloud:
    """Registry, readings and ledger of one deployment."""

    settings: Settings
    database: Database
    store: DuckDBStore
    ledger: Ledger


@contextmanager
def open_cloud(plant: Plant) -> Iterator[Cloud]:
    """Open the databases, at the newest schema; the cloud's process must not run."""
    settings = Settings.load(plant.cloud_config)
    database = Database.at(settings.database_path)
    database.upgrade()
    store = DuckDBStore(settings.readings_path)
    try:
        yield Cloud(settings, database, store, Ledger(database, store, settings.zone))
    finally:
        store.close()
        database.close()


def register(plant: Plant) -> None:
    """Import directory and meter list from the plant's files, as a user would; raises RegistryRefused."""
    with open_cloud(plant) as cloud, cloud.database.session() as session:
        reports = (
            import_directory(session, plant.directory),
            import_meters(session, plant.meter_list, cloud.settings.zone),
        )
        problems = [str(problem) for report in reports for problem in report.problems]
        if problems:
            raise RegistryRefused(str(plant.folder), problems="; ".join(problems[:5]))
