"""分时租赁: institutions share vehicles by the hour; they take, charge and give them back at sites."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.numbering import node_number
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.forms import filled
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.fleet.choices import VehicleState
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.use import permits
from civicwatt_cloud.modules.fleet.use.choices import LineKind, PileState, PoolKind
from civicwatt_cloud.modules.fleet.use.errors import AlreadyRented, NoSuchLine, NotForRent, PileUnusable
from civicwatt_cloud.modules.fleet.use.models import Pool
from civicwatt_cloud.modules.fleet.use.rental_models import ChargePile, RentalLine, RentalSession, RentalSite
from civicwatt_cloud.modules.fleet.use.rosters import DISPATCHERS
from civicwatt_cloud.modules.fleet.use.rules import Terms

FEN, KM = 100, 1000
MANAGER = frozenset({Role.FLEET_MANAGER})


class Moved(NamedTuple):
    """What a line of the ledger adds."""

    distance_m: int = 0
    energy_wh: int = 0
    amount: int = 0  # 分


def fee(minutes: int, distance_m: int, terms: Terms) -> int:
    """What a use costs [分]: its minutes and its kilometres, half a 分 is rounded up."""
    minute, km = terms.row("rental_minute").value, terms.row("rental_km").value
    exact = (minute * minutes + km * Decimal(distance_m) / KM) * FEN
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def taken(context: Context, row: RentalSession) -> None:
    """A vehicle of a rental pool that nobody has. Errors: NotForRent, AlreadyRented."""
    vehicle = context.session.get_one(Vehicle, row.vehicle_id)
    pool = context.session.get(Pool, vehicle.pool_id) if vehicle.pool_id else None
    if pool is None or pool.kind != PoolKind.RENTAL or vehicle.state != VehicleState.IN_USE:
        raise NotForRent(name=vehicle.plate)
    open_one = select(RentalSession.id).where(
        RentalSession.vehicle_id == vehicle.id,
        RentalSession.state == "open",
        RentalSession.removed_us.is_(None),
    )
    if context.session.scalar(open_one.limit(1)) is not None:
        raise AlreadyRented(plate=vehicle.plate)
    year = permits.terms_of(context, row.owner_id).as_of.year
    owner = context.session.get_one(Institution, row.owner_id)
    row.number, row.began_us = node_number(context.session, "FZ", year, owner.code), context.now_us
    row.distance_m = row.energy_wh = row.amount = 0


def may_charge(step: Step) -> None:
    """Errors: PileUnusable."""
    pile = step.session.get_one(ChargePile, step.said["pile_id"])
    if pile.condition != PileState.IN_SERVICE:
        raise PileUnusable(code=pile.code)


def charged(step: Step) -> None:
    """At a pile; what it cost."""
    pile = step.session.get_one(ChargePile, step.said["pile_id"])
    moved = Moved(energy_wh=step.said["energy_wh"], amount=step.said["amount"])
    _enter(step, LineKind.CHARGE, moved, pile.code, pile_id=pile.id)


def given_back(step: Step) -> None:
    """How far it was driven, and what the time and the way cost."""
    row = step.record
    row.to_site_id, row.ended_us = step.said["to_site_id"], step.now_us
    minutes = -(-(row.ended_us - row.began_us) // MINUTE_US)  # a minute begun is a minute
    distance_m = step.said["distance_m"]
    amount = fee(minutes, distance_m, permits.terms_of(step.context, row.owner_id))
    _enter(step, LineKind.DRIVE, Moved(distance_m, 0, amount), row.number)


def may_correct(step: Step) -> None:
    """Errors: NoSuchLine."""
    _open_line(step)


def corrected(step: Step) -> None:
    """A line is taken back by another."""
    former = _open_line(step)
    moved = Moved(-former.distance_m, -former.energy_wh, -former.amount)
    document = step.said["document"]
    _enter(step, LineKind.CORRECTION, moved, document, pile_id=former.pile_id, corrects_id=former.id)


def lines(context: Context, session_id: int) -> Sequence[RentalLine]:
    """The ledger of a session, the first line first. Errors: NotFound."""
    row = registry.get_open(context, SESSION, session_id)
    query = select(RentalLine).where(RentalLine.session_id == row.id)
    return context.session.scalars(query.order_by(RentalLine.id)).all()


def _open_line(step: Step) -> RentalLine:
    line = step.session.get(RentalLine, step.said["line"])
    again = select(RentalLine.id).where(RentalLine.corrects_id == step.said["line"])
    is_own = line is not None and line.session_id == step.record.id and line.corrects_id is None
    if line is None or not is_own or step.session.scalar(again) is not None:
        raise NoSuchLine(line=step.said["line"])
    return line


def _enter(
    step: Step,
    kind: LineKind,
    moved: Moved,
    document: str,
    *,
    pile_id: int | None = None,
    corrects_id: int | None = None,
) -> None:
    row = step.record
    step.session.add(
        RentalLine(
            owner_id=row.owner_id,
            session_id=row.id,
            pile_id=pile_id,
            kind=kind,
            at_us=step.now_us,
            actor=step.actor.who,
            source_document=document,
            corrects_id=corrects_id,
            **moved._asdict(),
        )
    )
    for name, value in moved._asdict().items():
        setattr(row, name, getattr(row, name) + value)


SITE = Entity(
    "rental_site",
    "rental-sites",
    RentalSite,
    "租赁网点",
    "rental site",
    "name",
    read=READERS,
    write=MANAGER,
    natural_key=("name",),
)
PILE = Entity(
    "charge_pile",
    "charge-piles",
    ChargePile,
    "充电桩",
    "charge pile",
    "code",
    read=READERS,
    write=MANAGER,
    filters=("site_id", "kind", "condition"),
    natural_key=("code",),
)
FIELDS = fields_of(RentalSession)
SESSIONS = Workflow(
    states=(
        State("open", "租用中", "in use"),
        State("closed", "已还车", "given back", is_final=True),
    ),
    transitions=(
        Transition(
            "charge",
            "充电",
            "charge",
            ("open",),
            "open",
            DISPATCHERS,
            form={
                "pile_id": Field("充电桩", "pile", Kind.REFERENCE, target="charge_pile"),
                "energy_wh": Field("充电量", "charged", Kind.NUMBER, "kWh", 3, least=1),
                "amount": Field("充电费", "paid", Kind.NUMBER, "元", 2, least=0),
            },
            required=frozenset({"pile_id", "energy_wh", "amount"}),
            guard=may_charge,
            effect=charged,
        ),
        Transition(
            "give_back",
            "还车",
            "give back",
            ("open",),
            "closed",
            DISPATCHERS,
            effect=given_back,
            **filled(FIELDS, "to_site_id", "distance_m"),
        ),
        *(
            Transition(
                "correct",
                "更正",
                "take a line back",
                (state,),
                state,
                MANAGER,
                form={
                    "line": Field("明细编号", "line", Kind.NUMBER, least=1),
                    "document": Field("依据", "document", Kind.TEXT, length=200),
                },
                required=frozenset({"line", "document"}),
                guard=may_correct,
                effect=corrected,
            )
            for state in ("open", "closed")
        ),
    ),
)
SESSION = Entity(
    "rental_session",
    "rental-sessions",
    RentalSession,
    "分时租赁",
    "rental session",
    "number",
    read=READERS,
    write=DISPATCHERS,
    columns=("number", "vehicle_id", "began_us", "ended_us", "distance_m", "energy_wh", "amount"),
    filters=("state", "vehicle_id", "from_site_id", "began_us"),
    searched=("number",),
    sees_personal=DISPATCHERS,
    workflow=SESSIONS,
    complete=taken,
)
