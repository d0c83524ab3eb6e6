"""Routes of files: those of a record, their contents, and what parts of a picture show."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.files import attachments as files
from civicwatt_cloud.kit.files import regions as drawings
from civicwatt_cloud.kit.files.checks import MEDIA_TYPES
from civicwatt_cloud.kit.files.models import Attachment
from civicwatt_cloud.kit.files.regions import Region
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading, writing
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.routing import PROBLEMS, router_of
from civicwatt_cloud.kit.roles import BUSINESS

PROBLEMS_OF_UPLOADS = PROBLEMS | problems(413)
BYTES = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {one: {} for one in MEDIA_TYPES}, "description": "文件内容"}
}
SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox"}  # nothing in a file ever runs
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
FileName = Annotated[str, Query(min_length=1, max_length=200, description="文件名")]
EntityKey = Annotated[str, Path(pattern="^[a-z_]{1,40}$", description="对象")]
FileKind = Annotated[str, Query(pattern="^[a-z_]{1,40}$", description="用途")]

router = APIRouter(prefix="/api/v1", tags=["文件"], responses=PROBLEMS)
Anybody = Annotated[Actor, Depends(Requires(BUSINESS))]


class AttachmentOut(BaseModel):
    """A file of a record."""

    id: int
    name: str
    kind: str
    sha256: str
    by: str
    at: str


class RegionIn(BaseModel):
    """A part of a picture and the record that it shows."""

    model_config = ConfigDict(extra="forbid")

    entity: str = Field(max_length=40)
    record_id: int = Field(ge=1, le=2**31 - 1)
    points: list[tuple[float, float]] = Field(max_length=drawings.MOST_CORNERS)


class Outline(BaseModel):
    """The corners of one record's part, as shares of the picture's sides from the upper left."""

    model_config = ConfigDict(extra="forbid")

    points: list[tuple[float, float]] = Field(max_length=drawings.MOST_CORNERS)


async def body_of(request: Request) -> bytes:
    """The body as it is; the guard bounds its length."""
    return await request.body()


def store_of(request: Request) -> Store:
    """Where this installation keeps contents."""
    return Store(request.app.state.settings.files_path)


def entities_of(request: Request) -> files.Entities:
    """All kinds of records, by key."""
    modules: tuple[Module, ...] = request.app.state.modules
    return {one.key: one for module in modules for one in module.entities}


def routes(module: Module) -> APIRouter:
    """The files of each record that has some."""
    made = router_of(module, PROBLEMS_OF_UPLOADS)
    for entity in module.entities:
        if entity.has_files:
            _routes(made, f"{module.key}_{entity.key}", entity)
    return made


def _routes(router: APIRouter, name: str, entity: Entity) -> None:
    reader, worker = Depends(Requires(entity.read)), Depends(Requires(entity.workers))
    path = f"/{entity.path}/{{record_id}}/files"

    @router.get(path, operation_id=f"list_{name}_files", summary=f"{entity.zh}：附件")
    def listing(request: Request, record_id: RecordId, actor: Actor = reader) -> list[AttachmentOut]:
        """The files of a record."""
        with reading(request, actor) as context:
            registry.get_open(context, entity, record_id)
            return [_out(context, one) for one in files.attachments(context.session, entity, record_id)]

    @router.post(
        path,
        operation_id=f"attach_{name}_file",
        summary=f"{entity.zh}：上传附件",
        status_code=201,
        openapi_extra=BYTES,
    )
    def attach(
        request: Request,
        *,
        record_id: RecordId,
        name: FileName,
        kind: FileKind = "file",
        actor: Actor = worker,
        data: bytes = Depends(body_of),  # after the actor: nobody else's body is read
    ) -> AttachmentOut:
        """The file is the body."""
        with reading(request, actor) as context:
            files.workable(context, entity, record_id)
        kept = files.keep(store_of(request), name, data, request.app.state.settings.scan_command)
        with writing(request, actor) as context:
            return _out(context, files.attach(context, entity, record_id, kept, kind))

    @router.delete(
        f"{path}/{{attachment_id}}",
        operation_id=f"detach_{name}_file",
        summary=f"{entity.zh}：移除附件",
        status_code=204,
    )
    def detach(request: Request, record_id: RecordId, attachment_id: RecordId, actor: Actor = worker) -> None:
        """Take a file from the record."""
        with writing(request, actor) as context:
            files.detach(context, entity, record_id, attachment_id)


@router.get(
    "/files/{sha256}",
    operation_id="get_file",
    summary="文件内容",
    response_class=FileResponse,
    responses=CONTENT,
)
def content(
    request: Request, sha256: Sha256, actor: Anybody, size: Literal["whole", "thumbnail"] = "whole"
) -> FileResponse:
    """The content, or a small picture of a picture."""
    with reading(request, actor) as context:
        attachment, file = files.with_content(context, entities_of(request), sha256)
    store = store_of(request)
    if not store.path(sha256).exists():  # a database that came back without its files
        raise NotFound()
    if size == "thumbnail" and file.media_type.startswith("image/") and file.media_type != "image/vnd.dxf":
        return FileResponse(
            store.thumbnail(sha256), media_type="image/jpeg", filename="thumbnail.jpg", headers=SANDBOX
        )
    return FileResponse(
        store.path(sha256), media_type=file.media_type, filename=attachment.name, headers=SANDBOX
    )


@router.get("/attachments/{record_id}/regions", operation_id="list_picture_regions", summary="图上区域")
def regions(request: Request, record_id: RecordId, actor: Anybody) -> list[RegionIn]:
    """What the parts of a picture show."""
    with reading(request, actor) as context:
        picture = files.attachment(context, entities_of(request), record_id)
        return [
            RegionIn(entity=one.entity, record_id=one.record_id, points=list(one.points))
            for one in drawings.regions(context.session, picture)
        ]


@router.put(
    "/attachments/{record_id}/regions",
    operation_id="draw_picture_regions",
    summary="勾画图上区域",
    status_code=204,
)
def draw(
    request: Request,
    record_id: RecordId,
    actor: Anybody,
    said: Annotated[list[RegionIn], Field(max_length=2000)],
) -> None:
    """Let the picture show these records and no others; those out of sight stay."""
    drawn = [Region(one.entity, one.record_id, tuple(one.points)) for one in said]
    with writing(request, actor) as context:
        entities = entities_of(request)
        drawings.draw(context, entities, files.attachment(context, entities, record_id), drawn)


@router.put(
    "/attachments/{record_id}/regions/{entity}/{shown_id}",
    operation_id="draw_picture_region",
    summary="勾画图上一处区域",
    status_code=204,
)
def draw_one(
    request: Request,
    *,
    record_id: RecordId,
    entity: EntityKey,
    shown_id: RecordId,
    actor: Anybody,
    said: Outline,
) -> None:
    """Let the picture show the record there; what else it shows stays."""
    with writing(request, actor) as context:
        entities = entities_of(request)
        picture = files.attachment(context, entities, record_id)
        drawings.draw_one(context, entities, picture, Region(entity, shown_id, tuple(said.points)))


@router.delete(
    "/attachments/{record_id}/regions/{entity}/{shown_id}",
    operation_id="erase_picture_region",
    summary="擦除图上一处区域",
    status_code=204,
)
def erase(
    request: Request, record_id: RecordId, entity: EntityKey, shown_id: RecordId, actor: Anybody
) -> None:
    """The picture shows the record no longer."""
    with writing(request, actor) as context:
        entities = entities_of(request)
        drawings.erase(context, entities, files.attachment(context, entities, record_id), entity, shown_id)


def _out(context: Context, one: Attachment) -> AttachmentOut:
    return AttachmentOut(
        id=one.id,
        name=one.name,
        kind=one.kind,
        sha256=one.sha256,
        by=one.who,
        at=iso(one.at_us, context.zone),
    )
