"""Routes beyond the registry: the tree, and what happens to people."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.people import PersonEventKind
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading, writing
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.roles import EVERYBODY
from civicwatt_cloud.modules.org import people, tree
from civicwatt_cloud.modules.org.entities import EVENT, PERSON, POST

router = APIRouter(prefix="/api/v1/org", tags=["机构人员"], responses=PROBLEMS)


class PersonEventIn(BaseModel):
    """An appointment, a transfer, a retirement …"""

    model_config = ConfigDict(extra="forbid")

    kind: PersonEventKind
    on_day: date = Field(ge=date(1900, 1, 1), le=date(2099, 12, 31))
    document: str | None = Field(None, max_length=200)
    post_id: int | None = Field(None, ge=1, le=2**31 - 1)


class EventNoted(BaseModel):
    """The event that was noted."""

    id: int


@router.post(
    "/people/{record_id}/events", operation_id="note_person_event", summary="任免调退登记", status_code=201
)
def note_event(
    request: Request,
    record_id: RecordId,
    said: PersonEventIn,
    actor: Annotated[Actor, Depends(Requires(PERSON.write))],
) -> EventNoted:
    """Note it; posts, grants and what follows in other modules change in the same transaction."""
    happened = people.Said(said.kind, said.on_day, said.document, said.post_id)
    with writing(request, actor) as context:
        if said.post_id is not None:
            registry.get(context, POST, said.post_id)
        return EventNoted(id=people.happen(context, people.Entities(PERSON, EVENT), record_id, happened).id)


class NodeOut(BaseModel):
    """An institution in the tree."""

    id: int
    code: str
    name: str
    level: str
    region: str
    children: int


class TreeOut(BaseModel):
    """Institutions in the order of the tree; `total` counts those that are not sent too."""

    total: int
    nodes: list[NodeOut]


@router.get("/tree", operation_id="get_org_tree", summary="机构树")
def org_tree(
    request: Request,
    actor: Annotated[Actor, Depends(Requires(EVERYBODY))],
    id: Annotated[list[RecordId], Query(max_length=500)] = [],  # noqa: B006 - never changed
    q: Annotated[str, Query(max_length=200)] = "",
    under: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> TreeOut:
    """The topmost institutions in scope; those below one; those found by name or code; those of given ids."""
    with reading(request, actor) as context:
        total, found = tree.nodes(context, tree.Wanted(id, q, under))
        nodes = [
            NodeOut(
                id=one.institution.id,
                code=one.institution.code,
                name=one.institution.name,
                level=one.institution.level,
                region=one.region,
                children=one.children,
            )
            for one in found
        ]
        return TreeOut(total=total, nodes=nodes)


class BuildingNode(BaseModel):
    """A building, and whose it is."""

    id: int
    code: str
    name: str
    institution: str


class BuildingsOut(BaseModel):
    """Buildings, in the order of the tree."""

    nodes: list[BuildingNode]


@router.get("/buildings", operation_id="find_org_buildings", summary="楼栋")
def buildings(
    request: Request,
    actor: Annotated[Actor, Depends(Requires(EVERYBODY))],
    id: Annotated[list[RecordId], Query(max_length=500)] = [],  # noqa: B006 - never changed
    q: Annotated[str, Query(max_length=200)] = "",
) -> BuildingsOut:
    """Buildings in scope: found by name or code, or of given ids."""
    with reading(request, actor) as context:
        return BuildingsOut(
            nodes=[
                BuildingNode(
                    id=one.building.id,
                    code=one.building.code,
                    name=one.building.name,
                    institution=one.institution,
                )
                for one in tree.buildings(context, tree.Wanted(id, q))
            ]
        )
