"""编制: how many vehicles of a kind an institution may have, and who holds the places (R-FLEET-3, C3.9)."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from civicwatt_cloud.kit.directory import Institution, Level
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.choices import VehicleKind, VehicleState
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock import rules
from civicwatt_cloud.modules.fleet.stock.errors import QuotaAboveRatio, QuotaBelowLeast, QuotaFull
from civicwatt_cloud.modules.fleet.stock.models import PurchasePlan, Quota
from civicwatt_cloud.modules.fleet.stock.standards import standard_of

HOLDING = ("reviewed", "funded", "procured")  # states of a plan that has a place and no vehicle yet


def check_quota(session: Session, row: Quota) -> None:
    """R-FLEET-3 on the day from which the quota holds. Errors: QuotaAboveRatio, QuotaBelowLeast."""
    standard = standard_of(session, row.owner_id, row.valid_from)
    ratio = standard.limit("quota.enforcement") if row.kind == VehicleKind.ENFORCEMENT else None
    if ratio is not None and row.before is not None:
        most = rules.kept(row.before, ratio)
        if row.number > most:
            raise QuotaAboveRatio(number=row.number, most=most, percent=ratio.value)
    level = session.get_one(Institution, row.owner_id).level
    if row.kind == VehicleKind.EMERGENCY and level == Level.TOWNSHIP:
        least = standard.limit("quota.township_remote" if row.is_remote else "quota.township")
        if least is not None and not least.holds(row.number):
            raise QuotaBelowLeast(number=row.number, least=least.value)


def standing(
    session: Session, owners: Select[int] | Collection[int], day: date
) -> dict[tuple[int, str], Quota]:
    """The quotas in force on a day, by institution and kind."""
    query = select(Quota).where(
        Quota.owner_id.in_(owners), Quota.valid_from <= day, Quota.removed_us.is_(None)
    )
    rows = session.scalars(query.order_by(Quota.valid_from))
    return {(one.owner_id, one.kind): one for one in rows}


def in_force(session: Session, owner_id: int, kind: str, day: date) -> int:
    """The quota on a day; 0: none was ever set."""
    row = standing(session, [owner_id], day).get((owner_id, kind))
    return row.number if row else 0


def taken(session: Session, owner_id: int, kind: str, but: int | None = None) -> int:
    """Places held by vehicles, and by plans other than `but` that add one to them."""
    vehicles = select(func.count()).where(
        Vehicle.owner_id == owner_id,
        Vehicle.kind == kind,
        Vehicle.state != VehicleState.DISPOSED,
        Vehicle.removed_us.is_(None),
    )
    old = aliased(Vehicle)
    has_gone = or_(
        old.id.is_(None),
        old.state == VehicleState.DISPOSED,
        old.removed_us.is_not(None),
        old.owner_id != owner_id,
        old.kind != kind,
    )
    plans = (
        select(func.count(PurchasePlan.id))
        .outerjoin(old, old.id == PurchasePlan.replaces_id)
        .where(PurchasePlan.owner_id == owner_id, PurchasePlan.kind == kind, PurchasePlan.id != (but or 0))
        .where(PurchasePlan.state.in_(HOLDING), PurchasePlan.removed_us.is_(None), has_gone)
    )
    return (session.scalar(vehicles) or 0) + (session.scalar(plans) or 0)


def require_place(session: Session, owner_id: int, kind: str, day: date, *, adds: int, but: int = 0) -> None:
    """With so many more vehicles the quota is not exceeded. Errors: QuotaFull.

    `Database.session()` writes alone: of two plans for the last place the second one sees the first.
    """
    quota, held = in_force(session, owner_id, kind, day), taken(session, owner_id, kind, but)
    if held + adds > quota:
        one = VehicleKind(kind)
        raise QuotaFull(kind_zh=one.zh, kind=one.en, quota=quota, taken=held)


QUOTA = Entity(
    "vehicle_quota",
    "quotas",
    Quota,
    "车辆编制",
    "vehicle quota",
    "kind",
    read=READERS,
    write=frozenset({Role.FLEET_MANAGER}),
    columns=("kind", "number", "valid_from", "document"),
    filters=("kind", "valid_from"),
    natural_key=("kind", "valid_from"),
    check=check_quota,
)
