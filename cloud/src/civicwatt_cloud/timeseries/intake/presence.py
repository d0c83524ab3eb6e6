"""Gateways that spoke: whose they are, whether they are there, what they sent last. One row each.

What a worker learns here serves the others: births are kept in the database, never in memory.
"""

from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.bulk import insert_new
from civicwatt_cloud.timeseries.intake.errors import ForeignDivision
from civicwatt_cloud.timeseries.intake.handful import Intake
from civicwatt_cloud.timeseries.intake.quarantine import Entry
from civicwatt_cloud.timeseries.points import Gateway

_FACTS = ("division", "online", "bd_seq", "last_seen_us", "last_slot_us")
_READ = select(Gateway.id, *(getattr(Gateway, fact) for fact in _FACTS))
_TABLE: Table = Gateway.metadata.tables[Gateway.__tablename__]
_WRITE = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("gateway"))
    .values({fact: bindparam(f"new_{fact}") for fact in _FACTS})
)


class Noted(NamedTuple):
    """What the rows told."""

    unborn: list[tuple[str, str]]  # division and gateway of those that sent data before a birth
    strangers: list[Entry]  # births of gateways that belong to another division


def note(session: Session, intake: Intake, now_us: int) -> Noted:
    """Write down who spoke.

    The rows are held to the end of the transaction, in one order for all: workers that have the same
    gateways take turns, and none waits for another that waits for it.
    """
    noted, names = Noted([], []), sorted(intake.divisions)
    if not names:
        return noted
    query = _READ.where(Gateway.id.in_(names)).order_by(Gateway.id).with_for_update(key_share=True)
    rows = {row.id: row for row in session.execute(query)}
    if new := [{"id": name, "online": False} for name in names if name not in rows]:
        insert_new(session, Gateway, new)
        rows = {row.id: row for row in session.execute(query)}
    changes = [_change(rows[name], intake, now_us, noted) for name in names]
    session.connection().execute(_WRITE, changes)
    return noted


def forget_births(session: Session) -> None:
    """Have every gateway asked for its birth once more: it tells what the gateway keeps and we may lack."""
    session.execute(update(Gateway).values(bd_seq=None))


def _change(row: Any, intake: Intake, now_us: int, noted: Noted) -> dict[str, Any]:
    """The row as it is from now on; a gateway's first division stays its own, whatever it says later."""
    said, online, bd_seq = intake.divisions[row.id], row.online, row.bd_seq
    for is_birth, number in intake.lives.get(row.id, ()):
        if is_birth:
            online, bd_seq = True, number
        elif bd_seq in (None, number):  # a will can come late: it ends only the birth it names
            online = False
    if bd_seq is None and row.id not in intake.lives:
        online = True  # it speaks, whatever its birth was
    sent_data = row.id in intake.newest_slot_us and row.id not in intake.guests
    if sent_data and (bd_seq is None or not online):
        noted.unborn.append((said, row.id))
    division = row.division or said
    if division != said and row.id in intake.births:
        error = ForeignDivision(gateway=row.id, division=division, said=said)
        birth = intake.births[row.id]
        noted.strangers.append(Entry(birth.topic, error, birth.payload))
    slots = (row.last_slot_us, intake.newest_slot_us.get(row.id))
    return {
        "gateway": row.id,
        "new_division": division,
        "new_online": online,
        "new_bd_seq": bd_seq,
        "new_last_seen_us": now_us,
        "new_last_slot_us": max(filter(None, slots), default=None),
    }


def may_ask_rebirth(session: Session, gateway: str, now_us: int, pause_us: int) -> bool:
    """Whether a rebirth may be asked now; settled in the database, so that workers ask once together."""
    last = Gateway.rebirth_asked_us
    # A time ahead of now is from before the clock was set back.
    ripe = or_(last.is_(None), last <= now_us - pause_us, last > now_us)
    ask = update(Gateway).where(Gateway.id == gateway, ripe).values(rebirth_asked_us=now_us)
    return session.execute(ask.returning(Gateway.id)).first() is not None
