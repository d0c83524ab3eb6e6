"""All that a gateway keeps, acked or not, read beside the running gateway without disturbing it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from civicwatt_edge.errors import NoOutbox
from civicwatt_edge.storage import schema, sealed, segments
from civicwatt_edge.storage.ranges import RangeSet
from civicwatt_edge.storage.segments import Segment, State
from civicwatt_protocols.uplink import Catalogue, Record

Span = tuple[int, int]  # µs, [from, to)
ALWAYS_US: Span = (-(2**63), 2**63)


class Kept(NamedTuple):
    """One record; acked: every upstream has it."""

    record: Record
    catalogue: Catalogue
    acked: bool


class Archive:
    """A look at a data directory, as it was when this was made. Raises NoOutbox."""

    def __init__(self, directory: Path) -> None:
        with _read_only(directory) as db:
            self.epoch, self.last_seq, self.acked, self._rows, self._catalogues = _snapshot(db)
        # Looked up after the rows: what left them for a segment before is in one now.
        self.unreadable = 0  # records that were found damaged so far
        folders = sorted((directory / "segments").glob("*"))
        self.segments = [
            one for folder in folders for one in sorted(segments.look(folder), key=lambda one: one.first)
        ]

    def records(self, slots_us: Span = ALWAYS_US) -> Iterator[Kept]:
        """What is kept with slots in [from, to), segments first; damaged records are left out."""
        for one in self.segments:
            if one.slots_us[1] >= slots_us[0] and one.slots_us[0] < slots_us[1]:
                yield from self._segment(one, slots_us)
        here = max((one.last for one in self.segments if one.path.parent.name == self.epoch), default=0)
        for seq, row in self._rows:
            data = sealed.unseal(row)
            if data is None:
                self.unreadable += 1
            elif seq > here:
                yield from self._kept(seq, data, seq in self.acked, slots_us)

    def _segment(self, one: Segment, slots_us: Span) -> Iterator[Kept]:
        present = one.path.parent.name == self.epoch
        for seq, data in enumerate(segments.read_wherever(one), one.first):
            acked = seq in self.acked if present else one.state is State.HISTORY
            if data is None:
                self.unreadable += 1
            else:
                yield from self._kept(seq, data, acked, slots_us)

    @property
    def count(self) -> int:
        """How many records are kept, about: what is just being packed may count twice."""
        return sum(one.last - one.first + 1 for one in self.segments) + len(self._rows)

    def _kept(self, seq: int, data: bytes, acked: bool, slots_us: Span) -> Iterator[Kept]:
        catalogue = self._catalogues.get(sealed.catalogue_of(data))
        if catalogue is not None and slots_us[0] <= sealed.slot_us(data) < slots_us[1]:
            yield Kept(sealed.read(seq, data, catalogue.device), catalogue, acked)


def _snapshot(
    db: sqlite3.Connection,
) -> tuple[str, int, RangeSet, list[tuple[int, bytes]], dict[str, Catalogue]]:
    """Epoch, last number, what every upstream has, the rows and the catalogues."""
    meta = dict(db.execute("SELECT key, value FROM meta"))
    rows = db.execute("SELECT seq, body FROM record ORDER BY seq").fetchall()
    if not {"epoch", "next_seq"} <= meta.keys():
        raise NoOutbox(detail="the gateway has only begun to make it")
    return str(meta["epoch"]), int(meta["next_seq"]) - 1, _acked_by_all(db), rows, schema.catalogues(db)


def acked_by_all(directory: Path) -> RangeSet:
    """What every upstream of a gateway has acked by now. Raises NoOutbox."""
    with _read_only(directory) as db:
        return _acked_by_all(db)


def _acked_by_all(db: sqlite3.Connection) -> RangeSet:
    stored, _ = schema.acked(db)
    sets = [RangeSet(ranges) for name, ranges in stored.items() if name]  # "": what nobody can deliver
    return reduce(RangeSet.common, sets) if sets else RangeSet()


@contextmanager
def _read_only(directory: Path) -> Iterator[sqlite3.Connection]:
    """A view of the database that stays as it was at the first look."""
    path = directory / "outbox.db"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as db:
            db.execute("BEGIN")
            yield db
    except sqlite3.DatabaseError as error:
        raise NoOutbox(str(path), detail=error) from error
