"""What can be done with any record: seen in scope, listed, made, changed, taken away. Plain functions.

Every function begins with the actor: what is out of scope is not there (NotFound), what the role does not
permit is refused (NotPermitted). Every write is one revision and one row of the audit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.exc import IntegrityError

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.errors import NotFound, NotPermitted
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import sensitive
from civicwatt_cloud.kit.records.choices import Sensitivity
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Roles
from civicwatt_cloud.kit.records.errors import (
    AlreadyThere,
    BadField,
    FieldMissing,
    NotWritable,
    Outdated,
    titles_of,
)
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of, is_required
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.kit.records.sensitive import MASK, SENSITIVITY
from civicwatt_cloud.kit.records.values import parse, show
from civicwatt_cloud.kit.scope import scope_of

PAGE = 50
LONGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for."""

    where: Mapping[str, str] = field(default_factory=dict)  # by field: a value, or `from..to`
    search: str = ""
    order: str = ""  # a field, `-field` for the other way round
    offset: int = 0
    limit: int = PAGE


class Page(NamedTuple):
    """Some rows of a list, and how many there are in all."""

    rows: Sequence[Record]
    total: int


def visible(entity: Entity, actor: Actor, roles: Roles | None = None) -> ColumnElement[bool]:
    """The condition that every query of these records carries."""
    owners = scope_of(actor, entity.read if roles is None else roles).institution_ids()
    return and_(entity.model.owner_id.in_(owners), entity.model.removed_us.is_(None))


def listing(context: Context, entity: Entity, asked: Asked) -> Page:
    """One page of what the actor may see. Errors: NotPermitted, BadField."""
    _require(context.actor, entity.read)
    query = filtered(context, entity, asked)
    total = context.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    limit = min(asked.limit, LONGEST_PAGE)
    rows = context.session.scalars(
        ordered(query, entity, asked.order or entity.order).offset(asked.offset).limit(limit)
    )
    return Page(rows.all(), total)


def filtered(context: Context, entity: Entity, asked: Asked) -> Select[Any]:
    """The records that are asked for, in no order."""
    query = select(entity.model).where(visible(entity, context.actor))
    for name, said in asked.where.items():
        query = query.where(_matches(entity, name, said, context.zone))
        query = query.where(sensitive.askable(entity, context.actor, name))
    if asked.search:
        query = query.where(or_(*(_holds(context, entity, name, asked.search) for name in searched(entity))))
    return query


def searched(entity: Entity) -> tuple[str, ...]:
    """The fields that a search looks into."""
    return entity.searched or (entity.title,)


def _holds(context: Context, entity: Entity, name: str, words: str) -> ColumnElement[bool]:
    text = _text(getattr(entity.model, name))
    return and_(text.icontains(words, autoescape=True), sensitive.askable(entity, context.actor, name))


def _text(column: Any) -> ColumnElement[str]:
    """A column as a text, to be searched; PostgreSQL finds no text in a number."""
    return column if isinstance(column.type, String) else cast(column, String)


def get(context: Context, entity: Entity, record_id: int) -> Any:
    """The record. Errors: NotPermitted; NotFound, alike for one that is absent and one out of scope."""
    _require(context.actor, entity.read)
    query = select(entity.model).where(entity.model.id == record_id, visible(entity, context.actor))
    row = context.session.scalar(query)
    if row is None:
        raise NotFound()
    return row


def open_to(context: Context, entity: Entity, rows: Sequence[Any]) -> list[Any]:
    """Those of which the actor may see more than that they are there."""
    hidden = sensitive.masked(context.session, context.actor, entity, rows)
    everything = frozenset(fields_of(entity.model))
    return [row for row, names in zip(rows, hidden, strict=True) if names != everything]


def get_open(context: Context, entity: Entity, record_id: int) -> Any:
    """The record. Errors: NotPermitted; NotFound, also for one of which the actor may see nothing."""
    row = get(context, entity, record_id)
    if not open_to(context, entity, [row]):
        raise NotFound()
    return row


def create(context: Context, entity: Entity, owner_id: int, said: Mapping[str, object]) -> Any:
    """A new record of an institution in scope.

    Errors: NotPermitted, NotFound, RuleViolation, AlreadyThere.
    """
    _require(context.actor, entity.write)
    scope_of(context.actor, entity.write).institution(context.session, owner_id)
    values = _parsed(context, entity, said)
    return add(context, entity, owner_id, values)


