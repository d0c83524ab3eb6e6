"""Guards and effects of the workflows: the clock of a ticket, hazards, visitors."""

import json
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.business_time import MINUTE_US, date_of, iso
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.energy_events import (
    ANOMALY,
    METER_SILENT,
    REPAIRED,
    VALUE_HELD,
    Question,
    before_after,
)
from civicwatt_cloud.kit.files.models import Attachment, File
from civicwatt_cloud.kit.numbering import node_number
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.upkeep import rules
from civicwatt_cloud.modules.upkeep.choices import HoldReason, Origin, Priority, Size
from civicwatt_cloud.modules.upkeep.equipment_models import Equipment
from civicwatt_cloud.modules.upkeep.errors import (
    AlreadyLarge,
    HoldTooLate,
    NoHoldReason,
    NotAMachines,
    PhotoMissing,
    RatedAlready,
    ReopenTooLate,
    SizeSettled,
    StillExpired,
    UnknownPoint,
)
from civicwatt_cloud.modules.upkeep.models import Ticket
from civicwatt_cloud.modules.upkeep.rules import Terms
from civicwatt_cloud.timeseries.points import Point

ID_DIGITS = 10  # of a database id
BREACHED = "ticket.breached"  # facts: id, owner_id, due_us
_EVENTS = {Origin.METER_SILENT: METER_SILENT, Origin.VALUE_HELD: VALUE_HELD, Origin.ANOMALY: ANOMALY}


def terms_of(context: Context, owner_id: int, at_us: int | None = None) -> Terms:
    """The rule rows as they hold for an institution, now or at an instant."""
    place = place_of(context.session.get_one(Institution, owner_id))
    at_us = context.now_us if at_us is None else at_us
    return Terms(rules_of(context.session), date_of(at_us, context.zone), place)


def complete(context: Context, ticket: Ticket) -> None:
    """A new ticket's number, and its clock."""
    terms = terms_of(context, ticket.owner_id)
    owner = context.session.get_one(Institution, ticket.owner_id)
    ticket.number = node_number(context.session, "BX", terms.as_of.year, owner.code)
    ticket.reported_us = ticket.clock_us = context.now_us
    ticket.accept_due_us = context.now_us + terms.figure("accept_minutes") * MINUTE_US
    ticket.held_days = ticket.reopened = ticket.upgrades = 0
    ticket.due_us = rules.due_us(context.now_us, Size.SMALL, 0, terms, context.zone)  # until it has a size


def accepted(step: Step) -> None:
    """The first response."""
    step.record.accepted_us = step.now_us


def may_classify(step: Step) -> None:
    """Who repairs it may change; its size only by the supervisor. Errors: SizeSettled."""
    size = step.record.size
    if size is not None and step.said["size"] != size:
        raise SizeSettled(size_zh=Size(size).zh, size=Size(size).en)


def classified(step: Step) -> None:
    """A size, a due time, and who repairs it."""
    ticket = step.record
    for name, value in step.said.items():
        setattr(ticket, name, value)
    _wind(step.context, ticket)


def is_urgent(ticket: Ticket) -> bool:
    """Whether people hear of it at any hour: a fire alarm, and whatever is reported as urgent."""
    return ticket.priority == Priority.URGENT


def is_small(step: Step) -> None:
    """Errors: AlreadyLarge."""
    if step.record.size != Size.SMALL:
        raise AlreadyLarge()


def upgraded(step: Step) -> None:
    """It turned out larger: counted, with the longer time from the same beginning."""
    ticket = step.record
    _breach(step.context, ticket, step.now_us)
    ticket.size = Size.LARGE
    ticket.upgrades += 1
    _wind(step.context, ticket)


def arrived(step: Step) -> None:
    """Somebody is there."""
    step.record.arrived_us = step.now_us


def may_hold(step: Step) -> None:
    """Before the due time, for a reason for which the clock waits. Errors: HoldTooLate, NoHoldReason."""
    ticket, reason = step.record, HoldReason(step.said["reason"])
    if step.now_us > ticket.due_us:
        raise HoldTooLate(due=iso(ticket.due_us, step.context.zone))
    if not rules.stops_clock(reason, terms_of(step.context, ticket.owner_id)):
        raise NoHoldReason(reason_zh=reason.zh, reason=reason.en)


def held(step: Step) -> None:
    """The clock waits."""
    step.record.held_since_us, step.record.hold_reason = step.now_us, step.said["reason"]


def resumed(step: Step) -> None:
    """The working days that it waited are added."""
    ticket = step.record
    ticket.held_days += rules.held_days(ticket.held_since_us, step.now_us, step.context.zone)
    ticket.held_since_us = None
    _wind(step.context, ticket)


def has_photos(step: Step) -> None:
    """Errors: PhotoMissing."""
    least = terms_of(step.context, step.record.owner_id).figure("photos")
    pictures = (
        select(func.count())
        .select_from(Attachment)
        .join(File, File.sha256 == Attachment.sha256)
        .where(Attachment.entity == "ticket", Attachment.record_id == step.record.id)
        .where(Attachment.removed_us.is_(None), File.media_type.startswith("image/"))
    )
    found = step.session.scalar(pictures) or 0
    if found < least:
        raise PhotoMissing(least=least, found=found)


