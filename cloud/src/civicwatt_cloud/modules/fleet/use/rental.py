"""社会租赁: where no vehicle of one's own can go, one of the cheapest designated suppliers drives (W3.2)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.stock import suppliers
from civicwatt_cloud.modules.fleet.stock.choices import SupplierKind
from civicwatt_cloud.modules.fleet.stock.models import Supplier
from civicwatt_cloud.modules.fleet.use import assignment, dispatch, permits
from civicwatt_cloud.modules.fleet.use.choices import RentalClass
from civicwatt_cloud.modules.fleet.use.errors import NotForRent, NotOffered, OwnVehicleFree
from civicwatt_cloud.modules.fleet.use.models import VehicleRequest
from civicwatt_cloud.modules.fleet.use.rental_models import RentalQuote
from civicwatt_cloud.modules.fleet.use.rules import Terms

FEN = 100


class Offer(NamedTuple):
    """What a designated supplier asks."""

    quote_id: int
    supplier_id: int
    supplier: str
    vehicle_class: str
    day_price: int  # 分


def cheapest(offers: Sequence[Offer], passengers: int, terms: Terms) -> list[Offer]:
    """Of each class that seats them the lowest so many within its cap; ties by the supplier's name. Pure."""
    found = []
    for kind in RentalClass:
        seats, cap = terms.figure(f"rental_seats.{kind}"), terms.row(f"rental_cap.{kind}")
        able = [
            one
            for one in offers
            if one.vehicle_class == kind
            and seats >= passengers + 1
            and cap.holds(Decimal(one.day_price) / FEN)
        ]
        able.sort(key=lambda one: (one.day_price, one.supplier, one.quote_id))
        found += able[: terms.figure("rental_offers")]
    return found


def offers(context: Context, request: VehicleRequest) -> list[Offer]:
    """What a request may be served by: the suppliers designated for its institution on the day it begins."""
    day = date_of(request.from_us, context.zone)
    known = {
        one.id: one.name
        for one in suppliers.fixed(context.session, request.owner_id, SupplierKind.RENTAL, day)
    }
    query = select(RentalQuote).where(
        RentalQuote.supplier_id.in_(known),
        RentalQuote.removed_us.is_(None),
        RentalQuote.valid_from <= day,
        or_(RentalQuote.valid_to.is_(None), RentalQuote.valid_to > day),
    )
    latest: dict[tuple[int, str], RentalQuote] = {}
    for one in context.session.scalars(query.order_by(RentalQuote.valid_from)):
        latest[one.supplier_id, one.vehicle_class] = one
    all_of = [
        Offer(one.id, one.supplier_id, known[one.supplier_id], one.vehicle_class, one.day_price)
        for one in latest.values()
    ]
    return cheapest(all_of, request.passengers, permits.terms_of(context, request.owner_id))


def days_of(first: date, last: date) -> int:
    """Days that are paid for: the first and the last count whole."""
    return (last - first).days + 1


def may_rent(step: Step) -> None:
    """No vehicle of one's own can go, and it is one of those offered. Errors: OwnVehicleFree, NotOffered."""
    field = dispatch.field_of(step.context, step.record)
    free = assignment.ranked(field.cars, field.need, field.drivers, field.terms)
    if free:
        raise OwnVehicleFree(plate=field.vehicles[free[0].car.id].plate)
    if step.said["quote_id"] not in {one.quote_id for one in offers(step.context, step.record)}:
        raise NotOffered(most=field.terms.figure("rental_offers"))


def rented(step: Step) -> None:
    """By the day, at the quoted price."""
    row, quote = step.record, step.session.get_one(RentalQuote, step.said["quote_id"])
    first, last = (date_of(one, step.context.zone) for one in (row.from_us, row.to_us))
    row.quote_id, row.rent = quote.id, quote.day_price * days_of(first, last)


def check_quote(session: Session, row: RentalQuote) -> None:
    """A quote is of a supplier of rented vehicles. Errors: NotForRent."""
    supplier = session.get_one(Supplier, row.supplier_id)
    if supplier.kind != SupplierKind.RENTAL:
        raise NotForRent(name=supplier.name)


QUOTE = Entity(
    "rental_quote",
    "rental-quotes",
    RentalQuote,
    "租赁报价",
    "rental quote",
    "vehicle_class",
    read=READERS,
    write=frozenset({Role.FLEET_MANAGER}),
    columns=("supplier_id", "vehicle_class", "day_price", "valid_from", "valid_to"),
    filters=("supplier_id", "vehicle_class", "valid_from"),
    natural_key=("supplier_id", "vehicle_class", "valid_from"),
    check=check_quote,
)
