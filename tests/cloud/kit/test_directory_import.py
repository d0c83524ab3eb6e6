"""The directory of institutions: good rows are kept, bad rows named by cell, history is never overwritten."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import (
    Building,
    Denominator,
    Institution,
    Region,
    region_prefix,
    top_region,
)
from civicwatt_cloud.kit.directory_import import ImportReport, import_directory
from civicwatt_cloud.kit.tables import MissingColumn, UnreadableTable

Directory = Callable[..., Path]
OTHER = {"单位编码": "JX02", "单位名称": "荆襄市档案馆", "楼栋编码": "JX02-1"}


def run(db: Database, path: Path) -> ImportReport:
    with db.session() as session:
        return import_directory(session, path)


def areas(db: Database, building: str) -> list[tuple[int, date, date | None]]:
    with db.reading() as session:
        query = (
            select(Denominator)
            .join(Building, Building.id == Denominator.subject_id)
            .where(Denominator.kind == "floor_area", Building.code == building)
            .order_by(Denominator.valid_from)
        )
        return [(row.value, row.valid_from, row.valid_to) for row in session.scalars(query)]


@pytest.mark.parametrize(
    ("suffix", "encoding"), [("xlsx", ""), ("csv", "utf-8-sig"), ("csv", "gb18030")], ids=str
)
def test_a_directory_is_read_from_xlsx_and_csv(
    db: Database, directory: Directory, suffix: str, encoding: str
) -> None:
    report = run(db, directory({}, OTHER, suffix=suffix, encoding=encoding))
    assert (report.rows, report.kept, report.problems) == (2, 2, [])
    with db.reading() as session:
        assert session.scalars(select(Institution.name).order_by(Institution.code)).all() == [
            "荆襄市财政局",
            "荆襄市档案馆",
        ]
    assert areas(db, "JX01-1") == [(980_000, date(2020, 1, 1), None)]


@pytest.mark.parametrize(
    ("change", "where", "code", "text"),
    [
        ({"建筑面积": "-5"}, "名录!H3", "CW-D1016", "建筑面积不能为负"),
        ({"单位类型": "公司"}, "名录!C3", "CW-D1012", "单位类型“公司”不在列表中"),
        ({"层级": "村级"}, "名录!D3", "CW-D1013", "层级“村级”不在列表中"),
        ({"单位编码": ""}, "名录!A3", "CW-D1010", "单位编码为空"),
        ({"单位名称": ""}, "名录!B3", "CW-D1011", "单位名称为空"),
        ({"区划代码": "4299"}, "名录!E3", "CW-D1014", "区划代码“4299”不是六位数字"),
        ({"楼栋编码": ""}, "名录!F3", "CW-D1010", "楼栋编码为空"),
        ({"建筑面积": "九千"}, "名录!H3", "CW-D1015", "建筑面积“九千”不是数字"),
        ({"建筑面积": "1e17"}, "名录!H3", "CW-D1023", "建筑面积超过 1000000000"),
        ({"建筑面积": "1e400"}, "名录!H3", "CW-D1023", "建筑面积超过 1000000000"),
        ({"用能人数": "1e30"}, "名录!K3", "CW-D1023", "用能人数超过 1000000000"),
        ({"面积起始": "2026-02-30"}, "名录!I3", "CW-D1018", "面积起始“2026-02-30”不是 1900 至 2099 年的日期"),
        ({"面积起始": ""}, "名录!I3", "CW-D1019", "面积起始为空"),
        ({"用能人数": "12.5"}, "名录!K3", "CW-D1017", "用能人数应为正整数"),
        ({"用能人数": "0"}, "名录!K3", "CW-D1017", "用能人数应为正整数"),
        ({"人数起始": "去年"}, "名录!L3", "CW-D1018", "人数起始“去年”不是 1900 至 2099 年的日期"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_row_is_named_by_its_cell_and_the_good_ones_are_kept(
    db: Database, directory: Directory, change: dict[str, object], where: str, code: str, text: str
) -> None:
    report = run(db, directory({}, OTHER | change, {"单位编码": "JX03", "楼栋编码": "JX03-1"}))
    assert [(one.where, one.code) for one in report.problems] == [(where, code)]
    assert str(report.problems[0]).startswith(f"{code} {where}: {text}")
    assert (report.rows, report.kept) == (3, 2)
    with db.reading() as session:
        assert session.scalars(select(Institution.code).order_by(Institution.code)).all() == ["JX01", "JX03"]


def test_a_row_that_stands_twice_is_reported_with_the_first(db: Database, directory: Directory) -> None:
    report = run(db, directory({}, OTHER, {}))
    assert [str(one).split("。")[0] for one in report.problems] == ["CW-D1020 名录!A4: 与第 2 行重复"]


def test_two_rows_that_contradict_each_other_are_not_both_believed(
    db: Database, directory: Directory
) -> None:
    report = run(db, directory({}, {"楼栋编码": "JX01-2", "用能人数": "291"}))
    assert [(one.where, one.code) for one in report.problems] == [("名录!K3", "CW-D1021")]


def test_a_repeated_import_changes_nothing(db: Database, directory: Directory) -> None:
    path = directory({}, OTHER, {"单位编码": "JX03", "建筑面积": "-1", "楼栋编码": "JX03-1"})
    first, second = run(db, path), run(db, path)
    assert (first.added, first.changed) == (9, 0)
    assert (second.added, second.changed, second.kept) == (0, 0, 2)


def test_a_new_area_start_ends_the_former_row(db: Database, directory: Directory) -> None:
    run(db, directory({}))
    report = run(db, directory({"建筑面积": "10650.5", "面积起始": date(2026, 3, 1)}))
    assert (report.added, report.changed) == (1, 0)
    expected = [(980_000, date(2020, 1, 1), date(2026, 3, 1)), (1_065_050, date(2026, 3, 1), None)]
    assert areas(db, "JX01-1") == expected
    run(db, directory({"建筑面积": "9000", "面积起始": "2018/6/1"}))
    assert areas(db, "JX01-1") == [(900_000, date(2018, 6, 1), date(2020, 1, 1)), *expected]


def test_a_building_does_not_move_to_another_institution(db: Database, directory: Directory) -> None:
    run(db, directory({}))
    report = run(db, directory(OTHER | {"楼栋编码": "JX01-1"}))
    assert [one.code for one in report.problems] == ["CW-D1022"]
    assert report.kept == 0


def test_an_institution_may_have_no_head_count(db: Database, directory: Directory) -> None:
    report = run(db, directory({"用能人数": "", "人数起始": "", "人数依据": ""}))
    assert report.problems == []
    with db.reading() as session:
        assert session.scalars(select(Denominator.kind)).all() == ["floor_area"]


def test_a_directory_without_a_column_says_which(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "名录.csv"
    path.write_text("单位编码,单位名称\nJX01,财政局\n")
    with pytest.raises(MissingColumn, match="单位类型、层级"):
        run(db, path)


def test_a_file_that_is_no_table_is_refused(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "名录.xlsx"
    path.write_bytes(b"not a workbook")
    with pytest.raises(UnreadableTable):
        run(db, path)


def test_a_workbook_whose_sheet_is_cut_off_or_explodes_is_refused(
    db: Database, directory: Directory, tmp_path: Path
) -> None:
    nested = "".join(f'<!ENTITY e{n} "{10 * f"&e{n - 1};"}">' for n in range(1, 9))
    laughs = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "ha">{nested}]><worksheet>&e8;</worksheet>'
    with ZipFile(directory({})) as good:
        parts = {name: good.read(name) for name in good.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for content in (parts[sheet][:-100], laughs.encode()):
        with ZipFile(tmp_path / "broken.xlsx", "w") as broken:
            for name, part in (parts | {sheet: content}).items():
                broken.writestr(name, part)
        with pytest.raises(UnreadableTable):
            run(db, tmp_path / "broken.xlsx")


def test_a_cell_longer_than_any_text_is_no_table(db: Database, directory: Directory) -> None:
    with pytest.raises(UnreadableTable):
        run(db, directory({"单位名称": 200_000 * "局"}, suffix="csv"))


def test_the_region_tree_lies_in_the_code(db: Database) -> None:
    assert [region_prefix(code) for code in ("000000", "420000", "429900", "420106", "110000", "100000")] == [
        "", "42", "4299", "420106", "11", "10",
    ]  # fmt: skip
    with db.session() as session:
        assert top_region(session).code == "000000"
        session.add_all([Region(code="429901", name="县"), Region(code="429900", name="荆襄市")])
    with db.session() as session:
        assert top_region(session).name == "荆襄市"
        session.add(Region(code="420100", name="邻市"))
        session.flush()
        assert top_region(session).code == "000000"


@pytest.mark.slow
@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_directory_of_13000_rows_is_imported_within_30_s(db: Database, directory: Directory) -> None:
    rows = [{"单位编码": f"U{i:05d}", "楼栋编码": f"U{i:05d}-1"} for i in range(13_000)]
    report = run(db, directory(*rows, suffix="csv"))
    assert report.kept == 13_000
