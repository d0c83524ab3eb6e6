"""The figures of the module; each is made of the records beneath it (kit/indicators).

Means of times are sums of µs over as many minutes, hours or days as there are records: nothing is rounded.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from civicwatt_cloud.kit.business_time import DAY_US, HOUR_US, MINUTE_US, day_start_us
from civicwatt_cloud.kit.directory import Building, Denominator, DenominatorKind
from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Item, Measured, Sum
from civicwatt_cloud.modules.upkeep import rules
from civicwatt_cloud.modules.upkeep.choices import MoveKind
from civicwatt_cloud.modules.upkeep.entities import EVERYONE
from civicwatt_cloud.modules.upkeep.equipment_models import Equipment, Hazard, Outage, PartMove
from civicwatt_cloud.modules.upkeep.models import Labour, Ticket
from civicwatt_cloud.modules.upkeep.rules import Span

OPEN = ("reported", "accepted", "assigned", "working", "held")
UNFINISHED_ZH, UNFINISHED = "未登记工时", "no labour was entered"


def on_time(asked: Asked) -> Measured:
    """Closed in time / (closed + open and overdue). Rule: M05."""
    closed, open_ = _tickets(asked, _within(asked, Ticket.closed_us)), _overdue(asked)
    return Measured(
        [_item(one, int(one.first_breach_us is None), 1) for one in closed if one.state == "closed"]
        + [_item(one, 0, 1) for one in open_],
        (_ref(asked, "small_days"), _ref(asked, "large_days")),
    )


def first_response(asked: Asked) -> Measured:
    """Minutes from the report to its acceptance, as a mean."""
    tickets = _tickets(asked, _within(asked, Ticket.reported_us))
    return Measured(
        [_responded(one) for one in tickets if one.state != "cancelled"], (_ref(asked, "accept_minutes"),)
    )


def repair_time(asked: Asked) -> Measured:
    """Hours in which somebody worked on a ticket, as a mean: the union of its labour."""
    closed = [one for one in _tickets(asked, _within(asked, Ticket.closed_us)) if one.state == "closed"]
    spans = _labour(asked)
    return Measured([_repaired(one, spans.get(one.id, [])) for one in closed])


def repeat_rate(asked: Asked) -> Measured:
    """Faults of equipment that came again within so many days / all faults of equipment."""
    days = int(asked.rules.value("upkeep.repeat_days", asked.period.start).value)
    start_us, end_us = _span(asked)
    tickets = _tickets(
        asked,
        Ticket.equipment_id.is_not(None),
        Ticket.plan_id.is_(None),
        Ticket.state != "cancelled",
        Ticket.reported_us >= start_us - days * DAY_US,
        Ticket.reported_us < end_us,
    )
    kinds: dict[object, int] = {}
    items = []
    for one in tickets:  # by time
        kind = (one.equipment_id, one.category)
        former, kinds[kind] = kinds.get(kind), one.reported_us
        if one.reported_us >= start_us:
            faults = [(kind, at) for at in (former, one.reported_us) if at is not None]
            items.append(_item(one, rules.repeated(faults, days, start_us), 1))
    return Measured(items, (_ref(asked, "repeat_days"),))


def satisfaction(asked: Asked) -> Measured:
    """The mean rating, 1 to 5, of what was closed."""
    closed = _tickets(asked, _within(asked, Ticket.closed_us))
    return Measured([_rated(one) for one in closed if one.state == "closed"])


def backlog_age(asked: Asked) -> Measured:
    """Days for which what is open has been waiting, as a mean; as of now, or of the period's end."""
    at_us = min(asked.now_us, _span(asked)[1])
    open_ = _tickets(asked, Ticket.state.in_(OPEN), Ticket.reported_us < at_us)
    return Measured([_item(one, at_us - one.reported_us, DAY_US) for one in open_])


def hazard_closing(asked: Asked) -> Measured:
    """Hazards found in the period that are closed / found."""
    query = select(Hazard).where(
        Hazard.owner_id.in_(asked.owners),
        Hazard.removed_us.is_(None),
        Hazard.found_on >= asked.period.start,
        Hazard.found_on < asked.period.end,
    )
    rows = asked.session.scalars(query.order_by(Hazard.id))
    return Measured([Item(one.owner_id, "hazard", one.id, int(one.state == "closed"), 1) for one in rows])


