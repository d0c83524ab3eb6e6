"""Readings in one SQLite file: for small sites, and for processors that DuckDB does not support."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from civicwatt_cloud.timeseries.stores.errors import StoreUnusable
from civicwatt_cloud.timeseries.stores.order import bucketed
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
from civicwatt_cloud.timeseries.stores.settling import Places

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reading (
    point INTEGER NOT NULL, ts INTEGER NOT NULL, value REAL, reason INTEGER NOT NULL, PRIMARY KEY (point, ts)
) WITHOUT ROWID"""  # value NULL = gap
_EXISTING = """
SELECT place.place, reading.value FROM place
JOIN reading ON reading.point = place.point AND reading.ts = place.ts"""
_SCAN = """
SELECT point, ts, reading.value, reason FROM json_each(?) AS asked
CROSS JOIN reading ON reading.point = asked.value AND reading.ts >= ? AND reading.ts < ?
ORDER BY point, ts"""
_POINTS = """
WITH RECURSIVE known (point) AS (
    SELECT min(point) FROM reading UNION ALL
    SELECT (SELECT min(point) FROM reading WHERE point > known.point) FROM known WHERE known.point IS NOT NULL
) SELECT point FROM known WHERE point IS NOT NULL"""  # one look at the index a point
_LATEST = """
SELECT newest.point, newest.ts, newest.value, newest.reason, coalesce(known.ts, -1), known.value
FROM json_each(?) AS asked
CROSS JOIN reading AS newest ON newest.point = asked.value
    AND newest.ts = (SELECT max(ts) FROM reading WHERE point = asked.value)
LEFT JOIN reading AS known ON known.point = asked.value AND known.ts = (
    SELECT ts FROM reading WHERE point = asked.value AND value IS NOT NULL ORDER BY ts DESC LIMIT 1)
ORDER BY newest.point"""


class SQLiteStore:
    """ReadingsStore over SQLite (WAL, every commit synced). Writers take turns; readers wait for nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            self._connection = self._connect()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.execute(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise StoreUnusable(str(path), detail=str(error)) from error
        self._connection.execute(
            "CREATE TEMP TABLE place (place INTEGER PRIMARY KEY, point INTEGER, ts INTEGER)"
        )

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        """Store the batch in one transaction; it is on the disk when this returns."""
        places = Places(batch, on_conflict)
        with self._lock, self._transaction():
            there, stored = self._existing(places.rows)
            rows = places.rows.take(places.fresh(there, stored))
            columns = (column.tolist() for column in (rows.point, rows.ts_us, rows.value, rows.reason))
            self._connection.executemany(
                "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)",  # NaN becomes NULL
                zip(*columns, strict=True),
            )
        return places.result(there, stored)

    def latest(self, points: Sequence[int] | None = None) -> Latest:
        """Newest row and newest value of the points, sorted by point."""
        with self._reading() as reader:
            if points is None:
                points = [point for (point,) in reader.execute(_POINTS)]
            rows = reader.execute(_LATEST, [_asked(points)]).fetchall()
        point, ts, value, reason, value_ts, last = zip(*rows, strict=True) if rows else ((),) * 6
        return Latest(
            np.array(point, np.int32),
            np.array(ts, np.int64),
            np.array(value, np.float64),
            np.array(reason, np.uint8),
            np.array(value_ts, np.int64),
            np.array(last, np.float64),
        )

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        """All rows in [t0, t1), sorted by point and time, as the key is."""
        with self._reading() as reader:
            rows = reader.execute(_SCAN, [_asked(points), t0_us, t1_us]).fetchall()
        return Batch.of(*zip(*rows, strict=True)) if rows else Batch.join([])

    def buckets(self, points: Sequence[int], t0_us: int, t1_us: int, step_us: int) -> Buckets:
        """Aggregates of the values in [t0, t1), in buckets that start at t0 + k · step."""
        return bucketed(self.scan(points, t0_us, t1_us), t0_us, step_us)

    def retain(self, before_us: int) -> int:
        """Delete the rows before `before_us`; returns how many."""
        with self._lock, self._transaction():
            return self._connection.execute("DELETE FROM reading WHERE ts < ?", [before_us]).rowcount

    def capabilities(self) -> Capabilities:
        """What this backend is."""
        return Capabilities("sqlite", sqlite3.sqlite_version, replaces=True, embedded=True)

    def close(self) -> None:
        """Write the log into the file and close it."""
        with self._lock:
            self._connection.close()

    def _existing(self, rows: Batch) -> tuple[Bools, Floats]:
        """Which of the rows' places are taken, and by what."""
        there, stored = np.zeros(len(rows), np.bool_), np.full(len(rows), np.nan)
        self._connection.execute("DELETE FROM place")
        places = zip(range(len(rows)), rows.point.tolist(), rows.ts_us.tolist(), strict=True)
        self._connection.executemany("INSERT INTO place VALUES (?, ?, ?)", places)
        found = self._connection.execute(_EXISTING).fetchall()
        if found:
            place, value = zip(*found, strict=True)
            there[list(place)] = True
            stored[list(place)] = np.array(value, np.float64)
        return there, stored

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=30.0)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, so that readers wait for nobody."""
        reader = self._connect()
        try:
            yield reader
        finally:
            reader.close()


def _asked(points: Sequence[int]) -> str:
    """The points as SQLite takes a list."""
    return json.dumps(sorted({int(point) for point in points}))
