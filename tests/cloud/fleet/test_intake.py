"""Positions are taken in once, kept raw, judged, and come to trips, stops and events over restarts."""

import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.geo import METRES_PER_DEGREE
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.fleet.models import Fence, UnsealPermit, Vehicle
from civicwatt_cloud.modules.fleet.positions import retention, watch
from civicwatt_cloud.modules.fleet.positions.fixes import Fix
from civicwatt_cloud.modules.fleet.positions.intake import Arrival, Intake, Source
from civicwatt_cloud.modules.fleet.positions.models import (
    OpenCondition,
    Position,
    Stop,
    Trip,
    VehicleEvent,
    VehicleLive,
)
from civicwatt_cloud.modules.fleet.stock.models import Violation
from civicwatt_protocols.clock import Clock

ZONE = ZoneInfo("Asia/Shanghai")
S = 1_000_000
MORNING = 1_790_818_200 * S  # Thursday 2026-10-01 09:30:00, a day off
WORKDAY = 1_791_595_800 * S  # Saturday 2026-10-10 09:30:00, a make-up working day
PHONE = "013986001234"


def intake(database: Database, now_us: int) -> Intake:
    return Intake(database, ZONE, Clock(now_us, 1e-9))


def fix(at_us: int, latitude: float = 31.03, longitude: float = 112.2, **more: object) -> Fix:
    return Fix(at_us, round(latitude * 1e6), round(longitude * 1e6), **more)  # type: ignore[arg-type]


def take(database: Database, fixes: Sequence[Fix], phone: str = PHONE, now_us: int | None = None) -> bool:
    made = intake(database, now_us or max(one.at_us for one in fixes))
    return made.commit([Arrival(phone, Source.TERMINAL, tuple(fixes))])[0]


def events(database: Database) -> list[tuple[str, int, bool]]:
    with database.reading() as session:
        rows = session.scalars(select(VehicleEvent).order_by(VehicleEvent.at_us, VehicleEvent.id))
        return [(row.kind, row.at_us, row.is_violation) for row in rows]


def drive(start_us: int, km: float, minutes: int = 30) -> list[Fix]:
    """Standing four minutes, going north, standing four minutes; a fix in 30 s."""
    still = [fix(start_us - 240 * S + 30 * S * n) for n in range(9)]
    steps = minutes * 2
    step = km * 1000 / METRES_PER_DEGREE / steps
    way = [fix(start_us + 30 * S * n, 31.03 + step * n, speed_hm_h=248) for n in range(1, steps + 1)]
    last = way[-1]
    end = [last._replace(at_us=last.at_us + 30 * S * n, speed_hm_h=0) for n in range(1, 9)]
    return still + way + end


def test_m03_1_one_exit_is_written_and_told_once(fleet: Database) -> None:
    fixes = [fix(MORNING), fix(MORNING + 30 * S, longitude=112.2101, accuracy_m=15)]
    fixes += [fix(MORNING + (60 + 30 * n) * S, longitude=112.215) for n in range(3)]
    for one in fixes:  # each by itself, after a restart each time
        assert take(fleet, [one])
    assert [one for one in events(fleet) if one[0].startswith("fence")] == [
        ("fence_exit", fixes[2].at_us, True)
    ]
    with fleet.reading() as session:
        (event,) = session.scalars(select(Event).where(Event.name == "fleet.fence_exit"))
    assert json.loads(event.facts)["vehicle_id"] == 1


def test_m03_2_one_crossing(fleet: Database) -> None:
    take(fleet, [fix(MORNING, longitude=112.18), fix(MORNING + 120 * S, longitude=112.22)])
    assert events(fleet) == [("fence_crossed", MORNING + 120 * S, False)]


@pytest.mark.parametrize(("start_us", "expected"), [(MORNING, 1), (WORKDAY, 0)])
def test_m03_4_one_alert_for_a_sealed_trip(fleet: Database, start_us: int, expected: int) -> None:
    fixes = drive(start_us, 12.4)
    for n in range(0, len(fixes), 7):
        take(fleet, fixes[n : n + 7], now_us=fixes[n].at_us + 400 * S)
        with fleet.session() as session:  # while it is on its way the watch tells of it
            watch.look(Context(session, PLATFORM, ZONE, fixes[n].at_us))
    found = [one for one in events(fleet) if one[0] == "sealed_use"]
    assert [one[1:] for one in found] == [(start_us, True)] * expected
    with fleet.reading() as session:
        (trip,) = session.scalars(select(Trip))
        assert (trip.started_us, trip.ended_us) == (start_us, start_us + 1800 * S)
        assert trip.distance_m == 12_400
        if expected:
            row = session.scalar(select(VehicleEvent).where(VehicleEvent.kind == "sealed_use"))
            assert row is not None
            assert (row.distance_m, row.severity) == (12_400, "serious")


def test_c3_4_a_permit_covers_a_trip(fleet: Database) -> None:
    with fleet.session() as session:
        span = {"from_us": MORNING - 600 * S, "to_us": MORNING + 7200 * S, "document": "值班表"}
        session.add(UnsealPermit(owner_id=1, rev=1, vehicle_id=1, **span))
    take(fleet, drive(MORNING, 12.4))
    assert "sealed_use" not in {one[0] for one in events(fleet)}


