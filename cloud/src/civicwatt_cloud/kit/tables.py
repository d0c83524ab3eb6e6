"""Rows of xlsx and csv files, each cell with the name a person finds it by."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from types import MappingProxyType

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from civicwatt_cloud.kit.errors import CloudError
from civicwatt_cloud.kit.table_files import FORMULA

MOST_COLUMNS = 500  # of a sheet; a damaged or hostile one claims 16,384 [engineering default]
LAST_LINE = 1_048_576  # of a sheet, by its format; a hostile one numbers its rows far beyond
Lines = list[tuple[int, list[str]]]  # by their numbers; empty ones are left out


class UnreadableTable(CloudError):
    """The file is neither a workbook nor a text table that can be read."""

    status = 422
    code = "CW-D1001"
    zh = "文件无法读取"
    en = "the file cannot be read"
    remedy_zh = "核对文件路径；另存为 xlsx，或 UTF-8 / GB18030 编码的 csv"
    remedy_en = "check its path; save it as xlsx, or as csv in UTF-8 or GB18030"


class MissingColumn(CloudError):
    """A column that the import needs is not in the header row."""

    status = 422
    code = "CW-D1002"
    zh = "缺少列：{columns}"
    en = "missing columns: {columns}"
    remedy_zh = "在首行补上这些列名"
    remedy_en = "add these titles to the first row"


class TableTooLong(CloudError):
    """The file has more rows than are brought in at once."""

    status = 422
    code = "CW-D1003"
    zh = "行数超过 {most}"
    en = "it has more than {most} rows"
    remedy_zh = "分成几个文件，依次导入"
    remedy_en = "split it into several files"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: texts by column title, and where each stands."""

    number: int
    cells: dict[str, str]
    letters: dict[str, str]
    sheet: str

    def __getitem__(self, title: str) -> str:
        """The cell's text, "" where it is empty or the column is absent."""
        return self.cells.get(title, "")

    def where(self, title: str) -> str:
        """`名录!H3`: sheet, column, row."""
        return f"{self.sheet}!{self.letters.get(title, 'A')}{self.number}"


def read_rows(
    path: Path,
    sheet: str,
    required: Iterable[str],
    known_as: Mapping[str, str] = MappingProxyType({}),
    most: int = LAST_LINE,
) -> list[Row]:
    """The rows of `sheet` (else of the first sheet; of a csv file) below its title row, empty rows left out.

    `known_as` gives the column that another title stands for; `most` is how many rows there may be.

    Errors: UnreadableTable, MissingColumn, TableTooLong.
    """
    name, lines = _csv(path, sheet) if path.suffix.lower() == ".csv" else _xlsx(path, sheet)
    if len(lines) > most:
        raise TableTooLong(name, most=most)
    rows = iter(lines)
    titles = [known_as.get(title.strip(), title.strip()) for title in next(rows, (1, []))[1]]
    letters = {title: get_column_letter(i) for i, title in enumerate(titles, 1) if title}
    if missing := [title for title in required if title not in letters]:
        raise MissingColumn(f"{name}!1", columns="、".join(missing))
    return [
        Row(
            number,
            {title: _cell(text) for title, text in zip(titles, cells, strict=False) if title},
            letters,
            name,
        )
        for number, cells in rows
    ]


def _numbered(lines: Iterable[list[str]], name: str) -> Lines:
    """Those in which something stands: whatever else a file claims costs nothing. Errors: TableTooLong."""
    found = []
    for number, cells in enumerate(lines, 1):
        if number > LAST_LINE:
            raise TableTooLong(name, most=LAST_LINE)
        if any(text.strip() for text in cells):
            found.append((number, cells))
    return found


def _xlsx(path: Path, sheet: str) -> tuple[str, Lines]:
    try:
        with path.open("rb") as file:  # ours to close: a workbook that fails leaves its own open
            book = load_workbook(file, read_only=True, data_only=True)
            found = book[sheet] if sheet in book.sheetnames else book.worksheets[0]
            width = min(found.max_column or MOST_COLUMNS, MOST_COLUMNS)
            last = min(found.max_row or LAST_LINE, LAST_LINE)
            rows = found.iter_rows(values_only=True, max_row=last, max_col=width)
            return found.title, _numbered((_texts(row) for row in rows), found.title)
    except Exception as error:  # a broken workbook raises whatever openpyxl's parsers happen to meet
        raise UnreadableTable(str(path)) from error


def _csv(path: Path, sheet: str) -> tuple[str, Lines]:
    """Spreadsheet programs in China save csv as UTF-8 with a mark or as GB18030: both are read."""
    try:
        data = path.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        lines = csv.reader(io.StringIO(text))
        return sheet, _numbered(([_said(cell) for cell in line] for line in lines), sheet)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableTable(str(path)) from error


def _texts(row: tuple[object, ...]) -> list[str]:
    """A sheet may claim a million rows without a cell: they cost nothing."""
    return [] if row.count(None) == len(row) else [_text(value) for value in row]


def _said(cell: str) -> str:
    """Without the mark by which table_files keeps a text from being a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA) else cell


def _cell(text: str) -> str:
    """Without the spaces around it, and without NUL, which PostgreSQL keeps in no text."""
    return text.replace("\0", "").strip()


def _text(value: object) -> str:
    """A cell as a person would type it: whole floats without point, 2026-01-31, 2026-01-31 08:15:00.

    A workbook keeps a day as its midnight: it is written as a day.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)
