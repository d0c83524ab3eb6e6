"""The books of meters, bills and virtual meters together; closed months in them."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.timeseries.ledger.bench import Bench
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.tables import Row
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.closing import closed_months
from civicwatt_cloud.timeseries.ledger.closing.corrections import CORRECTED, Decision, approve
from civicwatt_cloud.timeseries.ledger.closing.models import Correction
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.ledger.months import hours_of_month
from civicwatt_cloud.timeseries.ledger.virtual import importing as virtual_import
from civicwatt_cloud.timeseries.points import Point, Source, ensure_gateway, new_point
from civicwatt_cloud.timeseries.stores.readings import Batch

ZONE = ZoneInfo("Asia/Shanghai")
KWH = 1_000_000
FIRST, AFTER = hours_of_month(202609, ZONE)
NOW_US = hours_of_month(202612, ZONE)[0] * HOUR_US


@pytest.fixture
def site(bench: Bench) -> dict[str, int]:
    """A building with meters M-1 and M-2 and a gas account."""
    with bench.db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        institution = Institution(code="I-1", name="单位", kind="venue", level="city", region_code="429900")
        session.add(institution)
        session.flush()
        building = Building(code="B-1", name="楼", institution_id=institution.id)
        session.add(building)
        ensure_gateway(session, "gw-01")
        session.flush()
        found = {}
        for device, end_use in (("M-1", "total"), ("M-2", "hvac")):
            point = new_point("gw-01", device, "import_active_energy", "acrel/adw300")
            point.building_id, point.end_use, point.carrier = building.id, end_use, "electricity"
            point.is_consumption, point.bound_from_us = True, 0
            session.add(point)
            session.flush()
            found[device] = point.id
        gas = Point(source=Source.BILL, device="R-1", measure="gas", is_counter=False, is_consumption=True)
        gas.building_id, gas.end_use, gas.carrier = building.id, "gas", "gas"
        session.add(gas)
        session.flush()
        found["R-1"] = gas.id
    return found


def load(bench: Bench, point: int, first: int, last: int, rate: float, start: float = 0.0) -> None:
    """Hourly readings of hours [first, last], `rate` kWh an hour."""
    hours = np.arange(first, last + 1)
    bench.load(Batch.of(point, hours * HOUR_US, start + rate * (hours - FIRST)))
    bench.ledger.recompute_all()


def months(bench: Bench, point: int) -> dict[int, tuple[float, int]]:
    with bench.db.reading() as session:
        rows = session.scalars(select(LedgerMonth).where(LedgerMonth.point_id == point))
        return {row.month: (row.micro / KWH, row.quality) for row in rows}


def define(bench: Bench, formula: str) -> int:
    cells = ("V-1", "其余", "B-1", "其他", formula, "2026-09-01", "计量方案 3 号")
    titles = list(virtual_import.COLUMNS)
    row = Row(2, dict(zip(titles, cells, strict=True)), dict.fromkeys(titles, "A"), "虚拟表")
    with bench.db.session() as session:
        report = virtual_import.enter(session, [row], ZONE, "command")
        assert report.problems == []
        point = session.scalars(select(Point.id).where(Point.source == Source.VIRTUAL)).one()
    bench.ledger.recompute_all()
    return point


def test_a_virtual_meter_follows_its_operands_whenever_they_change(
    bench: Bench, site: dict[str, int]
) -> None:
    load(bench, site["M-1"], FIRST, AFTER, 10)
    rest = define(bench, "gw-01/M-1 - gw-01/M-2")
    assert months(bench, rest) == {}
    load(bench, site["M-2"], FIRST, AFTER, 4)
    assert months(bench, rest) == {202609: (6 * 720, 0)}
    load(bench, site["M-1"], AFTER + 1, AFTER + 24, 10)
    load(bench, site["M-2"], AFTER + 1, AFTER + 24, 4)
    assert months(bench, rest) == {202609: (6 * 720, 0), 202610: (6 * 24, 0)}


def test_bills_have_days_that_add_up_beside_meters(bench: Bench, site: dict[str, int]) -> None:
    load(bench, site["M-1"], FIRST, AFTER, 10)
    with bench.db.session() as session:
        session.add(
            Bill(
                point_id=site["R-1"],
                day_from=date(2026, 8, 28),
                day_to=date(2026, 9, 28),
                micro=1000 * KWH + 1,
                document="RQ-09",
                entered_by="account/li",
                entered_us=0,
            )
        )
        mark_all_dirty(session, [site["R-1"]])
    bench.ledger.recompute_all()
    with bench.db.reading() as session:
        days = session.scalars(select(LedgerDay).where(LedgerDay.point_id == site["R-1"])).all()
        hours = session.scalars(select(LedgerHour.hour).where(LedgerHour.point_id == site["R-1"])).all()
    assert (len(days), hours) == (31, [])
    assert sum(day.micro for day in days) == 1000 * KWH + 1
    assert set(months(bench, site["R-1"])) == {202608, 202609}


def close(bench: Bench, *months: int) -> None:
    with bench.db.session() as session:
        institution = session.scalars(select(Institution)).one()
        for month in months or (202609,):
            decision = Decision("account/li", NOW_US, "三季度报表")
            closed_months.close(session, institution, month, decision, ZONE)


def corrections(bench: Bench) -> list[Correction]:
    with bench.db.reading() as session:
        return list(session.scalars(select(Correction).order_by(Correction.number)))


def decide(bench: Bench, number: str, settled: int | None) -> None:
    with bench.db.session() as session:
        approve(session, number, Decision("account/wang", NOW_US, "核对照片", settled), ZONE)
    bench.ledger.recompute_all()


@pytest.mark.parametrize("settled", [None, 7000 * KWH + 1])
def test_f13_late_readings_of_a_closed_month_wait_for_a_correction(
    bench: Bench, site: dict[str, int], settled: int | None
) -> None:
    """The meter was read for half of September, reported, and the rest came in December, with October."""
    point = site["M-1"]
    load(bench, point, FIRST, FIRST + 360, 10)
    close(bench)
    before = bench.books(point)
    load(bench, point, FIRST + 361, AFTER + 24, 10)
    after = bench.books(point)
    assert [row for row in after[0] if row[0] < AFTER] == before[0]
    assert months(bench, point) == {202609: (3600, 0), 202610: (240, 0)}
    (proposed,) = corrections(bench)
    assert (proposed.state, proposed.reported_micro, proposed.recomputed_micro) == (
        "proposed",
        3600 * KWH,
        7200 * KWH,
    )
    decide(bench, proposed.number, settled)
    total, quality = (7200, 0) if settled is None else (settled / KWH, CORRECTED)
    assert months(bench, point) == {202609: (total, quality), 202610: (240, 0)}
    with bench.db.session() as session:
        mark_all_dirty(session, [point])
    bench.ledger.recompute_all()
    assert months(bench, point) == {202609: (total, quality), 202610: (240, 0)}
    assert [one.state for one in corrections(bench)] == ["approved"]


def test_f13_a_meter_that_began_in_a_closed_month_and_late_readings_over_the_end_of_another(
    bench: Bench, site: dict[str, int]
) -> None:
    """Both months are proposed, and the books come to rest."""
    point, began = site["M-1"], FIRST + 240
    load(bench, point, began, AFTER - 48, 10)
    load(bench, point, AFTER + 48, AFTER + 400, 10)
    close(bench, 202609, 202610)
    before = bench.books(point)[:3]
    load(bench, point, AFTER - 40, AFTER - 1, 10, start=5)
    load(bench, point, AFTER + 1, AFTER + 40, 10, start=5)
    assert bench.books(point)[:3] == before
    proposed = corrections(bench)
    assert [(one.month, one.state) for one in proposed] == [(202609, "proposed"), (202610, "proposed")]
    for one, settled in zip(proposed, (None, 4000 * KWH), strict=True):
        decide(bench, one.number, settled)
    found = months(bench, point)
    assert found[202609][0] == proposed[0].recomputed_micro / KWH
    assert found[202610] == (4000, CORRECTED)
    assert [one.applied_us is None for one in corrections(bench)] == [False, False]
