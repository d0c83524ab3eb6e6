"""Guards and effects of the steps of a request (W3.1)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import deadlines
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.numbering import node_number
from civicwatt_cloud.kit.obligations import fulfil, oblige
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.fleet.choices import VehicleKind
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.stock import costs
from civicwatt_cloud.modules.fleet.stock.choices import CostKind
from civicwatt_cloud.modules.fleet.stock.costs import Fuelled, Paid
from civicwatt_cloud.modules.fleet.use import dispatch, permits
from civicwatt_cloud.modules.fleet.use.assignment import Assigned
from civicwatt_cloud.modules.fleet.use.choices import Purpose
from civicwatt_cloud.modules.fleet.use.dispatch import Asked
from civicwatt_cloud.modules.fleet.use.errors import (
    FuelIncomplete,
    NoEmergency,
    PapersDone,
    PapersMissing,
    PurposeRefused,
    UnknownCounty,
)
from civicwatt_cloud.modules.fleet.use.models import VehicleRequest
from civicwatt_cloud.modules.fleet.use.permits import Ground
from civicwatt_cloud.modules.fleet.use.rules import check_span

APPROVERS = frozenset({Role.APPROVER})
PAID = ("claimed_m", "fuel", "fuel_cost", "tolls")  # what is written down at settlement
FUEL = ("fuel", "fuel_cost", "station")  # all three, or none
TOLL_GATE = "收费站"


def check(session: Session, row: VehicleRequest) -> None:
    """Times, places and divisions are such. Errors: SpanReversed, SpanTooLong, BadPickup, UnknownCounty."""
    check_span(row.from_us, row.to_us)
    if row.pickup:
        dispatch.pickup_of(row.pickup)
    codes = counties_of(row)
    known = set(session.scalars(select(Region.code).where(Region.code.in_(codes))))
    if unknown := sorted(codes - known):
        raise UnknownCounty(said=",".join(unknown))


def counties_of(row: VehicleRequest) -> set[str]:
    """The divisions that a journey reaches."""
    return {one.strip() for one in (row.counties or "").replace("，", ",").split(",") if one.strip()}


def complete(context: Context, row: VehicleRequest) -> None:
    """A new request's number."""
    year = permits.terms_of(context, row.owner_id).as_of.year
    owner = context.session.get_one(Institution, row.owner_id)
    row.number = node_number(context.session, "YC", year, owner.code)


def is_served(step: Step) -> None:
    """Vehicles of the kind that is asked for serve the purpose. Errors: PurposeRefused."""
    row = step.record
    if not permits.terms_of(step.context, row.owner_id).serves(row.kind, row.purpose):
        kind, purpose = VehicleKind(row.kind), Purpose(row.purpose)
        raise PurposeRefused(kind_zh=kind.zh, kind=kind.en, purpose_zh=purpose.zh, purpose=purpose.en)


def may_send(step: Step) -> None:
    """Those that were chosen can go, or any. Errors: CannotGo, CannotDrive, NoVehicle."""
    _found(step)


def may_send_now(step: Step) -> None:
    """Errors: NoEmergency, PurposeRefused, and as may_send."""
    if step.record.purpose != Purpose.EMERGENCY:
        raise NoEmergency()
    is_served(step)
    _found(step)


def send(step: Step) -> None:
    """The vehicle and its driver, and a permit where vehicles are sealed; a former one's permit ends."""
    row = step.record
    car, driver = _found(step)
    permits.end(step.context, row.permit_id, step.now_us)
    row.quote_id = row.rent = None
    row.campaign_id = step.said.get("campaign_id") or row.campaign_id
    row.route_id = step.said.get("route_id") or row.route_id
    row.vehicle_id, row.driver_id, row.deadhead_m = car.id, driver.id, car.deadhead_m
    margin_us = permits.terms_of(step.context, row.owner_id).margin_us()
    span = Span(row.from_us - margin_us, row.to_us + margin_us)
    row.permit_id = permits.grant(step.context, car.id, Ground(f"用车申请 {row.number}", span))


def send_now(step: Step) -> None:
    """The papers follow."""
    send(step)
    owe_papers(step)


def owe_papers(step: Step) -> None:
    """They are due within some working days: an obligation of the institution."""
    row, context = step.record, step.context
    terms = permits.terms_of(context, row.owner_id)
    row.is_emergency = True
    row.papers_due_us = deadlines.due(
        step.now_us, terms.figure("papers_days"), context.zone, terms.rules, place=terms.place
    )
    oblige(
        step.session,
        key=_papers(row),
        owner_id=row.owner_id,
        roles=APPROVERS,
        zh=f"应急派车 {row.number} 应补办手续",
        en=f"the papers of {row.number}, sent in an emergency, are due",
        due_us=row.papers_due_us,
        subject=f"fleet/requests/{row.id}",
        superiors=(Role.FLEET_MANAGER, Role.SUPERVISOR),
    )


def lacks_papers(step: Step) -> None:
    """Errors: PapersDone, PurposeRefused."""
    if not step.record.is_emergency or step.record.papers_us is not None:
        raise PapersDone()
    is_served(step)


def papers_done(step: Step) -> None:
    """The approver has seen and approved it after all."""
    step.record.papers_us, step.record.note = step.now_us, step.said.get("note")
    fulfil(step.session, _papers(step.record))


def called_off(step: Step) -> None:
    """Nobody goes: the permit ends, no papers are due."""
    row = step.record
    row.note = step.said.get("note")
    permits.end(step.context, row.permit_id, step.now_us)
    fulfil(step.session, _papers(row))


def departed(step: Step) -> None:
    """The driver says so, or the first fix outside the home fence."""
    step.record.departed_us = step.now_us


def returned(step: Step) -> None:
    """It is back: the permit has done its work."""
    row = step.record
    row.returned_us = step.now_us
    margin_us = permits.terms_of(step.context, row.owner_id).margin_us()
    permits.end(step.context, row.permit_id, row.returned_us + margin_us)


def may_settle(step: Step) -> None:
    """Errors: PapersMissing, FuelIncomplete."""
    if step.record.is_emergency and step.record.papers_us is None:
        raise PapersMissing()
    told = [step.said.get(name) is not None for name in FUEL]
    if any(told) and not all(told):
        raise FuelIncomplete()


def settled(step: Step) -> None:
    """Distance, fuel and tolls as written down; fuel and tolls go into the vehicle's ledgers, too.

    What the terminal saw is compared with the distance (C3.6).
    """
    row = step.record
    for name in PAID:
        setattr(row, name, step.said.get(name))
    if row.vehicle_id is None:
        return
    vehicle = step.session.get_one(Vehicle, row.vehicle_id)
    if row.fuel is not None:
        station = step.said["station"]
        costs.enter_fuel(
            step.context, vehicle, Fuelled(step.today, row.fuel, row.fuel_cost, station, row.number)
        )
    if row.tolls:
        paid = Paid(CostKind.TOLL, step.today, row.tolls, TOLL_GATE, row.number)
        costs.enter_cost(step.context, vehicle, paid)


def rated(step: Step) -> None:
    """1 to 5."""
    step.record.score = int(step.said["score"])


def _found(step: Step) -> Assigned:
    """Who goes; nobody chose a vehicle: another one than before."""
    asked = Asked(step.said.get("vehicle_id"), step.said.get("driver_id"))
    former = step.record.vehicle_id if asked.vehicle_id is None else None
    return dispatch.chosen(dispatch.field_of(step.context, step.record, former), asked)


def _papers(row: VehicleRequest) -> str:
    return f"fleet/requests/{row.id}/papers"
