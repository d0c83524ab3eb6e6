"""Routes of documents: the form of a record that goes through a workflow."""

from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.documents.forms import form_of
from civicwatt_cloud.kit.documents.pdf import pdf
from civicwatt_cloud.kit.documents.word import word
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.routing import router_of
from civicwatt_cloud.kit.workbooks.columns import targets_of

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def routes(module: Module) -> APIRouter:
    """The documents of all entities of a module."""
    router = router_of(module)
    for entity in module.entities:
        if entity.workflow:
            _document_route(router, f"{module.key}_{entity.key}", entity)
    return router


def _document_route(router: APIRouter, name: str, entity: Entity) -> None:
    reader = Depends(Requires(entity.read))

    @router.get(
        f"/{entity.path}/{{record_id}}/document",
        operation_id=f"get_{name}_document",
        summary=f"{entity.zh}：审批表",
        response_class=Response,
        responses={
            200: {"content": {media: {} for media in MEDIA.values()}, "description": "审批表"},
            **problems(503),
        },
    )
    def document(
        request: Request,
        record_id: RecordId,
        format: Literal["docx", "pdf"] = "docx",
        actor: Actor = reader,
    ) -> Response:
        """What the record says and who took which step, as a file."""
        with reading(request, actor) as context:
            form = form_of(context, entity, targets_of(request.app.state.modules), record_id)
        own = request.app.state.settings.forms_path / f"{entity.key}.docx"
        content = word(form, own) if format == "docx" else pdf(form)
        called = quote(f"{form.title}{record_id}.{format}")
        headers = {"Content-Disposition": f"attachment; filename*=utf-8''{called}"}
        return Response(content, media_type=MEDIA[format], headers=headers)
