"""Records of the traffic police: matched with dispatch orders, brought in as a workbook, twice the same."""

import csv
from pathlib import Path
from typing import Any

import pytest

from civicwatt_cloud.kit.workbooks.columns import targets_of
from civicwatt_cloud.kit.workbooks.importing import Verdict, import_file
from civicwatt_cloud.modules.fleet.models import UnsealPermit
from civicwatt_cloud.modules.fleet.module import MODULE
from civicwatt_cloud.modules.fleet.stock.errors import NotItsVehicle
from civicwatt_cloud.modules.fleet.stock.models import TrafficRecord
from civicwatt_cloud.modules.fleet.use.models import VehicleRequest

TITLES = ("单位编码", "交警记录编号", "车辆", "类别", "时间", "地点")
OUT = {"from_us": "2026-10-12 08:00", "to_us": "2026-10-12 12:00"}


def us(depot: Any, said: str) -> int:
    depot.now = said
    return int(depot.now_us)


def order(depot: Any, vehicle: Any, state: str, returned: str | None) -> VehicleRequest:
    """The vehicle was sent out from eight to twelve, and came back later."""
    times = {name: us(depot, said) for name, said in OUT.items()}
    facts = {"owner_id": vehicle.owner_id, "rev": 1, "number": f"YC-{vehicle.id}", "vehicle_id": vehicle.id}
    told = {"purpose": "emergency", "kind": "emergency", "reason": "抢险", "destination": "东县"}
    row = VehicleRequest(**facts, **told, **times, passengers=2, planned_m=1, state=state, is_emergency=False)
    row.departed_us, row.returned_us = times["from_us"], returned and us(depot, returned)
    depot.session.add(row)
    depot.session.flush()
    return row


def seen(depot: Any, vehicle: Any, at: str) -> TrafficRecord:
    said = {"number": f"JJ-{at}", "vehicle_id": vehicle.id, "kind": "卡口过车", "at_us": at, "place": "东县"}
    row = depot.add("traffic_record", "clerk", **said)
    assert isinstance(row, TrafficRecord)
    return row


def test_a_record_is_matched_with_the_order_the_vehicle_was_out_for(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    out = order(depot, vehicle, "settled", "2026-10-12 13:30")
    order(depot, depot.vehicle("鄂F00002"), "settled", None)
    found = seen(depot, vehicle, "2026-10-12 13:00")  # later than planned, before it came back
    assert (found.match, found.request_id) == ("ordered", out.id)
    assert seen(depot, vehicle, "2026-10-12 13:31").match == "unordered"
    span = {"from_us": us(depot, "2026-10-13 00:00"), "to_us": us(depot, "2026-10-14 00:00")}
    facts = {"owner_id": vehicle.owner_id, "rev": 1, "vehicle_id": vehicle.id, "document": "值班表"}
    depot.session.add(UnsealPermit(**facts, **span))
    depot.session.flush()
    assert seen(depot, vehicle, "2026-10-13 09:00").match == "permitted"


def test_a_rejected_request_is_no_order(depot: Any) -> None:
    vehicle = depot.vehicle("鄂F00001")
    order(depot, vehicle, "rejected", None)
    assert seen(depot, vehicle, "2026-10-12 09:00").match == "unordered"


def test_a_record_is_of_the_institution_whose_vehicle_it_is(depot: Any) -> None:
    said = {"number": "JJ-1", "kind": "交通违法", "at_us": "2026-10-12 09:00", "place": "东县"}
    with pytest.raises(NotItsVehicle, match="单位2"):
        depot.add("traffic_record", owner=1, vehicle_id=depot.vehicle("鄂F00001").id, **said)


def test_the_workbook_of_the_police_comes_in_once(depot: Any, tmp_path: Path) -> None:
    depot.vehicle("鄂F00001")
    path = tmp_path / "police.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        writer.writerow(("U2", "JJ-1", "鄂F00001", "卡口过车", "2026-10-12 09:00:00", "东县"))
        writer.writerow(("U2", "JJ-2", "鄂F99999", "卡口过车", "2026-10-12 09:00:00", "东县"))
    entity, targets = depot.entity("traffic_record"), targets_of((MODULE,))

    def verdicts(*, dry_run: bool) -> list[Verdict]:
        found = import_file(depot.context("manager"), entity, targets, path, dry_run=dry_run)
        return [one.verdict for one in found.rows]

    assert verdicts(dry_run=True) == [Verdict.NEW, Verdict.BAD]
    assert verdicts(dry_run=False) == [Verdict.NEW, Verdict.BAD]
    assert verdicts(dry_run=False) == [Verdict.IDENTICAL, Verdict.BAD]
