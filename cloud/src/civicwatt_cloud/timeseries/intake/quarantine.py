"""What was set aside on the way in: kept with its reason, so that nothing disappears."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.bulk import insert_new
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_protocols.errors import CivicWattError

KEEP_BYTES = 65_536  # of one payload
KEEP_ROWS = 100_000  # [engineering default]
STORED = "stored"  # the outcome of a replay that left nothing aside


class Entry(NamedTuple):
    """One thing to set aside."""

    topic: str
    error: CivicWattError
    payload: bytes


def add(session: Session, received_us: int, entries: Iterable[Entry]) -> None:
    """Set aside. The same message for the same reason is kept once, however often it is sent."""
    rows = []
    for topic, error, payload in entries:
        detail = error.message("zh").replace("\0", "\ufffd")  # PostgreSQL keeps no NUL in a text
        identity = "\0".join((topic, error.code, detail)).encode() + payload
        rows.append(
            {
                "received_us": received_us,
                "topic": topic,
                "code": error.code,
                "detail": detail,
                "payload": payload[:KEEP_BYTES],
                "digest": hashlib.sha256(identity).digest(),
            }
        )
    if rows:
        insert_new(session, Quarantined, rows)
        _trim(session)


def listing(
    session: Session, limit: int = 100, before_id: int | None = None, code: str | None = None
) -> list[Quarantined]:
    """Newest first; `before_id` continues after the last one seen, `code` picks one reason."""
    rows = select(Quarantined).order_by(Quarantined.id.desc()).limit(limit)
    if code is not None:
        rows = rows.where(Quarantined.code == code)
    if before_id is not None:
        rows = rows.where(Quarantined.id < before_id)
    return list(session.scalars(rows))


def count(session: Session) -> int:
    """How many lie here."""
    return session.scalar(select(func.count()).select_from(Quarantined)) or 0


class Asked(NamedTuple):
    """A row that somebody wants replayed."""

    id: int
    topic: str
    payload: bytes


def find(session: Session, row_id: int) -> Quarantined | None:
    """One row."""
    return session.get(Quarantined, row_id)


def ask_replay(session: Session, ids: Sequence[int] | None, code: str | None, now_us: int) -> list[int]:
    """Mark rows for a worker to replay: these, or all that no replay has stored; returns which."""
    wanted = select(Quarantined.id).where(func.coalesce(Quarantined.outcome, "") != STORED)
    if ids is not None:
        wanted = select(Quarantined.id).where(Quarantined.id.in_(ids))
    if code is not None:
        wanted = wanted.where(Quarantined.code == code)
    found = list(session.scalars(wanted.order_by(Quarantined.id)))
    for some in _batched(found):
        marked = update(Quarantined).where(Quarantined.id.in_(some))
        session.execute(marked.values(replay_asked_us=now_us, outcome=None))
    return found


def asked(session: Session, limit: int) -> list[Asked]:
    """The oldest rows that wait for their replay."""
    rows = select(Quarantined.id, Quarantined.topic, Quarantined.payload)
    waiting = rows.where(Quarantined.replay_asked_us.is_not(None)).order_by(Quarantined.id).limit(limit)
    return [Asked(*row) for row in session.execute(waiting)]


def settle(session: Session, row_id: int, outcome: str, now_us: int) -> None:
    """Note what became of a replay: STORED, or the code of what is still wrong."""
    done = update(Quarantined).where(Quarantined.id == row_id)
    session.execute(done.values(replay_asked_us=None, replayed_us=now_us, outcome=outcome))


def outcomes(session: Session, ids: Sequence[int]) -> dict[int, str | None]:
    """What became of rows so far; None: not replayed yet, a missing one: deleted meanwhile."""
    found: dict[int, str | None] = {}
    for some in _batched(ids):
        rows = select(Quarantined.id, Quarantined.outcome).where(Quarantined.id.in_(some))
        for row_id, outcome in session.execute(rows):
            found[row_id] = outcome
    return found


def _trim(session: Session) -> None:
    """Delete the oldest beyond KEEP_ROWS: a broken device must not fill the disk, not within a day either."""
    beyond = select(Quarantined.id).order_by(Quarantined.id.desc()).offset(KEEP_ROWS).limit(1)
    session.execute(delete(Quarantined).where(Quarantined.id <= beyond.scalar_subquery()))


def _batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Few enough for one statement."""
    return (ids[at : at + 500] for at in range(0, len(ids), 500))
