"""The cloud's databases of a demo, opened before its process runs (DuckDB belongs to one process)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from civicwatt.demo.plant import Plant
from civicwatt.errors import RegistryRefused
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory_import import import_directory
from civicwatt_cloud.timeseries.binding import import_meters
from civicwatt_cloud.timeseries.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.ledger import Ledger

ZONE = ZoneInfo("Asia/Shanghai")


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
        yield Cloud(database, store, Ledger(database, store, ZONE))
    finally:
        store.close()
        database.close()


def register(plant: Plant) -> None:
    """Import directory and meter list from the plant's files, as a user would; raises RegistryRefused."""
    with open_cloud(plant) as cloud, cloud.database.session() as session:
        reports = (import_directory(session, plant.directory), import_meters(session, plant.meter_list, ZONE))
        problems = [str(problem) for report in reports for problem in report.problems]
        if problems:
            raise RegistryRefused(str(plant.folder), problems="; ".join(problems[:5]))
