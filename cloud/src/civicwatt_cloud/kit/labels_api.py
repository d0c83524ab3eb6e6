"""Routes of labels: a sheet of them to print, and what a scanned one names."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from civicwatt_cloud.kit import labels
from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.labels import Label
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.kit.records.routing import PROBLEMS, router_of
from civicwatt_cloud.kit.roles import BUSINESS

MOST = 240  # labels at once: ten sheets [engineering default]
Ids = Annotated[list[RecordId], Query(min_length=1, max_length=MOST)]
Short = Annotated[str, Path(max_length=80)]

router = APIRouter(prefix="/api/v1", tags=["标签"], responses=PROBLEMS)


class LabelOut(BaseModel):
    """The record that a label names."""

    module: str
    entity: str
    path: str  # of the entity's records
    id: int
    title: str


def routes(module: Module) -> APIRouter:
    """The labels of all entities of a module; they go before those that end in a record's id."""
    made = router_of(module)
    for entity in module.entities:
        _sheet_route(made, f"{module.key}_{entity.key}", entity)
    return made


def _sheet_route(router: APIRouter, name: str, entity: Entity) -> None:
    reader = Depends(Requires(entity.read))

    @router.get(
        f"/{entity.path}/labels",
        operation_id=f"get_{name}_labels",
        summary=f"{entity.zh}：打印标签",
        response_class=Response,
        responses={
            200: {"content": {"application/pdf": {}}, "description": "标签"},
            **problems(503),
        },
    )
    def sheet(request: Request, id: Ids, actor: Actor = reader) -> Response:
        """Labels of these records, three by eight on a page of A4; those out of scope are left out."""
        key = labels.key_at(request.app.state.settings.label_key_path)
        with reading(request, actor) as context:
            found = labels_of(context, entity, id, key)
        if not found:
            raise NotFound()
        made = labels.sheet(found, f"{request.base_url}labels/")
        return Response(made, media_type="application/pdf")


@router.get("/labels/{short}", operation_id="get_label", summary="扫码：标签对应的记录")
def resolved(
    request: Request, short: Short, actor: Annotated[Actor, Depends(Requires(BUSINESS))]
) -> LabelOut:
    """The record that a label names, for one who may see it."""
    key = labels.key_at(request.app.state.settings.label_key_path)
    named = labels.named_by(key, short)
    modules: tuple[Module, ...] = request.app.state.modules
    for module in modules:
        for entity in module.entities:
            if named and entity.key == named[0] and actor.roles & entity.read:
                with reading(request, actor) as context:
                    title = _title(context, entity, registry.get(context, entity, named[1]))
                return LabelOut(
                    module=module.key, entity=entity.key, path=entity.path, id=named[1], title=title
                )
    raise NotFound()


def labels_of(context: Context, entity: Entity, ids: list[int], key: bytes) -> list[Label]:
    """The labels of those of these records that the actor may see, in the order asked for."""
    model = entity.model
    query = (
        select(model, Institution.name)
        .join(Institution, Institution.id == model.owner_id)
        .where(model.id.in_(ids), registry.visible(entity, context.actor))
    )
    found = {row.id: (row, owner) for row, owner in context.session.execute(query)}
    made = []
    for number in (one for one in dict.fromkeys(ids) if one in found):
        row, owner = found[number]
        short = labels.short_of(key, entity.key, number)
        made.append(Label(short, _title(context, entity, row), owner, entity.zh))
    return made


def _title(context: Context, entity: Entity, row: Record) -> str:
    return str(registry.shown(context, entity, row)[entity.title])
