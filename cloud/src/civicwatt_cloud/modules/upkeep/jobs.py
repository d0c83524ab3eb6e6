"""What the module does on its own: confirm, escalate, remind of certificates, open tickets of plans."""

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.business_time import SECOND_US, date_of, day_start_us
from civicwatt_cloud.kit.energy_events import ran
from civicwatt_cloud.kit.obligations import fulfil, oblige
from civicwatt_cloud.kit.records import registry, sensitive
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.upkeep import rules, service
from civicwatt_cloud.modules.upkeep.choices import EquipmentStatus, HazardLevel, Origin
from civicwatt_cloud.modules.upkeep.entities import DESK, TICKET, TICKETS
from civicwatt_cloud.modules.upkeep.equipment_entities import EQUIPMENT, HAZARD
from civicwatt_cloud.modules.upkeep.equipment_models import Equipment, Hazard, Outage, Plan
from civicwatt_cloud.modules.upkeep.intake import is_open, open_ticket
from civicwatt_cloud.modules.upkeep.models import Ticket
from civicwatt_cloud.modules.upkeep.rules import Worked

ACCEPT_LATE = "ticket.accept_late"  # facts: id, owner_id, accept_due_us
SUSPENDED = "equipment.suspended"  # facts: id, owner_id, name, until


class Duty(NamedTuple):
    """What the desk must see to; the key is the record's path, too."""

    key: str
    zh: str
    en: str


def confirm(context: Context) -> None:
    """Close what nobody confirmed for some working days."""
    confirm_ = next(one for one in TICKETS.transitions if one.event == "confirm")
    done = select(Ticket).where(Ticket.state == "done", Ticket.removed_us.is_(None)).order_by(Ticket.id)
    for ticket in context.session.scalars(done).all():
        terms = service.terms_of(context, ticket.owner_id)
        days = terms.figure("confirm_days")
        if context.now_us >= rules.within_us(ticket.finished_us or 0, days, terms, context.zone):
            steps.apply(context, TICKET, ticket, confirm_, {})


def escalate(context: Context) -> None:
    """Tell once of a report that nobody accepted in time, and once of a due time that was missed."""
    late = select(Ticket).where(
        Ticket.state == "reported",
        Ticket.accept_due_us < context.now_us,
        Ticket.told_late.is_(False),
        Ticket.removed_us.is_(None),
    )
    for ticket in context.session.scalars(late).all():
        ticket.told_late = True
        facts = {"id": ticket.id, "owner_id": ticket.owner_id, "accept_due_us": ticket.accept_due_us}
        events.tell(context, ACCEPT_LATE, facts, ticket)
    overdue = select(Ticket).where(
        Ticket.state.in_(("assigned", "working")),
        Ticket.due_us < context.now_us,
        Ticket.first_breach_us.is_(None),
        Ticket.removed_us.is_(None),
    )
    for ticket in context.session.scalars(overdue).all():
        before = registry.told(TICKET, ticket, context.zone)
        if service.breach(context, ticket):
            registry.touched(context, TICKET, ticket, "ticket_breached", before)


def certificates(context: Context) -> None:
    """A certificate that ends is an obligation; after its last day the equipment is out of use."""
    today = context.today
    for equipment in context.session.scalars(select(Equipment).order_by(Equipment.id)).all():
        until = None if equipment.removed_us else equipment.certificate_until
        if rules.is_expired(until, today):
            _suspend(context, equipment, today)
        elif equipment.status == EquipmentStatus.SUSPENDED:
            _restore(context, equipment)
        key, name = f"upkeep/equipment/{equipment.id}", sensitive.called(equipment, equipment.name)
        en = f"the certificate of {name} ends on {until}"
        _oblige(context, equipment, until, Duty(key, f"{name}检验合格证 {until} 到期", en))


def hazards(context: Context) -> None:
    """The day by which a hazard is gone is an obligation."""
    for hazard in context.session.scalars(select(Hazard).order_by(Hazard.id)).all():
        until = None if hazard.removed_us or hazard.state == "closed" else hazard.due_on
        key, title = f"upkeep/hazards/{hazard.id}", sensitive.called(hazard, hazard.title)
        en = f"the hazard '{title}' is to be gone by {until}"
        _oblige(context, hazard, until, Duty(key, f"隐患“{title}”应于 {until} 前销号", en))


