"""封存令: before a run of days off each institution is told to seal its vehicles, and says it has (W3.5).

That vehicles are sealed on days off holds without an order (seals.py); the order is the paper of a longer
run, with the vehicles, the place and the deadline.
"""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import select

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.numbering import next_number
from civicwatt_cloud.kit.obligations import fulfil, oblige
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Job
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.fleet.choices import VehicleState
from civicwatt_cloud.modules.fleet.entities import WATCHERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions import seals
from civicwatt_cloud.modules.fleet.stock.models import SealOrder
from civicwatt_cloud.modules.fleet.stock.rules import Standard
from civicwatt_cloud.modules.fleet.stock.steps import APPROVER, MANAGER, UNIT

EVERY_S, MOST = 300, 100  # orders in one round: nobody waits for longer [engineering default]


def complete(context: Context, order: SealOrder) -> None:
    """A new order's number."""
    order.number = next_number(context.session, "FC", context.today.year)


def look(context: Context) -> None:
    """Make the orders of the runs of days off that come near, and lift those that are over."""
    today, rules = context.today, rules_of(context.session)
    made = 0
    for owner, vehicles in _keepers(context):
        standard = Standard(rules, place_of(owner), today)
        shortest, ahead = standard.row("seal_order_days"), int(standard.row("seal_order_ahead").value)
        for first, last in seals.days_off(today, ahead + 1, lambda day: calendar.day(day).workday):
            if made < MOST and shortest.holds((last - first).days + 1):
                made += _order(context, owner.id, vehicles, (first, last))
    over = select(SealOrder).where(
        SealOrder.state.in_(("issued", "sealed")),
        SealOrder.to_us <= context.now_us,
        SealOrder.removed_us.is_(None),
    )
    for order in context.session.scalars(over.order_by(SealOrder.id).limit(MOST)).all():
        steps.apply(context, SEAL_ORDER, order, LIFT, {})


def confirm(step: Step) -> None:
    """How many are sealed, and where the keys are."""
    keep_form(step)
    fulfil(step.session, key_of(step.record))


def lift(step: Step) -> None:
    """The days off are over: what nobody confirmed stays unconfirmed, and nobody is reminded of it."""
    fulfil(step.session, key_of(step.record))


def key_of(order: SealOrder) -> str:
    """What the obligation of an order is known by."""
    return f"fleet/seal-order/{order.id}"


def _keepers(context: Context) -> list[tuple[Institution, int]]:
    """Institutions with vehicles to be sealed, and how many."""
    query = select(Vehicle.owner_id).where(
        Vehicle.state.in_((VehicleState.IN_USE, VehicleState.SEALED)), Vehicle.removed_us.is_(None)
    )
    counts = Counter(context.session.scalars(query))
    owners = context.session.scalars(
        select(Institution).where(Institution.id.in_(counts)).order_by(Institution.id)
    )
    return [(one, counts[one.id]) for one in owners]


def _order(context: Context, owner_id: int, vehicles: int, days: tuple[date, date]) -> bool:
    """Whether there was none yet."""
    from_us = day_start_us(days[0], context.zone)
    there = select(SealOrder.id).where(SealOrder.owner_id == owner_id, SealOrder.from_us == from_us)
    if context.session.scalar(there) is not None:
        return False
    to_us = day_start_us(days[1] + timedelta(days=1), context.zone)
    values = {"from_us": from_us, "to_us": to_us, "vehicles": vehicles}
    order: SealOrder = registry.add(context, SEAL_ORDER, owner_id, values)
    steps.begin(context._replace(actor=PLATFORM), SEAL_ORDER, order)
    oblige(
        context.session,
        key=key_of(order),
        owner_id=owner_id,
        roles=UNIT,
        zh=f"{days[0]} 至 {days[1]} 封存停驶 {vehicles} 辆车",
        en=f"seal {vehicles} vehicles from {days[0]} to {days[1]}",
        due_us=from_us,
        subject=f"fleet/seal-orders/{order.id}",
        superiors=MANAGER,
    )
    return True


LIFT = Transition("lift", "启封", "lift", ("issued", "sealed"), "lifted", MANAGER, effect=lift)
FLOW = Workflow(
    states=(
        State("issued", "待封存", "issued"),
        State("sealed", "已封存", "sealed"),
        State("lifted", "已启封", "lifted", is_final=True),
    ),
    transitions=(
        Transition(
            "confirm",
            "确认封存",
            "confirm",
            ("issued",),
            "sealed",
            UNIT,
            effect=confirm,
            **filled(fields_of(SealOrder), "sealed", "place"),
        ),
        LIFT,
    ),
)
SEAL_ORDER = Entity(
    "seal_order",
    "seal-orders",
    SealOrder,
    "封存令",
    "seal order",
    "number",
    read=WATCHERS | APPROVER,
    columns=("number", "from_us", "to_us", "vehicles", "sealed", "place"),
    filters=("state", "from_us"),
    searched=("number",),
    workflow=FLOW,
    complete=complete,
)
JOB = Job("fleet_seal_orders", EVERY_S, look)
