"""The outbox on disk: what survives kill -9 and power cuts.

New records and all bookkeeping lie in one SQLite file, WAL with synchronous=FULL: what a commit has taken is
on the disk (with NORMAL a power cut was seen to lose it). Older records lie in segments. Which records an
upstream has acked is a set of ranges of its own, so an ack moves nothing and a resend only takes ranges back.

`outbox.Outbox` is the asyncio front. Two threads may be here at a time: the writer (catalogue, commit,
next_bd_seq, resend, note, drop_rows, judge_time, retire_all_but) and the one that handles files (all others).
"""

import os
import sqlite3
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from zlib import crc32

import structlog

from civicwatt_edge.config import MAIN
from civicwatt_edge.errors import OutboxCorrupt
from civicwatt_edge.machine_time import Moment
from civicwatt_edge.storage import doubtful, recovery, schema, sealed
from civicwatt_edge.storage.acks import LOST, Acks
from civicwatt_edge.storage.doubtful import Doubtful
from civicwatt_edge.storage.ranges import Range, RangeSet
from civicwatt_edge.storage.room import Room, is_disk_fault
from civicwatt_edge.storage.shelf import Shelf
from civicwatt_protocols.uplink import Catalogue, PointDefinition, Record, encode_record

log = structlog.get_logger()

