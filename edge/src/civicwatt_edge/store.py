"""The outbox on disk: one SQLite file that survives kill -9 and power cuts.

Synchronous and single-threaded by convention; `outbox.Outbox` is its asyncio front. WAL with
synchronous=FULL: what a commit has taken is on the disk (with NORMAL a power cut was seen to lose it).
"""

import fcntl
import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from civicwatt_edge.errors import OutboxBusy, OutboxCorrupt
from civicwatt_protocols.uplink import Catalogue, PointDefinition, Record, encode_record

log = structlog.get_logger()

Range = tuple[int, int]  # of sequence numbers, both ends included

ROWS = """
    seq INTEGER PRIMARY KEY, slot_us INTEGER NOT NULL, device TEXT NOT NULL, catalogue TEXT NOT NULL,
    body BLOB NOT NULL"""
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alias(
    alias INTEGER PRIMARY KEY, device TEXT NOT NULL, measure TEXT NOT NULL, UNIQUE(device, measure));
CREATE TABLE IF NOT EXISTS catalogue(
    hash TEXT PRIMARY KEY, device TEXT NOT NULL, template TEXT NOT NULL, points TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox({ROWS});
CREATE INDEX IF NOT EXISTS outbox_catalogue ON outbox(catalogue);
CREATE TABLE IF NOT EXISTS history({ROWS});
CREATE INDEX IF NOT EXISTS history_slot ON history(slot_us);
"""
CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
LAST_SEQ = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it lies in the outbox: numbered, encoded, on the disk."""

    seq: int
    device: str
    body: bytes


class Store:
    """The file `outbox.db` in the gateway's data directory.

    Sequence numbers and aliases are taken inside the transaction that uses them and are never given twice
    in the life of an epoch; an epoch is the life of one file.
    """

    def __init__(self, directory: Path) -> None:
        """Open or create. A damaged file is set aside under a telling name; raises OutboxBusy."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "outbox.db"
        self._lock = _exclusive(directory / "outbox.lock")
        try:
            self._db = _connect(self.path)
        except OutboxCorrupt as error:
            aside = _set_aside(self.path)
            log.error("outbox_set_aside", path=str(self.path), aside=str(aside), **error.as_dict())
            self._db = _connect(self.path)
        self._reader = sqlite3.connect(self.path, check_same_thread=False)
        self.epoch = str(self._meta("epoch", str(uuid.uuid4())))
        self._bd_seq = int(self._meta("bd_seq", -1))
        self.catalogues: Mapping[str, Catalogue] = self._load_catalogues()
        self._current: dict[str, Catalogue] = {}

    def close(self) -> None:
        """Close the file and let another process have it."""
        self._reader.close()
        self._db.close()
        os.close(self._lock)

    def catalogue(self, device: str, template: str, measures: Sequence[str]) -> Catalogue:
        """The device's catalogue from now on; known points keep their aliases, new ones get new ones."""
        with self._transaction() as db:
            db.executemany(
                "INSERT OR IGNORE INTO alias(device, measure) VALUES(?, ?)", [(device, m) for m in measures]
            )
            alias = dict(
                db.execute("SELECT measure, alias FROM alias WHERE device = ?", (device,)).fetchall()
            )
            points = tuple(PointDefinition(alias[measure], measure) for measure in measures)
            catalogue = Catalogue(device, template, points)
            db.execute(
                "INSERT OR IGNORE INTO catalogue VALUES(?, ?, ?, ?)",
                (catalogue.hash, device, template, catalogue.points_text()),
            )
        self.catalogues = {**self.catalogues, catalogue.hash: catalogue}
        self._current[device] = catalogue
        return catalogue

    def births(self) -> list[Catalogue]:
        """What a consumer needs to read every unacked record; a device's current catalogue comes last."""
        waiting = self._reader.execute(
            "SELECT hash FROM catalogue WHERE EXISTS (SELECT 1 FROM outbox WHERE catalogue = hash)"
        ).fetchall()
        current = {catalogue.hash for catalogue in self._current.values()}
        return [self.catalogues[hash_] for (hash_,) in waiting if hash_ not in current] + [
            *self._current.values()
        ]

    def kept(self) -> Range | None:
        """The first and the last acked record that are kept; both ends stand in the history."""
        first, last = self._reader.execute(
            "SELECT (SELECT min(seq) FROM history), (SELECT max(seq) FROM history)"
        ).fetchone()
        return None if first is None else (first, last)

    def commit(self, records: Sequence[Record], acked: Sequence[Range] = ()) -> list[Stored]:
        """Move acked rows to the history; number, encode and keep the records: one transaction, one fsync."""
        with self._transaction() as db:
            for low, high in acked:
                self._move("outbox", "history", low, high)
            first = self.last_seq() + 1
            rows = [self._row(replace(record, seq=seq)) for seq, record in enumerate(records, first)]
            db.executemany("INSERT INTO outbox VALUES(?, ?, ?, ?, ?)", rows)
            self._set_meta("next_seq", first + len(rows))
        return [Stored(seq, device, body) for seq, _, device, _, body in rows]

    def backlog(self, after: int, limit: int) -> list[Stored]:
        """Unacked records with a sequence number above `after`, lowest first; reads beside the writer."""
        rows = self._reader.execute(
            "SELECT seq, device, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit)
        )
        return [Stored(*row) for row in rows.fetchall()]

    def rewind(self, after: int, limit: int) -> int | None:
        """Put up to `limit` history rows above `after` back to be sent; returns the last, None at the end."""
        after = min(after, LAST_SEQ - 1)
        with self._transaction() as db:
            (last,) = db.execute(
                "SELECT max(seq) FROM (SELECT seq FROM history WHERE seq > ? ORDER BY seq LIMIT ?)",
                (after, limit),
            ).fetchone()
            if last is not None:
                self._move("history", "outbox", after + 1, last)
        return None if last is None else int(last)

    def forget(self, before_us: int, limit: int) -> int:
        """Delete up to `limit` history rows with slots before a time; unacked rows are never deleted."""
        with self._transaction() as db:
            return db.execute(
                "DELETE FROM history WHERE seq IN (SELECT seq FROM history WHERE slot_us < ? LIMIT ?)",
                (before_us, limit),
            ).rowcount

    def next_bd_seq(self) -> int:
        """Sparkplug's birth/death number: one more a connection, modulo 256, on a full disk too."""
        self._bd_seq = (self._bd_seq + 1) % 256
        with suppress(sqlite3.OperationalError), self._transaction():
            self._set_meta("bd_seq", self._bd_seq)
        return self._bd_seq

    def last_seq(self) -> int:
        """The last sequence number given."""
        return int(self._meta("next_seq", 1)) - 1

    def _row(self, record: Record) -> tuple[int, int, str, str, bytes]:
        body = encode_record(record, self.catalogues[record.catalogue], self.epoch)
        return record.seq, record.slot_us, record.device, record.catalogue, body

    def _move(self, source: str, target: str, low: int, high: int) -> None:
        bounds = (max(low, 0), min(high, LAST_SEQ))
        which = "WHERE seq BETWEEN ? AND ?"
        self._db.execute(f"INSERT OR REPLACE INTO {target} SELECT * FROM {source} {which}", bounds)  # noqa: S608
        self._db.execute(f"DELETE FROM {source} {which}", bounds)  # noqa: S608

    def _meta(self, key: str, initial: str | int) -> str | int:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES(?, ?)", (key, initial))
        row: tuple[str | int] = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0]

    def _set_meta(self, key: str, value: str | int) -> None:
        self._db.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))

    def _load_catalogues(self) -> dict[str, Catalogue]:
        rows = self._db.execute("SELECT hash, device, template, points FROM catalogue").fetchall()
        return {hash_: Catalogue.stored(*content) for hash_, *content in rows}

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself, as on a full disk
                self._db.execute("ROLLBACK")
            raise


def is_corrupt(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is damaged, unlike a full disk or a lock."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in CORRUPT


def _connect(path: Path) -> sqlite3.Connection:
    """Open and check (1.5 GB/s from cache) for writing by one thread at a time; raises OutboxCorrupt."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA journal_size_limit = {64 << 20}")
        db.executescript(SCHEMA)
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        db.close()
        if is_corrupt(error):
            raise OutboxCorrupt(str(path), detail=error) from error
        raise
    if verdict != "ok":
        db.close()
        raise OutboxCorrupt(str(path), detail=verdict)
    return db


def _exclusive(path: Path) -> int:
    """Hold the lock file until this process closes it or dies; raises OutboxBusy."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutboxBusy(str(path.parent)) from None
    return handle


def _set_aside(path: Path) -> Path:
    """Rename the damaged file and its WAL; the number keeps earlier ones."""
    number = 1
    while (aside := path.with_name(f"outbox.corrupt-{number}.db")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside
