"""M03, W3.5 and W3.6: seal orders before days off; what was driven all the same is explained in time."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from civicwatt_cloud.kit import calendar, obligations
from civicwatt_cloud.kit.business_time import date_of, iso
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.events import STAYS, Event
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.rules_local import bring_in
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.fleet.models import Fence, UnsealPermit
from civicwatt_cloud.modules.fleet.positions import figures, happenings, seals
from civicwatt_cloud.modules.fleet.positions.guarded import Known
from civicwatt_cloud.modules.fleet.positions.happenings import Happening
from civicwatt_cloud.modules.fleet.positions.models import VehicleEvent, VehicleEventKind
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.stock import seal_orders
from civicwatt_cloud.modules.fleet.stock.errors import NotYetDue
from civicwatt_cloud.modules.fleet.stock.models import SealOrder, Violation

HOUR_US = 3_600_000_000


def us(depot: Any, said: str) -> int:
    depot.now = said
    return int(depot.now_us)


def driven(depot: Any, vehicle: Any, began: str, distance_m: float = 12_400) -> None:
    """A trip of half an hour, seen as it happens."""
    from_us = us(depot, began)
    context = depot.context()
    known = Known(vehicle.id, vehicle.owner_id, "4299/U2/", None, vehicle.state, vehicle.sensitivity)
    limits = figures.load(rules_of(depot.session), date_of(from_us, context.zone))
    span = Span(from_us, from_us + HOUR_US // 2)
    what = happenings.sealed_use(context, known, span, distance_m, limits)
    if what is not None:
        happenings.write(context, known, what)


def violations(depot: Any) -> list[Violation]:
    return list(depot.session.scalars(select(Violation).order_by(Violation.id)))


def local(depot: Any, at_us: int) -> str:
    return iso(at_us, depot.context().zone)[:16].replace("T", " ")


def test_w3_6_sealed_use_is_to_be_explained_within_three_working_days(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    driven(depot, vehicle, "2026-10-01 09:30")
    driven(depot, vehicle, "2026-10-01 09:30", 60_000)  # the same trip, when it ends
    driven(depot, vehicle, "2026-10-10 09:30")  # a make-up working day
    (row,) = violations(depot)
    assert (row.kind, row.state, row.number) == ("sealed_use", "alerted", "WG-2026-000001")
    assert local(depot, row.due_us) == "2026-10-10 17:30"  # the 8th, the 9th, the make-up Saturday
    (waiting,) = depot.session.scalars(select(Obligation))
    assert (waiting.subject, waiting.due_us) == (f"fleet/violations/{row.id}", row.due_us)
    with pytest.raises(NotFound):
        depot.step(row, "vehicle_violation", "explain", "stranger", explanation="x")
    depot.step(row, "vehicle_violation", "explain", "clerk", explanation="抢修供电，事后补办")
    assert waiting.is_done
    assert obligations.waiting(depot.session, depot.context("clerk").actor) == []
    depot.step(row, "vehicle_violation", "send_back", "manager")
    assert (row.state, waiting.is_done) == ("alerted", False)
    depot.step(row, "vehicle_violation", "explain", "clerk", explanation="附抢修单")
    depot.step(row, "vehicle_violation", "accept", "manager", conclusion="情况属实")
    assert row.state == "accepted"


def test_s25_what_a_vehicle_marked_offline_did_is_marked_so_and_told_to_nobody_outside(depot: Any) -> None:
    """Its event, the violation that follows, and what is told of either; of another vehicle all is told."""
    for plate, kind in (("鄂F00001", "internal"), ("鄂F00002", "offline")):
        vehicle = depot.vehicle(plate, sensitivity=kind)
        before = depot.session.scalar(select(func.max(Event.id))) or 0
        driven(depot, vehicle, "2026-10-01 09:30")
        assert {one.sensitivity for one in violations(depot) if one.vehicle_id == vehicle.id} == {kind}
        happened = select(VehicleEvent.sensitivity).where(VehicleEvent.vehicle_id == vehicle.id)
        assert depot.session.scalars(happened).all() == [kind]
        told = depot.session.scalars(select(Event).where(Event.id > before)).all()
        assert {one.name for one in told} == {"fleet.sealed_use", "vehicle_violation.begin"}
        assert {STAYS in json.loads(one.facts) for one in told} == {kind == "offline"}


def test_w3_6_silence_beyond_the_time_becomes_a_case(depot: Any) -> None:
    driven(depot, depot.vehicle("鄂F00001"), "2026-10-11 09:30")
    (row,) = violations(depot)
    depot.now = "2026-10-14 17:30"
    with pytest.raises(NotYetDue):
        depot.step(row, "vehicle_violation", "open_case", "manager", conclusion="逾期未说明")
    depot.now = "2026-10-14 17:31"
    depot.step(row, "vehicle_violation", "open_case", "manager", conclusion="逾期未说明")
    assert row.state == "case"
    told = select(Event.name).where(Event.name == "vehicle_violation.open_case")
    assert depot.session.scalars(told).all() == ["vehicle_violation.open_case"]


DAYS = """
[[row]]
id = "fleet.explain_days"
title = "违规说明期限"
title_en = "working days in which a violation is explained"
value = "5"
unit = "个工作日"
source = "荆管〔2026〕9号"
clause = "二"
valid_from = 2026-01-01
status = "local"
scope = "429900"
"""


def test_w3_6_the_days_are_a_rule_row_of_the_place(depot: Any) -> None:
    bring_in(depot.session, DAYS, "local.toml", "test")
    driven(depot, depot.vehicle("鄂F00001"), "2026-10-11 09:30")
    assert local(depot, violations(depot)[0].due_us) == "2026-10-16 17:30"


def test_w3_5_a_permit_covers_the_trip(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    from_us = us(depot, "2026-10-01 09:00")
    facts = {"owner_id": vehicle.owner_id, "rev": 1, "vehicle_id": vehicle.id, "document": "值班表"}
    depot.session.add(UnsealPermit(**facts, from_us=from_us, to_us=from_us + 2 * HOUR_US))
    depot.session.flush()
    driven(depot, vehicle, "2026-10-01 09:30")
    assert violations(depot) == []


def test_w3_6_one_fence_is_asked_about_once_a_day(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    depot.session.add(Fence(id=7, owner_id=2, rev=1, name="院", shape="circle", places="112,31", width_m=9))
    depot.session.flush()
    known = Known(vehicle.id, vehicle.owner_id, "4299/U2/", 7, vehicle.state)
    for said, kind, is_violation in (
        ("2026-10-12 08:00", VehicleEventKind.FENCE_ENTER, False),
        ("2026-10-12 19:00", VehicleEventKind.FENCE_EXIT, True),
        ("2026-10-12 19:01", VehicleEventKind.FENCE_BROKEN, True),
        ("2026-10-13 19:00", VehicleEventKind.FENCE_EXIT, True),
    ):
        at_us = us(depot, said)
        happenings.write(depot.context(), known, Happening(kind, at_us, is_violation, 7))
    assert [local(depot, one.at_us) for one in violations(depot)] == ["2026-10-12 19:00", "2026-10-13 19:00"]


def test_w3_5_orders_come_from_the_calendar_and_are_lifted_by_it(
    depot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    depot.vehicle("鄂F00001")
    depot.vehicle("鄂F00002", state="repair")
    depot.vehicle("鄂F00003", owner=1)
    us(depot, "2026-09-24 10:00")
    monkeypatch.setattr(seal_orders, "MOST", 3)  # in a round
    for number in (3, 4, 4):
        seal_orders.look(depot.context())
        assert len(depot.session.scalars(select(SealOrder.id)).all()) == number
    orders = depot.session.scalars(select(SealOrder).order_by(SealOrder.id)).all()
    spans = [
        (one.owner_id, local(depot, one.from_us), local(depot, one.to_us), one.vehicles) for one in orders
    ]
    mid_autumn, national = ("2026-09-25 00:00", "2026-09-28 00:00"), ("2026-10-01 00:00", "2026-10-08 00:00")
    assert spans == [(owner, *days, 1) for owner in (1, 2) for days in (mid_autumn, national)]
    own = next(one for one in orders if one.owner_id == 2)
    depot.step(own, "seal_order", "confirm", "clerk", sealed="1", place="机关大院车库")
    done = {one.subject: one.is_done for one in depot.session.scalars(select(Obligation))}
    assert [done[f"fleet/seal-orders/{one.id}"] for one in orders] == [False, False, True, False]
    us(depot, "2026-09-28 00:00")
    seal_orders.look(depot.context())
    assert [one.state for one in orders] == ["lifted", "issued", "lifted", "issued"]


def test_w3_5_runs_of_days_off_are_whole() -> None:
    def runs(first: date, days: int) -> list[tuple[str, str]]:
        found = seals.days_off(first, days, lambda day: calendar.day(day).workday)
        return [(str(start), str(last)) for start, last in found]

    assert runs(date(2026, 10, 2), 5) == []  # it began before
    assert runs(date(2026, 9, 30), 2) == [("2026-10-01", "2026-10-07")]
    assert runs(date(2026, 10, 9), 3) == [("2026-10-11", "2026-10-11")]  # the 10th is worked
