"""Readings in one DuckDB file: the embedded store. The file belongs to one process."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from civicwatt_cloud.timeseries.stores.latest import LatestReadings
from civicwatt_cloud.timeseries.stores.readings import (
    Batch,
    Bools,
    Buckets,
    Capabilities,
    Floats,
    Latest,
    OnConflict,
    WriteResult,
)

_CONFIG: dict[str, Any] = {
    "memory_limit": "1GB",  # [engineering default]
    "autoinstall_known_extensions": False,  # no request leaves the server
    "autoload_known_extensions": False,
}
_SCHEMA = """
CREATE TABLE IF NOT EXISTS reading (
    point INTEGER NOT NULL, ts BIGINT NOT NULL, value DOUBLE, reason UTINYINT NOT NULL
)"""  # value NULL = gap. No index: rows come nearly in time order, so block ranges of ts are enough.
_EXISTING = """
SELECT place.row, coalesce(reading.value, 'NaN'::DOUBLE) AS value
FROM reading JOIN place ON reading.point = place.point AND reading.ts = place.ts
WHERE reading.ts BETWEEN ? AND ?"""
_DELETE = "DELETE FROM reading USING fresh WHERE reading.point = fresh.point AND reading.ts = fresh.ts"
_INSERT = """
INSERT INTO reading SELECT point, ts, CASE WHEN isnan(value) THEN NULL ELSE value END, reason FROM fresh"""
_SCAN = """
SELECT point, ts, coalesce(value, 'NaN'::DOUBLE) AS value, reason FROM reading
WHERE ts >= $t0 AND ts < $t1 AND point IN (SELECT unnest($points::INTEGER[])) ORDER BY point, ts"""
_BUCKETS = """
SELECT point, $t0 + (ts - $t0) // $step * $step AS start,
    arg_min(value, ts) AS "first", min(ts) AS first_us, arg_max(value, ts) AS "last", max(ts) AS last_us,
    min(value) AS "min", max(value) AS "max", sum(value) AS "sum", count(*) AS "count"
FROM reading
WHERE ts >= $t0 AND ts < $t1 AND value IS NOT NULL AND point IN (SELECT unnest($points::INTEGER[]))
GROUP BY point, start ORDER BY point, start"""


class DuckDBStore:
    """ReadingsStore over DuckDB. Writers take turns; readers see the last commit and never wait."""

    def __init__(self, path: Path) -> None:
        self._connection = duckdb.connect(str(path), config=_CONFIG)
        self._connection.execute(_SCHEMA)
        self._lock = threading.Lock()
        self._latest = LatestReadings.load(self._connection)

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        """Store the batch; a killed process may have stored it before, so every row is looked up first."""
        keep = on_conflict == "keep"
        order = np.lexsort((batch.ts_us, batch.point))  # stable: rows of one place stay in the batch's order
        point, ts = batch.point[order], batch.ts_us[order]
        starts = np.ones(len(order), np.bool_)
        starts[1:] = (point[1:] != point[:-1]) | (ts[1:] != ts[:-1])
        place_of = np.cumsum(starts) - 1
        chosen = order[starts if keep else np.roll(starts, -1)]  # the first, or the last, row of each place
        rows = batch.take(chosen)
        with self._lock:
            there, stored = self._existing(rows)
            final = np.where(there, stored, rows.value) if keep else rows.value
            fresh = ~there if keep else ~there | ~_same(stored, rows.value)
            self._commit(rows.take(fresh), delete_first=not keep)
        accepted = np.empty(len(order), np.bool_)
        accepted[order] = _same(final[place_of], batch.value[order])
        places = np.empty(len(order), np.intp)
        places[order] = place_of
        conflicts = np.flatnonzero(~accepted)
        return WriteResult(
            int(fresh.sum()), accepted, conflicts, final[places[conflicts]], time.time_ns() // 1000
        )

    def latest(self, points: Sequence[int] | None = None) -> Latest:
        """From memory: no query."""
        with self._lock:
            return self._latest.of(points)

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        """All rows in [t0, t1), sorted by point and time."""
        found = self._query(_SCAN, {"points": list(points), "t0": t0_us, "t1": t1_us})
        return Batch(found["point"], found["ts"], found["value"], found["reason"])

    def buckets(self, points: Sequence[int], t0_us: int, t1_us: int, step_us: int) -> Buckets:
        """Aggregates of the values in [t0, t1), in buckets that start at t0 + k · step."""
        parameters = {"points": list(points), "t0": t0_us, "t1": t1_us, "step": step_us}
        return Buckets(*self._query(_BUCKETS, parameters).values())

    def retain(self, before_us: int) -> int:
        """Delete the rows before `before_us`; returns how many."""
        with self._lock:
            deleted = self._connection.execute("DELETE FROM reading WHERE ts < ?", [before_us]).fetchone()
            self._connection.execute("CHECKPOINT")
            self._latest = LatestReadings.load(self._connection)
        return int(deleted[0]) if deleted else 0

    def capabilities(self) -> Capabilities:
        """What this backend is."""
        return Capabilities("duckdb", duckdb.__version__, replaces=True, embedded=True)

    def close(self) -> None:
        """Write the log into the file and close it."""
        with self._lock:
            self._connection.close()

    def _existing(self, rows: Batch) -> tuple[Bools, Floats]:
        """Which of the rows' places are taken, and by what."""
        there, stored = np.zeros(len(rows), np.bool_), np.full(len(rows), np.nan)
        if len(rows):
            place = {"row": np.arange(len(rows)), "point": rows.point, "ts": rows.ts_us}
            self._connection.register("place", place)
            bounds = [int(rows.ts_us.min()), int(rows.ts_us.max())]
            found = self._connection.execute(_EXISTING, bounds).fetchnumpy()
            self._connection.unregister("place")
            there[found["row"]] = True
            stored[found["row"]] = found["value"]
        return there, stored

    def _commit(self, rows: Batch, *, delete_first: bool) -> None:
        """Insert rows sorted by point and time; they are on the disk when this returns."""
        if not len(rows):
            return
        connection = self._connection
        fresh = {"point": rows.point, "ts": rows.ts_us, "value": rows.value, "reason": rows.reason}
        connection.register("fresh", fresh)
        connection.begin()
        try:
            if delete_first:
                connection.execute(_DELETE)
            connection.execute(_INSERT)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.unregister("fresh")
        self._latest.add(rows)

    def _query(self, statement: str, parameters: dict[str, Any]) -> dict[str, Any]:
        with self._connection.cursor() as cursor:
            found: dict[str, Any] = cursor.execute(statement, parameters).fetchnumpy()
        return found


def _same(a: Floats, b: Floats) -> Bools:
    """Equal values; a gap equals a gap."""
    same: Bools = (a == b) | (np.isnan(a) & np.isnan(b))
    return same
