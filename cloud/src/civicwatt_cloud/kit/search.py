"""One search over the records of all modules: what a page's search box asks.

The database looks for the text inside the searched fields (LIKE, ILIKE), so two Chinese characters find as
well as a whole name. There is no index of words: of 60,000 records it takes about 0.1 s.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import select

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.fields import Kind, fields_of
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.roles import BUSINESS

EACH = 10  # records of one kind [engineering default]
Words = Annotated[str, Query(min_length=2, max_length=100, description="至少两个字")]

router = APIRouter(prefix="/api/v1", tags=["查询"], responses=PROBLEMS)


class Found(BaseModel):
    """A record that holds what was searched for."""

    module: str
    entity: str
    entity_zh: str
    path: str  # of the entity's records
    id: int
    title: str
    owner: str


@router.get("/search", operation_id="search", summary="全文检索")
def searched(request: Request, q: Words, actor: Annotated[Actor, Depends(Requires(BUSINESS))]) -> list[Found]:
    """Records of all modules in the actor's scope; those whose title begins so come first."""
    modules: tuple[Module, ...] = request.app.state.modules
    with reading(request, actor) as context:
        return search(context, modules, q)


def search(context: Context, modules: tuple[Module, ...], words: str) -> list[Found]:
    """The newest records of each kind that hold these words."""
    words = words.strip()
    found = [
        one
        for module in modules
        for entity in module.entities
        if words and context.actor.roles & entity.read and _is_searched(entity)
        for one in _of_kind(context, module, entity, words)
    ]
    return sorted(found, key=lambda one: not one.title.casefold().startswith(words.casefold()))


def _is_searched(entity: Entity) -> bool:
    return bool(entity.searched) or fields_of(entity.model)[entity.title].kind is Kind.TEXT


def _of_kind(context: Context, module: Module, entity: Entity, words: str) -> Iterator[Found]:
    query = registry.filtered(context, entity, Asked(search=words)).order_by(entity.model.id.desc())
    rows = context.session.scalars(query.limit(EACH)).all()
    owners = _names(context, {row.owner_id for row in rows})
    for row, shown in zip(rows, registry.shown_all(context, entity, rows), strict=True):
        yield Found(
            module=module.key,
            entity=entity.key,
            entity_zh=entity.zh,
            path=entity.path,
            id=row.id,
            title=str(shown[entity.title]),
            owner=owners[row.owner_id],
        )


def _names(context: Context, ids: set[int]) -> dict[int, str]:
    query = select(Institution.id, Institution.name).where(Institution.id.in_(ids))
    return dict(context.session.execute(query).all()) if ids else {}
