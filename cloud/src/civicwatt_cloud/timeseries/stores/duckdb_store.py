"""Readings in one DuckDB file and a folder of sealed days: the embedded store. It belongs to one process."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import structlog

from civicwatt_cloud.timeseries.stores.errors import StoreBusy, StoreUnusable
from civicwatt_cloud.timeseries.stores.latest import LatestReadings
from civicwatt_cloud.timeseries.stores.order import in_order
from civicwatt_cloud.timeseries.stores.readings import (
    DAY_US,
    Batch,
    Bools,
    Buckets,
    Capabilities,
    Floats,
    Latest,
    OnConflict,
    WriteResult,
)
from civicwatt_cloud.timeseries.stores.sealing import Sealed, SealedDays, overlapping, parquet, relation
from civicwatt_cloud.timeseries.stores.settling import Places, clusters

log = structlog.get_logger()

_CONFIG: dict[str, Any] = {
    "memory_limit": "1GB",  # [engineering default]
    "autoinstall_known_extensions": False,  # no request leaves the server
    "autoload_known_extensions": False,
}
_SCHEMA = """
CREATE TABLE IF NOT EXISTS reading (
    point INTEGER NOT NULL, ts BIGINT NOT NULL, value DOUBLE, reason UTINYINT NOT NULL
);
CREATE TABLE IF NOT EXISTS newest (
    point INTEGER NOT NULL, ts BIGINT NOT NULL, value DOUBLE, reason UTINYINT NOT NULL,
    value_ts BIGINT NOT NULL, last_value DOUBLE
)"""
# reading: what is not sealed; value NULL = gap. No index: rows come nearly in time order, so block ranges of
# ts are enough. newest: what was the newest of each point at the last sealing, for the next opening.
_NEWEST = """
SELECT point, ts, coalesce(value, 'NaN'::DOUBLE) AS value, reason, value_ts,
    coalesce(last_value, 'NaN'::DOUBLE) AS last_value
FROM newest"""
_FORGET_NEWEST = (
    "DELETE FROM newest WHERE ts < ?",
    "UPDATE newest SET value_ts = -1, last_value = NULL WHERE value_ts < ?",
)
_NEWEST_HOT = """
SELECT point, max(ts) AS ts,
    arg_max(coalesce(value, 'NaN'::DOUBLE), ts) AS value, arg_max(reason, ts) AS reason,
    coalesce(max(ts) FILTER (value IS NOT NULL), -1) AS value_ts,
    coalesce(arg_max(value, ts) FILTER (value IS NOT NULL), 'NaN'::DOUBLE) AS last_value
FROM reading GROUP BY point"""
_EXISTING = """
SELECT place.row, coalesce(old.value, 'NaN'::DOUBLE) AS value
FROM {source} AS old JOIN place ON old.point = place.point AND old.ts = place.ts
WHERE old.ts BETWEEN ? AND ?"""
_DELETE = "DELETE FROM reading USING fresh WHERE reading.point = fresh.point AND reading.ts = fresh.ts"
_INSERT = """
INSERT INTO reading SELECT point, ts, CASE WHEN isnan(value) THEN NULL ELSE value END, reason FROM fresh"""
_ASKED = "SELECT unnest($points::INTEGER[])"
_SCAN = """
SELECT point, ts, coalesce(value, 'NaN'::DOUBLE) AS value, reason FROM {source}
WHERE ts >= $t0 AND ts < $t1 AND {which}"""  # unsorted: cheaper afterwards, where runs are known
_BUCKETS = """
SELECT point, $t0 + (ts - $t0) // $step * $step AS start,
    arg_min(value, ts) AS "first", min(ts) AS first_us, arg_max(value, ts) AS "last", max(ts) AS last_us,
    min(value) AS "min", max(value) AS "max", sum(value) AS "sum", count(*) AS "count"
