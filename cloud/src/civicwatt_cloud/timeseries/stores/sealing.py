"""Closed days in Parquet: one file a UTC day, sorted by point and time, written whole.

A file counts from the moment its name stands in the table `sealed`; the same transaction takes the day's rows
out of the hot table. So a crash at any instant leaves each row in one place, and at most a file that nobody
names, which the next opening removes.

At that opening a file of rows that are nowhere else is not a crash's: it is set aside under another name.
"""

import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import structlog

from civicwatt_cloud.timeseries.stores.readings import DAY_US

log = structlog.get_logger()

_EPOCH = date(1970, 1, 1)

SCHEMA = """
CREATE TABLE IF NOT EXISTS sealed (day INTEGER NOT NULL, file VARCHAR NOT NULL, rows BIGINT NOT NULL)"""
_CLOSED = f"SELECT DISTINCT ts // {DAY_US} AS day FROM reading WHERE ts >= 0 AND ts < ? ORDER BY day"  # noqa: S608 - a number
_COPY = """
COPY (SELECT * FROM {source} AS day WHERE ts >= {start} AND ts < {end} ORDER BY point, ts)
TO {file} (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"""

_NOWHERE_ELSE = """
SELECT count(*) FROM read_parquet({file}) AS left_over WHERE NOT EXISTS (
    SELECT 1 FROM {here} AS here WHERE here.point = left_over.point AND here.ts = left_over.ts)"""


class Sealed(NamedTuple):
    """One file that counts."""

    day: int  # since 1970, UTC
    path: Path


class SealedDays:
    """The files of one store. The caller serialises everything but `files` and `write`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        connection.execute(SCHEMA)
        folder.mkdir(exist_ok=True)
        self._connection, self._folder = connection, folder
        self._unnamed: set[Path] = set()
        for path in self._nobodys():
            self._clear(path)

    def closed(self, before_us: int) -> list[int]:
        """Days that have ended before this time and have rows in the hot table."""
        query = self._connection.execute(_CLOSED, [before_us // DAY_US * DAY_US])
        return [int(day) for (day,) in query.fetchall()]

    def files(self, reader: duckdb.DuckDBPyConnection, t0_us: int, t1_us: int) -> list[Sealed]:
        """The files that this reader's transaction sees, of days that overlap [t0, t1), oldest first."""
        days = [t0_us // DAY_US, (t1_us - 1) // DAY_US]
        query = "SELECT day, file FROM sealed WHERE day BETWEEN ? AND ? ORDER BY day"
        return [Sealed(day, self._folder / file) for day, file in reader.execute(query, days).fetchall()]

    def write(self, reader: duckdb.DuckDBPyConnection, day: int) -> tuple[Path, int]:
        """Bring a day's rows into one new file that nobody names yet; returns it and its rows."""
        source = relation(self.files(reader, day * DAY_US, (day + 1) * DAY_US))
        path = self._folder / self._next_name(day)
        copy = _COPY.format(source=source, start=day * DAY_US, end=(day + 1) * DAY_US, file=_quoted(path))
        copied = reader.execute(copy).fetchone()
        _sync(path)
        _sync(self._folder)
        return path, int(copied[0]) if copied else 0

    def name(self, day: int, path: Path, rows: int) -> None:
        """Let the file count instead of an older one and the hot rows; inside the caller's transaction."""
        self.drop(day, day + 1)
        self._connection.execute("INSERT INTO sealed VALUES (?, ?, ?)", [day, path.name, rows])
        bounds = [day * DAY_US, (day + 1) * DAY_US]
        self._connection.execute("DELETE FROM reading WHERE ts >= ? AND ts < ?", bounds)

    def unseal(self, day: int) -> None:
        """Bring a day's rows back into the hot table; inside the caller's transaction."""
        start, end = day * DAY_US, (day + 1) * DAY_US
        files = self.files(self._connection, start, end)
        if not files:
            return
        rows = f"SELECT * FROM {relation(files)} AS day WHERE ts >= {start} AND ts < {end}"  # noqa: S608 - our own names
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE unsealed AS {rows}")
        self._connection.execute("DELETE FROM reading WHERE ts >= ? AND ts < ?", [start, end])
        self._connection.execute("INSERT INTO reading SELECT * FROM unsealed")
        self.drop(day, day + 1)

    def remove_before(self, day: int) -> None:
        """Remove the files of days before this one that nobody names any more."""
        for path in self._nobodys():
            if path.name < _date(day):
                path.unlink()

    def drop(self, first_day: int, end_day: int) -> int:
        """Let the files of these days count no more; inside the caller's transaction. Returns their rows."""
        query = "DELETE FROM sealed WHERE day >= ? AND day < ? RETURNING rows"
        gone = self._connection.execute(query, [first_day, end_day]).fetchall()
        return sum(rows for (rows,) in gone)

    def sweep(self) -> None:
        """Remove files that nobody names, and nobody named the last time: no reader is in them any more."""
        unnamed = self._nobodys()
        for path in unnamed & self._unnamed:
            path.unlink()
        self._unnamed = unnamed

    def _nobodys(self) -> set[Path]:
        named = {file for (file,) in self._connection.execute("SELECT file FROM sealed").fetchall()}
        return {path for path in self._folder.glob("*.parquet") if path.name not in named}

    def _clear(self, path: Path) -> None:
        """Remove what a crash left; what holds rows that are nowhere else is of another readings.duckdb."""
        try:
            day = (date.fromisoformat(path.name[:10]) - _EPOCH).days
            here = relation(self.files(self._connection, day * DAY_US, (day + 1) * DAY_US))
            lost = self._connection.execute(_NOWHERE_ELSE.format(file=_quoted(path), here=here)).fetchone()
        except (duckdb.Error, ValueError):  # not written to its end, or not ours
            lost = None
        if lost == (0,):
            path.unlink()
            return
        log.warning("sealed_day_set_aside", file=str(path), readings=lost and lost[0])
        path.rename(path.with_name(f"{path.name}.aside"))

    def _next_name(self, day: int) -> str:
        """2026-11-21.1.parquet, 2026-11-21.2.parquet …: a name is not used twice while its file is there."""
        name = _date(day)
        numbers = [int(path.name.split(".")[1]) for path in self._folder.glob(f"{name}.*.parquet*")]
        return f"{name}.{max(numbers, default=0) + 1}.parquet"


def overlapping(files: Sequence[Sealed], first_us: int, last_us: int) -> list[Sealed]:
    """Those of the days in which the times from first to last lie."""
    return [file for file in files if first_us // DAY_US <= file.day <= last_us // DAY_US]


def relation(files: Sequence[Sealed]) -> str:
    """SQL for the readings of these files and of the hot table, whose rows stand before sealed ones."""
    if not files:
        return "reading"
    start, end = files[0].day * DAY_US, (files[-1].day + 1) * DAY_US
    return (
        f"(SELECT * FROM {parquet(files)} AS old WHERE NOT EXISTS ("  # noqa: S608 - our own names
        f"SELECT 1 FROM reading WHERE reading.ts >= {start} AND reading.ts < {end} "
        "AND reading.point = old.point AND reading.ts = old.ts) "
        "UNION ALL SELECT * FROM reading)"
    )


def parquet(files: Sequence[Sealed]) -> str:
    """SQL for the rows of files, in the order of the files."""
    return f"read_parquet([{', '.join(_quoted(file.path) for file in files)}])"


def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).isoformat()


def _quoted(path: Path) -> str:
    return "'{}'".format(str(path).replace("'", "''"))


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
