"""四定点: who is designated to sell, fuel, repair and insure the vehicles of a region."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, region_prefix
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.stock.choices import SupplierKind
from civicwatt_cloud.modules.fleet.stock.models import Supplier


def fixed(session: Session, owner_id: int, kind: SupplierKind, day: date) -> Sequence[Supplier]:
    """Those that an institution is bound to on a day: designated in its region or in one above."""
    region = region_prefix(session.get_one(Institution, owner_id).region_code)
    query = (
        select(Supplier, Institution.region_code)
        .join(Institution, Institution.id == Supplier.owner_id)
        .where(
            Supplier.kind == kind,
            Supplier.valid_from <= day,
            or_(Supplier.valid_to.is_(None), Supplier.valid_to > day),
            Supplier.removed_us.is_(None),
        )
        .order_by(Supplier.name, Supplier.id)
    )
    return [one for one, place in session.execute(query) if region.startswith(region_prefix(place))]


def is_off_point(session: Session, owner_id: int, kind: SupplierKind, name: str, day: date) -> bool:
    """Whether the supplier on an invoice is none of the designated ones."""
    return name not in {one.name for one in fixed(session, owner_id, kind, day)}


SUPPLIER = Entity(
    "fleet_supplier",
    "suppliers",
    Supplier,
    "定点供应商",
    "designated supplier",
    "name",
    read=READERS,
    write=frozenset({Role.FLEET_MANAGER}),
    columns=("name", "kind", "valid_from", "valid_to", "contract"),
    filters=("kind",),
    searched=("name", "contract"),
    natural_key=("kind", "name"),
)
