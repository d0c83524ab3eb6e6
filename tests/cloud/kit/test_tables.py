"""Cells of a workbook are read as a person would type them."""

from datetime import datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from civicwatt_cloud.kit.tables import read_rows


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
