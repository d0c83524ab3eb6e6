"""C3.6: orders beside tracks; what does not fit together is listed, and gone when it fits again."""

import json
from datetime import date
from typing import Any

import pytest
from cloud.fleet.use_yard import BUREAU, CENTRE, Yard
from hypothesis import given
from hypothesis import strategies as st
from people import us
from sqlalchemy import select

from civicwatt_cloud.kit import geo, rules
from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.geo import Point
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.rules import Rules
from civicwatt_cloud.modules.fleet.positions.models import Stop, Trip
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.use import crosscheck, risks, rosters
from civicwatt_cloud.modules.fleet.use.crosscheck import Halt, Order, Run
from civicwatt_cloud.modules.fleet.use.models import UseRisk

REQUEST = "vehicle_request"
RULES = Rules(rules.shipped())


def row(name: str) -> rules.RuleRow:
    return RULES.rows(f"fleet.{name}")[0]


@pytest.mark.parametrize(
    ("claimed_m", "track_m", "expected"),
    [
        (110_000, 100_000, False),
        (110_001, 100_000, True),
        (90_000, 100_000, False),
        (89_999, 100_000, True),
        (5, 0, False),
    ],
)
def test_c3_6_more_than_ten_percent_of_the_track(claimed_m: int, track_m: int, expected: bool) -> None:
    assert crosscheck.differs(claimed_m, track_m, row("km_difference")) is expected


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_c3_6_the_difference_is_exact(claimed_m: int, track_m: int) -> None:
    assert crosscheck.differs(claimed_m, track_m, row("km_difference")) == (
        10 * abs(claimed_m - track_m) > track_m
    )


def test_c3_6_a_trip_belongs_to_the_order_under_way() -> None:
    orders = [Order(1, 7, Span(1000, 2000)), Order(2, 7, Span(2100, 3000)), Order(3, 8, Span(0, 9000))]
    found = {
        started: crosscheck.order_of(Run(7, started, started + 10, 1), orders, 100)
        for started in (899, 900, 2000, 2050, 3100, 3101)
    }
    assert {at: one and one.id for at, one in found.items()} == {
        899: None,
        900: 1,
        2000: 2,
        2050: 2,
        3100: 2,
        3101: None,
    }


def test_c3_6_a_long_stop_off_the_route() -> None:
    route = geo.corridor([Point(31.0, 112.0), Point(31.0, 112.2)], 500)
    on, off = Point(31.0, 112.1), Point(31.01, 112.1)  # 1,100 m north of the way
    half = 30 * MINUTE_US
    halts = [Halt(10, 10 + half + 1, off), Halt(20, 20 + half, off), Halt(30, 31 + half, on)]
    halts.append(Halt(10**12, 10**12 + half + 1, off))  # after its return
    found = crosscheck.unplanned(halts, Span(0, 10**11), route, row("unplanned_stop"))
    assert found == halts[:1]


def trip(yard: Yard, vehicle: Any, start: str, end: str, km: float) -> Trip:
    """What the positions came to."""
    said = {"vehicle_id": vehicle.id, "started_us": us(start), "ended_us": us(end)}
    made = Trip(owner_id=CENTRE, rev=1, distance_m=round(km * 1000), is_gap=False, **said)
    made.from_place = made.to_place = "112.2,31.03"
    yard.session.add(made)
    yard.session.flush()
    return made


def listed(yard: Yard, when: str) -> list[tuple[str, int, int | None]]:
    """The risks after a look."""
    risks.look(yard.at(when))
    query = select(UseRisk).where(UseRisk.removed_us.is_(None)).order_by(UseRisk.kind)
    return [(one.kind, one.owner_id, one.request_id) for one in yard.session.scalars(query)]


def test_c3_6_orders_and_tracks_that_do_not_fit_are_listed(yard: Yard) -> None:
    car = yard.vehicle(1, terminal_phone="13986001234")
    yard.driver(1)
    places = "112.0,31.0 112.2,31.0"
    route = yard.new("fence", name="去东县", shape="corridor", places=places, width_m=500)
    row = yard.approved()
    yard.take("2026-09-21 09:00", "dispatcher", REQUEST, row, "dispatch", route_id=route.id)
    yard.take("2026-09-21 09:10", "driver", REQUEST, row, "depart")
    yard.take("2026-09-21 16:00", "driver", REQUEST, row, "return")
    assert listed(yard, "2026-09-21 16:30") == [("order_without_track", BUREAU, row.id)]
    trip(yard, car, "2026-09-21 09:12", "2026-09-21 11:00", 60)
    back = trip(yard, car, "2026-09-21 14:00", "2026-09-21 15:50", 40)
    assert listed(yard, "2026-09-21 16:40") == []
    yard.take("2026-09-21 17:00", "driver", REQUEST, row, "settle", claimed_m="115")
    halt = {"started_us": us("2026-09-21 11:00"), "ended_us": us("2026-09-21 12:31")}
    yard.session.add(Stop(owner_id=CENTRE, rev=1, vehicle_id=car.id, place="112.1,31.1", **halt))
    trip(yard, car, "2026-09-21 20:00", "2026-09-21 20:30", 12.4)  # nobody sent it
    trip(yard, car, "2026-09-21 21:00", "2026-09-21 21:05", 0.999)  # into the yard next door
    assert listed(yard, "2026-09-21 22:00") == [
        ("km_differs", BUREAU, row.id),
        ("track_without_order", CENTRE, None),
        ("unplanned_stop", BUREAU, row.id),
    ]
    differs = yard.session.scalars(select(UseRisk).where(UseRisk.kind == "km_differs")).one()
    assert (differs.claimed_m, differs.track_m, differs.rule) == (
        115_000,
        100_000,
        "fleet.km_difference@2020-01-01",
    )
    back.distance_m = 50_000  # fixes that came late made the trip anew
    assert [one[0] for one in listed(yard, "2026-09-21 22:10")] == ["track_without_order", "unplanned_stop"]
    back.distance_m = 40_000
    assert len(listed(yard, "2026-09-21 22:20")) == 3
    told = yard.session.scalars(select(Event.facts).where(Event.name == risks.TOLD)).all()
    assert sorted(json.loads(one)["kind"] for one in told) == [
        "km_differs",
        "order_without_track",
        "track_without_order",
        "unplanned_stop",
    ]


