"""The ledgers of fuel and cost: lines are only ever added, a correction reverses one."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock import suppliers
from civicwatt_cloud.modules.fleet.stock.accounts import Days
from civicwatt_cloud.modules.fleet.stock.choices import CostKind, SupplierKind
from civicwatt_cloud.modules.fleet.stock.errors import NothingToReverse
from civicwatt_cloud.modules.fleet.stock.models import CostEntry, FuelEntry

POINTS = {
    CostKind.PURCHASE: SupplierKind.PURCHASE,
    CostKind.REPAIR: SupplierKind.REPAIR,
    CostKind.INSURANCE: SupplierKind.INSURANCE,
}  # of costs that have a fixed point; tolls and parking have none


QUANTITIES = {"volume_ml", "amount"}
COPIED = ("owner_id", "vehicle_id", "kind", "on_day", "supplier", "is_off_point")
Line = TypeVar("Line", FuelEntry, CostEntry)


class Fuelled(NamedTuple):
    """One filling, as its receipt says."""

    on_day: date
    volume_ml: int
    amount: int  # 分
    supplier: str
    document: str
    odometer_m: int | None = None


class Paid(NamedTuple):
    """One payment, as its receipt says."""

    kind: CostKind
    on_day: date
    amount: int  # 分
    supplier: str
    document: str


def enter_fuel(context: Context, vehicle: Vehicle, said: Fuelled) -> FuelEntry:
    """Enter a filling; one elsewhere than at a designated station is flagged."""
    off = suppliers.is_off_point(
        context.session, vehicle.owner_id, SupplierKind.FUEL, said.supplier, said.on_day
    )
    facts = _facts(context, vehicle, said)
    line = FuelEntry(**facts, volume_ml=said.volume_ml, odometer_m=said.odometer_m, is_off_point=off)
    return _added(context, line)


def enter_cost(context: Context, vehicle: Vehicle, said: Paid) -> CostEntry:
    """Enter a payment; one to another than the designated supplier is flagged."""
    point = POINTS.get(said.kind)
    off = point is not None and suppliers.is_off_point(
        context.session, vehicle.owner_id, point, said.supplier, said.on_day
    )
    line = CostEntry(**_facts(context, vehicle, said), kind=said.kind, is_off_point=off)
    return _added(context, line)


def reverse(
    context: Context, vehicle: Vehicle, ledger: type[Line], line_id: int, document: str
) -> FuelEntry | CostEntry:
    """Take a line back by another of the same day. Errors: NothingToReverse."""
    former = context.session.get(ledger, line_id)
    again = select(ledger.id).where(ledger.corrects_id == line_id)
    is_open = former is not None and former.corrects_id is None and not context.session.scalar(again)
    if former is None or former.vehicle_id != vehicle.id or not is_open:
        raise NothingToReverse()
    line = ledger(**{name: getattr(former, name) for name in COPIED if name in ledger.__table__.columns})
    for name in QUANTITIES & set(ledger.__table__.columns.keys()):
        setattr(line, name, -getattr(former, name))
    line.corrects_id, line.source_document = former.id, document
    line.at_us, line.actor = context.now_us, context.actor.who
    return _added(context, line)


def lines(session: Session, vehicle_id: int, days: Days) -> list[FuelEntry | CostEntry]:
    """The lines of a vehicle over a time, of both ledgers, by their days."""
    found: list[FuelEntry | CostEntry] = []
    for ledger in (FuelEntry, CostEntry):
        query = select(ledger).where(ledger.vehicle_id == vehicle_id, ledger.on_day >= days.start)
        found += session.scalars(query.where(ledger.on_day < days.end).order_by(ledger.id))
    return sorted(found, key=lambda one: one.on_day)


def off_point(session: Session, days: Days) -> list[FuelEntry | CostEntry]:
    """The lines over a time that were bought elsewhere than at the fixed points, and not reversed."""
    return [*_flagged(session, FuelEntry, days), *_flagged(session, CostEntry, days)]


def _flagged(session: Session, ledger: type[Line], days: Days) -> Sequence[Line]:
    reversed_ = select(ledger.corrects_id).where(ledger.corrects_id.is_not(None))
    query = select(ledger).where(
        ledger.is_off_point,
        ledger.corrects_id.is_(None),
        ledger.id.not_in(reversed_),
        ledger.on_day >= days.start,
        ledger.on_day < days.end,
    )
    return session.scalars(query.order_by(ledger.on_day, ledger.id)).all()


def _facts(context: Context, vehicle: Vehicle, said: Fuelled | Paid) -> dict[str, Any]:
    """What a line of either ledger says."""
    return {
        "owner_id": vehicle.owner_id,
        "vehicle_id": vehicle.id,
        "at_us": context.now_us,
        "actor": context.actor.who,
        "source_document": said.document,
        "on_day": said.on_day,
        "amount": said.amount,
        "supplier": said.supplier,
    }


def _added(context: Context, line: Line) -> Line:
    context.session.add(line)
    context.session.flush()
    what = "cost" if isinstance(line, CostEntry) else "fuel"
    said = {"id": line.id, "day": str(line.on_day), "amount": line.amount, "supplier": line.supplier}
    said |= {"document": line.source_document, "corrects": line.corrects_id}
    deed = Deed(f"{what}_entered", f"vehicle/{line.vehicle_id}", None, said)
    audit.note(context.session, context.actor.who, deed)
    return line
