"""What was set aside on the way in: kept with its reason, so that nothing disappears."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.bulk import insert_new
from civicwatt_cloud.timeseries.intake.models import Quarantined
from civicwatt_protocols.errors import CivicWattError

KEEP_BYTES = 65_536  # of one payload
KEEP_ROWS = 100_000  # [engineering default]


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


def listing(session: Session, limit: int = 100, before_id: int | None = None) -> list[Quarantined]:
    """Newest first; `before_id` continues after the last one seen."""
    rows = select(Quarantined).order_by(Quarantined.id.desc()).limit(limit)
    if before_id is not None:
        rows = rows.where(Quarantined.id < before_id)
    return list(session.scalars(rows))


def count(session: Session) -> int:
    """How many lie here."""
    return session.scalar(select(func.count()).select_from(Quarantined)) or 0


def _trim(session: Session) -> None:
    """Delete the oldest beyond KEEP_ROWS: a broken device must not fill the disk, not within a day either."""
    beyond = select(Quarantined.id).order_by(Quarantined.id.desc()).offset(KEEP_ROWS).limit(1)
    session.execute(delete(Quarantined).where(Quarantined.id <= beyond.scalar_subquery()))