def test_c3_6_who_is_on_duty_or_rents_needs_no_order(yard: Yard) -> None:
    car = yard.vehicle(1)
    duty = yard.new(
        "pool_duty",
        name="夜班",
        pool_id=yard.pool.id,
        vehicle_id=car.id,
        from_us="2026-09-21 20:00",
        to_us="2026-09-22 08:00",
    )
    trip(yard, car, "2026-09-21 21:00", "2026-09-21 22:00", 30)
    assert [one[0] for one in listed(yard, "2026-09-22 09:00")] == ["track_without_order"]
    yard.take("2026-09-21 19:00", "dispatcher", "pool_duty", duty, "publish")
    assert listed(yard, "2026-09-22 09:00") == []


def test_of_many_new_risks_some_are_written_at_a_time(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risks, "MOST_NEW", 2)
    car = yard.vehicle(1)
    for hour in range(10, 15):
        trip(yard, car, f"2026-09-21 {hour}:00", f"2026-09-21 {hour}:30", 20)
    assert [len(listed(yard, f"2026-09-21 16:{minute}0")) for minute in range(4)] == [2, 4, 5, 5]


def test_w3_1_papers_that_do_not_follow_are_listed(yard: Yard) -> None:
    yard.vehicle(1)
    yard.driver(1)
    row = yard.ask("2026-09-21 20:00", "2026-09-22 08:00", purpose="emergency")
    yard.take("2026-09-21 20:00", "dispatcher", REQUEST, row, "dispatch_now")
    assert listed(yard, "2026-09-23 17:30") == []
    assert listed(yard, "2026-09-23 17:31") == [("papers_overdue", BUREAU, row.id)]
    assert listed(yard, "2026-11-20 09:00") == [("papers_overdue", BUREAU, row.id)]
    yard.take("2026-11-20 10:00", "approver", REQUEST, row, "complete_papers")
    assert listed(yard, "2026-11-20 10:10") == []


def test_a_pool_of_day_and_night_has_somebody_on_duty(yard: Yard) -> None:
    pool = yard.new("vehicle_pool", name="老干部平台", kind="veteran", is_all_day=True)
    car = yard.vehicle(1, pool_id=pool.id)
    assert [one[0] for one in listed(yard, "2026-09-21 07:00")] == ["pool_unmanned"]
    span = {"from_us": "2026-09-21 08:00", "to_us": "2026-09-21 20:00"}
    duty = yard.new("pool_duty", name="白班", pool_id=pool.id, vehicle_id=car.id, **span)
    assert len(listed(yard, "2026-09-21 09:00")) == 1  # not published yet
    yard.take("2026-09-21 09:00", "dispatcher", "pool_duty", duty, "publish")
    assert listed(yard, "2026-09-21 09:10") == []
    assert [one[0] for one in listed(yard, "2026-10-21 20:00")] == ["pool_unmanned"]
    (risk,) = yard.session.scalars(select(UseRisk))
    assert (risk.at_us, risk.pool_id) == (us("2026-09-21 20:00"), pool.id)


def test_who_must_not_drive_is_listed_and_reminded_of(yard: Yard) -> None:
    yard.driver(1, licence_until="2026-09-21")
    full = yard.driver(2, points=12)
    fit = yard.driver(3, points=11, licence_until="2026-11-01")
    assert [one[0] for one in listed(yard, "2026-09-21 23:59")] == ["driver_unfit"]
    listed(yard, "2026-09-22 00:00")
    rows = yard.session.scalars(select(UseRisk).order_by(UseRisk.driver_id)).all()
    assert [(one.driver_id, one.at_us) for one in rows] == [
        (1, us("2026-09-22 00:00")),
        (full.id, us("2026-09-21 00:00")),
    ]
    rosters.licences(yard.at("2026-09-22 08:00"))
    query = select(Obligation.key).where(Obligation.is_done.is_(False)).order_by(Obligation.key)
    assert yard.session.scalars(query).all() == ["fleet/drivers/1"]
    rosters.licences(yard.at("2026-10-02 08:00"))
    assert yard.session.scalars(query).all() == ["fleet/drivers/1", f"fleet/drivers/{fit.id}"]
    fit.licence_until = date(2030, 1, 1)
    rosters.licences(yard.at("2026-10-02 09:00"))
    assert yard.session.scalars(query).all() == ["fleet/drivers/1"]
