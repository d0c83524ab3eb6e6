"""An ingest process of its own, to be killed: ingest_process.py FOLDER PORT DATABASE [die-before-marks]."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import ingest
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_protocols.clock import Clock

NOW_HOUR = 500_000


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


folder, port, database = Path(sys.argv[1]), int(sys.argv[2]), Database(sys.argv[3])
if sys.argv[4:] == ["die-before-marks"]:
    ingest.mark_dirty = die
store = DuckDBStore(folder / "readings.duckdb")
taking = ingest.Ingest(database, store, Clock(NOW_HOUR * HOUR_US))
asyncio.run(Subscriber(taking, "127.0.0.1", port).run())
