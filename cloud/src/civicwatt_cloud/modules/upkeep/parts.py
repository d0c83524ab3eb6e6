"""The store of parts: moves are only ever added, the stock follows."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.upkeep.choices import MoveKind
from civicwatt_cloud.modules.upkeep.entities import TICKET
from civicwatt_cloud.modules.upkeep.equipment_entities import PART
from civicwatt_cloud.modules.upkeep.equipment_models import Part, PartMove
from civicwatt_cloud.modules.upkeep.errors import StockTooLow


class Moved(NamedTuple):
    """What came in or went out."""

    kind: MoveKind
    qty: int  # positive
    amount: int  # 分, positive
    source_document: str
    ticket_id: int | None = None


def move(context: Context, part_id: int, rev: int, moved: Moved) -> PartMove:
    """Enter a line. Errors: NotFound, NotPermitted, Outdated, StockTooLow."""
    part = registry.writable(context, PART, part_id, rev)
    if moved.ticket_id is not None:
        registry.get(context, TICKET, moved.ticket_id)
    sign = -1 if moved.kind is MoveKind.OUT else 1
    line = PartMove(
        owner_id=part.owner_id,
        part_id=part.id,
        ticket_id=moved.ticket_id,
        kind=moved.kind,
        qty=sign * moved.qty,
        amount=sign * moved.amount,
        at_us=context.now_us,
        actor=context.actor.who,
        source_document=moved.source_document,
    )
    return _enter(context, part, line)


def reverse(context: Context, part_id: int, rev: int, move_id: int, document: str) -> PartMove:
    """Take back a line by another. Errors: NotFound, NotPermitted, Outdated, StockTooLow."""
    part = registry.writable(context, PART, part_id, rev)
    former = context.session.get(PartMove, move_id)
    again = select(PartMove.id).where(PartMove.corrects_id == move_id)
    is_open = former is not None and former.corrects_id is None and not context.session.scalar(again)
    if former is None or former.part_id != part_id or not is_open:
        raise NotFound("出入库记录")
    line = PartMove(
        owner_id=part.owner_id,
        part_id=part.id,
        ticket_id=former.ticket_id,
        kind=MoveKind.CORRECTION,
        qty=-former.qty,
        amount=-former.amount,
        at_us=context.now_us,
        actor=context.actor.who,
        source_document=document,
        corrects_id=former.id,
    )
    return _enter(context, part, line)


def moves(context: Context, part_id: int) -> Sequence[PartMove]:
    """The lines of a part, the first one first. Errors: NotFound."""
    part = registry.get(context, PART, part_id)
    query = select(PartMove).where(PartMove.part_id == part.id)
    return context.session.scalars(query.order_by(PartMove.id)).all()


def _enter(context: Context, part: Part, line: PartMove) -> PartMove:
    before = registry.told(PART, part, context.zone)
    if part.stock + line.qty < 0:
        raise StockTooLow(stock=part.stock)
    context.session.add(line)
    part.stock += line.qty
    registry.touched(context, PART, part, "part_moved", before)  # writes the line too
    return line
