"""M03, W3.3 and W3.4: vehicles are planned, bought and disposed of, and quotas hold."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.errors import FieldMissing
from civicwatt_cloud.kit.workflow.errors import OwnStep
from civicwatt_cloud.modules.fleet.errors import NotExempt
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Terminal
from civicwatt_cloud.modules.fleet.stock.errors import (
    AboveStandard,
    DisposedAlready,
    NotMarked,
    OldStillThere,
    OtherMethod,
    QuotaAboveRatio,
    QuotaBelowLeast,
    QuotaFull,
    RenewedAlready,
    TooYoung,
    UsableStill,
)
from civicwatt_cloud.modules.fleet.stock.models import CostEntry

OFFICE, BUREAU, TOWN = 1, 2, 3
PLATE = {"plate": "鄂F00100", "vin": "LSVAA0000000100", "registered_on": "2026-11-21"}


def test_m03_5_w3_3_no_plan_passes_above_the_standard(depot: Any) -> None:
    depot.quota(3)
    row = depot.plan(price="180000.01")
    with pytest.raises(AboveStandard, match=r"180000\.01"):
        depot.step(row, "vehicle_plan", "review", "manager")
    bus = depot.plan(body="medium_bus", price="248000", displacement_ml="2.7")
    with pytest.raises(AboveStandard, match="特殊需要"):
        depot.step(bus, "vehicle_plan", "review", "manager")
    need = depot.plan(body="medium_bus", price="248000", displacement_ml="2.7", has_special_need=True)
    assert depot.funded(need).state == "funded"
    with pytest.raises(AboveStandard, match=r"250000\.01"):
        depot.step(need, "vehicle_plan", "procure", "clerk", supplier="甲", paid="250000.01")


def test_m03_6_a_renewal_waits_for_the_day_after_and_for_an_answer(depot: Any) -> None:
    depot.quota(1)
    old = depot.vehicle("鄂F00001")
    with pytest.raises(TooYoung, match="2018-11-21"):
        depot.plan(replaces_id=old.id, still_usable="no")
    depot.now = "2026-11-22 12:00"
    with pytest.raises(FieldMissing, match="仍能继续使用"):
        depot.plan(replaces_id=old.id)
    with pytest.raises(UsableStill):
        depot.plan(replaces_id=old.id, still_usable="yes")
    assert depot.plan(replaces_id=old.id, still_usable="no").state == "submitted"
    with pytest.raises(RenewedAlready):
        depot.plan(replaces_id=old.id, still_usable="no")


def test_r_fleet_2_safety_renews_earlier_with_an_approval_only(depot: Any) -> None:
    old = depot.vehicle("鄂F00001", registered_on=date(2023, 1, 1))
    with pytest.raises(TooYoung):
        depot.plan(replaces_id=old.id, is_unsafe=True)
    row = depot.plan(replaces_id=old.id, is_unsafe=True, early_approval="荆管〔2026〕7号")
    assert row.state == "submitted"


def test_w3_3_the_old_vehicle_goes_before_the_new_one_is_bought(depot: Any) -> None:
    depot.now = "2026-11-23 09:00"
    depot.quota(1)
    old = depot.vehicle("鄂F00001", terminal_phone="13900000001")
    facts = {"maker": "m", "model": "m", "number": "n", "code_hash": "", "registered_us": 0}
    depot.session.add(Terminal(vehicle_id=old.id, phone="13900000001", **facts))
    depot.add("fleet_supplier", owner=OFFICE, kind="购置", name="荆襄汽贸", valid_from="2026-01-01")
    row = depot.funded(depot.plan(replaces_id=old.id, still_usable="no"))
    with pytest.raises(OldStillThere, match="鄂F00001"):
        depot.step(row, "vehicle_plan", "procure", "clerk", supplier="荆襄汽贸", paid="149000")
    gone = depot.disposed(old)
    assert (gone.state, str(gone.closed_on)) == ("closed", "2026-11-23")
    assert (old.state, old.terminal_phone) == ("disposed", None)
    assert depot.session.get(Terminal, old.id) is None
    with pytest.raises(QuotaFull):  # the place is the renewal's
        depot.step(depot.plan(), "vehicle_plan", "review", "manager")
    depot.step(row, "vehicle_plan", "procure", "clerk", supplier="荆襄汽贸", paid="149000")
    assert not row.is_off_point
    depot.step(row, "vehicle_plan", "register", "clerk", **PLATE)
    new = depot.session.get_one(Vehicle, row.vehicle_id)
    assert (new.state, new.mark, new.price, new.displacement_ml) == ("stopped", "missing", 14_900_000, 1500)
    with pytest.raises(NotMarked):
        depot.step(row, "vehicle_plan", "commission", "clerk")
    depot.step(row, "vehicle_plan", "mark", "clerk")
    depot.step(row, "vehicle_plan", "commission", "clerk")
    assert (row.state, new.state, new.mark) == ("in_use", "in_use", "marked")
    paid = depot.session.scalars(select(CostEntry)).one()
    assert (paid.kind, paid.amount, paid.supplier, paid.is_off_point) == (
        "purchase",
        14_900_000,
        "荆襄汽贸",
        False,
    )


def test_w3_3_whoever_submits_does_not_review(depot: Any) -> None:
    depot.quota(2)
    row = depot.plan()
    depot.step(row, "vehicle_plan", "review", "manager")
    other = depot.add(
        "vehicle_plan",
        "manager",
        year=2026,
        kind="emergency",
        body="car",
        energy="electric",
        price="1",
        reason="x",
    )
    depot.step(other, "vehicle_plan", "submit", "approver")
    with pytest.raises(OwnStep):
        depot.step(other, "vehicle_plan", "review", "manager")


def test_c3_9_a_cancelled_plan_gives_its_place_back(depot: Any) -> None:
    depot.quota(1)
    first = depot.funded(depot.plan())
    second = depot.plan()
    with pytest.raises(QuotaFull, match="编制 1 辆，已占用 1 辆"):
        depot.step(second, "vehicle_plan", "review", "manager")
    depot.step(first, "vehicle_plan", "cancel", "manager")
    assert depot.step(second, "vehicle_plan", "review", "manager").state == "reviewed"


def test_c3_9_two_reviewers_at_once_give_the_last_place_once(city: Database, depot_in: Any) -> None:
    with city.session() as session:
        depot = depot_in(session)
        depot.quota(1)
        rows = [depot.plan().id for _ in range(2)]
        accounts = depot.accounts
    start, outcomes = threading.Barrier(2), []

    def review(row_id: int) -> None:
        start.wait()
        try:
            with city.session() as session:
                mine = depot_in.__new__(depot_in)
                mine.session, mine.now, mine.accounts = session, "2026-11-21 12:00", accounts
                row = session.get_one(mine.entity("vehicle_plan").model, row_id)
                mine.step(row, "vehicle_plan", "review", "manager")
            outcomes.append("reviewed")
        except QuotaFull:
            outcomes.append("full")

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(review, row_id) for row_id in rows]:
            one.result()
    assert sorted(outcomes) == ["full", "reviewed"]


def test_w3_4_a_vehicle_given_away_takes_a_place_elsewhere(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    said = {"vehicle_id": vehicle.id, "method": "调拨", "reason": "余缺调剂"}
    with pytest.raises(FieldMissing, match="调入单位"):
        depot.add("vehicle_disposal", "clerk", **said)
    row = depot.add("vehicle_disposal", "clerk", **said, into_id=OFFICE)
    depot.step(row, "vehicle_disposal", "retire", "approver")
    again = depot.add("vehicle_disposal", "clerk", **said, into_id=OFFICE)
    with pytest.raises(DisposedAlready, match="待处置"):
        depot.step(again, "vehicle_disposal", "retire", "approver")
    depot.step(row, "vehicle_disposal", "agree", "manager")
    with pytest.raises(OtherMethod):
        depot.step(row, "vehicle_disposal", "value", "manager", valuer="甲", valuation="1")
    with pytest.raises(QuotaFull):
        depot.step(row, "vehicle_disposal", "hand_over", "manager")
    depot.quota(1, owner=OFFICE)
    depot.step(row, "vehicle_disposal", "hand_over", "manager")
    assert (row.state, vehicle.owner_id, vehicle.state) == ("transferred", OFFICE, "stopped")


def test_w3_4_a_refused_disposal_leaves_the_vehicle_out_of_use(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    row = depot.add("vehicle_disposal", "clerk", vehicle_id=vehicle.id, method="scrap", reason="旧")
    depot.step(row, "vehicle_disposal", "retire", "approver")
    assert vehicle.state == "to_dispose"
    depot.step(row, "vehicle_disposal", "reject", "manager")
    assert vehicle.state == "stopped"


def test_r_fleet_3_a_quota_keeps_to_the_part_that_stays(depot: Any) -> None:
    said = {"kind": "enforcement", "valid_from": "2026-01-01", "before": 18}
    with pytest.raises(QuotaAboveRatio, match="10 辆"):
        depot.add("vehicle_quota", number=11, **said)
    assert depot.add("vehicle_quota", number=10, **said).number == 10
    town = {"kind": "emergency", "valid_from": "2026-01-01"}
    with pytest.raises(QuotaBelowLeast):
        depot.add("vehicle_quota", owner=TOWN, number=1, is_remote=True, **town)
    assert depot.add("vehicle_quota", owner=TOWN, number=1, **town).number == 1


def test_a_vehicle_goes_without_the_mark_by_approval_only(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    with pytest.raises(NotExempt):
        registry.change(
            depot.context("clerk"), depot.entity("vehicle"), vehicle.id, vehicle.rev, {"mark": "exempt"}
        )
    row = depot.add("mark_exemption", "clerk", vehicle_id=vehicle.id, reason="侦察办案")
    depot.step(row, "mark_exemption", "submit", "approver")
    depot.step(row, "mark_exemption", "approve", "manager", approval="荆公〔2026〕1号")
    assert (vehicle.mark, row.sensitivity) == ("exempt", "sensitive")
    depot.step(row, "mark_exemption", "end", "clerk")
    assert vehicle.mark == "missing"
