"""A record of any entity, made from its fields: what a form could say, with what it refers to."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, inspect
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of, is_required
from civicwatt_cloud.kit.records.values import show
from civicwatt_cloud.modules.catalogue import MODULES

ZONE = ZoneInfo("Asia/Shanghai")
NOW_US = 1_795_233_600_000_000  # 2026-11-21 12:00 in Shanghai
ENTITIES = [(module, one) for module in MODULES for one in module.entities]
BY_TABLE = {one.model.__tablename__: one for _, one in ENTITIES}
# what every text of an organisation's records begins with
MARKS = {1: "甲样本", 2: "乙样本", 3: "丙样本", 4: "丁样本", 5: "戊样本"}
ENDS = ("to", "end", "until", "valid_to", "back", "leaves")  # so fields begin that say when something ends
DAY_US = 86_400_000_000
SAID: dict[str, dict[str, object]] = {  # by entity: what a field cannot say of itself
    "fence": {"places": "111.20,30.70 111.30,30.70 111.30,30.80"},
    "room": {"state": "idle"},
    "disposal": {"new_kind": "office"},
    "fleet_supplier": {"kind": "rental"},
    "vehicle_pool": {"kind": "rental"},
    "emergency_campaign": {"region_code": "429901"},
    "certification": {"kind": "frugal_organ", "version": "2020", "year": 2025},
    "certification_answer": {"item": "targets_met", "most": 500},
    "retrofit_adjustment": {"per_day": 100},
    "target_plan": {"region": "429900", "base_year": 2020, "end_year": 2025},
    "energy_return": {"kind": "annual", "period": "2026", "form": "2021"},
}
REFERS = {"vehicle": ("pool_id",)}  # besides what is required


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
            if is_required(entity.model, name) or name in REFERS.get(entity.key, ()):
                found[name] = referred(session, one.target, owner, number)
        elif is_required(entity.model, name) or name in entity.natural_key:
            found[name] = value_of(one, owner, number, is_end=name.startswith(ENDS))
    return {**_undescribed(entity, owner, number), **found, **SAID.get(entity.key, {})}


def _undescribed(entity: Entity, owner: int, number: int) -> dict[str, Any]:
    """What a use case keeps beside the fields: hashes, keys."""
    kept = {"id", "owner_id", "rev", "state", "sensitivity"} | set(fields_of(entity.model))
    needed = [one for one in inspect(entity.model).columns if not one.nullable and one.default is None]
    return {
        one.key: f"{MARKS[owner]}{number}" if isinstance(one.type, String) else number
        for one in needed
        if one.key not in kept
    }


def made(session: Session) -> dict[tuple[str, int], int]:
    """By table and owner, the first record that was made in this session."""
    found: dict[tuple[str, int], int] = session.info.setdefault("made", {})
    return found


def referred(session: Session, table: str, owner: int, number: int) -> int:
    """A record of the table that the same institution owns; the one that is there, else a new one."""
    known = made(session)
    if (table, owner) not in known:
        if table == Building.__tablename__:
            row = Building(code=f"B{owner}", name=f"{MARKS[owner]}楼", institution_id=owner)
            session.add(row)
            session.flush()
            known[table, owner] = row.id
        else:
            known[table, owner] = record(session, BY_TABLE[table], owner, number).id
    return known[table, owner]


def record(session: Session, entity: Entity, owner: int, number: int) -> Any:
    """A record that is there already, as if somebody in scope had made it long ago."""
    values = values_of(session, entity, owner, number)
    if entity.workflow:
        values["state"] = entity.workflow.first.key
    row = entity.model(owner_id=owner, rev=1, **values)
    session.add(row)
    session.flush()
    made(session).setdefault((entity.model.__tablename__, owner), row.id)
    return row


def value_of(field: Field, owner: int, number: int, *, is_end: bool = False) -> Any:
    """A kept value that fits the field."""
    match field.kind:
        case Kind.NUMBER:
            return max(field.least or 0, 1) * 10**field.digits
        case Kind.DATE:
            return date(2026, 11, 20 + is_end)
        case Kind.MOMENT:
            return NOW_US + is_end * DAY_US
        case Kind.CHECK:
            return False
        case Kind.CHOICE:
            assert field.choices is not None
            return next(iter(field.choices)).value
        case _:
            return f"{MARKS[owner]}{number}"[: field.length or 200]


def said_of(entity: Entity, values: dict[str, Any]) -> dict[str, object]:
    """Kept values as a form says them."""
    fields = fields_of(entity.model)
    return {
        name: show(fields[name], one, ZONE)
        for name, one in values.items()
        if name in fields and not fields[name].is_computed
    }