FROM {source} AS found
WHERE ts >= $t0 AND ts < $t1 AND value IS NOT NULL AND point IN (SELECT unnest($points::INTEGER[]))
GROUP BY point, start ORDER BY point, start"""


class DuckDBStore:
    """ReadingsStore over DuckDB. Writers take turns; readers see the last commit and never wait."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = duckdb.connect(str(path), config=_CONFIG)
        except duckdb.Error as error:
            if "Could not set lock" in str(error):
                raise StoreBusy(str(path)) from error
            raise StoreUnusable(str(path), detail=str(error).partition("\n")[0]) from error
        self._connection.execute(_SCHEMA)
        self._sealed = SealedDays(self._connection, path.with_suffix(".days"))
        self._lock = threading.Lock()  # held while writing
        self._sealing = threading.Lock()  # held while days are sealed or dropped
        self._sealing_day: int | None = None  # until rows of that day come
        self._latest = LatestReadings()
        for query in (_NEWEST, _NEWEST_HOT):
            self._latest.load(Latest(*self._connection.execute(query).fetchnumpy().values()))

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        """Store the batch; a killed process may have stored it before, so every row is looked up first."""
        places = Places(batch, on_conflict)
        with self._lock:
            there, stored = self._existing(places.rows)
            self._commit(places.rows.take(places.fresh(there, stored)), delete_first=on_conflict == "replace")
        return places.result(there, stored)

    def latest(self, points: Sequence[int] | None = None) -> Latest:
        """From memory: no query."""
        with self._lock:
            return self._latest.of(points)

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        """All rows in [t0, t1), sorted by point and time; sealed days are so already."""
        asked = np.unique(np.asarray(points, np.int32))
        if not len(asked):
            return Batch.join([])
        first, last = int(asked[0]), int(asked[-1])
        dense = 2 * len(asked) > last - first
        which = f"point BETWEEN {first} AND {last}" if dense else f"point IN ({_ASKED})"
        parameters = {"t0": t0_us, "t1": t1_us} | ({} if dense else {"points": asked.tolist()})
        with self._reading(t0_us, t1_us) as (reader, files):
            sources = [parquet(files)] * bool(files) + ["reading"]
            parts = [
                reader.execute(_SCAN.format(source=source, which=which), parameters).fetchnumpy()
                for source in sources
            ]
        rows = Batch.join([Batch(*part.values()) for part in parts if len(part["ts"])])
        if dense and len(asked) <= last - first:
            wanted = np.zeros(last - first + 1, np.bool_)
            wanted[asked - first] = True
            rows = rows.take(wanted[rows.point - first])
        return in_order(rows)

    def buckets(self, points: Sequence[int], t0_us: int, t1_us: int, step_us: int) -> Buckets:
        """Aggregates of the values in [t0, t1), in buckets that start at t0 + k · step."""
        parameters = {"points": list(points), "t0": t0_us, "t1": t1_us, "step": step_us}
        with self._reading(t0_us, t1_us) as (reader, files):
            found = reader.execute(_BUCKETS.format(source=relation(files)), parameters).fetchnumpy()
        return Buckets(*found.values())

    def seal(self, before_us: int) -> int:
        """Move the UTC days that ended before this time into files; returns how many rows moved.

        Beside writers and readers. A day that gets rows meanwhile stays for the next time; one that got rows
        after it was sealed is written anew.
        """
        moved = 0
        with self._sealing:
            with self._lock:
                self._sealed.sweep()
                days = self._sealed.closed(before_us)
            for day in days:
                moved += self._seal(day)
        return moved

    def retain(self, before_us: int) -> int:
        """Delete the rows before `before_us`, whole days as files; returns how many."""
        day = before_us // DAY_US
        with self._sealing, self._lock:
            with self._transaction() as connection:
                hot = self._sealed.closed(before_us)  # with a file as well, one place may have two rows
                for cut in [*hot, day] if before_us % DAY_US else hot:
                    self._sealed.unseal(cut)
                dropped = self._sealed.drop(-(2**31), day)
                deleted = connection.execute("DELETE FROM reading WHERE ts < ?", [before_us]).fetchone()
                for statement in _FORGET_NEWEST:
                    connection.execute(statement, [before_us])
            self._latest.forget(before_us)  # only now: rows later than what memory knows are not looked up
            self._sealed.remove_before(day)
        return dropped + (int(deleted[0]) if deleted else 0)

    def capabilities(self) -> Capabilities:
        """What this backend is."""
        return Capabilities("duckdb", duckdb.__version__, replaces=True, embedded=True)

    def close(self) -> None:
        """Write the log into the file and close it."""
        with self._sealing, self._lock:
            self._connection.close()

    def _existing(self, rows: Batch) -> tuple[Bools, Floats]:
        """Which of the rows' places are taken, and by what; later than its point's newest none can be."""
        there, stored = np.zeros(len(rows), np.bool_), np.full(len(rows), np.nan)
        old = np.flatnonzero(rows.ts_us <= self._latest.newest_us(rows.point))
        if not len(old):
            return there, stored
        times = rows.ts_us[old]
        files = self._sealed.files(self._connection, int(times.min()), int(times.max()) + 1)
        self._connection.register("place", {"row": old, "point": rows.point[old], "ts": times})
        for members in clusters(times):
            bounds = [int(times[members[0]]), int(times[members[-1]])]
            covered = overlapping(files, *bounds)
            for source in [parquet(covered)] * bool(covered) + ["reading"]:  # a hot row counts more
                found = self._connection.execute(_EXISTING.format(source=source), bounds).fetchnumpy()
                there[found["row"]] = True
                stored[found["row"]] = found["value"]
        self._connection.unregister("place")
        return there, stored

    def _commit(self, rows: Batch, *, delete_first: bool) -> None:
        """Insert rows sorted by point and time; they are on the disk when this returns."""
        if not len(rows):
            return
        if self._sealing_day is not None and (rows.ts_us // DAY_US == self._sealing_day).any():
            self._sealing_day = None
        fresh = {"point": rows.point, "ts": rows.ts_us, "value": rows.value, "reason": rows.reason}
        with self._transaction() as connection:
            connection.register("fresh", fresh)
            if delete_first:
                connection.execute(_DELETE)
            connection.execute(_INSERT)
            connection.unregister("fresh")
        self._latest.add(rows)

    def _seal(self, day: int) -> int:
        with self._lock:
            self._sealing_day = day
        with self._connection.cursor() as reader:
            path, rows = self._sealed.write(reader, day)
        with self._lock:
            if self._sealing_day is None:
                log.info("day_left_unsealed", file=path.name, reason="rows came meanwhile")
                return 0
            self._sealing_day = None
            with self._transaction():
                self._sealed.name(day, path, rows)
                self._keep_newest()
        return rows

    def _keep_newest(self) -> None:
        """Write down the newest readings, so that opening need not look through sealed days."""
        found = self._latest.of(None)
        fresh = {
            "point": found.point,
            "ts": found.ts_us,
            "value": found.value,
            "reason": found.reason,
            "value_ts": found.value_ts_us,
            "last_value": found.last_value,
        }
        self._connection.execute("DELETE FROM newest")
        self._connection.register("fresh_newest", fresh)
        self._connection.execute("INSERT INTO newest SELECT * FROM fresh_newest")
        self._connection.unregister("fresh_newest")

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        self._connection.begin()
        try:
            yield self._connection
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    @contextmanager
    def _reading(self, t0_us: int, t1_us: int) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[Sealed]]]:
        """One transaction, and the files that count in it."""
        with self._connection.cursor() as reader:
            reader.begin()
            yield reader, self._sealed.files(reader, t0_us, t1_us)
            reader.commit()
