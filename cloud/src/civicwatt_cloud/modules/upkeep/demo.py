"""Repairs and equipment of the demo city: invented, with things that are not as they should be.

The pages must surface each of them: an overdue ticket, an elevator whose certificate has ended, a fault that
came again, an open hazard past its day, a visitor who was refused at the gate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from civicwatt_cloud.kit.business_time import DAY_US, HOUR_US, SECOND_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import digest
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.upkeep import jobs
from civicwatt_cloud.modules.upkeep.entities import (
    ACCESS_EVENT,
    CREDENTIAL,
    CREW,
    LABOUR,
    SERVICE_POINT,
    TICKET,
    VISITOR,
    WORKER,
)
from civicwatt_cloud.modules.upkeep.equipment_entities import DRILL, EQUIPMENT, HAZARD, PART, PLAN
from civicwatt_cloud.modules.upkeep.models import Ticket

DONE = ("accept", "classify", "arrive", "finish", "confirm")
SAID: Mapping[str, Mapping[str, object]] = {
    "classify": {"size": "small"},
    "finish": {"result": "已修复，运行正常"},
}


def fill(context: Context, city: Sequence[Institution]) -> None:
    """Give each institution a crew, equipment and tickets; the first two have what is wrong."""
    for number, institution in enumerate(city):
        _unit(context, number, institution)
    jobs.certificates(context)
    jobs.escalate(context)


def _unit(context: Context, number: int, institution: Institution) -> None:
    owner, code = institution.id, institution.code
    places = {
        kind: _add(context, SERVICE_POINT, owner, code=f"{code}-{kind}", name=name, kind=kind)
        for kind, name in {"room": "301 室", "gate": "东门", "canteen": "职工食堂"}.items()
    }
    crew = _add(context, CREW, owner, name="水电班", phone="0000-0000")
    worker = _add(context, WORKER, owner, number=f"{code}-W1", name="刘工", crew_id=crew.id, trade="电工")
    lift = _equipment(context, number, institution, places["room"].id)
    _add(context, PART, owner, code=f"{code}-X1", name="水龙头阀芯", unit="个", least_stock=5)
    today = context.today
    drill = {"title": "消防疏散演练", "planned_on": today + timedelta(days=20)}
    _add(context, DRILL, owner, **drill)
    tap = _ticket(
        context, 9, owner, DONE, title="洗手间水龙头滴水", category="water", place_id=places["room"].id
    )
    span = {"began_us": context.now_us - 9 * DAY_US, "ended_us": context.now_us - 9 * DAY_US + HOUR_US}
    _add(context, LABOUR, owner, ticket_id=tap.id, worker_id=worker.id, **span)
    if number == 0:
        _wrong_equipment(context, owner, lift.id)
    if number == 1:
        _ticket(context, 12, owner, DONE[:3], title="空调不制冷", category="hvac")  # overdue, and open
        _refused(context, owner, places["gate"].id)


def _equipment(context: Context, number: int, institution: Institution, place: int) -> Any:
    """An elevator with its plan; the first institution's certificate ended ten days ago."""
    today = context.today
    until = today + timedelta(days=-10 if number == 0 else 25 + 90 * number)
    said = {
        "certificate": f"梯检-{institution.code}",
        "certificate_until": until,
        "maintainer": "维保公司（虚构）",
    }
    lift = _add(
        context,
        EQUIPMENT,
        institution.id,
        code=f"{institution.code}-E1",
        name="1 号电梯",
        kind="elevator",
        place_id=place,
        **said,
    )
    plan = {
        "title": "电梯半月维保",
        "category": "elevator",
        "every_days": 15,
        "done_on": today - timedelta(days=8),
    }
    _add(context, PLAN, institution.id, equipment_id=lift.id, **plan)
    return lift


def _wrong_equipment(context: Context, owner: int, lift: int) -> None:
    """The same fault twice within thirty days, and a hazard that nobody put right."""
    said = {"title": "电梯停层不准", "category": "elevator", "equipment_id": lift}
    for days in (22, 14):
        _ticket(context, days, owner, DONE, **said)
    today = context.today
    hazard = {
        "found_on": today - timedelta(days=30),
        "due_on": today - timedelta(days=5),
        "responsible": "赵敏",
    }
    row = _add(context, HAZARD, owner, title="消防通道堆放杂物", level="general", **hazard)
    steps.begin(context, HAZARD, row)


def _refused(context: Context, owner: int, gate: int) -> None:
    """A visitor who came the day after the visit."""
    start = context.now_us - 2 * DAY_US
    visit = {"from_us": start, "until_us": start + 8 * HOUR_US}
    visitor = _add(context, VISITOR, owner, name="李访", reason="洽谈", state="expected", **visit)
    steps.begin(context, VISITOR, visitor)
    shown = {
        "holder": visitor.name,
        "kind": "qr",
        "key_hash": digest(f"demo-{visitor.id}"),
        "opens_gate": True,
    }
    span = {"from_us": visitor.from_us, "until_us": visitor.until_us}
    credential = _add(context, CREDENTIAL, owner, visitor_id=visitor.id, **shown, **span)
    for at_us, answer in ((start + HOUR_US, "opened"), (context.now_us - DAY_US, "expired")):
        said = {"place_id": gate, "direction": "in", "credential_id": credential.id, "holder": visitor.name}
        _add(context, ACCESS_EVENT, owner, at_us=at_us, answer=answer, **said)


def _ticket(context: Context, days_ago: int, owner: int, events: Sequence[str], **said: object) -> Ticket:
    """A ticket that took these steps, a quarter of an hour each; invented work has no pictures to ask for."""
    at = context._replace(now_us=context.now_us - days_ago * DAY_US)
    ticket: Ticket = _add(at, TICKET, owner, **said)
    steps.begin(at, TICKET, ticket)
    flow = TICKET.workflow
    for number, event in enumerate(events, 1):
        at = at._replace(now_us=at.now_us + number * 900 * SECOND_US)
        arrows = flow.leaving(ticket.state) if flow else []
        (arrow,) = (one for one in arrows if one.event == event)
        steps.apply(at, TICKET, ticket, replace(arrow, guard=None), SAID.get(event, {}))
    return ticket


def _add(context: Context, entity: Entity, owner: int, **values: object) -> Any:
    return registry.add(context, entity, owner, values)
