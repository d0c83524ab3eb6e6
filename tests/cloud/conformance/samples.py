"""A record of any entity, made from its fields: what a form could say, with what it refers to."""

from datetime import date
from typing import Any

from sqlalchemy import String, inspect
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of, is_required
from civicwatt_cloud.modules.catalogue import MODULES

NOW_US = 1_795_233_600_000_000  # 2026-11-21 12:00 in Shanghai
ENTITIES = [(module, one) for module in MODULES for one in module.entities]
BY_TABLE = {one.model.__tablename__: one for _, one in ENTITIES}


def place(pair: tuple[Module, Entity]) -> str:
    """As a test names an entity: org/people."""
    return f"{pair[0].key}/{pair[1].path}"


def values_of(session: Session, entity: Entity, owner: int, number: int) -> dict[str, Any]:
    """Kept values for a new record; `number` keeps natural keys apart."""
    found: dict[str, Any] = {}
    for name, one in fields_of(entity.model).items():
        if one.target == "institution":
            found[name] = owner
        elif one.target:
            if is_required(entity.model, name):
                found[name] = referred(session, one.target, owner, number)
        elif is_required(entity.model, name) or name in entity.natural_key:
            found[name] = value_of(one, number)
    return {**_undescribed(entity, number), **found}


def _undescribed(entity: Entity, number: int) -> dict[str, Any]:
    """What a use case keeps beside the fields: hashes, keys."""
    kept = {"id", "owner_id", "rev", "state", "sensitivity"} | set(fields_of(entity.model))
    needed = [one for one in inspect(entity.model).columns if not one.nullable and one.default is None]
    return {
        one.key: f"样本{number}" if isinstance(one.type, String) else number
        for one in needed
        if one.key not in kept
    }


def referred(session: Session, table: str, owner: int, number: int) -> int:
    """A record of the table that the same institution owns; the one that is there, else a new one."""
    made: dict[tuple[str, int], int] = session.info.setdefault("made", {})
    if (table, owner) not in made:
        if table == Building.__tablename__:
            row = Building(code=f"B{owner}", name=f"样本楼{owner}", institution_id=owner)
            session.add(row)
            session.flush()
            made[table, owner] = row.id
        else:
            made[table, owner] = record(session, BY_TABLE[table], owner, number).id
    return made[table, owner]


def record(session: Session, entity: Entity, owner: int, number: int) -> Any:
    """A record that is there already, as if somebody in scope had made it long ago."""
    values = values_of(session, entity, owner, number)
    if entity.workflow:
        values["state"] = entity.workflow.first.key
    row = entity.model(owner_id=owner, rev=1, **values)
    session.add(row)
    session.flush()
    session.info.setdefault("made", {}).setdefault((entity.model.__tablename__, owner), row.id)
    return row


def value_of(field: Field, number: int) -> Any:
    """A kept value that fits the field."""
    match field.kind:
        case Kind.NUMBER:
            return max(field.least or 0, 1) * 10**field.digits
        case Kind.DATE:
            return date(2026, 11, 20)
        case Kind.MOMENT:
            return NOW_US
        case Kind.CHECK:
            return False
        case Kind.CHOICE:
            assert field.choices is not None
            return next(iter(field.choices)).value
        case _:
            return f"样本{number}"[: field.length or 200]
