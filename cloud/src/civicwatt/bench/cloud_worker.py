"""One ingest worker over the embedded databases, and nothing else beside it.

A process of its own: `python -m civicwatt.bench.cloud_worker FOLDER PORT`.
"""

import asyncio
import logging
import sys
from pathlib import Path

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_protocols.clock import MachineClock
from civicwatt_protocols.logs import log_to_stderr


def main(folder: Path, port: int) -> None:
    """Ingest until killed."""
    log_to_stderr(logging.WARNING)
    database = Database.at(folder / "civicwatt.sqlite")
    database.upgrade()
    store = DuckDBStore(folder / "readings.duckdb")
    asyncio.run(Subscriber(Ingest(database, store, MachineClock.real()), "127.0.0.1", port).run())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
