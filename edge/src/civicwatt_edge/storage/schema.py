"""The outbox's SQLite file: opening, checking, setting aside, and taking over the form it had before."""

import fcntl
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from zlib import crc32

from civicwatt_edge.config import MAIN
from civicwatt_edge.errors import OutboxBusy, OutboxCorrupt
from civicwatt_edge.storage import sealed
from civicwatt_edge.storage.ranges import Range, RangeSet
from civicwatt_protocols.uplink import Catalogue, decode_record

# record: what is not yet in a segment. acked: by upstream, and under "" what nobody can deliver any more.
# The views show the rows of `record` alone, for a look with sqlite3; archive.py reads the whole.
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alias(
    alias INTEGER PRIMARY KEY, device TEXT NOT NULL, measure TEXT NOT NULL, UNIQUE(device, measure));
CREATE TABLE IF NOT EXISTS catalogue(
    hash TEXT PRIMARY KEY, device TEXT NOT NULL, template TEXT NOT NULL, points TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS record(
    seq INTEGER PRIMARY KEY, slot_us INTEGER NOT NULL, device TEXT NOT NULL, catalogue TEXT NOT NULL,
    body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS upstream(name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS acked(
    upstream TEXT NOT NULL, low INTEGER NOT NULL, high INTEGER NOT NULL, checksum INTEGER NOT NULL,
    PRIMARY KEY(upstream, low)
) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS outbox AS SELECT seq, slot_us, device, catalogue FROM record
WHERE EXISTS (SELECT 1 FROM upstream WHERE NOT EXISTS (
    SELECT 1 FROM acked WHERE upstream IN (name, '') AND seq BETWEEN low AND high));
CREATE VIEW IF NOT EXISTS history AS SELECT seq, slot_us, device, catalogue FROM record
WHERE seq NOT IN (SELECT seq FROM outbox);
"""
MAGIC = b"SQLite format 3\0"
CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_corrupt(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is damaged, unlike a full disk or a lock."""
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in CORRUPT


def connect(path: Path) -> sqlite3.Connection:
    """Open and check (1.5 GB/s from cache) for writing by one thread at a time; raises OutboxCorrupt."""
    if not _may_be_opened(path):
        raise OutboxCorrupt(str(path), detail="no SQLite file")
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute(f"PRAGMA journal_size_limit = {16 << 20}")
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict == "ok":
            _take_over_former(db)
            db.executescript(SCHEMA)
            verdict = _contradiction(db) or "ok"
    except sqlite3.DatabaseError as error:
        db.close()
        if is_corrupt(error):
            raise OutboxCorrupt(str(path), detail=error) from error
        raise
    if verdict != "ok":
        db.close()
        raise OutboxCorrupt(str(path), detail=verdict)
    return db


def _may_be_opened(path: Path) -> bool:
    """Whether the file is new or begins as SQLite's do; of another one SQLite would delete the log."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        return file.read(len(MAGIC)) in (MAGIC, b"")
    return True


def owner(db: sqlite3.Connection) -> str:
    """The id of the gateway whose outbox it is; "" where none is told, or a damaged one."""
    keys = "('gateway', 'gateway_checksum')"
    meta = dict(db.execute(f"SELECT key, value FROM meta WHERE key IN {keys}"))  # noqa: S608
    name = str(meta.get("gateway", ""))
    return name if meta.get("gateway_checksum") == crc32(name.encode()) else ""


def owner_of(path: Path) -> str:
    """The same of a file that is not open, which stays as it is; "" too when it cannot be told."""
    if not path.exists() or not _may_be_opened(path):
        return ""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            return owner(db)
    except sqlite3.DatabaseError as error:
        untold = (
            sqlite3.SQLITE_ERROR,
            sqlite3.SQLITE_READONLY,
        )  # no table; a file only begun
        if is_corrupt(error) or (error.sqlite_errorcode & 0xFF) in untold:
            return ""
        raise


def ack_row(upstream: str, bounds: Range) -> tuple[str, int, int, int]:
    """A row of `acked`; one whose checksum does not fit counts for nothing: its records come again."""
    return upstream, *bounds, crc32(f"{upstream} {bounds}".encode())


def catalogues(db: sqlite3.Connection) -> dict[str, Catalogue]:
    """The stored catalogues; each proves itself by its hash, a damaged one is left out."""
    rows = db.execute("SELECT hash, device, template, points FROM catalogue").fetchall()
    known = {name: Catalogue.stored(*content) for name, *content in rows}
    return {name: one for name, one in known.items() if one.hash == name}


def acked(db: sqlite3.Connection) -> tuple[dict[str, list[Range]], list[tuple[str, int, int]]]:
    """The acked ranges by upstream, and the rows (upstream, low, high) that do not fit their checksum."""
    stored: dict[str, list[Range]] = {name: [] for (name,) in db.execute("SELECT name FROM upstream")}
    damaged = []
    for row in db.execute("SELECT upstream, low, high, checksum FROM acked").fetchall():
        name, low, high, _ = row
        if row == ack_row(name, (low, high)):
            stored.setdefault(name, []).append((low, high))
        else:
            damaged.append((name, low, high))
    return stored, damaged


def _contradiction(db: sqlite3.Connection) -> str | None:
    """What SQLite cannot see: a bit that fell in the epoch, the gateway's id or the next number."""
    meta = dict(db.execute("SELECT key, value FROM meta"))
    (last,) = db.execute("SELECT max(seq) FROM record").fetchone()
    if last is not None and meta.get("next_seq") != last + 1:
        return f"next number {meta.get('next_seq')} after {last}"
    for key in ("epoch", "gateway"):
        checksum = meta.get(f"{key}_checksum")
        if checksum is not None and checksum != crc32(str(meta.get(key)).encode()):
            return f"{key} {meta.get(key)!r}"
    return None


def exclusive(path: Path) -> int:
    """Hold the lock file until this process closes it or dies; raises OutboxBusy."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutboxBusy(str(path.parent)) from None
    return handle


def set_aside(path: Path) -> Path:
    """Rename the damaged file and its WAL; the number keeps earlier ones."""
    number = 1
    while (aside := path.with_name(f"outbox.corrupt-{number}.db")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside


def _take_over_former(db: sqlite3.Connection) -> None:
    """Until 0.1 outbox and history were tables of message bodies; all in one transaction."""
    former = db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'history'")
    if former.fetchone() == (0,):
        return
    db.execute("BEGIN IMMEDIATE")
    for table in ("outbox", "history"):
        db.execute(f"ALTER TABLE {table} RENAME TO former_{table}")
    for statement in SCHEMA.split(";\n")[:-1]:
        db.execute(statement)
    known = catalogues(db)
    for table in ("outbox", "history"):
        for seq, slot_us, device, name, body in db.execute(f"SELECT * FROM former_{table}"):  # noqa: S608
            row = sealed.seal(seq, sealed.content(decode_record(body, known[name])))
            db.execute("INSERT INTO record VALUES(?, ?, ?, ?, ?)", (seq, slot_us, device, name, row))
    history = RangeSet((seq, seq) for (seq,) in db.execute("SELECT seq FROM former_history"))
    db.executemany("INSERT INTO acked VALUES(?, ?, ?, ?)", [ack_row(MAIN, one) for one in history.ranges])
    db.execute("INSERT INTO upstream VALUES(?)", (MAIN,))
    for table in ("outbox", "history"):
        db.execute(f"DROP TABLE former_{table}")
    db.execute("COMMIT")
