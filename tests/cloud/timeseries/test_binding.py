"""The meter list: good rows bind, bad ones are named by cell, a repeat changes nothing."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.points import points_of
from openpyxl import Workbook
from sqlalchemy import func, select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.timeseries.binding import COLUMNS, BindReport, import_meters
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, LedgerDay
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore
from civicwatt_edge.commands.bind import END_USES
from civicwatt_protocols.measures import MEASURES

SHANGHAI = ZoneInfo("Asia/Shanghai")
GOOD = ("gw-01", "M-1", "一层照明", "acrel/adw300", "B-1", "照明插座", "2026-03-01")
Import = Callable[..., BindReport]


@pytest.fixture
def import_rows(db: Database, tmp_path: Path) -> Import:
    """Writes rows as a workbook and imports it into a register with two buildings."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        institution = Institution(
            code="I-1", name="市图书馆", kind="venue", level="city", region_code="429900"
        )
        session.add(institution)
        session.flush()
        session.add_all(Building(code=f"B-{n}", name="楼", institution_id=institution.id) for n in (1, 2))

    def run(*rows: tuple[str, ...]) -> BindReport:
        book = Workbook()
        book.active.title = "表计"
        for row in [COLUMNS, *rows]:
            book.active.append(row)
        path = tmp_path / "meters.xlsx"
        book.save(path)
        book.close()
        with db.session() as session:
            return import_meters(session, path, SHANGHAI)

    return run


def consumption(db: Database) -> list[tuple[object, ...]]:
    with db.reading() as session:
        columns = (Point.device, Point.measure, Point.end_use, Point.carrier, Point.title, Building.code)
        rows = select(*columns).join(Building).where(Point.is_consumption).order_by(Point.id)
        return [tuple(row) for row in session.execute(rows)]


def test_each_end_use_takes_the_counter_that_its_template_offers(db: Database, import_rows: Import) -> None:
    report = import_rows(
        GOOD,
        ("gw-01", "M-2", "空调", "schneider/iem3000", "B-1", "hvac", "2026年3月1日"),
        ("gw-01", "M-3", "屋顶光伏", "huawei/sun2000", "B-2", "光伏", "2026/3/1"),
        ("gw-02", "M-1", "总水表", "simulated/water_counter", "B-2", "用水", "2026-03-01"),
    )
    assert (report.rows, report.kept, report.changed, report.problems) == (4, 4, 4, [])
    assert consumption(db) == [
        ("M-1", "import_active_energy", "lighting", "electricity", "一层照明", "B-1"),
        ("M-2", "import_active_energy", "hvac", "electricity", "空调", "B-1"),
        ("M-3", "generated_active_energy", "pv", "electricity", "屋顶光伏", "B-2"),
        ("M-1", "water_volume", "water", "water", "总水表", "B-2"),
    ]
    with db.reading() as session:
        points = session.scalars(select(Point).where(Point.device == "M-3")).all()
        assert {point.measure: point.is_consumption for point in points}["generated_active_energy"]
        assert len(points) > 1  # all that the template reads
        assert {point.bound_from_us for point in points} == {1_772_294_400_000_000}  # 2026-03-01T00:00+08:00


BAD = [
    (("", *GOOD[1:]), "表计!A2", "CW-T1016"),
    ((GOOD[0], "a/b", *GOOD[2:]), "表计!B2", "CW-T1016"),
    ((*GOOD[:2], "", *GOOD[3:]), "表计!C2", "CW-D1011"),
    ((*GOOD[:3], "acme/none", *GOOD[4:]), "表计!D2", "CW-T1015"),
    ((*GOOD[:3], "simulated/water_counter", *GOOD[4:]), "表计!D2", "CW-T1014"),
    ((*GOOD[:4], "B-9", *GOOD[5:]), "表计!E2", "CW-T1011"),
    ((*GOOD[:5], "锅炉", GOOD[6]), "表计!F2", "CW-T1012"),
    ((*GOOD[:6], ""), "表计!G2", "CW-D1019"),
    ((*GOOD[:6], "2026-02-30"), "表计!G2", "CW-D1018"),
]


@pytest.mark.parametrize(("row", "where", "code"), BAD, ids=[f"{where}-{code}" for _, where, code in BAD])
def test_a_bad_row_is_named_by_its_cell_and_the_others_are_kept(
    db: Database, import_rows: Import, row: tuple[str, ...], where: str, code: str
) -> None:
    report = import_rows(row, ("gw-01", "M-2", *GOOD[2:]))
    assert [(problem.where, problem.code) for problem in report.problems] == [(where, code)]
    for language in ("zh", "en"):
        assert report.problems[0].text(language)
    assert (report.kept, [found[0] for found in consumption(db)]) == (1, ["M-2"])