# Engineering defaults.
SEGMENT = 4096  # records
IN_ROWS = 2048  # the newest records, which stay rows


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it lies in the outbox, numbered, and as it is sent."""

    seq: int
    device: str
    body: bytes


class Store:
    """The gateway's data directory: `outbox.db` and `segments/`.

    Sequence numbers and aliases are taken inside the transaction that uses them and are never given twice
    in the life of an epoch; an epoch is the life of one `outbox.db`.
    """

    def __init__(
        self,
        directory: Path,
        upstreams: Sequence[str] = (MAIN,),
        quota_bytes: int | None = None,
        *,
        gateway: str = "",
    ) -> None:
        """Open or create. A damaged file is set aside under a telling name; raises OutboxBusy.

        gateway: whose outbox it must be; that of another one, as on a copied card, is set aside whole.

        OSError, sqlite3.OperationalError: the disk does not let it be opened, see room.is_disk_fault.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self.path, self.upstreams = directory / "outbox.db", tuple(upstreams)
        self._gateway = gateway
        self.room = Room(directory, quota_bytes)
        try:
            self._open(directory)
        except (OSError, sqlite3.OperationalError) as error:
            if not is_disk_fault(error) or not self.room.release():
                raise
            self._open(directory)  # on a full disk even opening takes a little room

    def _open(self, directory: Path) -> None:
        with ExitStack() as opened:
            opened.callback(os.close, schema.exclusive(directory / "outbox.lock"))
            recovery.put_away(directory, self._gateway)
            logged = recovery.in_log(self.path)
            self._db = opened.enter_context(closing(self._connected()))
            self._reader = opened.enter_context(closing(sqlite3.connect(self.path, check_same_thread=False)))
            self._load(directory, logged)
            self._ending = opened.pop_all()

    def _connected(self) -> sqlite3.Connection:
        try:
            return schema.connect(self.path)
        except OutboxCorrupt as error:
            aside = schema.set_aside(self.path)
            log.error("outbox_set_aside", path=str(self.path), aside=str(aside), **error.as_dict())
            return schema.connect(self.path)

    def _load(self, directory: Path, logged: Mapping[int, bytes]) -> None:
        self.epoch = str(self._meta("epoch", str(uuid.uuid4())))
        self._meta("epoch_checksum", crc32(self.epoch.encode()))
        if self._gateway and not schema.owner(self._db):
            with self._transaction():
                self._set_meta("gateway", self._gateway)
                self._set_meta("gateway_checksum", crc32(self._gateway.encode()))
        self._gateway = schema.owner(self._db)
        self._bd_seqs: dict[str, int] = dict(
            self._db.execute("SELECT key, value FROM meta WHERE key LIKE 'bd_seq%'")
        )
        self._counts = {key: int(self._meta(key, 0)) for key in ("thinned", "salvaged")}
        self._last = int(self._meta("next_seq", 1)) - 1
        self.catalogues: Mapping[str, Catalogue] = schema.catalogues(self._db)  # damaged: see recovery
        self._current: dict[str, Catalogue] = {}
        self.shelf = Shelf(directory, self.epoch)
        with self._transaction() as db:
            self._acks = Acks(db, self.upstreams)
        self._dropped = 0
        self._doubtful = doubtful.load(self._db)
        recovery.recover(self, directory, logged)
        self.drop_rows()
        self._keep_second_copy()

    def close(self) -> None:
        """Close the file and let another process have it."""
        self._ending.close()

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
        if catalogue.hash not in self.catalogues:
            self.catalogues = {**self.catalogues, catalogue.hash: catalogue}
            self._keep_second_copy()
        self._current[device] = catalogue
        return catalogue

    def retire_all_but(self, devices: Collection[str]) -> None:
        """Let no other device be born again; what they have left behind is still delivered."""
        self._current = {name: one for name, one in self._current.items() if name in devices}

    def judge_time(self, now: Moment, *, believed: bool) -> bool:
        """Take what is known of the clock; whether every slot in the outbox can be believed then.

        Records of a doubtful time are stamped anew as soon as it is known how far off it was; where a reboot
        has made that unknowable, those whose slots cannot be are lost.
        """
        before = self._doubtful
        if before is None and believed:
            return True
        start = self._last + 1 if before is None else before.from_seq
        shift_us = 0 if before is None else before.moment.shift_us(now)
        with self._transaction() as db:
            if shift_us is None:
                gone = doubtful.impossible(db, start)
                self.shelf.lost += [(seq, seq) for seq in gone]
                log.error("time_unknown", records=self._last + 1 - start, given_up=len(gone))
                start = self._last + 1
            elif shift_us:
                count = doubtful.restamp(db, start, shift_us)
                log.warning("records_stamped_anew", records=count, shift_s=shift_us / 1_000_000)
            after = None if believed else Doubtful(start, now)
            doubtful.mark(db, after)
        self._doubtful = after
        return believed

    def births(self, upstream: str = MAIN) -> list[Catalogue]:
        """What a consumer needs to read every unacked record; a device's current catalogue comes last."""
        settled = self._acks.settled(upstream)
        waiting = {
            name
            for one in self.shelf.segments
            if not settled.covers(one.first, one.last)
            for name in one.catalogues or self.catalogues  # of an unreadable one: any
        }
        for bounds in settled.missing(self.shelf.last + 1, self._last):
            rows = self._reader.execute(
                "SELECT DISTINCT catalogue FROM record WHERE seq BETWEEN ? AND ?", bounds
            )
            waiting.update(name for (name,) in rows)
        current = {catalogue.hash for catalogue in self._current.values()}
        older = [one for name, one in self.catalogues.items() if name in waiting and name not in current]
        return [*older, *self._current.values()]

    def kept(self, upstream: str = MAIN) -> Range | None:
        """The first and the last record that is kept and that this upstream has acked."""
        (row,) = self._reader.execute("SELECT min(seq) FROM record").fetchone()
        first = self.shelf.segments[0].first if self.shelf.segments else row
        acked = self._acks.by(upstream)
        low = None if first is None else acked.next_member(first)
        return None if low is None else (low, acked.ranges[-1][1])

    def commit(
        self, records: Sequence[Record], acked: Mapping[str, Sequence[Range]] | None = None
    ) -> list[Stored]:
        """Note acks; number and keep the records: one transaction, one fsync."""
        with self._transaction() as db:
            first = int(self._meta("next_seq", 1))
            grown = self._acks.grown(acked or {}, first - 1)
            numbered = [replace(record, seq=seq) for seq, record in enumerate(records, first)]
            db.executemany("INSERT INTO record VALUES(?, ?, ?, ?, ?)", map(_row, numbered))
            stored = [Stored(one.seq, one.device, self._body(one)) for one in numbered]
            self._set_meta("next_seq", first + len(numbered))
            self._acks.write(grown)
        self._acks.take(grown)
        self._last = first + len(numbered) - 1
        return stored

    def backlog(self, after: int, limit: int, upstream: str = MAIN) -> list[Stored]:
        """Records above `after` that this upstream has not acked, lowest first; reads beside the writer."""
        settled = self._acks.settled(upstream)
        start = settled.next_missing(after + 1)
        found = islice(chain(self.shelf.unsettled(settled, start), self._rows(settled, start)), limit)
        return [self._stored(seq, data) for seq, data in found]

    def resend(self, from_seq: int, upstream: str = MAIN) -> None:
        """Take an upstream's acks back from a number on: what is kept of it will be sent again."""
        self._change({upstream: self._acks.by(upstream).without(from_seq, self._last)})

    def next_bd_seq(self, upstream: str = MAIN) -> int:
        """Sparkplug's birth/death number: one more a connection, modulo 256, on a full disk too."""
        key = "bd_seq" if upstream == MAIN else f"bd_seq {upstream}"
        self._bd_seqs[key] = number = (self._bd_seqs.get(key, -1) + 1) % 256
        with suppress(sqlite3.OperationalError), self._transaction():
            self._set_meta(key, number)
        return number

    def last_seq(self) -> int:
        """The last sequence number given."""
        return self._last

    def tidy(self) -> bool:
        """A step of housekeeping with the files; whether there is more to do at once."""
        self.shelf.settle(self._acks.history())
        if not self._second_copy:
            self._keep_second_copy()
        if self._pack():
            return True
        if self.used() > self.room.quota:
            return self.shelf.give_way(self.catalogues)
        self.room.hold()
        return False

    def used(self) -> int:
        """Bytes on the disk."""
        return self.room.used() + self.shelf.size

    def relieve(self) -> None:
        """The disk is full: drop the ballast, then what is least missed, to let the next write through."""
        self.shelf.settle(self._acks.history())
        if not self.room.release():
            self.shelf.give_way(self.catalogues)

    def note(self) -> None:
        """Let the database follow the files: drop rows that are in segments, count the thinned and lost."""
        lost, thinned = len(self.shelf.lost), self.shelf.thinned
        if thinned:
            self._count("thinned", thinned)
            self.shelf.thinned -= thinned
        more = self._acks.lost.add(self.shelf.lost[:lost])
        if more != self._acks.lost:
            log.error("records_lost", count=more.count - self._acks.lost.count)
            self._change({LOST: more})
        del self.shelf.lost[:lost]
        if self._dropped < self.shelf.last:
            self.drop_rows()

    def forget(self, before_us: int) -> None:
        """Delete history with slots before a time; unacked records are never deleted."""
        self.shelf.forget(before_us)

    def drop_rows(self, before_us: int = 0) -> None:
        """Delete the rows that are in segments, and the oldest ones that are history from before a time."""
        last = self.shelf.last
        end = self._acks.history().next_missing(1)
        first_kept = "SELECT min(seq) FROM record WHERE seq >= ? OR slot_us >= ?"
        with self._transaction() as db:
            (until,) = db.execute(first_kept, (end, before_us)).fetchone()
            until = self._last + 1 if until is None else until
            db.execute("DELETE FROM record WHERE seq < ?", (max(until, last + 1),))
        self._dropped = last

    def learn(self, catalogues: Mapping[str, Catalogue]) -> None:
        """Know these catalogues too, under the aliases that they name."""
        new = {name: one for name, one in catalogues.items() if name not in self.catalogues}
        with self._transaction() as db:
            for name, one in new.items():
                aliases = [(point.alias, one.device, point.measure) for point in one.points]
                db.executemany("INSERT OR IGNORE INTO alias VALUES(?, ?, ?)", aliases)
                row = (name, one.device, one.template, one.points_text())
                db.execute("INSERT OR REPLACE INTO catalogue VALUES(?, ?, ?, ?)", row)
        self.catalogues = {**self.catalogues, **new}

    def adopt(self) -> None:
        """Take in what earlier epochs have not delivered: the numbers first, then the files.

        Rows come behind segments; where there are some, of a database that was put back, they go to segments.
        """
        while self._pack(enough=1):
            pass
        if self._doubtful is not None:
            return  # rows that wait for their time; at the next start
        first = self._last + 1
        self._last = self.shelf.adoptable(first) - 1
        with self._transaction():
            self._set_meta("next_seq", self._last + 1)
        self.shelf.adopt(first)

    def note_salvaged(self, records: int) -> None:
        """Count records that came back from a damaged file."""
        self._count("salvaged", records)

    def lost(self) -> RangeSet:
        """Numbers of this epoch that can no longer be delivered: too old for the quota, or damaged."""
        return self._acks.lost

    def waiting(self, upstream: str = MAIN) -> int:
        """How many records an upstream has not acked."""
        return self._last - self._acks.settled(upstream).count

    def counted(self, key: str) -> int:
        """How many records were "thinned" or "salvaged" in the life of this file."""
        return self._counts.get(key, 0)

    def _rows(self, settled: RangeSet, start: int) -> Iterator[tuple[int, bytes]]:
        """(number, content) of the unsettled records from `start` on that lie in no segment."""
        for low, high in settled.missing(max(start, self.shelf.last + 1), self._last):
            rows = self._reader.execute(
                "SELECT seq, body FROM record WHERE seq BETWEEN ? AND ? ORDER BY seq", (low, high)
            )
            for seq, row in rows:
                if (data := sealed.unseal(row)) is None:
                    self.shelf.lost.append((seq, seq))
                else:
                    yield seq, data

    def _pack(self, enough: int | None = None) -> bool:
        """Put the oldest rows into a segment, once enough are there."""
        first = self.shelf.last + 1
        if self._last + 1 - first < (IN_ROWS + SEGMENT if enough is None else enough):
            return False
        if self._doubtful is not None and first + SEGMENT > self._doubtful.from_seq:
            return False  # what will be stamped anew must stay rows
        contents: list[bytes] = []
        rows = self._reader.execute(
            "SELECT seq, body FROM record WHERE seq >= ? ORDER BY seq LIMIT ?", (first, SEGMENT)
        )
        for seq, row in rows.fetchall():
            first = first if contents else seq
            data = sealed.unseal(row)
            if seq != first + len(contents) or data is None:
                self.shelf.lost += [(seq, seq)] if data is None else []
                if contents:
                    break
                continue
            contents.append(data)
        if contents:
            self.shelf.add(first, contents, self.catalogues)
        return bool(contents)

    def _stored(self, seq: int, data: bytes) -> Stored:
        device = self.catalogues[sealed.catalogue_of(data)].device
        return Stored(seq, device, self._body(sealed.read(seq, data, device)))

    def _body(self, record: Record) -> bytes:
        return encode_record(record, self.catalogues[record.catalogue], self.epoch)

    def _meta(self, key: str, initial: str | int) -> str | int:
        self._db.execute("INSERT OR IGNORE INTO meta VALUES(?, ?)", (key, initial))
        row: tuple[str | int] = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0]

    def _set_meta(self, key: str, value: str | int) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (key, value))

    def _keep_second_copy(self) -> None:
        """Write the catalogues beside the database too; what the disk refuses now, `tidy` tries again."""
        try:
            recovery.keep(self.path.parent, self._gateway, self.epoch, self.catalogues)
            self._second_copy = True
        except OSError as error:
            self._second_copy = False
            log.warning("second_copy_not_written", error=str(error))

    def _change(self, changes: Mapping[str, RangeSet]) -> None:
        with self._transaction():
            self._acks.write(changes)
        self._acks.take(changes)

    def _count(self, key: str, more: int) -> None:
        count = self._counts[key] + more
        with self._transaction():
            self._set_meta(key, count)
        self._counts[key] = count

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


def _row(record: Record) -> tuple[int, int, str, str, bytes]:
    body = sealed.seal(record.seq, sealed.content(record))
    return record.seq, record.slot_us, record.device, record.catalogue, body
