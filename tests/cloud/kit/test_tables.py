"""Cells of a workbook are read as a person would type them."""

from datetime import datetime
from pathlib import Path

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