def add(context: Context, entity: Entity, owner_id: int, values: Mapping[str, object]) -> Any:
    """A new record of kept values, by a use case that has judged the actor itself."""
    described = fields_of(entity.model)
    names = [one for one in described if is_required(entity.model, one) and not described[one].is_computed]
    if missing := [name for name in names if values.get(name) is None]:
        raise FieldMissing(",".join(missing), **titles_of(described[name] for name in missing))
    if entity.workflow:
        values = {"state": entity.workflow.first.key, **values}
    row = entity.model(owner_id=owner_id, rev=1, **values)
    _be_as_sensitive(context, entity, row, described)
    if entity.complete:
        entity.complete(context, row)
    _check(context, entity, row)
    context.session.add(row)
    _flush(context, entity)
    note(context, f"{entity.key}_created", entity, row, None)
    return row


def change(context: Context, entity: Entity, record_id: int, rev: int, said: Mapping[str, object]) -> Any:
    """Change fields of a record. Errors: as create; Outdated, when it is no longer at that revision."""
    row = writable(context, entity, record_id, rev)
    _keep_to_steps(entity, row, said)
    before = told(entity, row, context.zone)
    for name, value in _parsed(context, entity, said).items():
        setattr(row, name, value)
    _be_as_sensitive(context, entity, row, fields_of(entity.model) if "sensitivity" in said else said)
    _check(context, entity, row)
    return touched(context, entity, row, f"{entity.key}_changed", before)


def remove(context: Context, entity: Entity, record_id: int, rev: int) -> None:
    """Take a record away; its tombstone stays. Errors: as change."""
    row = writable(context, entity, record_id, rev)
    _keep_to_steps(entity, row, ["state"])
    before = told(entity, row, context.zone)
    row.removed_us = context.now_us
    touched(context, entity, row, f"{entity.key}_removed", before)


def _keep_to_steps(entity: Entity, row: Any, names: Iterable[str]) -> None:
    """What a workflow carries changes by its steps alone, unless its state is one to edit in."""
    if entity.workflow and not entity.workflow.state(row.state).is_editable:
        raise NotWritable(names=", ".join(names))


def writable(context: Context, entity: Entity, record_id: int, rev: int) -> Any:
    """The record, for one who may write it and has seen its newest revision."""
    row = get(context, entity, record_id)
    _require(context.actor, entity.write)
    if not scope_of(context.actor, entity.write).has(context.session, row.owner_id):
        raise NotPermitted()
    if row.rev != rev:
        raise Outdated(rev=row.rev)
    return row


def touched(context: Context, entity: Entity, row: Any, what: str, before: Mapping[str, object]) -> Any:
    """The next revision of a record that was changed, written down."""
    row.rev += 1
    _flush(context, entity)
    note(context, what, entity, row, before)
    return row


def note(context: Context, what: str, entity: Entity, row: Any, before: Mapping[str, object] | None) -> None:
    """Write a deed into the audit."""
    after = None if row.removed_us else told(entity, row, context.zone)
    deed = audit.Deed(what, f"{entity.key}/{row.id}", before, after)
    audit.note(context.session, context.actor.who, deed)


def told(entity: Entity, row: Record, zone: ZoneInfo) -> dict[str, object]:
    """All fields of a record, unmasked: for the audit."""
    fields = fields_of(entity.model)
    state = {"state": row.state} if entity.workflow else {}  # type: ignore[attr-defined]
    return {
        "rev": row.rev,
        "owner_id": row.owner_id,
        "sensitivity": row.sensitivity,
        **state,
        **{name: show(one, getattr(row, name), zone) for name, one in fields.items()},
    }


def shown(context: Context, entity: Entity, row: Record) -> dict[str, object]:
    """A record as the actor may see it; what is personal or sensitive is masked (sensitive.py)."""
    return shown_all(context, entity, [row])[0]


def shown_all(context: Context, entity: Entity, rows: Sequence[Record]) -> list[dict[str, object]]:
    """Records as the actor may see them."""
    found = []
    hidden = sensitive.masked(context.session, context.actor, entity, rows)
    for row, names in zip(rows, hidden, strict=True):
        seen = told(entity, row, context.zone)
        found.append({"id": row.id, **seen, **{name: MASK for name in names if seen[name] is not None}})
    return found


