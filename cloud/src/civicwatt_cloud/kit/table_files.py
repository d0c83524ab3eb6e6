"""Tables as csv and xlsx files, row by row in constant memory. What begins like a formula stays text."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Literal

from xlsxwriter import Workbook

Cell = str | Decimal | float | None
Format = Literal["csv", "xlsx"]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
XLSX_ROWS = 1_048_575  # below the title row
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(
    path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str | None = None
) -> None:
    """Write the table in the format that the path's ending names; csv has the mark that Excel wants.

    A workbook's sheet may have a name of its own.
    """
    if path.suffix == ".xlsx":
        _write_xlsx(path, titles, rows, sheet)
    else:
        _write_csv(path, titles, rows)


def _write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(titles)
        writer.writerows([_csv_cell(cell) for cell in row] for row in rows)


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA) else cell
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def _write_xlsx(path: Path, titles: Sequence[str], rows: Iterable[Sequence[Cell]], name: str | None) -> None:
    """Each row goes to the disk when the next begins."""
    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet(name)
        for place, title in enumerate(titles):
            sheet.write_string(0, place, title)
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write_number(number, place, cell)
