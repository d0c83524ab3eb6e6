"""A price table holds where it is assigned: meter before building, institution, region; day by day."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.timeseries.ledger.models import LedgerDay
from civicwatt_cloud.timeseries.ledger.tariffs.assigning import COLUMNS, import_assignments
from civicwatt_cloud.timeseries.ledger.tariffs.assignments import in_force, spans
from civicwatt_cloud.timeseries.ledger.tariffs.charges import Charges, charges
from civicwatt_cloud.timeseries.ledger.tariffs.models import PriceTable
from civicwatt_cloud.timeseries.points import Point, Source

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 1)
DATES = st.integers(-40, 40).map(lambda n: DAY + timedelta(days=n))
LEVELS = st.lists(
    st.dictionaries(DATES, st.sampled_from(["a", "b", None]), max_size=4).map(
        lambda one: sorted(one.items())
    ),
    max_size=4,
)


@given(LEVELS)
def test_the_spans_cover_the_days_once_and_each_day_goes_by_its_own_table(
    levels: list[list[tuple[date, str | None]]],
) -> None:
    found = spans(levels, DAY, DAY + timedelta(days=31))
    days = [start + timedelta(days=n) for start, end, _ in found for n in range((end - start).days)]
    assert days == [DAY + timedelta(days=n) for n in range(31)]
    for start, end, key in found:
        for n in range((end - start).days):
            day = start + timedelta(days=n)
            latest = [([key for at, key in dated if at <= day] or [None])[-1] for dated in levels]
            assert key == next((one for one in latest if one is not None), None) == in_force(levels, day)


@pytest.fixture
def assign(db: Database, tmp_path: Path) -> Callable[..., ImportReport]:
    """Two accounts of water with a cubic metre a day in March, and tables of 1, 2, 4 and 8 yuan."""
    with db.session() as session:
        session.add_all([Region(code="420000", name="某省"), Region(code="429900", name="荆襄市")])
        session.flush()
        session.add(
            Institution(id=1, code="I-1", name="单位", kind="venue", level="city", region_code="429900")
        )
        session.flush()
        session.add(Building(id=1, code="B-1", name="楼", institution_id=1))
        session.flush()
        for n in (1, 2):
            point = Point(id=n, source=Source.BILL, device=f"W-{n}", measure="water", building_id=1)
            point.end_use, point.carrier, point.is_counter, point.is_consumption = (
                "water",
                "water",
                False,
                True,
            )
            session.add(point)
            session.flush()
            session.add_all(
                LedgerDay(point_id=n, day=20260300 + day, micro=1_000_000, covered_s=86_400, quality=2)
                for day in range(1, 32)
            )
        for yuan in (1, 2, 4, 8):
            text = f'key = "w{yuan}"\ntitle = "水价"\ncarrier = "water"\n[[version]]\n'
            text += f'valid_from = 2026-01-01\nsource = "文"\n[version.prices]\nflat = "{yuan}"\n'
            session.add(PriceTable(key=f"w{yuan}", text=text, entered_by="", entered_us=0))

    def run(*rows: str) -> ImportReport:
        path = tmp_path / "assignments.csv"
        path.write_text("\n".join([",".join(COLUMNS), *(f"{row},发文" for row in rows)]), "utf-8")
        with db.session() as session:
            return import_assignments(session, path)

    return run


def cost(db: Database) -> Charges:
    with db.reading() as session:
        institution = session.get_one(Institution, 1)
        return charges(session, institution, 202603, ZONE, readings=lambda *_: pytest.fail("not needed"))


def test_the_narrowest_assignment_prices_each_day(db: Database, assign: Callable[..., ImportReport]) -> None:
    assert [(one.point, one.micro) for one in cost(db).unassigned] == [(1, 31_000_000), (2, 31_000_000)]
    assert assign("区划,420000,水,w1,2026-03-11").problems == []
    found = cost(db)
    assert found.by_table["w1"].cost.total.fen == 2 * 21 * 100
    assert [(one.point, one.end.day, one.micro) for one in found.unassigned] == [
        (1, 11, 10_000_000),
        (2, 11, 10_000_000),
    ]
    report = assign(
        "区划,420000,水,w1,2026-01-01",
        "单位,I-1,水,w2,2026-03-11",
        "楼栋,B-1,水,w4,2026-03-21",
        "表计,W-2,水,w8,2026-03-01",
        "表计,W-2,水,,2026-03-30",
    )
    assert (report.problems, report.added) == ([], 5)
    found = cost(db)
    told = {key: one.cost.total.micro // 1_000_000 for key, one in found.by_table.items()}
    assert told == {"w1": 10, "w2": 10, "w4": 11 + 2, "w8": 29}
    assert found.unassigned == ()


def test_rows_are_entered_once_and_bad_ones_named(db: Database, assign: Callable[..., ImportReport]) -> None:
    row = "单位,I-1,水,w2,2026-03-11"
    assert assign(row).added == 1
    assert (assign(row).added, assign(row).changed) == (0, 0)
    assert assign("单位,I-1,水,w4,2026-03-11").changed == 1
    report = assign(
        "房间,I-1,水,w2,2026-01-01",
        "单位,I-1,电,w2,2026-01-01",
        "单位,I-9,水,w2,2026-01-01",
        "楼栋,B-9,水,w2,2026-01-01",
        "区划,999999,水,w2,2026-01-01",
        "表计,W-9,水,w2,2026-01-01",
    )
    codes = ["CW-T1357", "CW-T1358", "CW-T1304", "CW-T1011", "CW-T1359", "CW-T1335"]
    assert [problem.code for problem in report.problems] == codes
    with db.reading() as session:
        assert len(session.scalars(select(Audit)).all()) == 2
