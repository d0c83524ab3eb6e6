"""Bills: good rows are kept, bad ones named by cell, a repeat changes nothing, overlaps are refused."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.timeseries.ledger.bills.billed import billed
from civicwatt_cloud.timeseries.ledger.bills.importing import import_bills
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.bills.rows import COLUMNS
from civicwatt_cloud.timeseries.ledger.bills.spread import Billed
from civicwatt_cloud.timeseries.ledger.days import hours_of_days
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_cloud.timeseries.points import Point

SHANGHAI = ZoneInfo("Asia/Shanghai")
READ_BY_HAND = ("上期读数", "本期读数", "倍率")
Import = Callable[..., ImportReport]
GOOD = {
    "单位编码": "I-1",
    "楼栋编码": "B-1",
    "分项": "用水",
    "户号": "4201007",
    "起始日期": "2026-09-28",
    "截止日期（不含）": "2026-10-28",
    "用量": "312.5",
    "单位": "立方米",
    "费用": "1,078.13",
    "单据号": "SF-0910",
}


def bill(**other: str) -> dict[str, str]:
    return GOOD | other


@pytest.fixture
def import_rows(db: Database, tmp_path: Path) -> Import:
    """Imports rows into a directory with an institution of two buildings and one of a single building."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        for number, buildings in ((1, ("B-1", "B-2")), (2, ("B-3",))):
            institution = Institution(
                code=f"I-{number}", name="单位", kind="venue", level="city", region_code="429900"
            )
            session.add(institution)
            session.flush()
            session.add_all(
                Building(code=code, name="楼", institution_id=institution.id) for code in buildings
            )

    def run(*rows: dict[str, str]) -> ImportReport:
        titles = (*COLUMNS, *READ_BY_HAND)
        lines = [",".join(titles), *(",".join(f'"{row.get(title, "")}"' for title in titles) for row in rows)]
        path = tmp_path / "bills.csv"
        path.write_text("\n".join(lines), "utf-8")
        with db.session() as session:
            return import_bills(session, path, SHANGHAI)

    return run


def problems(report: ImportReport) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in report.problems]


def test_a_bill_makes_its_account_a_point_of_its_building(db: Database, import_rows: Import) -> None:
    report = import_rows(GOOD)
    assert (report.rows, report.kept, report.added, report.changed) == (1, 1, 1, 0)
    with db.reading() as session:
        point = session.scalars(select(Point)).one()
        assert (point.source, point.device, point.measure, point.end_use) == (
            "bill",
            "4201007",
            "water",
            "water",
        )
        assert point.is_consumption
        assert not point.is_counter
        assert billed(session, [point.id, 99]) == {
            point.id: [Billed(date(2026, 9, 28), date(2026, 10, 28), 312_500_000)]
        }
        row = session.scalars(select(Bill)).one()
        assert (row.cost_fen, row.document, row.entered_by) == (107_813, "SF-0910", "command")
        dirty = session.scalars(select(DirtyRange)).one()
        assert (dirty.hour_from, dirty.hour_to) == hours_of_days(20260928, 20261027, SHANGHAI)
        audit = session.scalars(select(Audit)).one()
        assert (audit.what, audit.subject, audit.before) == ("bill_entered", "water/4201007", None)


def test_the_same_file_again_changes_nothing(db: Database, import_rows: Import) -> None:
    rows = (GOOD, bill(起始日期="2026-10-28", **{"截止日期（不含）": "2026-11-28"}, 单据号="SF-0911"))
    import_rows(*rows)
    report = import_rows(*rows)
    assert (report.kept, report.added, report.changed) == (2, 0, 0)
    with db.reading() as session:
        assert len(session.scalars(select(DirtyRange)).all()) == 2
        assert len(session.scalars(select(Audit)).all()) == 2


