"""W3.1: a vehicle is asked for, sent, comes back and is settled; each step with its guard."""

import pytest
from cloud.fleet.use_yard import Yard
from people import local, us
from sqlalchemy import select

from civicwatt_cloud.kit.errors import NotPermitted
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.workflow.errors import NotYours, OwnStep
from civicwatt_cloud.modules.fleet.models import UnsealPermit
from civicwatt_cloud.modules.fleet.positions import happenings
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.stock.models import CostEntry, FuelEntry
from civicwatt_cloud.modules.fleet.use.errors import (
    BadPickup,
    CannotDrive,
    CannotGo,
    FuelIncomplete,
    NoEmergency,
    NoVehicle,
    PapersDone,
    PapersMissing,
    PurposeRefused,
    SpanReversed,
    SpanTooLong,
    UnknownCounty,
)

REQUEST = "vehicle_request"


def test_w3_1_a_vehicle_goes_and_comes_back(yard: Yard) -> None:
    yard.vehicle(1)
    yard.driver(1)
    row = yard.approved()
    assert row.number == "YC-2026-U2-000001-Y"
    yard.take("2026-09-21 09:10", "dispatcher", REQUEST, row, "dispatch")
    assert (row.state, row.vehicle_id, row.driver_id, row.permit_id) == ("assigned", 1, 1, None)
    yard.take("2026-09-21 09:30", "driver", REQUEST, row, "depart")
    yard.take("2026-09-21 16:00", "driver", REQUEST, row, "return")
    paid = {"claimed_m": "121.5", "fuel": "12.34", "fuel_cost": "98.70", "tolls": "15"}
    with pytest.raises(FuelIncomplete):
        yard.take("2026-09-21 16:10", "driver", REQUEST, row, "settle", **paid)
    paid["station"] = "城东加油站"
    yard.take("2026-09-21 16:10", "driver", REQUEST, row, "settle", **paid)
    yard.take("2026-09-22 09:00", "staff", REQUEST, row, "rate", score="5")
    assert (row.state, row.claimed_m, row.fuel, row.fuel_cost, row.tolls, row.score) == (
        "closed",
        121_500,
        12_340,
        9870,
        1500,
        5,
    )
    assert (local(row.departed_us), local(row.returned_us)) == ("2026-09-21 09:30", "2026-09-21 16:00")
    fuel, toll = yard.session.scalars(select(FuelEntry)).one(), yard.session.scalars(select(CostEntry)).one()
    assert (fuel.volume_ml, fuel.amount, fuel.is_off_point, fuel.source_document) == (
        12_340,
        9870,
        True,
        row.number,
    )
    assert (toll.kind, toll.amount, toll.vehicle_id) == ("toll", 1500, row.vehicle_id)


def test_w3_1_whoever_asked_does_not_approve(yard: Yard) -> None:
    row = yard.new(
        REQUEST,
        "approver",
        2,
        purpose="official",
        kind="emergency",
        reason="会议",
        passengers=1,
        destination="西县",
        planned_m="10",
        from_us="2026-09-21 09:00",
        to_us="2026-09-21 10:00",
    )
    with pytest.raises(NotYours):
        yard.take("2026-09-21 08:00", "deputy", REQUEST, row, "submit")
    yard.take("2026-09-21 08:00", "approver", REQUEST, row, "submit")
    with pytest.raises(OwnStep):
        yard.take("2026-09-21 08:00", "approver", REQUEST, row, "approve")
    with pytest.raises(NotPermitted):
        yard.take("2026-09-21 08:00", "staff", REQUEST, row, "approve")
    yard.take("2026-09-21 08:00", "deputy", REQUEST, row, "approve")
    yard.take("2026-09-21 08:00", "dispatcher", REQUEST, row, "reject", note="当日无此安排")
    assert (row.state, row.note) == ("rejected", "当日无此安排")