def plans(context: Context) -> None:
    """A plan that is due becomes a ticket, one at a time; a finished ticket moves the plan on."""
    today = context.today
    rows = context.session.execute(
        select(Plan, Equipment)
        .join(Equipment, Equipment.id == Plan.equipment_id)
        .where(Plan.removed_us.is_(None), Equipment.removed_us.is_(None))
        .order_by(Plan.id)
    ).all()
    for plan, equipment in rows:
        key = f"plan/{plan.id}"
        if is_open(context, key):
            continue
        done_on = max(plan.done_on, _last_done(context, plan) or plan.done_on)
        every = {"days": plan.every_days, "hours": plan.every_hours, "kwh": plan.every_kwh}
        worked = _worked(context, equipment, done_on)
        if rules.plan_is_due(every, done_on, today, worked):
            said = {
                "title": f"{plan.title}：{equipment.name}"[:120],
                "category": plan.category,
                "equipment_id": equipment.id,
                "place_id": equipment.place_id,
                "plan_id": plan.id,
            }
            open_ticket(context, plan.owner_id, Origin.PLAN, key, said)


def _suspend(context: Context, equipment: Equipment, today: date) -> None:
    if equipment.status != EquipmentStatus.SUSPENDED:
        _set_status(context, equipment, EquipmentStatus.SUSPENDED)
        until = equipment.certificate_until or today
        ended_us = day_start_us(until + timedelta(days=1), context.zone)
        context.session.add(Outage(equipment_id=equipment.id, from_us=ended_us))
        facts = {"id": equipment.id, "owner_id": equipment.owner_id, "name": equipment.name}
        events.tell(context, SUSPENDED, {**facts, "until": str(until)}, equipment)
    open_one = select(Hazard.id).where(
        Hazard.equipment_id == equipment.id,
        Hazard.is_of_certificate,
        Hazard.state != "closed",
        Hazard.removed_us.is_(None),
    )
    if context.session.scalar(open_one) is None:
        _open_hazard(context, equipment, today)


def _open_hazard(context: Context, equipment: Equipment, today: date) -> None:
    days = service.terms_of(context, equipment.owner_id).figure("hazard_days")
    said = {
        "title": f"检验合格证过期：{equipment.name}"[:120],
        "level": HazardLevel.MAJOR,
        "place_id": equipment.place_id,
        "equipment_id": equipment.id,
        "found_on": today,
        "due_on": today + timedelta(days=days),
        "is_of_certificate": True,
    }
    steps.begin(context, HAZARD, registry.add(context, HAZARD, equipment.owner_id, said))


def _restore(context: Context, equipment: Equipment) -> None:
    """The certificate was renewed."""
    _set_status(context, equipment, EquipmentStatus.IN_SERVICE)
    open_one = select(Outage).where(Outage.equipment_id == equipment.id, Outage.to_us.is_(None))
    for outage in context.session.scalars(open_one):
        outage.to_us = context.now_us


def _set_status(context: Context, equipment: Equipment, status: EquipmentStatus) -> None:
    before = registry.told(EQUIPMENT, equipment, context.zone)
    equipment.status = status
    registry.touched(context, EQUIPMENT, equipment, f"equipment_{status}", before)


def _oblige(context: Context, record: Equipment | Hazard, until: date | None, duty: Duty) -> None:
    """The desk is reminded before the last day and on it (kit/obligations); no day: nobody is any more."""
    if until is None:
        fulfil(context.session, duty.key)
        return
    oblige(
        context.session,
        key=duty.key,
        owner_id=record.owner_id,
        roles=DESK,
        zh=duty.zh[:200],
        en=duty.en[:200],
        due_us=day_start_us(until + timedelta(days=1), context.zone) - SECOND_US,
        subject=duty.key,
    )


def _last_done(context: Context, plan: Plan) -> date | None:
    done = select(Ticket.finished_us).where(Ticket.plan_id == plan.id, Ticket.finished_us.is_not(None))
    last_us = context.session.scalar(done.order_by(Ticket.finished_us.desc()).limit(1))
    return None if last_us is None else date_of(last_us, context.zone)


def _worked(context: Context, equipment: Equipment, since: date) -> Worked:
    """What its counters booked since the day after the last inspection."""
    if not equipment.points:
        return Worked()
    ids = [int(one) for one in equipment.points.split(",")]
    found = ran(context.session, ids, day_start_us(since + timedelta(days=1), context.zone), context.now_us)
    return Worked() if found is None else Worked(found.hours, found.kwh)