def availability(asked: Asked) -> Measured:
    """Time for which equipment could be used / the time of the period so far."""
    start_us, end_us = _span(asked)
    within = (start_us, min(end_us, asked.now_us))
    if within[0] >= within[1]:
        return Measured([])
    query = select(Equipment).where(
        Equipment.owner_id.in_(asked.owners),
        Equipment.removed_us.is_(None),
    )
    outages, items = _outages(asked), []
    for one in asked.session.scalars(query.order_by(Equipment.id)):
        usable, whole = rules.availability(outages.get(one.id, []), within)
        items.append(Item(one.owner_id, "equipment", one.id, usable, whole))
    return Measured(items)


def cost_per_area(asked: Asked) -> Measured:
    """What parts and others cost [分] per floor area [0.01 m²]."""
    start_us, end_us = _span(asked)
    lines = select(PartMove).where(
        PartMove.owner_id.in_(asked.owners),
        PartMove.kind != MoveKind.IN,
        PartMove.at_us >= start_us,
        PartMove.at_us < end_us,
    )
    items = [Item(one.owner_id, "part_move", one.id, -one.amount) for one in asked.session.scalars(lines)]
    closed = _tickets(asked, _within(asked, Ticket.closed_us), Ticket.cost.is_not(None))
    return Measured([*items, *(_item(one, one.cost or 0, 0) for one in closed), *_areas(asked)])


def _areas(asked: Asked) -> Iterable[Item]:
    """The floor area of each building on the last day of the period."""
    last = asked.period.end - timedelta(days=1)
    query = (
        select(Building.id, Building.institution_id, Denominator.value)
        .join(Denominator, Denominator.subject_id == Building.id)
        .where(
            Denominator.kind == DenominatorKind.FLOOR_AREA,
            Building.institution_id.in_(asked.owners),
            Denominator.valid_from <= last,
            Denominator.valid_to.is_(None) | (Denominator.valid_to > last),
        )
    )
    return [
        Item(owner, "building", building, 0, area) for building, owner, area in asked.session.execute(query)
    ]


def _outages(asked: Asked) -> dict[int, list[Span]]:
    """By equipment: while its certificate was missing, and while a fault kept it still."""
    found: dict[int, list[Span]] = defaultdict(list)
    for outage in asked.session.scalars(select(Outage)):
        found[outage.equipment_id].append((outage.from_us, outage.to_us or asked.now_us))
    stopped = _tickets(
        asked, Ticket.stops_equipment, Ticket.equipment_id.is_not(None), Ticket.state != "cancelled"
    )
    for one in stopped:
        found[one.equipment_id or 0].append((one.reported_us, one.finished_us or asked.now_us))
    return found


