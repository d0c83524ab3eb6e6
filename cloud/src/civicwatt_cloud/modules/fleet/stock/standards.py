"""The rule rows beside vehicles that are there or planned."""

from datetime import date

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.fleet.choices import Body, Energy, VehicleKind
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock.errors import AboveStandard
from civicwatt_cloud.modules.fleet.stock.models import PurchasePlan
from civicwatt_cloud.modules.fleet.stock.rules import Offered, Standard, breaches


def standard_of(session: Session, owner_id: int, as_of: date) -> Standard:
    """The rule rows as they hold for an institution on a day."""
    return Standard(rules_of(session), place_of(session.get_one(Institution, owner_id)), as_of)


def offered_of(row: Vehicle | PurchasePlan, price: int | None = None) -> Offered | None:
    """A vehicle as its standard sees it, at another price than planned; None: not enough is known of it."""
    price = row.price if price is None else price
    if row.body is None or row.energy is None or price is None:
        return None
    kind, body, energy = VehicleKind(row.kind), Body(row.body), Energy(row.energy)
    return Offered(kind, body, energy, price, row.displacement_ml, row.has_special_need)


def require_standard(session: Session, plan: PurchasePlan, as_of: date, price: int | None = None) -> None:
    """R-FLEET-1 for a plan, at the planned price or the one paid. Errors: AboveStandard, NoRule."""
    offered = offered_of(plan, price)
    found = breaches(standard_of(session, plan.owner_id, as_of), offered) if offered else []
    if found:
        raise AboveStandard(
            breaches_zh="；".join(one.zh for one in found),
            breaches="; ".join(one.en for one in found),
            rules="、".join(one.rule for one in found if one.rule) or "R-FLEET-1",
        )
