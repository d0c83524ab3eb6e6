"""B4: readings a second through one ingest worker, from the broker into durable databases to the ack."""

import json
import sqlite3
import statistics
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.usage import cpu_s, memory_mb
from civicwatt.demo import broker
from civicwatt.demo.processes import Process, free_port
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore

GOAL_PER_S = 300_000
PATIENCE_S = 300
FOREVER_US = 2**62


@dataclass(frozen=True)
class Load:
    """Gateways times devices, a message a device and slot."""

    gateways: int
    devices: int
    points: int
    slots: int
    runs: int

    @property
    def readings(self) -> int:
        """Rows that must be in the store in the end."""
        return self.gateways * self.devices * self.points * self.slots


SHORT = (Load(50, 20, 30, 60, 3), Load(50, 1, 600, 60, 2))
FULL = (Load(50, 20, 30, 300, 5), Load(50, 1, 600, 300, 5))


def measure(folder: Path, loads: tuple[Load, ...]) -> Figure:
    """The whole of B4; the figure is that of the worst size of messages."""
    rows = {f"of_{load.points}": _row(folder, load) for load in loads}
    return figure(
        min(row["per_s"] for row in rows.values()),
        "metrics/s",
        GOAL_PER_S,
        at_least=True,
        also=all(row["complete"] for row in rows.values()),
        runs=[run["per_s"] for row in rows.values() for run in row["runs"]],
        **rows,
    )


def _row(folder: Path, load: Load) -> Figure:
    runs = []
    for number in range(load.runs):
        progress(f"B4 {number + 1}/{load.runs}: {load.readings} readings in messages of {load.points}")
        runs.append(_run(folder / f"b4-{load.points}-{number}", load))
    return {
        "per_s": round(statistics.median(run["per_s"] for run in runs)),
        "complete": all(run["complete"] for run in runs),
        "runs": runs,
    }


def _run(folder: Path, load: Load) -> Figure:
    """Fresh databases; counted from the first message after the births to the last ack."""
    folder.mkdir()
    port = free_port()
    with ExitStack() as ending:
        serving = broker.broker(folder, port)
        ending.callback(serving.kill)
        broker.start(serving, port)
        command = [sys.executable, "-m", "civicwatt.bench.cloud_worker", str(folder), str(port)]
        worker = Process("worker", command, folder / "worker.log")
        ending.callback(worker.kill)
        worker.start()
        assert worker.pid is not None  # noqa: S101 it runs
        assert serving.pid is not None  # noqa: S101
        size = (load.gateways, load.devices, load.points, load.slots)
        arguments = [sys.executable, "-m", "civicwatt.bench.cloud_gateways", str(port), *map(str, size)]
        done = subprocess.run(arguments, stdout=subprocess.PIPE, check=True, timeout=PATIENCE_S)
        told = json.loads(done.stdout)
        used = {"worker": cpu_s(worker.pid), "broker": cpu_s(serving.pid), "gateways": told["cpu_s"]}
        peak_mb = memory_mb(worker.pid)[1]
    return {
        "per_s": round(told["metrics"] / told["seconds"]),
        "seconds": told["seconds"],
        "sent_again": told["sent_again"],
        "cpu_s": {name: round(value, 2) for name, value in used.items()},
        "rss_peak_mb": peak_mb,
        "complete": _complete(folder, load),
    }


def _complete(folder: Path, load: Load) -> bool:
    """Whether the databases hold every reading once and every record's number, and nothing was set aside."""
    with closing(sqlite3.connect(folder / "civicwatt.sqlite")) as database:
        points = [point for (point,) in database.execute("SELECT id FROM point")]
        ranges = database.execute("SELECT lo, hi FROM received_range").fetchall()
        (aside,) = database.execute("SELECT count(*) FROM quarantine").fetchone()
    with closing(DuckDBStore(folder / "readings.duckdb")) as store:
        stored = int(store.buckets(points, 0, FOREVER_US, FOREVER_US).count.sum())
    whole = (1, load.devices * load.slots)
    return stored == load.readings and ranges == [whole] * load.gateways and aside == 0