def _labour(asked: Asked) -> dict[int, list[Span]]:
    query = select(Labour.ticket_id, Labour.began_us, Labour.ended_us).where(
        Labour.owner_id.in_(asked.owners), Labour.removed_us.is_(None)
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for ticket, began_us, ended_us in asked.session.execute(query):
        found[ticket].append((began_us, ended_us))
    return found


def _responded(one: Ticket) -> Item:
    if one.accepted_us is None:
        return Item(one.owner_id, "ticket", one.id, missing_zh="尚未受理", missing="not accepted yet")
    return _item(one, one.accepted_us - one.reported_us, MINUTE_US)


def _repaired(one: Ticket, spans: Sequence[Span]) -> Item:
    if not spans:
        return Item(one.owner_id, "ticket", one.id, missing_zh=UNFINISHED_ZH, missing=UNFINISHED)
    return _item(one, rules.union_us(spans), HOUR_US)


def _rated(one: Ticket) -> Item:
    if one.score is None:
        return Item(one.owner_id, "ticket", one.id, missing_zh="未评价", missing="not rated")
    return _item(one, one.score, 1)


def _item(one: Ticket, numerator: int, denominator: int) -> Item:
    return Item(one.owner_id, "ticket", one.id, numerator, denominator)


def _overdue(asked: Asked) -> Sequence[Ticket]:
    at_us = min(asked.now_us, _span(asked)[1])
    return _tickets(
        asked,
        Ticket.state.in_(OPEN),
        Ticket.held_since_us.is_(None),
        Ticket.due_us < at_us,
        Ticket.reported_us < at_us,
    )


def _tickets(asked: Asked, *where: ColumnElement[bool] | Any) -> Sequence[Ticket]:
    query = select(Ticket).where(Ticket.owner_id.in_(asked.owners), Ticket.removed_us.is_(None), *where)
    return asked.session.scalars(query.order_by(Ticket.reported_us, Ticket.id)).all()


def _within(asked: Asked, column: Any) -> ColumnElement[bool]:
    start_us, end_us = _span(asked)
    found: ColumnElement[bool] = (column >= start_us) & (column < end_us)
    return found


def _span(asked: Asked) -> Span:
    return day_start_us(asked.period.start, asked.zone), day_start_us(asked.period.end, asked.zone)


def _ref(asked: Asked, name: str) -> str:
    return asked.rules.value(f"upkeep.{name}", asked.period.start).ref


INDICATORS = (
    Indicator(
        "upkeep.on_time_rate",
        "按时完成率",
        "on-time rate",
        "%",
        2,
        EVERYONE,
        on_time,
        factor=100,
        is_better_high=True,
        over=Sum("按时完成", "in time", "件"),
        under=Sum("应完成", "due", "件"),
    ),
    Indicator(
        "upkeep.first_response",
        "平均受理时间",
        "first response",
        "min",
        1,
        EVERYONE,
        first_response,
        is_better_high=False,
        over=Sum("受理用时合计", "minutes in all", "min", str(1 / MINUTE_US)),
        under=Sum("工单", "tickets", "件", str(1 / MINUTE_US)),
    ),
    Indicator(
        "upkeep.repair_time",
        "平均修复时间",
        "mean time to repair",
        "h",
        2,
        EVERYONE,
        repair_time,
        is_better_high=False,
        over=Sum("修复用时合计", "hours in all", "h", str(1 / HOUR_US)),
        under=Sum("工单", "tickets", "件", str(1 / HOUR_US)),
    ),
    Indicator(
        "upkeep.repeat_rate",
        "重复故障率",
        "repeat-fault rate",
        "%",
        2,
        EVERYONE,
        repeat_rate,
        factor=100,
        is_better_high=False,
        over=Sum("重复故障", "repeated", "件"),
        under=Sum("设备故障", "faults of equipment", "件"),
    ),
    Indicator(
        "upkeep.satisfaction",
        "满意度",
        "satisfaction",
        "分",
        2,
        EVERYONE,
        satisfaction,
        is_better_high=True,
        over=Sum("评分合计", "points", "分"),
        under=Sum("已评价工单", "rated", "件"),
    ),
    Indicator(
        "upkeep.backlog_age",
        "未完成工单平均等待",
        "age of the backlog",
        "d",
        2,
        EVERYONE,
        backlog_age,
        is_better_high=False,
        over=Sum("等待合计", "days in all", "d", str(1 / DAY_US)),
        under=Sum("未完成工单", "open tickets", "件", str(1 / DAY_US)),
    ),
    Indicator(
        "upkeep.hazard_closing",
        "隐患整改率",
        "hazard closing rate",
        "%",
        2,
        EVERYONE,
        hazard_closing,
        factor=100,
        is_better_high=True,
        over=Sum("已整改", "closed", "项"),
        under=Sum("发现隐患", "found", "项"),
    ),
    Indicator(
        "upkeep.availability",
        "设备可用率",
        "equipment availability",
        "%",
        2,
        EVERYONE,
        availability,
        factor=100,
        is_better_high=True,
        over=Sum("可用时间", "usable", "h", str(1 / HOUR_US)),
        under=Sum("应可用时间", "whole", "h", str(1 / HOUR_US)),
    ),
    Indicator(
        "upkeep.cost_per_area",
        "单位面积维修费用",
        "repair cost per area",
        "元/m²",
        2,
        EVERYONE,
        cost_per_area,
        is_better_high=False,
        over=Sum("维修费用", "cost", "元", "0.01"),
        under=Sum("建筑面积", "floor area", "m²", "0.01"),
    ),
)