def finished(step: Step) -> None:
    """The work is done; whether in time is settled here."""
    ticket = step.record
    _breach(step.context, ticket, step.now_us)
    ticket.finished_us = step.now_us
    ticket.result, ticket.cost = step.said["result"], step.said.get("cost")


def is_machines(step: Step) -> None:
    """Nobody waits for it: the desk confirms what a machine reported. Errors: NotAMachines."""
    if step.record.origin == Origin.PERSON:
        raise NotAMachines()


def closed(step: Step) -> None:
    """Confirmed; of an energy event before and after are asked for, and who told it hears of it."""
    ticket = step.record
    ticket.closed_us = step.now_us
    if ticket.origin in _EVENTS:
        ask(step.context, ticket)
        facts = {
            "subject": ticket.origin_key.removeprefix(f"{ticket.origin}/"),
            "owner_id": ticket.owner_id,
            "fixed_us": ticket.finished_us or step.now_us,
            "result": ticket.result or "",
        }
        events.tell(step.context, REPAIRED, facts, ticket)


def cancelled(step: Step) -> None:
    """Reported by mistake, or twice."""
    step.record.result, step.record.closed_us = step.said["result"], step.now_us


def ask(context: Context, ticket: Ticket) -> None:
    """Let the energy core say whether the repair helped; what it says is kept with its figures."""
    evidence = json.loads(ticket.evidence or "{}")
    terms = terms_of(context, ticket.owner_id)
    covered = terms.rules.value("upkeep.check_covered", terms.as_of, terms.place).value
    check = before_after(
        context.session,
        Question(
            event=_EVENTS[Origin(ticket.origin)],
            point_ids=evidence["point_ids"],
            began_us=evidence["since_us"],
            fixed_us=ticket.finished_us or context.now_us,
            now_us=context.now_us,
            least_hours=terms.figure("check_hours"),
            least_covered=str(covered),
        ),
    )
    ticket.verdict = check.outcome
    facts = {"zh": check.zh, "en": check.en, **check.figures, "at": iso(context.now_us, context.zone)}
    ticket.verdict_facts = json.dumps(facts, ensure_ascii=False)


def may_rate(step: Step) -> None:
    """Errors: RatedAlready."""
    if step.record.score is not None:
        raise RatedAlready()


def rated(step: Step) -> None:
    """1 to 5."""
    step.record.score = int(step.said["score"])


def may_reopen(step: Step) -> None:
    """Within so many working days after it was closed, or finished. Errors: ReopenTooLate."""
    ticket = step.record
    terms = terms_of(step.context, ticket.owner_id)
    since = ticket.closed_us or ticket.finished_us
    until = rules.within_us(since, terms.figure("reopen_days"), terms, step.context.zone)
    if step.now_us > until:
        raise ReopenTooLate(until=iso(until, step.context.zone))


def reopened(step: Step) -> None:
    """A new clock; the first breach stays."""
    ticket = step.record
    ticket.clock_us, ticket.held_days = step.now_us, 0
    ticket.finished_us = ticket.closed_us = ticket.arrived_us = None
    ticket.verdict = ticket.verdict_facts = None
    ticket.reopened += 1
    _wind(step.context, ticket)


def breach(context: Context, ticket: Ticket) -> bool:
    """Note the first due time that is missed; whether this is news."""
    return _breach(context, ticket, context.now_us)


def _breach(context: Context, ticket: Ticket, at_us: int) -> bool:
    is_late = ticket.size is not None and ticket.held_since_us is None and at_us > ticket.due_us
    if not is_late or ticket.first_breach_us is not None:
        return False
    ticket.first_breach_us = ticket.due_us
    facts = {"id": ticket.id, "owner_id": ticket.owner_id, "due_us": ticket.due_us}
    events.tell(context, BREACHED, facts, ticket)
    return True


def _wind(context: Context, ticket: Ticket) -> None:
    terms = terms_of(context, ticket.owner_id, ticket.clock_us)
    ticket.due_us = rules.due_us(
        ticket.clock_us, Size(str(ticket.size)), ticket.held_days, terms, context.zone
    )


def rectified(step: Step) -> None:
    """What was done about a hazard."""
    step.record.measure = step.said["measure"]


def may_close_hazard(step: Step) -> None:
    """An expired certificate is a hazard until it is renewed. Errors: StillExpired."""
    hazard = step.record
    if not hazard.is_of_certificate:
        return
    equipment = step.session.get_one(Equipment, hazard.equipment_id)
    if rules.is_expired(equipment.certificate_until, step.today):
        raise StillExpired(name=equipment.name, until=equipment.certificate_until)


def hazard_closed(step: Step) -> None:
    """It is gone."""
    step.record.closed_on = step.today


def points_are_its_own(session: Session, equipment: Equipment) -> None:
    """Errors: UnknownPoint."""
    if not equipment.points:
        return
    wanted = equipment.points.split(",")
    if all(one.isascii() and one.isdigit() and len(one) < ID_DIGITS for one in wanted):
        own = select(Point.id).join(Building, Building.id == Point.building_id)
        known = own.where(Building.institution_id == equipment.owner_id, Point.id.in_(map(int, wanted)))
        if set(session.scalars(known)) == set(map(int, wanted)):
            return
    raise UnknownPoint(said=equipment.points)


def counted(_context: Context, record: Any) -> None:
    """A new part: none is in stock."""
    record.stock = 0
