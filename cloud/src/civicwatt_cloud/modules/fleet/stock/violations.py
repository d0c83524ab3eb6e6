"""违规: what was done with a vehicle against a rule is explained by its institution in time (W3.6)."""

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.business_time import date_of, day_start_us, iso
from civicwatt_cloud.kit.deadlines import due
from civicwatt_cloud.kit.events import Facts
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.numbering import next_number
from civicwatt_cloud.kit.obligations import fulfil, oblige
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.kit.workflow.forms import filled, keep_form
from civicwatt_cloud.kit.workflow.spec import State, Step, Transition, Workflow
from civicwatt_cloud.modules.fleet.entities import WATCHERS
from civicwatt_cloud.modules.fleet.positions.models import VehicleEventKind
from civicwatt_cloud.modules.fleet.stock.errors import NotYetDue
from civicwatt_cloud.modules.fleet.stock.models import Violation
from civicwatt_cloud.modules.fleet.stock.standards import standard_of
from civicwatt_cloud.modules.fleet.stock.steps import APPROVER, MANAGER, UNIT

FIELDS = fields_of(Violation)
INSPECTORS = MANAGER | {Role.SUPERVISOR, Role.DISCIPLINE}


@events.on("fleet.sealed_use")
@events.on("fleet.fence_broken")
@events.on("fleet.fence_enter")
@events.on("fleet.fence_exit")
@events.on("fleet.fence_crossed")
@events.on("fleet.power_cut")
def happened(context: Context, facts: Facts) -> None:
    """Ask for an explanation of what a rule forbids; of one fence and vehicle once a day."""
    if not facts["is_violation"]:
        return
    numbers = {name: int(str(facts[name])) for name in ("event_id", "vehicle_id", "owner_id", "at_us")}
    fence_id = None if facts["fence_id"] is None else int(str(facts["fence_id"]))
    if fence_id is not None and _is_known(context, numbers["vehicle_id"], fence_id, numbers["at_us"]):
        return
    owner_id, kind = numbers.pop("owner_id"), VehicleEventKind(str(facts["kind"]))
    values = {**numbers, "kind": kind, "fence_id": fence_id, "due_us": _due_us(context, owner_id)}
    row: Violation = registry.add(context, VIOLATION, owner_id, values)
    steps.begin(context._replace(actor=PLATFORM), VIOLATION, row)
    _oblige(context, row)


def complete(context: Context, row: Violation) -> None:
    """A new violation's number."""
    row.number = next_number(context.session, "WG", context.today.year)


def explain(step: Step) -> None:
    """The institution has said how it came about."""
    keep_form(step)
    step.record.explained_us = step.now_us
    fulfil(step.session, key_of(step.record))


def send_back(step: Step) -> None:
    """The explanation does not do: the time begins anew."""
    row = step.record
    row.due_us, row.explained_us = _due_us(step.context, row.owner_id), None
    _oblige(step.context, row)


def may_judge(step: Step) -> None:
    """Nobody judges what he explained himself. Errors: OwnStep."""
    taken = steps.taken(step.context, VIOLATION, step.record.id)
    if step.actor.account_id in {one.account_id for one in taken if one.event == "explain"}:
        raise OwnStep(event_zh="认定", event="judge")


def may_open(step: Step) -> None:
    """Explained, or not within the time. Errors: OwnStep, NotYetDue."""
    may_judge(step)
    row = step.record
    if row.explained_us is None and step.now_us <= row.due_us:
        raise NotYetDue(due=iso(row.due_us, step.context.zone))


def close(step: Step) -> None:
    """What comes of it is said; nobody is reminded any more."""
    keep_form(step)
    fulfil(step.session, key_of(step.record))


def key_of(row: Violation) -> str:
    """What the obligation of a violation is known by."""
    return f"fleet/violation/{row.id}"


def _due_us(context: Context, owner_id: int) -> int:
    """So many working days after now, at close of business. Source: rule row fleet.explain_days."""
    standard = standard_of(context.session, owner_id, context.today)
    days = int(standard.row("explain_days").value)
    return due(context.now_us, days, context.zone, standard.rules, place=standard.place)


def _oblige(context: Context, row: Violation) -> None:
    kind = VehicleEventKind(row.kind)
    oblige(
        context.session,
        key=key_of(row),
        owner_id=row.owner_id,
        roles=UNIT,
        zh=f"说明车辆违规：{kind.zh}",
        en=f"explain a vehicle's violation: {kind.en}",
        due_us=row.due_us,
        subject=f"fleet/violations/{row.id}",
        superiors=MANAGER,
    )


def _is_known(context: Context, vehicle_id: int, fence_id: int, at_us: int) -> bool:
    """Whether that day the vehicle and fence were asked about: an edge was passed, then the level lasts."""
    start_us = day_start_us(date_of(at_us, context.zone), context.zone)
    query = select(Violation.id).where(
        Violation.vehicle_id == vehicle_id,
        Violation.fence_id == fence_id,
        Violation.at_us >= start_us,
        Violation.at_us <= at_us,
    )
    return context.session.scalar(query.limit(1)) is not None


EXPLAIN = Transition(
    "explain",
    "提交说明",
    "explain",
    ("alerted",),
    "explained",
    UNIT,
    effect=explain,
    **filled(FIELDS, "explanation"),
)
FLOW = Workflow(
    states=(
        State("alerted", "待说明", "to be explained"),
        State("explained", "待认定", "explained"),
        State("accepted", "说明成立", "accepted", is_final=True),
        State("case", "已立案", "case opened", is_final=True),
    ),
    transitions=(
        EXPLAIN,
        Transition(
            "send_back", "退回补充", "send back", ("explained",), "alerted", INSPECTORS, effect=send_back
        ),
        Transition(
            "accept",
            "认定成立",
            "accept",
            ("explained",),
            "accepted",
            INSPECTORS,
            guard=may_judge,
            effect=close,
            **filled(FIELDS, "conclusion"),
        ),
        Transition(
            "open_case",
            "立案",
            "open a case",
            ("alerted", "explained"),
            "case",
            INSPECTORS,
            guard=may_open,
            effect=close,
            **filled(FIELDS, "conclusion"),
        ),
    ),
)
VIOLATION = Entity(
    "vehicle_violation",
    "violations",
    Violation,
    "车辆违规",
    "violation",
    "number",
    read=WATCHERS | APPROVER,
    columns=("number", "vehicle_id", "kind", "at_us", "due_us", "explained_us"),
    filters=("state", "kind", "vehicle_id", "at_us", "due_us"),
    searched=("number",),
    workflow=FLOW,
    complete=complete,
    has_files=True,
)
