"""What pages ask beside the records themselves: what others are called, and what happened to one."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import select

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.identity import Account, Actor
from civicwatt_cloud.kit.records import registry, sensitive
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import fields_of
from civicwatt_cloud.kit.records.routing import router_of
from civicwatt_cloud.kit.records.sensitive import MASK
from civicwatt_cloud.kit.records.values import show
from civicwatt_cloud.kit.scope import scope_of

Ids = Annotated[list[RecordId], Query(max_length=registry.LONGEST_PAGE)]
NEWEST = 100  # deeds that a page shows of one record
REVISION = "rev"  # is told by the deeds that are done to the record itself


class Title(BaseModel):
    """What a record is called: the value of its entity's title field."""

    id: int
    title: Any


class Difference(BaseModel):
    """A field before and after a deed."""

    field: str
    before: Any
    after: Any


class HistoryEntry(BaseModel):
    """Who did what to a record."""

    deed: str  # created, changed, removed, or the event of a step
    by: str
    at: str
    differences: list[Difference]


def routes(module: Module) -> APIRouter:
    """The routes of all entities of a module; they go before those that end in a record's id."""
    router = router_of(module)
    for entity in module.entities:
        _routes_of(router, f"{module.key}_{entity.key}", entity)
    return router


def _routes_of(router: APIRouter, name: str, entity: Entity) -> None:
    reader = Depends(Requires(entity.read))

    @router.get(f"/{entity.path}/titles", operation_id=f"get_{name}_titles", summary=f"{entity.zh}：名称")
    def titles(request: Request, id: Ids, actor: Actor = reader) -> list[Title]:
        """What the records of these ids are called; those out of scope are left out."""
        with reading(request, actor) as context:
            return titles_of(context, entity, id)

    @router.get(
        f"/{entity.path}/{{record_id}}/history",
        operation_id=f"get_{name}_history",
        summary=f"{entity.zh}：日志",
    )
    def history(request: Request, record_id: RecordId, actor: Actor = reader) -> list[HistoryEntry]:
        """What was done to the record, the newest deed first."""
        with reading(request, actor) as context:
            return history_of(context, entity, record_id)


def titles_of(context: Context, entity: Entity, ids: list[int]) -> list[Title]:
    """What the records of these ids that the actor may see are called."""
    model, field = entity.model, fields_of(entity.model)[entity.title]
    columns = (model.id, model.owner_id, model.sensitivity, getattr(model, entity.title))
    query = select(*columns).where(model.id.in_(ids), registry.visible(entity, context.actor))
    rows = context.session.execute(query).all()
    hidden = sensitive.masked(context.session, context.actor, entity, rows)
    return [
        Title(id=row.id, title=MASK if entity.title in names else show(field, row[-1], context.zone))
        for row, names in zip(rows, hidden, strict=True)
    ]


def history_of(context: Context, entity: Entity, record_id: int) -> list[HistoryEntry]:
    """What was done to a record in scope; what is personal is masked as in the record itself.

    What a deed says beside the record's fields (a cost, a file, who followed its track) is for
    those who work on such records. Errors: NotPermitted, NotFound.
    """
    row = registry.get(context, entity, record_id)
    (hidden,) = sensitive.masked(context.session, context.actor, entity, [row])
    is_worker = scope_of(context.actor, entity.workers).has(context.session, row.owner_id)
    about = (Audit.subject == f"{entity.key}/{row.id}", Audit.what != sensitive.READ)
    query = select(Audit).where(*about).order_by(Audit.id.desc())
    deeds = context.session.scalars(query.limit(NEWEST)).all()
    names = _names(context, {one.who for one in deeds})
    return [
        HistoryEntry(
            deed=one.what.removeprefix(f"{entity.key}_"),
            by=names.get(one.who, one.who),
            at=iso(one.at_us, context.zone),
            differences=_differences(one, hidden, is_worker=is_worker),
        )
        for one in deeds
    ]


def _differences(deed: Audit, hidden: frozenset[str], *, is_worker: bool) -> list[Difference]:
    before = json.loads(deed.before or "{}")
    after = json.loads(deed.after or "{}")
    told = after | before
    changed = [name for name in told if name != REVISION and before.get(name) != after.get(name)]
    return [
        Difference(field=name, before=MASK, after=MASK)
        if name in hidden or not (is_worker or REVISION in told)
        else Difference(field=name, before=before.get(name), after=after.get(name))
        for name in changed
    ]


def _names(context: Context, who: set[str]) -> dict[str, str]:
    """What the people are called whom the audit names by their accounts."""
    accounts = [one.removeprefix("account/") for one in who if one.startswith("account/")]
    query = select(Account.username, Account.display_name).where(Account.username.in_(accounts))
    return {f"account/{username}": name for username, name in context.session.execute(query)}