def _require(actor: Actor, roles: Roles) -> None:
    if not actor.roles & roles:
        raise NotPermitted()


def _parsed(context: Context, entity: Entity, said: Mapping[str, object]) -> dict[str, object]:
    fields = {"sensitivity": SENSITIVITY, **fields_of(entity.model)}
    said = {name: one for name, one in said.items() if name != "sensitivity" or one is not None}
    names = [name for name in said if name not in fields or fields[name].is_computed]
    if names:
        raise NotWritable(names=", ".join(names))
    values = {name: _value(fields[name], name, one, context.zone) for name, one in said.items()}
    for name, value in values.items():
        if fields[name].kind is Kind.REFERENCE and value is not None:
            referred(context, fields[name], value)
    empty = [name for name, value in values.items() if value is None and is_required(entity.model, name)]
    if empty:
        raise FieldMissing(",".join(empty), **titles_of(fields[name] for name in empty))
    return values


def _value(described: Field, name: str, said: object, zone: ZoneInfo) -> object:
    try:
        return parse(described, said, zone)
    except BadField as error:
        error.where = name  # a form shows it at the field
        raise


def referred(context: Context, described: Field, value: object) -> None:
    """The other record is there, and its owner in the actor's scope. Errors: NotFound."""
    target = Record.metadata.tables[described.target]
    query = select(target.c.id).where(target.c.id == value)
    for owner in ("owner_id", "institution_id"):  # of a record; of a building
        if owner in target.c:
            scope = scope_of(context.actor, context.actor.roles)
            query = query.where(target.c[owner].in_(scope.institution_ids()))
            break
    if "removed_us" in target.c:
        query = query.where(target.c.removed_us.is_(None))
    if context.session.scalar(query) is None:
        raise NotFound(described.zh)


def _be_as_sensitive(context: Context, entity: Entity, row: Any, names: Iterable[str]) -> None:
    """A record tells of those that it refers to: where one of them is 敏感 or 不联网, it is no less."""
    described = fields_of(entity.model)
    for name in (one for one in names if one in described and described[one].kind is Kind.REFERENCE):
        target = Record.metadata.tables[described[name].target]
        if getattr(row, name) is None or "sensitivity" not in target.c:
            continue
        query = select(target.c.sensitivity).where(target.c.id == getattr(row, name))
        with context.session.no_autoflush:
            other = context.session.scalar(query)
        if other == Sensitivity.OFFLINE or (
            other == Sensitivity.SENSITIVE and row.sensitivity != Sensitivity.OFFLINE
        ):
            row.sensitivity = other


def _check(context: Context, entity: Entity, row: Record) -> None:
    if entity.check:
        with context.session.no_autoflush:
            entity.check(context.session, row)


def _flush(context: Context, entity: Entity) -> None:
    try:
        context.session.flush()
    except IntegrityError as error:
        fields = [fields_of(entity.model)[name] for name in entity.natural_key]
        raise AlreadyThere(**titles_of(fields)) from error


def _matches(entity: Entity, name: str, said: str, zone: ZoneInfo) -> ColumnElement[bool]:
    """`value`, or `from..to` with both ends included and either left out."""
    column = getattr(entity.model, name)
    if name in {"state", "owner_id"}:
        return column == (int(said) if name == "owner_id" else said)  # type: ignore[no-any-return]
    described = fields_of(entity.model)[name]
    if ".." not in said or described.kind in {Kind.TEXT, Kind.NOTE}:
        return column == parse(described, said, zone)  # type: ignore[no-any-return]
    first, _, last = said.partition("..")
    ends = [column >= parse(described, first, zone)] if first else []
    return and_(True, *ends, *([column <= parse(described, last, zone)] if last else []))


def ordered(query: Select[Any], entity: Entity, order: str) -> Select[Any]:
    """By a field, then by age: a page never shows a row twice."""
    name = order.removeprefix("-")
    field = fields_of(entity.model).get(name)
    if field is None or sensitive.is_guarded(field):
        return query.order_by(entity.model.id.desc())
    column = getattr(entity.model, name)
    return query.order_by(column.desc().nulls_last() if order.startswith("-") else column, entity.model.id)