def test_w3_1_a_kind_of_vehicle_serves_its_purposes_only(yard: Yard) -> None:
    for kind, purpose in (("confidential", "official"), ("veteran", "reception")):
        row = yard.ask(kind=kind, purpose=purpose)
        with pytest.raises(PurposeRefused):
            yard.take("2026-09-21 09:00", "staff", REQUEST, row, "submit")


def test_w3_1_times_and_places_are_such(yard: Yard) -> None:
    with pytest.raises(SpanReversed):
        yard.ask(to="2026-09-21 09:00")
    with pytest.raises(SpanTooLong):
        yard.ask(to="2027-09-22 09:01")
    with pytest.raises(BadPickup):
        yard.ask(pickup="东门")
    with pytest.raises(UnknownCounty, match="429909"):
        yard.ask(counties="429901，429909")
    assert yard.ask(counties="429901，429902", pickup="112.2，31.03").id


def test_w3_1_one_vehicle_goes_one_way_at_a_time(yard: Yard) -> None:
    first, second = yard.vehicle(1), yard.vehicle(2)
    yard.driver(1)
    one, two = yard.approved(), yard.approved("2026-09-21 16:59", "2026-09-21 18:00")
    yard.take("2026-09-21 09:00", "dispatcher", REQUEST, one, "dispatch", vehicle_id=first.id)
    with pytest.raises(CannotGo, match="已派出"):
        yard.take("2026-09-21 09:00", "dispatcher", REQUEST, two, "dispatch", vehicle_id=first.id)
    with pytest.raises(NoVehicle, match="没有可派的驾驶员 1 辆"):  # the one driver is away with the first
        yard.take("2026-09-21 09:00", "dispatcher", REQUEST, two, "dispatch")
    late, fit = yard.driver(2, licence_until="2026-09-20"), yard.driver(3)
    asked = {"vehicle_id": second.id, "driver_id": late.id}
    with pytest.raises(CannotDrive, match="司机2"):
        yard.take("2026-09-21 09:00", "dispatcher", REQUEST, two, "dispatch", **asked)
    yard.take("2026-09-21 09:00", "dispatcher", REQUEST, two, "dispatch")
    assert (two.vehicle_id, two.driver_id) == (second.id, fit.id)
    yard.take("2026-09-21 09:05", "staff", REQUEST, one, "cancel")
    yard.take("2026-09-21 09:06", "dispatcher", REQUEST, two, "reassign")
    assert (two.vehicle_id, two.state) == (first.id, "assigned")


def test_w3_1_an_emergency_goes_first_and_its_papers_follow(yard: Yard) -> None:
    yard.vehicle(1)
    yard.driver(1)
    calm = yard.ask()
    with pytest.raises(NoEmergency):
        yard.take("2026-09-30 20:00", "dispatcher", REQUEST, calm, "dispatch_now")
    row = yard.ask("2026-09-30 20:00", "2026-10-01 08:00", purpose="emergency")
    yard.take("2026-09-30 20:00", "dispatcher", REQUEST, row, "dispatch_now")
    assert (row.state, row.is_emergency) == ("assigned", True)
    assert local(row.papers_due_us) == "2026-10-09 17:30"  # two working days: October 8 and 9
    duty = yard.session.scalars(select(Obligation)).one()
    assert (duty.due_us, duty.is_done, duty.owner_id) == (row.papers_due_us, False, 2)
    yard.take("2026-09-30 20:05", "driver", REQUEST, row, "depart")
    yard.take("2026-10-01 07:00", "driver", REQUEST, row, "return")
    with pytest.raises(PapersMissing):
        yard.take("2026-10-01 07:05", "driver", REQUEST, row, "settle", claimed_m="300")
    yard.take("2026-10-08 10:00", "approver", REQUEST, row, "complete_papers", note="情况属实")
    with pytest.raises(PapersDone):
        yard.take("2026-10-08 10:01", "deputy", REQUEST, row, "complete_papers")
    yard.take("2026-10-08 11:00", "driver", REQUEST, row, "settle", claimed_m="300")
    assert duty.is_done