def test_a_device_that_stands_twice_is_bound_by_its_first_row(db: Database, import_rows: Import) -> None:
    report = import_rows(GOOD, (*GOOD[:5], "空调", GOOD[6]))
    assert [(problem.where, problem.code) for problem in report.problems] == [("表计!B3", "CW-T1013")]
    assert [found[2] for found in consumption(db)] == ["lighting"]


def test_the_same_list_again_changes_nothing(db: Database, import_rows: Import) -> None:
    import_rows(GOOD)
    with db.session() as session:
        ids = session.scalars(select(Point.id)).all()
        for mark in session.scalars(select(DirtyRange)):
            session.delete(mark)
    report = import_rows(GOOD)
    assert (report.kept, report.changed) == (1, 0)
    with db.reading() as session:
        assert session.scalars(select(Point.id)).all() == ids
        assert session.scalar(select(func.count()).select_from(DirtyRange)) == 0


def test_readings_that_came_before_the_list_are_booked_from_the_day_of_use(
    db: Database, store: ReadingsStore, ledger: Ledger, import_rows: Import
) -> None:
    start = 492_300  # 2026-02-28T20:00+08:00
    (point,) = points_of(db, "gw-01", "M-1", "acrel/adw300", ["import_active_energy"])
    load(db, store, Batch.of(point, (start + np.arange(10)) * HOUR_US, np.arange(10.0)))
    ledger.recompute_all()
    assert days(db) == []
    import_rows(GOOD)
    ledger.recompute_all()
    assert days(db) == [(point, 20260301, 5_000_000)]
    import_rows((*GOOD[:6], "2026-02-01"))
    ledger.recompute_all()
    assert days(db) == [(point, 20260228, 4_000_000), (point, 20260301, 5_000_000)]


def days(db: Database) -> list[tuple[int, ...]]:
    with db.reading() as session:
        rows = select(LedgerDay.point_id, LedgerDay.day, LedgerDay.micro)
        return [tuple(row) for row in session.execute(rows)]


def test_another_end_use_moves_the_books_to_its_counter(
    db: Database, store: ReadingsStore, ledger: Ledger, import_rows: Import
) -> None:
    import_rows(("gw-01", "M-1", "表", "huawei/sun2000", "B-1", "光伏", "2026-03-01"))
    with db.reading() as session:
        point = session.scalars(select(Point.id).where(Point.is_consumption)).one()
    load(db, store, Batch.of(point, (492_400 + np.arange(3)) * HOUR_US, np.arange(3.0)))
    ledger.recompute_all()
    assert days(db) == [(point, 20260305, 2_000_000)]
    import_rows(GOOD)
    ledger.recompute_all()
    assert days(db) == []
    assert [found[1] for found in consumption(db)] == ["import_active_energy"]


def test_measures_nobody_knows_are_points_without_books(db: Database) -> None:
    names = ["import_active_energy", "of_a_newer_gateway"]
    points = points_of(db, "gw-01", "M-1", "x/y", names)
    assert points_of(db, "gw-01", "M-1", "x/y", names[::-1]) == points[::-1]
    with db.reading() as session:
        assert [session.get_one(Point, point).is_counter for point in points] == [True, False]


def test_a_meter_counts_in_its_carriers_unit_and_the_other_carriers_come_by_bills() -> None:
    units = {(MEASURES[counter].unit, use.carrier.unit) for use in EndUse for counter in use.counters}
    assert units == {("kWh", "kWh"), ("m³", "m³"), ("GJ", "GJ")}
    by_bills = {use.carrier for use in EndUse if not use.counters}
    assert by_bills == {"coal", "lpg", "gasoline", "diesel", "other_energy"}


def test_gas_and_heat_meters_bind(db: Database, import_rows: Import) -> None:
    gas = ("gw-01", "G-1", "食堂燃气", "cjt188/gas", "B-1", "天然气", "2026-03-01")
    heat = ("gw-01", "H-1", "供热入口", "cjt188/heat", "B-1", "热力", "2026-03-01")
    assert import_rows(gas, heat).problems == []
    assert [row[:4] for row in consumption(db)] == [
        ("G-1", "gas_volume", "natural_gas", "natural_gas"),
        ("H-1", "heat_energy", "heat", "heat"),
    ]


def test_a_gateway_takes_the_end_uses_that_the_cloud_takes() -> None:
    assert set(END_USES) == {name for use in EndUse if use.counters for name in (use.value, use.zh)}