def test_the_same_document_and_first_day_with_other_figures_corrects_the_bill(
    db: Database, import_rows: Import
) -> None:
    import_rows(GOOD)
    report = import_rows(bill(用量="300", **{"截止日期（不含）": "2026-10-25"}))
    assert (report.added, report.changed) == (0, 1)
    with db.reading() as session:
        row = session.scalars(select(Bill)).one()
        assert (row.micro, row.day_to) == (300_000_000, date(2026, 10, 25))
        # the days that it no longer covers are booked afresh as well
        last = session.scalars(select(DirtyRange).order_by(DirtyRange.id.desc())).first()
        assert last is not None
        assert last.hour_to == hours_of_days(20261027, 20261027, SHANGHAI)[1]
        audit = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        assert audit is not None
        assert json.loads(audit.before or "")["amount"] == "312.5"
        assert json.loads(audit.after or "")["amount"] == "300"


def test_overlapping_days_are_refused_and_the_other_document_named(import_rows: Import) -> None:
    report = import_rows(
        GOOD, bill(单据号="SF-0999", 起始日期="2026-10-27", **{"截止日期（不含）": "2026-11-20"})
    )
    assert problems(report) == [("账单!E3", "CW-T1302")]
    assert "SF-0910" in str(report.problems[0])
    assert report.kept == 1


def test_the_next_bill_may_begin_where_the_last_one_ended_and_another_account_beside_it(
    import_rows: Import,
) -> None:
    after = bill(单据号="SF-0911", 起始日期="2026-10-28", **{"截止日期（不含）": "2026-11-28"})
    report = import_rows(GOOD, after, bill(户号="4201008"), bill(分项="天然气", 单位=""))
    assert report.problems == []
    assert report.added == 4


BAD: list[tuple[dict[str, str], str, str]] = [
    ({"单位编码": ""}, "A", "CW-D1011"),
    ({"单位编码": "I-9"}, "A", "CW-T1304"),
    ({"楼栋编码": "B-3"}, "B", "CW-T1011"),  # another institution's
    ({"楼栋编码": ""}, "B", "CW-T1303"),
    ({"分项": "柴禾"}, "C", "CW-T1012"),
    ({"分项": "光伏"}, "C", "CW-T1012"),
    ({"户号": "a/b"}, "D", "CW-T1016"),
    ({"起始日期": "2026-13-01"}, "E", "CW-D1018"),
    ({"起始日期": "0026-10-01"}, "E", "CW-D1018"),
    ({"截止日期（不含）": "9999-12-31"}, "F", "CW-D1018"),
    ({"截止日期（不含）": "2026-09-28"}, "F", "CW-T1301"),
    ({"截止日期（不含）": "2036-09-28"}, "F", "CW-T1301"),
    ({"用量": "-1"}, "G", "CW-T1311"),
    ({"用量": "1.0000001"}, "G", "CW-T1306"),
    ({"用量": ""}, "G", "CW-T1306"),
    ({"单位": "吨"}, "H", "CW-T1305"),
    ({"费用": "1.005"}, "I", "CW-T1306"),
    ({"单据号": ""}, "J", "CW-D1011"),
    ({"用量": "", "上期读数": "10", "本期读数": "9"}, "L", "CW-T1308"),
    ({"用量": "7", "上期读数": "10", "本期读数": "18"}, "G", "CW-T1307"),
]


def test_bad_rows_are_left_out_and_named_by_their_cells(import_rows: Import) -> None:
    report = import_rows(*(bill(**other) for other, _, _ in BAD), bill(户号="4201099"))
    assert problems(report) == [(f"账单!{cell}{row}", code) for row, (_, cell, code) in enumerate(BAD, 2)]
    assert report.kept == 1
    assert all(problem.text(language) for problem in report.problems for language in ("zh", "en"))


def test_the_one_building_of_an_institution_need_not_be_named(db: Database, import_rows: Import) -> None:
    coal = bill(单位编码="I-2", 楼栋编码="", 分项="煤炭", 户号="", 用量="12.75", 单位="吨")
    assert import_rows(coal).problems == []
    assert import_rows(coal).added == 0
    with db.reading() as session:
        point, building = session.execute(select(Point, Building).join(Building)).one()
        assert (building.code, point.carrier, point.end_use) == ("B-3", "coal", "coal")


