"""The figures of repairs, to the last digit, with what they were made from."""

from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from civicwatt_cloud.kit.directory import Denominator, DenominatorKind, Institution
from civicwatt_cloud.kit.indicators.figures import figure
from civicwatt_cloud.kit.indicators.spec import Asked, Period
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.upkeep import jobs, parts
from civicwatt_cloud.modules.upkeep.choices import MoveKind
from civicwatt_cloud.modules.upkeep.entities import CREW, LABOUR, WORKER
from civicwatt_cloud.modules.upkeep.equipment_entities import EQUIPMENT, HAZARD, PART
from civicwatt_cloud.modules.upkeep.indicators import INDICATORS
from civicwatt_cloud.modules.upkeep.parts import Moved

Desk = Any
ZONE = ZoneInfo("Asia/Shanghai")


def value(desk: Desk, key: str, now: str, period: str = "2026-11") -> tuple[str | None, int, int]:
    """Value, records counted, records missing."""
    context = desk.at(now)
    owners = select(Institution.id).where(Institution.id == 1)
    asked = Asked(desk.session, owners, Period.parse(period), ZONE, rules_of(desk.session), context.now_us)
    (indicator,) = (one for one in INDICATORS if one.key == f"upkeep.{key}")
    found = figure(indicator, indicator.measure(asked).items)
    return None if found.value is None else str(found.value), found.counted, found.missing


def closed(desk: Desk, began: str, done: str, **said: object) -> Any:
    ticket = desk.working(began, **said)
    desk.finish(done, ticket)
    desk.take(done, ticket, "confirm", "staff")
    return ticket


def test_the_on_time_rate_counts_the_closed_and_the_overdue(desk: Desk) -> None:
    for day in ("16", "17"):
        closed(desk, f"2026-11-{day} 09:00", f"2026-11-{day} 16:00")
    closed(desk, "2026-11-16 09:00", "2026-11-18 09:00")  # late
    desk.working("2026-11-16 09:00")  # open and overdue
    desk.working("2026-11-19 09:00")  # open, not due
    held = desk.working("2026-11-18 09:00")
    desk.take("2026-11-18 10:00", held, "hold", reason="parts")
    assert value(desk, "on_time_rate", "2026-11-20 10:00") == ("50.00", 4, 0)
    desk.report("2026-11-18 09:00")  # nobody even accepted it
    assert value(desk, "on_time_rate", "2026-11-20 10:00") == ("40.00", 5, 0)


def test_the_first_response_is_a_mean_of_minutes(desk: Desk) -> None:
    for minute in ("10", "25"):
        ticket = desk.report("2026-11-16 09:00")
        desk.take(f"2026-11-16 09:{minute}", ticket, "accept")
    desk.report("2026-11-16 09:00")
    assert value(desk, "first_response", "2026-11-20 10:00") == ("17.5", 2, 1)


def test_m05_5_the_mean_time_to_repair_takes_the_union_of_labour(desk: Desk) -> None:
    ticket = closed(desk, "2026-11-20 08:00", "2026-11-20 11:00")
    closed(desk, "2026-11-20 08:00", "2026-11-20 11:00")
    crew = desk.new("2026-11-01 08:00", CREW, name="水电班")
    for number, spans in {"W1": [("08:00", "10:00"), ("09:30", "11:00")], "W2": [("08:30", "09:00")]}.items():
        worker = desk.new("2026-11-01 08:00", WORKER, number=number, name=number, crew_id=crew.id)
        for start, end in spans:
            said = {"began_us": f"2026-11-20T{start}", "ended_us": f"2026-11-20T{end}"}
            desk.new("2026-11-20 12:00", LABOUR, ticket_id=ticket.id, worker_id=worker.id, **said)
    assert value(desk, "repair_time", "2026-11-21 10:00") == ("3.00", 1, 1)


