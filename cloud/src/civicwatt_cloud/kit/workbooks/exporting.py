"""Records as rows of a csv or xlsx file, in constant memory: the database's cursor feeds the file."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records import registry, sensitive
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.records.sensitive import MASK
from civicwatt_cloud.kit.table_files import XLSX_ROWS, Cell, write_table
from civicwatt_cloud.kit.workbooks.columns import (
    OWNER,
    OWNER_NAME,
    STATE,
    Column,
    Targets,
    columns_of,
    named_by,
)
from civicwatt_cloud.kit.workbooks.errors import TooManyRows
from civicwatt_cloud.kit.workbooks.template import sheet_title

AT_ONCE = 2000  # rows from the cursor
KEPT = 3  # columns that say what is masked: the id, the owner, the sensitivity
EXACT = 10**15  # a workbook's numbers have 15 digits: larger ones are written as texts


def export(context: Context, entity: Entity, targets: Targets, asked: Asked, path: Path) -> None:
    """Write the records that are asked for, all pages of them; the path's ending names the format.

    Errors: BadField, TooManyRows.
    """
    wanted = registry.filtered(context, entity, asked).where(sensitive.leaves(entity))
    if path.suffix == ".xlsx":
        number = context.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
        if number > XLSX_ROWS:
            raise TooManyRows(rows=number)
    query = registry.ordered(wanted, entity, asked.order)
    write_table(path, titles_of(entity), rows(context, entity, targets, query), sheet_title(entity))


def titles_of(entity: Entity) -> list[str]:
    """The titles above the cells of `rows`."""
    titles = [one.title for one in columns_of(entity)]
    return [OWNER, OWNER_NAME, *titles, *([STATE] if entity.workflow else [])]


def rows(context: Context, entity: Entity, targets: Targets, wanted: Select[Any]) -> Iterator[list[Cell]]:
    """One row for each record of the query, cells as people write them, masked as everywhere."""
    columns = columns_of(entity)
    cells = [_cell(one.field, context.zone) for one in columns]
    query = _with_names(wanted, entity, columns, targets).execution_options(yield_per=AT_ONCE)
    states = {one.key: one.zh for one in entity.workflow.states} if entity.workflow else {}
    with context.session.execute(query) as found:
        for some in found.partitions(AT_ONCE):
            hidden = sensitive.masked(context.session, context.actor, entity, some)
            for row, names in zip(some, hidden, strict=True):
                code, name, *values = row[KEPT:]
                shown = [
                    None if value is None else MASK if one.name in names else cell(value)
                    for one, cell, value in zip(columns, cells, values, strict=False)
                ]
                if entity.workflow:
                    shown.append(states.get(values[-1], values[-1]))
                yield [code, name, *shown]


def _with_names(query: Select[Any], entity: Entity, columns: list[Column], targets: Targets) -> Select[Any]:
    """The owner, and of each reference what people call the other record."""
    model = entity.model
    query = query.join(Institution, Institution.id == model.owner_id)
    wanted: list[Any] = [model.id, model.owner_id, model.sensitivity, Institution.code, Institution.name]
    for one in columns:
        own = getattr(model, one.name)
        if one.field.kind is Kind.REFERENCE:
            table, column = named_by(one.field, targets)
            other = table.alias(f"of_{one.name}")
            query = query.outerjoin(other, other.c.id == own)
            wanted.append(other.c[column.name])
        else:
            wanted.append(own)
    if entity.workflow:
        wanted.append(model.state)  # type: ignore[attr-defined]
    return query.with_only_columns(*wanted, maintain_column_froms=True)


def _cell(field: Field, zone: ZoneInfo) -> Callable[[Any], Cell]:
    match field.kind:
        case Kind.NUMBER:
            return lambda value: _number(value, field.digits)
        case Kind.MOMENT:
            return lambda value: iso(value, zone)[:19].replace("T", " ")
        case Kind.CHECK:
            return lambda value: "是" if value else "否"
        case Kind.CHOICE:
            titles = {one.value: one.zh for one in field.choices or ()}
            return lambda value: titles.get(value, value)
        case _:
            return str


def _number(value: int, digits: int) -> Cell:
    exact = Decimal(value).scaleb(-digits)
    return exact if abs(value) < EXACT else str(exact)
