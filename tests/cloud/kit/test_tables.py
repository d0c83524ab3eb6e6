"""Cells of a workbook are read as a person would type them."""

from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from civicwatt_cloud.kit.tables import TableTooLong, read_rows


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (datetime.fromisoformat("2026-11-01T08:15"), "2026-11-01 08:15:00"),
        (datetime.fromisoformat("2026-11-01"), "2026-11-01"),
        (100.5, "100.5"),
        (310.0, "310"),
        (" 度 ", "度"),
    ],
    ids=["a time", "a day", "a decimal", "a whole number", "spaces"],
)
def test_a_cell_of_a_workbook_reads_as_a_person_would_type_it(
    tmp_path: Path, cell: object, text: str
) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["time"])
    book.active.append([cell])
    book.save(tmp_path / "export.xlsx")
    assert [row["time"] for row in read_rows(tmp_path / "export.xlsx", "export", ["time"])] == [text]


def test_s16_a_sheet_that_claims_to_be_huge_costs_little(tmp_path: Path) -> None:
    """A million rows by 16,384 columns, of which two cells are there."""
    book = Workbook()
    book.active["A1"], book.active["B1"], book.active["A3"] = "单位编码", "单位名称", "U1"
    book.save(tmp_path / "a.xlsx")
    huge = tmp_path / "b.xlsx"
    with ZipFile(tmp_path / "a.xlsx") as small, ZipFile(huge, "w") as made:
        for name in small.namelist():
            data = small.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b'ref="A1:B3"', b'ref="A1:XFD1048576"')
                data = data.replace(b"</sheetData>", b'<row r="100000"></row></sheetData>')
                assert b"XFD1048576" in data
            made.writestr(name, data)
    (row,) = read_rows(huge, "Sheet", ["单位编码"])
    assert (row["单位编码"], row.where("单位编码")) == ("U1", "Sheet!A3")


def test_s16_a_sheet_that_numbers_its_rows_into_the_billions_costs_little(tmp_path: Path) -> None:
    """A few kilobytes without a dimension, whose last row would have two billion empty ones before it."""
    book = Workbook()
    book.active["A1"], book.active["A2"] = "单位编码", "U1"
    book.save(tmp_path / "a.xlsx")
    bomb = tmp_path / "b.xlsx"
    with ZipFile(tmp_path / "a.xlsx") as small, ZipFile(bomb, "w") as made:
        for name in small.namelist():
            data = small.read(name)
            if name.endswith("sheet1.xml"):
                last = b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row></sheetData>'
                data = data.replace(b'<dimension ref="A1:A2"/>', b"").replace(b"</sheetData>", last)
                assert last in data
                assert b"dimension" not in data
            made.writestr(name, data)
    assert [row["单位编码"] for row in read_rows(bomb, "Sheet", ["单位编码"])] == ["U1"]


def test_s16_a_table_that_is_too_long_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    long = tmp_path / "a.csv"
    long.write_text("单位编码\n" + "U1\n" * 30)
    assert len(read_rows(long, "Sheet", ["单位编码"], most=31)) == 30
    with pytest.raises(TableTooLong):
        read_rows(long, "Sheet", ["单位编码"], most=30)
    long.write_text("单位编码\nU1\n" + "\n" * 1_048_576)
    with pytest.raises(TableTooLong):
        read_rows(long, "Sheet", ["单位编码"])


def test_a_row_keeps_its_number_when_empty_ones_stand_before_it(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("单位编码\n\n , \nU1\n")
    (row,) = read_rows(table, "Sheet", ["单位编码"])
    assert row.where("单位编码") == "Sheet!A4"
