"""Records accepted while the clock was not believed: marked on the disk, stamped anew once the time is known.

Their slots are the wrong clock's, but how long ago they were read is known as long as the machine runs: the
monotonic clock does not move when the time is set. After a reboot it is not known any more, and a slot that
cannot be is given up rather than guessed.
"""

import json
import sqlite3
from typing import NamedTuple

from civicwatt_edge.machine_time import Moment, is_absurd
from civicwatt_edge.storage import sealed

KEY = "doubtful"  # in the table meta


class Doubtful(NamedTuple):
    """Every record from this number on was stamped by a clock that said this at that moment."""

    from_seq: int
    moment: Moment


def load(db: sqlite3.Connection) -> Doubtful | None:
    """What is marked, None when all slots are believed."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (KEY,)).fetchone()
    if row is None:
        return None
    from_seq, *moment = json.loads(row[0])
    return Doubtful(from_seq, Moment(*moment))


def mark(db: sqlite3.Connection, doubtful: Doubtful | None) -> None:
    """Mark, or end the doubt; the caller commits."""
    if doubtful is None:
        db.execute("DELETE FROM meta WHERE key = ?", (KEY,))
    else:
        text = json.dumps([doubtful.from_seq, *doubtful.moment])
        db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (KEY, text))


def restamp(db: sqlite3.Connection, from_seq: int, shift_us: int) -> int:
    """Move the slots of all records from a number on, to the millisecond; the caller commits.

    Gives how many there were. The slots then lie beside the grid: where they were read.
    """
    shift_ms = round(shift_us / 1000)
    moved = []
    for seq, row in db.execute("SELECT seq, body FROM record WHERE seq >= ?", (from_seq,)):
        data = sealed.unseal(row)
        if data is not None:
            data = sealed.at_slot(data, sealed.slot_us(data) + shift_ms * 1000)
            moved.append((sealed.slot_us(data), sealed.seal(seq, data), seq))
    db.executemany("UPDATE record SET slot_us = ?, body = ? WHERE seq = ?", moved)
    return len(moved)


def impossible(db: sqlite3.Connection, from_seq: int) -> list[int]:
    """Numbers of the records from one on whose slots cannot be."""
    rows = db.execute("SELECT seq, slot_us FROM record WHERE seq >= ?", (from_seq,))
    return [seq for seq, slot_us in rows if is_absurd(slot_us)]
