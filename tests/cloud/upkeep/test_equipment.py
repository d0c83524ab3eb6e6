"""M05.6: certificates that end, plans by the calendar and by use, hazards, the store of parts."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from civicwatt_cloud.kit import energy_events, obligations
from civicwatt_cloud.kit.energy_events import Ran
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.errors import Outdated
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.modules.upkeep import jobs, parts
from civicwatt_cloud.modules.upkeep.choices import MoveKind
from civicwatt_cloud.modules.upkeep.equipment_entities import EQUIPMENT, HAZARD, PART, PLAN
from civicwatt_cloud.modules.upkeep.equipment_models import Hazard, Outage, PartMove
from civicwatt_cloud.modules.upkeep.errors import StillExpired, StockTooLow, UnknownPoint
from civicwatt_cloud.modules.upkeep.models import Ticket
from civicwatt_cloud.modules.upkeep.parts import Moved
from civicwatt_cloud.timeseries.points import Gateway, Point

Desk = Any
LIFT = {"code": "E-1", "name": "1号电梯", "kind": "elevator", "certificate_until": "2026-12-20"}


def a_day(desk: Desk, when: str) -> None:
    """What the platform does of itself on a day."""
    context = desk.at(when)
    jobs.certificates(context)
    obligations.remind(context)


def stages(desk: Desk) -> list[str]:
    rows = desk.session.scalars(select(obligations.Reminder.stage).order_by(obligations.Reminder.told_us))
    return list(rows)


def test_s25_a_reminder_does_not_name_what_is_sensitive(desk: Desk) -> None:
    """It leaves by e-mail and by the robots of groups."""
    for number, kind in enumerate(("internal", "sensitive", "offline")):
        desk.new("2026-11-01 09:00", EQUIPMENT, **LIFT | {"code": f"E-{number}", "sensitivity": kind})
    jobs.certificates(desk.at("2026-11-10 08:00"))
    rows = desk.session.execute(select(Obligation.zh, Obligation.en).order_by(Obligation.id)).all()
    assert [LIFT["name"] in zh + en for zh, en in rows] == [True, False, False]


def test_m05_6_reminders_then_out_of_use_with_an_open_hazard(desk: Desk) -> None:
    lift = desk.new("2026-11-01 09:00", EQUIPMENT, **LIFT)
    told: dict[str, str] = {}
    day = date(2026, 11, 10)
    while day <= date(2026, 12, 20):
        before = len(stages(desk))
        a_day(desk, f"{day} 08:00")
        assert lift.status == "in_service"
        for stage in stages(desk)[before:]:
            told[stage] = str(day)
        day += timedelta(days=1)
    assert {told[one] for one in ("T-30", "T-7", "T")} == {"2026-11-20", "2026-12-13", "2026-12-20"}
    assert (told["T-30"], told["T-7"], told["T"]) == ("2026-11-20", "2026-12-13", "2026-12-20")
    assert desk.session.scalar(select(Hazard)) is None
    a_day(desk, "2026-12-21 00:01")
    a_day(desk, "2026-12-21 01:01")
    shown = registry.shown(desk.at("2026-12-21 09:00", "staff"), EQUIPMENT, lift)
    assert shown["status"] == "suspended"
    described = registry.fields_of(EQUIPMENT.model)["status"].choices
    assert described("suspended").zh == "停用待检"
    (hazard,) = desk.session.scalars(select(Hazard)).all()
    assert (hazard.state, hazard.equipment_id, str(hazard.due_on)) == ("open", lift.id, "2027-01-05")
    events = desk.session.scalars(select(Event.name).where(Event.name == jobs.SUSPENDED)).all()
    assert len(events) == 1


def test_a_renewed_certificate_puts_it_into_service_and_only_then_the_hazard_closes(desk: Desk) -> None:
    lift = desk.new("2026-11-01 09:00", EQUIPMENT, **LIFT)
    a_day(desk, "2026-12-22 08:00")
    (hazard,) = desk.session.scalars(select(Hazard)).all()
    desk.take("2026-12-22 09:00", hazard, "rectify", "worker", entity=HAZARD, measure="已报检")
    with pytest.raises(StillExpired):
        desk.take("2026-12-22 10:00", hazard, "close", "desk", entity=HAZARD)
    renewing = desk.at("2026-12-23 09:00", "desk")
    registry.change(renewing, EQUIPMENT, lift.id, lift.rev, {"certificate_until": "2027-12-20"})
    a_day(desk, "2026-12-23 10:00")
    assert lift.status == "in_service"
    outage = desk.session.scalars(select(Outage)).one()
    assert outage.to_us - outage.from_us == (2 * 24 + 10) * 3600 * 1_000_000
    desk.take("2026-12-23 11:00", hazard, "close", "desk", entity=HAZARD)
    assert (hazard.state, str(hazard.closed_on)) == ("closed", "2026-12-23")


def test_whoever_found_or_rectified_a_hazard_does_not_close_it(desk: Desk) -> None:
    said = {"title": "消防通道堆物", "found_on": "2026-11-01", "due_on": "2026-11-05"}
    hazard = desk.new("2026-11-01 09:00", HAZARD, **said)
    desk.take("2026-11-02 09:00", hazard, "rectify", "worker", entity=HAZARD, measure="已清理")
    with pytest.raises(OwnStep):
        desk.take("2026-11-02 10:00", hazard, "close", "desk", entity=HAZARD)
    desk.take("2026-11-02 10:00", hazard, "send_back", "second", entity=HAZARD)
    desk.take("2026-11-02 11:00", hazard, "rectify", "worker", entity=HAZARD, measure="重新清理")
    jobs.hazards(desk.at("2026-11-02 11:30"))
    duty = desk.session.scalars(select(obligations.Obligation)).one()
    assert (duty.is_done, duty.subject) == (False, f"upkeep/hazards/{hazard.id}")
    desk.take("2026-11-02 12:00", hazard, "close", "supervisor", entity=HAZARD)
    jobs.hazards(desk.at("2026-11-02 12:30"))
    assert (hazard.state, duty.is_done) == ("closed", True)


def test_a_plan_opens_one_ticket_and_a_finished_one_moves_it_on(desk: Desk) -> None:
    lift = desk.new("2026-11-01 09:00", EQUIPMENT, **LIFT)
    plan = {"title": "半月维保", "category": "elevator", "every_days": 15, "done_on": "2026-11-01"}
    desk.new("2026-11-01 09:00", PLAN, equipment_id=lift.id, **plan)
    for when, count in (("2026-11-15", 0), ("2026-11-16", 1), ("2026-11-17", 1)):
        jobs.plans(desk.at(f"{when} 08:00"))
        assert len(desk.session.scalars(select(Ticket)).all()) == count
    ticket = desk.session.scalars(select(Ticket)).one()
    assert (ticket.origin, ticket.title, ticket.equipment_id) == ("plan", "半月维保：1号电梯", lift.id)
    desk.take("2026-11-17 09:00", ticket, "accept")
    desk.take("2026-11-17 09:00", ticket, "classify", size="small")
    desk.take("2026-11-17 09:00", ticket, "arrive")
    desk.finish("2026-11-17 10:00", ticket)
    desk.take("2026-11-17 11:00", ticket, "verify")
    for when, count in (("2026-12-01", 1), ("2026-12-02", 2)):
        jobs.plans(desk.at(f"{when} 08:00"))
        assert len(desk.session.scalars(select(Ticket)).all()) == count


def meters(desk: Desk) -> list[int]:
    """Two bound points of the institution's building."""
    desk.session.add(Gateway(id="g", online=True))
    desk.session.flush()
    said = {"gateway": "g", "measure": "import_active_energy", "is_counter": True, "building_id": 1}
    rows = [Point(device=device, **said) for device in ("D1", "D2")]
    desk.session.add_all(rows)
    desk.session.flush()
    return [row.id for row in rows]