def test_what_comes_again_changes_nothing_and_what_is_filtered_is_kept(fleet: Database) -> None:
    fixes = [fix(MORNING), fix(MORNING + 30 * S, 0, 0), fix(MORNING + 60 * S, 31.2), fix(MORNING + 90 * S)]
    for _ in range(3):
        take(fleet, fixes)
    with fleet.reading() as session:
        rows = session.scalars(select(Position).order_by(Position.at_us)).all()
        assert [row.filtered for row in rows] == [None, "zero", "too_fast", None]
        assert (rows[0].latitude_micro, rows[0].longitude_micro) == (31_030_000, 112_200_000)


def test_nobody_tells_where_another_vehicle_is(fleet: Database) -> None:
    assert not take(fleet, [fix(MORNING)], phone="013900000000")
    with fleet.session() as session:
        session.get_one(Vehicle, 1).removed_us = 1
    assert not take(fleet, [fix(MORNING)])
    with fleet.reading() as session:
        assert session.scalar(select(func.count()).select_from(Position)) == 0


def outcome(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as session:
        trips = session.execute(
            select(Trip.started_us, Trip.ended_us, Trip.distance_m).order_by(Trip.started_us)
        )
        stops = session.execute(select(Stop.started_us, Stop.ended_us).order_by(Stop.started_us))
        kinds = sorted((kind, at_us) for kind, at_us, _ in events(database))
        (live,) = session.scalars(select(VehicleLive.state))
        return [tuple(trips.all()), tuple(stops.all()), tuple(kinds), json.loads(live)["last"][0]]


def test_what_comes_late_comes_to_the_same(fleet: Database) -> None:
    """A terminal without reception for ten minutes tells of now first, then of what it kept."""
    fixes = drive(MORNING, 12.4) + drive(MORNING + 7200 * S, 12.4)
    take(fleet, fixes[:20])
    take(fleet, fixes[40:])
    take(fleet, fixes[20:40], now_us=fixes[-1].at_us)
    with fleet.reading() as session:
        (kept,) = session.scalars(select(Trip.distance_m).where(Trip.started_us == MORNING))
    assert kept == 12_400
    assert [one[0] for one in events(fleet)].count("sealed_use") == len(
        {one[1] for one in events(fleet) if one[0] == "sealed_use"}
    )


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 76), max_size=5))
def test_handfuls_and_restarts_make_no_difference(fleet: Database, cuts: list[int]) -> None:
    with fleet.session() as session:
        for model in (Violation, Position, VehicleLive, Trip, Stop, VehicleEvent):
            session.query(model).delete()
    fixes = drive(MORNING, 12.4)
    ends = [*sorted(cuts), len(fixes)]
    for start, end in zip([0, *ends], ends, strict=False):
        if fixes[start:end]:
            take(fleet, fixes[start:end])
    trips, stops, kinds, last = outcome(fleet)
    assert trips == ((MORNING, MORNING + 1800 * S, 12_400),)
    assert stops == ((MORNING - 240 * S, MORNING),)
    assert [kind for kind, _ in kinds] == ["fence_exit", "sealed_use"]  # type: ignore[misc, union-attr]
    assert last == fixes[-1].at_us


def test_c3_3_a_vehicle_that_never_came_home_is_told_once_without_a_fix(fleet: Database) -> None:
    take(fleet, [fix(WORKDAY, longitude=112.3)])
    with fleet.session() as session:
        session.get_one(Fence, 1).calendar = "sealed"
    sunday = WORKDAY + 24 * 3600 * S

    def look(at_us: int) -> list[str]:
        with fleet.session() as session:
            watch.look(Context(session, PLATFORM, ZONE, at_us))
        return [one[0] for one in events(fleet)]

    assert look(WORKDAY + 60 * S) == []
    assert look(sunday) == ["fence_broken"]
    assert look(sunday + 60 * S) == ["fence_broken", "silent"]  # and it is more than a day silent now
    assert look(sunday + 120 * S) == ["fence_broken", "silent"]
    take(fleet, [fix(sunday + 1200 * S)], now_us=sunday + 1200 * S)
    look(sunday + 1230 * S)
    with fleet.reading() as session:
        assert session.scalars(select(OpenCondition)).all() == []


def test_c3_5_a_terminal_whose_power_is_cut_is_told_once(fleet: Database) -> None:
    take(fleet, [fix(MORNING), *(fix(MORNING + n * S, is_power_cut=True) for n in (30, 60))])
    assert events(fleet) == [("power_cut", MORNING + 30 * S, True)]


def test_a_fence_that_is_changed_holds_at_once(fleet: Database) -> None:
    made = intake(fleet, MORNING + 600 * S)
    made.commit([Arrival(PHONE, Source.TERMINAL, (fix(MORNING),))])
    with fleet.session() as session:
        fence = session.get_one(Fence, 1)
        fence.places = "112.3,31.0 112.4,31.0 112.4,31.1"
        fence.rev += 1
    late = [fix(MORNING + (30 + 30 * n) * S) for n in range(3)]
    made.commit([Arrival(PHONE, Source.TERMINAL, tuple(late))])
    assert [one[0] for one in events(fleet)] == ["fence_exit"]


def test_fixes_are_kept_for_a_while_only(fleet: Database) -> None:
    take(fleet, [fix(MORNING)], now_us=MORNING)
    take(fleet, [fix(MORNING + 7200 * S)], now_us=MORNING + 7200 * S)
    assert retention.drop(fleet, MORNING + 3600 * S) == 1
    assert retention.drop(fleet, MORNING + 3600 * S) == 0
    with fleet.reading() as session:
        assert session.scalars(select(Position.at_us)).all() == [MORNING + 7200 * S]
