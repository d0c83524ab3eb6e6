"""What each upstream has acked: sets of ranges, one row of the database a range."""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import reduce

import structlog

from civicwatt_edge.storage import schema
from civicwatt_edge.storage.ranges import Range, RangeSet
from civicwatt_edge.storage.schema import ack_row

log = structlog.get_logger()

LOST = ""  # in the place of an upstream: numbers whose records are gone


class Acks:
    """Changed by the writer's thread, in two steps around its commit; what others read is never half done."""

    def __init__(self, db: sqlite3.Connection, upstreams: Sequence[str]) -> None:
        """Load, in the caller's transaction.

        A new upstream is owed what no other has taken; of the history it can ask for what it wants. One that
        is no longer configured is owed nothing.
        """
        self._db = db
        self._sets = known = _load(db)
        history = self.history()
        self._sets = {name: known.get(name, history) for name in (LOST, *upstreams)}
        for name in upstreams:
            db.execute("INSERT OR IGNORE INTO upstream VALUES(?)", (name,))
            if name not in known:
                db.executemany("INSERT INTO acked VALUES(?, ?, ?, ?)", _rows(name, history))
        for name in known.keys() - self._sets.keys():
            db.execute("DELETE FROM upstream WHERE name = ?", (name,))
            db.execute("DELETE FROM acked WHERE upstream = ?", (name,))

    @property
    def lost(self) -> RangeSet:
        """Numbers that nobody waits for: too old for the quota, or damaged."""
        return self._sets[LOST]

    def by(self, upstream: str) -> RangeSet:
        """What an upstream has acked."""
        return self._sets[upstream]

    def settled(self, upstream: str) -> RangeSet:
        """What need not be sent to an upstream."""
        return self._sets[upstream].add(self.lost.ranges) if self.lost.ranges else self._sets[upstream]

    def history(self) -> RangeSet:
        """What every upstream has, or nobody can have."""
        sets = [self.settled(name) for name in self._sets if name != LOST]
        return reduce(RangeSet.common, sets) if sets else RangeSet()

    def grown(self, acked: Mapping[str, Sequence[Range]], last: int) -> dict[str, RangeSet]:
        """The sets that come of these acks; one for a record that is not there yet says nothing."""
        return {
            name: self._sets[name].add((max(low, 1), min(high, last)) for low, high in ranges)
            for name, ranges in acked.items()
            if name in self._sets
        }

    def write(self, changes: Mapping[str, RangeSet]) -> None:
        """Write the sets, in the caller's transaction."""
        for name, new in changes.items():
            before, after = set(self._sets[name].ranges), set(new.ranges)
            gone = [(name, low) for low, _ in before - after]
            self._db.executemany("DELETE FROM acked WHERE upstream = ? AND low = ?", gone)
            self._db.executemany(
                "INSERT INTO acked VALUES(?, ?, ?, ?)", _rows(name, RangeSet(after - before))
            )

    def take(self, changes: Mapping[str, RangeSet]) -> None:
        """The sets are committed."""
        self._sets = {**self._sets, **changes}


def _load(db: sqlite3.Connection) -> dict[str, RangeSet]:
    """The stored sets, without what does not fit its checksum: those records come again."""
    stored, damaged = schema.acked(db)
    for name, low, high in damaged:
        log.error("ack_damaged", upstream=name, low=low, high=high)
        db.execute("DELETE FROM acked WHERE upstream = ? AND low = ?", (name, low))
    return {name: RangeSet(ranges) for name, ranges in {LOST: [], **stored}.items()}


def _rows(name: str, acked: RangeSet) -> list[tuple[str, int, int, int]]:
    return [ack_row(name, one) for one in acked.ranges]