def test_a_fault_of_the_same_equipment_and_category_within_thirty_days_is_a_repeated_one(desk: Desk) -> None:
    lift = desk.new("2026-10-01 09:00", EQUIPMENT, code="E1", name="电梯", kind="elevator")
    said = {"equipment_id": lift.id, "category": "elevator"}
    for day in ("10-20", "11-10", "11-12"):
        desk.report(f"2026-{day} 09:00", **said)
    desk.report("2026-11-13 09:00", equipment_id=lift.id, category="lighting")
    desk.report("2026-11-13 09:00")
    assert value(desk, "repeat_rate", "2026-11-20 10:00") == ("66.67", 3, 0)


def test_satisfaction_and_the_age_of_the_backlog(desk: Desk) -> None:
    for score in ("5", "4"):
        ticket = closed(desk, "2026-11-16 09:00", "2026-11-16 10:00")
        desk.take("2026-11-16 11:00", ticket, "rate", "staff", score=score)
    closed(desk, "2026-11-16 09:00", "2026-11-16 10:00")
    assert value(desk, "satisfaction", "2026-11-20 10:00") == ("4.50", 2, 1)
    assert value(desk, "backlog_age", "2026-11-20 10:00") == (None, 0, 0)
    for day in ("17", "19"):
        desk.report(f"2026-11-{day} 10:00")
    assert value(desk, "backlog_age", "2026-11-20 10:00") == ("2.00", 2, 0)


def test_the_hazard_closing_rate(desk: Desk) -> None:
    for number in range(3):
        said = {"title": f"隐患{number}", "found_on": "2026-11-02", "due_on": "2026-11-09"}
        hazard = desk.new("2026-11-02 09:00", HAZARD, **said)
    desk.take("2026-11-03 09:00", hazard, "rectify", "worker", entity=HAZARD, measure="已整改")
    desk.take("2026-11-04 09:00", hazard, "close", "supervisor", entity=HAZARD)
    assert value(desk, "hazard_closing", "2026-11-20 10:00") == ("33.33", 3, 0)


def test_availability_takes_faults_and_missing_certificates_together_once(desk: Desk) -> None:
    said = {"kind": "elevator", "certificate_until": "2026-11-10"}
    lift = desk.new("2026-10-01 09:00", EQUIPMENT, code="E1", name="1号电梯", **said)
    desk.new("2026-10-01 09:00", EQUIPMENT, code="E2", name="2号电梯", kind="elevator")
    stopped = desk.working("2026-11-09 00:00", equipment_id=lift.id, stops_equipment=True)
    desk.finish("2026-11-12 00:00", stopped)
    jobs.certificates(desk.at("2026-11-11 00:10"))
    # of 20 days the first one stood still from the 9th on (a fault, then no certificate): 8 of 20 + 20 of 20
    assert value(desk, "availability", "2026-11-21 00:00") == ("70.00", 2, 0)


def test_the_cost_per_area_adds_parts_and_what_others_were_paid(desk: Desk) -> None:
    area = {"kind": DenominatorKind.FLOOR_AREA, "subject_id": 1, "value": 100_000, "source": "产权证"}
    desk.session.add(Denominator(valid_from=date(2020, 1, 1), **area))
    part = desk.new("2026-11-01 09:00", PART, code="X", name="阀芯", unit="个")
    at = desk.at("2026-11-02 09:00", "desk")
    parts.move(at, part.id, part.rev, Moved(MoveKind.IN, 10, 50_000, "入库单"))
    parts.move(at, part.id, part.rev, Moved(MoveKind.OUT, 4, 20_000, "领料单"))
    ticket = desk.working("2026-11-16 09:00")
    desk.picture(ticket)
    desk.take("2026-11-16 10:00", ticket, "finish", "worker", result="外委", cost="1000.00")
    desk.take("2026-11-16 10:00", ticket, "confirm", "staff")
    # 200.00 元 of parts and 1000.00 元 over 1000 m²
    assert Decimal(value(desk, "cost_per_area", "2026-11-20 10:00")[0] or "0") == Decimal("1.20")
