"""A return as a workbook in the layout of its form, and the same file read back: exactly what was written."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from sqlalchemy.orm import Session
from xlsxwriter import Workbook

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.tables import UnreadableTable
from civicwatt_cloud.modules.returns import forms
from civicwatt_cloud.modules.returns.choices import PeriodKind, Source
from civicwatt_cloud.modules.returns.errors import OtherForm
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.numbers import parse, shown
from civicwatt_cloud.modules.returns.filling.sheet import Rows, Typed
from civicwatt_cloud.modules.returns.forms import COST, FormField, FormModule
from civicwatt_cloud.modules.returns.models import EnergyReturn

TITLES = ("指标名称", "代码", "计量单位", "数量", "费用（元）", "数据来源", "计量值")
CODE, AMOUNT, MONEY = 1, 3, 4  # places of the columns
HEAD, FIRST_LINE = 5, 6  # rows of the titles and of the first line
NOT_CONFIRMED = "未确认"
MOST_LINES = 200
WIDTHS = (30, 22, 12, 18, 18, 14, 18)


def write(context: Context, row: EnergyReturn, path: Path) -> None:
    """One sheet a table of the form; texts stay texts, numbers are numbers of at most 15 digits."""
    rows = sheet.read(context, row.id)
    marks = _marks(context.session, row)
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        for module in forms.versions()[row.form].modules(PeriodKind(row.kind)):
            page = book.add_worksheet(module.zh[:31])
            for place, width in enumerate(WIDTHS):
                page.set_column(place, place, width)
            page.write_string(0, 0, module.zh, bold)
            for number, (title, said) in enumerate(marks.items()):
                page.write_string(1 + number // 2, number % 2 * 3, title, bold)
                page.write_string(1 + number // 2, number % 2 * 3 + 1, said, text)
            for place, title in enumerate(TITLES):
                page.write_string(HEAD, place, title, bold)
            for number, line in enumerate(module.fields):
                _write_line(page, FIRST_LINE + number, line, row, rows)


def _marks(session: Session, row: EnergyReturn) -> dict[str, str]:
    owner = session.get_one(Institution, row.owner_id)
    return {
        "单位名称": owner.name,
        "期别": row.period,
        "单位编码": owner.code,
        "表式版本": row.form,
        "表号": NOT_CONFIRMED,
        "批准文号": NOT_CONFIRMED,
        "制表机关": NOT_CONFIRMED,
        "有效期截止时间": NOT_CONFIRMED,
    }


def _write_line(page: Any, number: int, line: FormField, row: EnergyReturn, rows: Rows) -> None:
    cells, mine = sheet.cells_of(row), rows.get(line.code, {})
    source = mine.get("source")
    for place, said in enumerate((line.zh, line.code, line.unit)):
        page.write_string(number, place, said)
    for place, code in ((AMOUNT, line.code), (MONEY, line.code + COST)):
        micro = rows.get(code, {}).get("micro")
        if micro is not None:
            page.write_number(number, place, Decimal(shown(cells[code], micro) or "0"))
    page.write_string(number, 5, Source(source).zh if source else "")
    if mine.get("measured_micro") is not None:
        page.write_number(number, 6, Decimal(shown(cells[line.code], mine["measured_micro"]) or "0"))


def read(context: Context, row: EnergyReturn, path: Path) -> Typed:
    """What the file says otherwise than the return: nothing, where it comes back as it went.

    Errors: UnreadableTable, OtherForm, BadCell.
    """
    cells, before = sheet.cells_of(row), sheet.read(context, row.id)
    wanted = _marks(context.session, row)
    values: dict[str, str | None] = {}
    for module, lines in _pages(row, path):
        _require_same(lines, wanted, module)
        for line in lines[FIRST_LINE:]:
            for place, code in ((AMOUNT, line[CODE]), (MONEY, line[CODE] + COST)):
                if code not in cells:
                    continue
                said, micro = line[place], before.get(code, {}).get("micro")
                if not said and micro is not None:
                    values[code] = None
                elif said and parse(cells[code], said) != micro:
                    values[code] = said
    return Typed(values, {})


def _require_same(lines: list[list[str]], wanted: Mapping[str, str], module: FormModule) -> None:
    said = {line[place]: line[place + 1] for line in lines[1:HEAD] for place in (0, 3)}
    for title in ("单位编码", "期别", "表式版本"):
        if said.get(title) != wanted[title]:
            raise OtherForm(module.zh, said=said.get(title, "")[:60], wanted=wanted[title])


def _pages(row: EnergyReturn, path: Path) -> Iterator[tuple[FormModule, list[list[str]]]]:
    """The sheets of the form that the file has; each line has all its columns."""
    with path.open("rb") as file:
        try:
            book = load_workbook(file, read_only=True, data_only=True)
        except Exception as error:  # a broken workbook raises whatever openpyxl's parsers happen to meet
            raise UnreadableTable(path.name) from error
        for module in forms.versions()[row.form].modules(PeriodKind(row.kind)):
            if module.zh[:31] in book.sheetnames:
                found = book[module.zh[:31]].iter_rows(
                    values_only=True, max_row=MOST_LINES, max_col=len(TITLES), min_col=1, min_row=1
                )
                yield module, [_texts(one) for one in found]


def _texts(line: tuple[object, ...]) -> list[str]:
    texts = [_text(one) for one in line]
    return texts + [""] * (len(TITLES) - len(texts))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value).strip()