def test_m03_4_an_approved_request_or_a_roster_grants_the_permit(yard: Yard) -> None:
    """A day off: whoever was sent, or is on duty, breaks no seal; the permit ends with the journey."""
    first, second = yard.vehicle(1), yard.vehicle(2)
    yard.driver(1)
    row = yard.approved("2026-10-01 09:00", "2026-10-01 17:00")
    yard.take("2026-09-30 09:00", "dispatcher", REQUEST, row, "dispatch", vehicle_id=first.id)
    permit = yard.session.get_one(UnsealPermit, row.permit_id)
    assert (local(permit.from_us), local(permit.to_us)) == ("2026-10-01 08:30", "2026-10-01 17:30")
    assert permit.document == "用车申请 YC-2026-U2-000001-Y"
    yard.take("2026-10-01 09:00", "driver", REQUEST, row, "depart")
    yard.take("2026-10-01 12:00", "driver", REQUEST, row, "return")
    assert local(permit.to_us) == "2026-10-01 12:30"
    duty = yard.new(
        "pool_duty",
        name="国庆一班",
        pool_id=yard.pool.id,
        vehicle_id=second.id,
        from_us="2026-10-01 08:00",
        to_us="2026-10-02 08:00",
    )
    assert duty.permit_id is None
    with pytest.raises(OwnStep):
        yard.take("2026-09-30 09:00", "manager", "pool_duty", duty, "publish")
    yard.take("2026-09-30 09:00", "dispatcher", "pool_duty", duty, "publish")
    roster = yard.session.get_one(UnsealPermit, duty.permit_id)
    assert (roster.vehicle_id, roster.document) == (second.id, "值班表 应急平台 国庆一班")
    yard.take("2026-09-30 10:00", "manager", "pool_duty", duty, "withdraw")
    assert roster.removed_us == us("2026-09-30 10:00")


def test_w3_1_the_first_fix_outside_begins_the_journey(yard: Yard) -> None:
    places = "112.190,31.020 112.210,31.020 112.210,31.040 112.190,31.040"
    home = yard.new("fence", name="大院", shape="polygon", places=places)
    car = yard.vehicle(1, home_fence_id=home.id)
    yard.driver(1)
    row = yard.approved()
    yard.take("2026-09-21 09:00", "dispatcher", REQUEST, row, "dispatch")
    known = happenings.Known(car.id, car.owner_id, "4299/U1/", home.id, car.state)
    for at in ("2026-09-21 08:20", "2026-09-21 09:12", "2026-09-21 09:40"):  # too early; it; once more
        what = happenings.Happening(happenings.VehicleEventKind.FENCE_EXIT, us(at), False, home.id)
        happenings.write(yard.at(at), known, what)
    assert (row.state, local(row.departed_us)) == ("out", "2026-09-21 09:12")


def test_c3_10_the_vehicle_nearest_to_the_pickup_goes(yard: Yard) -> None:
    """Where it was last seen, else its home; of those alike the one that was used last."""
    near, far = "112.30,31.03 112.31,31.03 112.31,31.04", "112.40,31.03 112.41,31.03 112.41,31.04"
    homes = [yard.new("fence", name=one[:6], shape="polygon", places=one) for one in (near, far)]
    lost, away = yard.vehicle(1), yard.vehicle(2, home_fence_id=homes[1].id)
    idle, used = (yard.vehicle(number, home_fence_id=homes[0].id) for number in (3, 4))
    yard.driver(1)
    ended_us = us("2026-09-20 09:00")
    said = {"started_us": ended_us - 60, "ended_us": ended_us, "distance_m": 9, "is_gap": False}
    where = {"from_place": "112.3,31.03", "to_place": "112.3,31.03"}
    yard.session.add(Trip(owner_id=1, rev=1, vehicle_id=used.id, **said, **where))
    row = yard.approved(pickup="112.31,31.03")
    expected = [used, idle, away, lost]
    for one in expected:
        yard.take("2026-09-21 09:00", "dispatcher", REQUEST, row, "dispatch" if one is used else "reassign")
        assert row.vehicle_id == one.id
        one.state = "repair"
    assert row.deadhead_m is None
