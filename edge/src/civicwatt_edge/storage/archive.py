"""All that a gateway keeps, acked or not, read beside the running gateway without disturbing it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from civicwatt_edge.errors import NoOutbox
from civicwatt_edge.storage import sealed, segments
from civicwatt_edge.storage.ranges import Range, RangeSet
from civicwatt_edge.storage.segments import Segment, State
from civicwatt_protocols.uplink import Catalogue, Record

ALWAYS_US = (-(2**63), 2**63)


class Kept(NamedTuple):
    """One record; acked: every upstream has it."""

    record: Record
    catalogue: Catalogue
    acked: bool


class Archive:
    """A look at a data directory, as it was when this was made. Raises NoOutbox."""

    def __init__(self, directory: Path) -> None:
        path = directory / "outbox.db"
        try:
            db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        except sqlite3.OperationalError as error:
            raise NoOutbox(str(path), detail=error) from error
        with closing(db):
            try:
                db.execute("BEGIN")
                self.epoch, self.last_seq, self.acked, self._rows, self._catalogues = _snapshot(db)
            except sqlite3.DatabaseError as error:
                raise NoOutbox(str(path), detail=error) from error
        # Looked up after the rows: what left them for a segment before is in one now.
        self.unreadable = 0  # records that were found damaged so far
        folders = sorted((directory / "segments").glob("*"))
        self.segments = [
            one for folder in folders for one in sorted(segments.look(folder), key=lambda one: one.first)
        ]

    def records(self, slots_us: Range = ALWAYS_US) -> Iterator[Kept]:
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

    def _segment(self, one: Segment, slots_us: Range) -> Iterator[Kept]:
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

    def _kept(self, seq: int, data: bytes, acked: bool, slots_us: Range) -> Iterator[Kept]:
        catalogue = self._catalogues.get(sealed.catalogue_of(data))
        if catalogue is not None and slots_us[0] <= sealed.slot_us(data) < slots_us[1]:
            yield Kept(sealed.read(seq, data, catalogue.device), catalogue, acked)


def _snapshot(
    db: sqlite3.Connection,
) -> tuple[str, int, RangeSet, list[tuple[int, bytes]], dict[str, Catalogue]]:
    """Epoch, last number, what every upstream has, the rows and the catalogues."""
    meta = dict(db.execute("SELECT key, value FROM meta"))
    catalogues = {
        name: Catalogue.stored(*content)
        for name, *content in db.execute("SELECT hash, device, template, points FROM catalogue")
    }
    sets = {name: RangeSet() for (name,) in db.execute("SELECT name FROM upstream")}
    for name in sets:
        sets[name] = RangeSet(db.execute("SELECT low, high FROM acked WHERE upstream = ?", (name,)))
    acked = reduce(RangeSet.common, sets.values()) if sets else RangeSet()
    rows = db.execute("SELECT seq, body FROM record ORDER BY seq").fetchall()
    if not {"epoch", "next_seq"} <= meta.keys():
        raise NoOutbox(detail="the gateway has only begun to make it")
    return str(meta["epoch"]), int(meta["next_seq"]) - 1, acked, rows, catalogues
