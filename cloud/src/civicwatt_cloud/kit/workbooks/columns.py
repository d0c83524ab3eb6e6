"""The columns of an entity's workbook, and what another record is called in a cell."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Table, UniqueConstraint

from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of, is_required
from civicwatt_cloud.kit.records.record import Record

OWNER = "单位编码"
OWNER_NAME = "单位名称"  # for people; an import does not read it
STATE = "办理状态"
EXAMPLE = "（示例）"  # in the owner's cell: the row is none
NAMES = ("code", "number")  # of tables whose records have no entity: institutions, buildings

Targets = Mapping[str, Entity]  # by table


class Column(NamedTuple):
    """A column of a workbook that holds a field."""

    title: str
    name: str
    field: Field


def targets_of(modules: tuple[Module, ...]) -> Targets:
    """The entity of each table, for references to it."""
    return {one.model.__tablename__: one for module in modules for one in module.entities}


def columns_of(entity: Entity) -> list[Column]:
    """One for each field; a number's unit stands in the title."""
    return [
        Column(f"{one.zh}（{one.unit}）" if one.unit else one.zh, name, one)
        for name, one in fields_of(entity.model).items()
    ]


def key_of(entity: Entity) -> tuple[str, ...]:
    """The fields by which an import finds a record of an owner again; none, where each has one alone.

    Where the entity names nothing, all that can be written.
    """
    fields = fields_of(entity.model)
    named = tuple(name for name in entity.natural_key if name in fields)
    if named or _is_one_of_each_owner(entity):
        return named
    return tuple(name for name, one in fields.items() if not one.is_computed)


def _is_one_of_each_owner(entity: Entity) -> bool:
    table = Record.metadata.tables[entity.model.__tablename__]
    unique = (one for one in table.constraints if isinstance(one, UniqueConstraint))
    return any([column.name for column in one.columns] == ["owner_id"] for one in unique)


def required_titles(entity: Entity) -> list[str]:
    """The columns that an import cannot do without."""
    needed = {name for name in fields_of(entity.model) if is_required(entity.model, name)}
    needed |= {name for name in entity.natural_key if name in fields_of(entity.model)}
    return [
        OWNER,
        *(one.title for one in columns_of(entity) if one.name in needed and not one.field.is_computed),
    ]


def named_by(field: Field, targets: Targets) -> tuple[Table, Any]:
    """The table that a reference points to, and the column by which a cell names its records."""
    table, entity = Record.metadata.tables[field.target], targets.get(field.target)
    if entity is None:
        return table, next((table.c[name] for name in NAMES if name in table.c), table.c.id)
    key = [name for name in entity.natural_key if name in fields_of(entity.model)]
    name = key[0] if len(key) == 1 and fields_of(entity.model)[key[0]].kind is Kind.TEXT else entity.title
    return table, table.c[name]