def test_an_account_stays_with_its_building(import_rows: Import) -> None:
    import_rows(GOOD)
    report = import_rows(
        bill(楼栋编码="B-2", 单据号="SF-0911", 起始日期="2026-11-01", **{"截止日期（不含）": "2026-12-01"})
    )
    assert problems(report) == [("账单!D2", "CW-T1309")]


def test_two_readings_of_a_meter_are_a_bill(db: Database, import_rows: Import) -> None:
    import_rows(bill(分项="其他", 单位="度", 用量="", 上期读数="1203.4", 本期读数="1291.25", 倍率="40"))
    with db.reading() as session:
        row = session.scalars(select(Bill)).one()
        assert row.micro == 3_514_000_000


def test_oil_is_split_into_vehicles_and_other(db: Database, import_rows: Import) -> None:
    report = import_rows(
        bill(分项="汽油（车辆用油）", 户号="", 单位="升", 单据号="A"),
        bill(分项="汽油（其他用油）", 户号="", 单位="L", 单据号="B"),
    )
    assert report.problems == []
    with db.reading() as session:
        found = {(point.end_use, point.carrier) for point in session.scalars(select(Point))}
        assert found == {("gasoline_vehicle", "gasoline"), ("gasoline_other", "gasoline")}


SEPTEMBER = bill(**{"户号": "C-1", "用量": "", "单据号": "CB-09", "上期读数": "100", "本期读数": "150"}) | {
    "起始日期": "2026-09-01",
    "截止日期（不含）": "2026-10-01",
    "费用": "",
}
OCTOBER = SEPTEMBER | {
    "单据号": "CB-10",
    "起始日期": "2026-10-01",
    "截止日期（不含）": "2026-11-01",
    "上期读数": "150",
    "本期读数": "190",
}


def test_a_bill_begins_at_the_reading_at_which_the_one_before_it_ended(import_rows: Import) -> None:
    assert import_rows(SEPTEMBER).added == 1
    report = import_rows(OCTOBER | {"上期读数": "151"})
    assert problems(report) == [("账单!E2", "CW-T1310")]
    for language in ("zh", "en"):
        told = report.problems[0].text(language)
        assert all(text in told for text in ("CB-09", "150", "CB-10", "151", "2026-10-01"))
    assert import_rows(OCTOBER).added == 1
    assert import_rows(OCTOBER, SEPTEMBER).changed == 0


def test_a_corrected_reading_is_taken_with_the_bill_that_begins_there_or_not_at_all(
    db: Database, import_rows: Import
) -> None:
    assert import_rows(OCTOBER, SEPTEMBER).added == 2
    alone = import_rows(SEPTEMBER | {"本期读数": "160"})
    assert [code for _, code in problems(alone)] == ["CW-T1310"]
    both = import_rows(OCTOBER | {"上期读数": "160"}, SEPTEMBER | {"本期读数": "160"})
    assert (both.problems, both.changed) == ([], 2)
    with db.reading() as session:
        told = {one.document: (one.opening_micro, one.closing_micro) for one in session.scalars(select(Bill))}
    assert told == {"CB-09": (100_000_000, 160_000_000), "CB-10": (160_000_000, 190_000_000)}


def test_an_amount_alone_and_days_between_break_nothing(import_rows: Import) -> None:
    assert import_rows(SEPTEMBER).added == 1
    assert import_rows(OCTOBER | {"上期读数": "", "本期读数": "", "用量": "7"}).added == 1  # a new meter
    later = {"单据号": "CB-12", "起始日期": "2026-12-01", "截止日期（不含）": "2027-01-01", "上期读数": "3"}
    assert import_rows(OCTOBER | later | {"本期读数": "9"}).added == 1


def test_a_credit_note_is_refused_with_what_to_do(import_rows: Import) -> None:
    report = import_rows(bill(用量="-12.5"), bill(费用="−3.00"))
    assert [problem.code for problem in report.problems] == ["CW-T1311", "CW-T1311"]
    assert "单据号" in report.problems[0].remedy_zh
