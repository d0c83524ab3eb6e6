"""Who sees what is sensitive: the one place that says what is masked, and who has looked.

A personal or sensitive field is for the roles in `sees_personal`. Of a record marked 敏感 or 不联网 only who
works on such records sees more than that it is there, and whoever sees it leaves a row in the audit. What is
masked cannot be asked for by a filter, a search or an order either. A record marked 不联网 is in no workbook,
and no event of it goes outside.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records.choices import Sensitivity
from civicwatt_cloud.kit.records.entity import Entity, Roles
from civicwatt_cloud.kit.records.fields import Field, Kind, fields_of
from civicwatt_cloud.kit.scope import scope_of

MASK = "***"
OPEN = frozenset({Sensitivity.PUBLIC, Sensitivity.INTERNAL})
SENSITIVITY = Field("敏感程度", "sensitivity", Kind.CHOICE, choices=Sensitivity)  # of every record
READ = "sensitive_read"  # the deed
LOOKED = "looked"  # in a session's info: the sensitive records that were shown
MOST_NAMED = 100  # records in one row of the audit


def is_guarded(field: Field) -> bool:
    """Whether a field is for `sees_personal` only."""
    return field.is_personal or field.sensitivity not in OPEN


def masked(session: Session, actor: Actor, entity: Entity, rows: Sequence[Any]) -> list[frozenset[str]]:
    """The fields of each row that the actor may not see; what is sensitive and seen is kept to be noted.

    A row is a record, or has its `id`, `owner_id` and `sensitivity`.
    """
    names = frozenset(fields_of(entity.model))
    guarded = frozenset(name for name, one in fields_of(entity.model).items() if is_guarded(one))
    kept = [row for row in rows if row.sensitivity not in OPEN]
    told = _owners(session, actor, entity.sees_personal, rows) if guarded else frozenset()
    trusted = _owners(session, actor, entity.workers, kept) if kept else frozenset()
    seen = [f"{entity.key}/{row.id}" for row in kept if row.owner_id in trusted]
    if seen:
        session.info.setdefault(LOOKED, []).extend(seen)
    return [
        names
        if row.sensitivity not in OPEN and row.owner_id not in trusted
        else frozenset()
        if row.owner_id in told
        else guarded
        for row in rows
    ]


def askable(entity: Entity, actor: Actor, name: str) -> ColumnElement[bool]:
    """Of which records a filter or a search may ask for a field: where it is masked, nothing is found."""
    field = fields_of(entity.model).get(name)
    if field is None:  # its owner, its state
        return true()
    trusted = entity.model.owner_id.in_(scope_of(actor, entity.workers).institution_ids())
    is_seen = or_(entity.model.sensitivity.in_(OPEN), trusted)
    if not is_guarded(field):
        return is_seen
    return and_(is_seen, entity.model.owner_id.in_(scope_of(actor, entity.sees_personal).institution_ids()))


def called(row: Any, name: str) -> str:
    """What a record is called where it is spoken of to others: in a reminder, which leaves by e-mail too."""
    return name if row.sensitivity in OPEN else MASK


def leaves(entity: Entity) -> ColumnElement[bool]:
    """The condition on records that a workbook may hold."""
    return entity.model.sensitivity != Sensitivity.OFFLINE


def note(session: Session, actor: Actor, looked: Sequence[str]) -> None:
    """Write down which sensitive records the actor was shown."""
    records = list(dict.fromkeys(looked))
    subject = records[0] if len(records) == 1 else records[0].partition("/")[0]
    told = {"records": records[:MOST_NAMED], "count": len(records)}
    audit.note(session, actor.who, Deed(READ, subject, None, told))


def _owners(session: Session, actor: Actor, roles: Roles, rows: Collection[Any]) -> frozenset[int]:
    """The owners of these rows among whom the actor holds one of the roles."""
    query = scope_of(actor, roles).institution_ids()
    return frozenset(session.scalars(query.where(Institution.id.in_({row.owner_id for row in rows}))))