def test_a_plan_by_running_hours_asks_the_energy_core(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def ran(_session: object, point_ids: list[int], *_span: int) -> Ran:
        asked.append(point_ids)
        return Ran(hours=500, kwh=1)

    monkeypatch.setitem(energy_events._answers, "ran", ran)
    ids = meters(desk)
    said = {"code": "P-1", "name": "水泵", "kind": "pump"}
    for wrong in ("12,x", "99", f"{ids[0]},99", "1" * 12):
        with pytest.raises(UnknownPoint):
            desk.new("2026-11-01 09:00", EQUIPMENT, points=wrong, **said)
    pump = desk.new("2026-11-01 09:00", EQUIPMENT, points=",".join(map(str, ids)), **said)
    plan = {"title": "换油", "category": "water", "every_hours": 500, "done_on": "2026-11-01"}
    desk.new("2026-11-01 09:00", PLAN, equipment_id=pump.id, **plan)
    jobs.plans(desk.at("2026-11-03 08:00"))
    assert asked == [ids]
    assert desk.session.scalars(select(Ticket)).one().title == "换油：水泵"


def test_stock_is_the_sum_of_a_ledger_that_is_only_added_to(desk: Desk) -> None:
    part = desk.new("2026-11-01 09:00", PART, code="X-1", name="阀芯", unit="个")
    ticket = desk.report("2026-11-01 09:00")
    at = desk.at("2026-11-01 10:00", "desk")
    parts.move(at, part.id, part.rev, Moved(MoveKind.IN, 10, 5000, "入库单1"))
    out = parts.move(at, part.id, part.rev, Moved(MoveKind.OUT, 3, 1500, "领料单1", ticket.id))
    with pytest.raises(StockTooLow):
        parts.move(at, part.id, part.rev, Moved(MoveKind.OUT, 8, 4000, "领料单2"))
    with pytest.raises(Outdated):
        parts.move(at, part.id, part.rev - 1, Moved(MoveKind.OUT, 1, 500, "领料单3"))
    desk.session.flush()
    parts.reverse(at, part.id, part.rev, out.id, "冲正单1")
    lines = parts.moves(at, part.id)
    assert [(one.kind, one.qty, one.amount) for one in lines] == [
        ("in", 10, 5000),
        ("out", -3, -1500),
        ("correction", 3, 1500),
    ]
    assert part.stock == sum(one.qty for one in lines) == 10


@pytest.mark.parametrize(
    "statement", [update(PartMove).values(qty=1), delete(PartMove)], ids=["update", "delete"]
)
def test_the_database_refuses_to_change_a_line(desk: Desk, statement: Any) -> None:
    part = desk.new("2026-11-01 09:00", PART, code="X-1", name="阀芯", unit="个")
    at = desk.at("2026-11-01 10:00", "desk")
    parts.move(at, part.id, part.rev, Moved(MoveKind.IN, 10, 5000, "入库单1"))
    desk.session.flush()
    with pytest.raises(IntegrityError, match="only added to"), desk.session.begin_nested():
        desk.session.execute(statement)
