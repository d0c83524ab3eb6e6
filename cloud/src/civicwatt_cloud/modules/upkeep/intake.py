"""Tickets that no person reports: fire alarms, what the energy core tells, maintenance plans."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.energy_events import ANOMALY, METER_SILENT, VALUE_HELD
from civicwatt_cloud.kit.events import Facts
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.upkeep.choices import Category, Origin, Priority
from civicwatt_cloud.modules.upkeep.entities import MACHINES, TICKET, TICKETS
from civicwatt_cloud.modules.upkeep.models import ServicePoint, Ticket

REPORTED = "ticket.reported"  # facts: id, owner_id, origin, priority, title; of machines only
FINAL = tuple(state.key for state in TICKETS.states if state.is_final)


class Alarm(NamedTuple):
    """What a fire panel says."""

    owner_id: int
    panel: str
    alarm: str  # the panel's own number: said twice, it is one alarm
    place: str | None  # the code of a service point
    detail: str | None


def sound(context: Context, alarm: Alarm) -> Ticket:
    """A fire alarm becomes an urgent ticket at once. Errors: NotFound, when it is not the panel's place."""
    scope = scope_of(context.actor, MACHINES)
    scope.institution(context.session, alarm.owner_id)
    key = f"fire/{alarm.owner_id}/{alarm.panel}/{alarm.alarm}"
    known = context.session.scalar(select(Ticket).where(Ticket.origin_key == key))
    if known is not None:
        return known
    place = select(ServicePoint).where(
        ServicePoint.code == alarm.place,
        ServicePoint.owner_id.in_(scope.institution_ids()),
        ServicePoint.removed_us.is_(None),
    )
    found = context.session.scalar(place) if alarm.place else None
    where = found.name if found else alarm.place or alarm.panel
    said = {
        "title": f"火灾报警：{where}"[:120],
        "category": Category.FIRE,
        "priority": Priority.URGENT,
        "description": alarm.detail,
        "place_id": found.id if found else None,
    }
    return open_ticket(context, alarm.owner_id, Origin.FIRE_ALARM, key, said)


def open_ticket(context: Context, owner_id: int, origin: Origin, key: str, said: Mapping[str, Any]) -> Ticket:
    """A machine's ticket, begun in nobody's name, and told."""
    ticket: Ticket = registry.add(context, TICKET, owner_id, {**said, "origin": origin, "origin_key": key})
    steps.begin(context, TICKET, ticket)
    facts = {"id": ticket.id, "owner_id": owner_id, "origin": origin, "title": ticket.title}
    events.tell(context, REPORTED, {**facts, "priority": ticket.priority}, ticket)
    return ticket


def is_open(context: Context, key: str) -> bool:
    """Whether a ticket of that machine, or that plan, is not closed."""
    same = select(Ticket.id).where(
        Ticket.origin_key == key, Ticket.state.not_in(FINAL), Ticket.removed_us.is_(None)
    )
    return context.session.scalar(same.limit(1)) is not None


@events.on(METER_SILENT)
def meter_silent(context: Context, facts: Facts) -> None:
    """A meter, or a gateway, does not answer."""
    _energy_ticket(context, Origin.METER_SILENT, "表计失联", facts)


@events.on(VALUE_HELD)
def value_held(context: Context, facts: Facts) -> None:
    """A counter's step waits for somebody to explain it."""
    _energy_ticket(context, Origin.VALUE_HELD, "读数待确认", facts)


@events.on(ANOMALY)
def anomaly(context: Context, facts: Facts) -> None:
    """Somebody makes an anomaly a ticket."""
    _energy_ticket(context, Origin.ANOMALY, "用能异常", facts)


def _energy_ticket(context: Context, origin: Origin, what: str, facts: Mapping[str, Any]) -> None:
    """Once while it is open, with the series that shows it."""
    key = f"{origin}/{facts['subject']}"
    if is_open(context, key):
        return
    kept = {name: facts[name] for name in ("point_ids", "since_us", "reason_zh", "reason_en", "evidence")}
    said = {
        "title": f"{what}：{facts['name']}"[:120],
        "category": Category.METERING,
        "description": f"{facts['reason_zh']} · {facts['reason_en']}",
        "evidence": json.dumps(kept, ensure_ascii=False),
    }
    open_ticket(context, facts["owner_id"], origin, key, said)
