"""An empty workbook of an entity: titles, lists of choices, limits, an example, and what each means."""

import re
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind, is_required
from civicwatt_cloud.kit.records.values import decimal
from civicwatt_cloud.kit.table_files import XLSX_ROWS
from civicwatt_cloud.kit.workbooks.columns import EXAMPLE, OWNER, Column, columns_of

CHOICES = "选项"
NOTES = "填写说明"
KINDS = {
    Kind.TEXT: "文本",
    Kind.NOTE: "多行文本",
    Kind.NUMBER: "数字",
    Kind.DATE: "日期，如 2026-01-31",
    Kind.MOMENT: "时间，如 2026-01-31 08:30:00",
    Kind.CHECK: "是或否",
    Kind.CHOICE: "从列表中选择",
    Kind.REFERENCE: "编号或名称，须已登记",
}
_EXAMPLES = {
    Kind.TEXT: "文本",
    Kind.NOTE: "说明",
    Kind.DATE: "2026-01-31",
    Kind.MOMENT: "2026-01-31 08:30:00",
    Kind.CHECK: "是",
    Kind.REFERENCE: "编号",
}


def write_template(path: Path, entity: Entity) -> None:
    """Write it; the example's row is left out by an import."""
    columns = [one for one in columns_of(entity) if not one.field.is_computed]
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(sheet_title(entity))
        bold, grey = book.add_format({"bold": True}), book.add_format({"italic": True, "color": "#777777"})
        as_text = book.add_format({"num_format": "@"})  # 0012 and 2026-01-31 stay what was typed
        sheet.freeze_panes(1, 0)
        for place, title in enumerate((OWNER, *(one.title for one in columns))):
            plain = place == 0 or columns[place - 1].field.kind is not Kind.NUMBER
            sheet.set_column(place, place, max(12, 2 * len(title) + 2), as_text if plain else None)
            sheet.write_string(0, place, title, bold)
        sheet.write_string(1, 0, EXAMPLE, grey)
        for place, one in enumerate(columns, 1):
            sheet.write_string(1, place, _example(one.field), grey)
        _validations(book, sheet, columns)
        _notes(book, entity, columns, bold)


def sheet_title(entity: Entity) -> str:
    """What the sheet is called; Excel forbids some characters."""
    return re.sub(r"[\[\]:*?/\\']", "", entity.zh)[:31] or "Sheet1"


def _validations(book: Any, sheet: Any, columns: list[Column]) -> None:
    listed = book.add_worksheet(CHOICES)
    for place, one in enumerate(columns, 1):
        field = one.field
        titles = [choice.zh for choice in field.choices or ()] or (
            ["是", "否"] if field.kind is Kind.CHECK else []
        )
        for row, title in enumerate((one.title, *titles) if titles else ()):
            listed.write_string(row, place, title)
        if titles:
            letter = xl_col_to_name(place)
            source = f"='{CHOICES}'!${letter}$2:${letter}${len(titles) + 1}"
            sheet.data_validation(2, place, XLSX_ROWS, place, {"validate": "list", "source": source})
        elif field.kind is Kind.NUMBER and field.least is not None:
            limit = {"criteria": ">=", "value": float(decimal(field.least, field.digits))}
            sheet.data_validation(2, place, XLSX_ROWS, place, {"validate": "decimal", **limit})


def _notes(book: Any, entity: Entity, columns: list[Column], bold: Any) -> None:
    sheet = book.add_worksheet(NOTES)
    sheet.set_column(0, 3, 24)
    for place, title in enumerate(("列", "必填", "填写方式", "识别同一记录")):
        sheet.write_string(0, place, title, bold)
    sheet.write_row(1, 0, (OWNER, "是", "单位编码，须在管理范围内", "是"))
    for row, one in enumerate(columns, 2):
        needed = "是" if is_required(entity.model, one.name) else ""
        key = "是" if one.name in entity.natural_key else ""
        sheet.write_row(row, 0, (one.title, needed, _way(one.field), key))


def _way(field: Field) -> str:
    if field.kind is Kind.NUMBER:
        return f"数字，最多 {field.digits} 位小数" if field.digits else "整数"
    if field.kind is Kind.TEXT:
        return f"文本，最多 {field.length} 字"
    return KINDS[field.kind]


def _example(field: Field) -> str:
    if field.choices:
        return next(iter(field.choices)).zh
    if field.kind is Kind.NUMBER:
        return decimal(10**field.digits, field.digits)
    return _EXAMPLES[field.kind]
