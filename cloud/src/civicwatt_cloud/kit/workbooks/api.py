"""Routes of workbooks: the records of a list as a file, an empty one to fill in, and the way back."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, create_model

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.errors import CloudError
from civicwatt_cloud.kit.files.api import BYTES, PROBLEMS_OF_UPLOADS, body_of
from civicwatt_cloud.kit.files.checks import accepted
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import Problem, told
from civicwatt_cloud.kit.records import schemas
from civicwatt_cloud.kit.records.api import asked_of, reading, writing
from civicwatt_cloud.kit.records.entity import Entity, Module
from civicwatt_cloud.kit.records.routing import router_of
from civicwatt_cloud.kit.table_files import MEDIA, Format
from civicwatt_cloud.kit.workbooks.columns import Targets, targets_of
from civicwatt_cloud.kit.workbooks.exporting import export
from civicwatt_cloud.kit.workbooks.importing import Outcome, Verdict, import_file
from civicwatt_cloud.kit.workbooks.template import write_template

CHUNK_BYTES = 64 * 1024
TABLE: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {media: {} for media in MEDIA.values()}, "description": "表格文件"}},
}


class RowOut(BaseModel):
    """A row of the file and what becomes of it."""

    row: int
    verdict: Verdict
    problem: Problem | None


class ImportOut(BaseModel):
    """What an import did, or would do."""

    dry_run: bool
    new: int
    changed: int
    identical: int
    bad: int
    rows: list[RowOut]


def routes(module: Module) -> APIRouter:
    """The workbooks of all entities of a module; they go before those that end in a record's id."""
    router = router_of(module, PROBLEMS_OF_UPLOADS)
    for entity in module.entities:
        _export_route(router, f"{module.key}_{entity.key}", entity)
        if entity.write:
            _import_routes(router, f"{module.key}_{entity.key}", entity)
    return router


def _export_route(router: APIRouter, name: str, entity: Entity) -> None:
    listed = schemas.filters_of(entity)
    filters = create_model(f"{listed.__name__}Export", __base__=listed, format=(Format, "xlsx"))
    reader = Depends(Requires(entity.read))

    @router.get(
        f"/{entity.path}/export", operation_id=f"export_{name}", summary=f"{entity.zh}：导出", **TABLE
    )
    def exported(
        request: Request,
        asked: Annotated[filters, Query()],  # type: ignore[valid-type]
        actor: Actor = reader,
    ) -> StreamingResponse:
        """All that the list shows, on one sheet."""
        form: Format = asked.format  # type: ignore[attr-defined]

        def write(path: Path) -> None:
            with reading(request, actor) as context:
                export(context, entity, _targets(request), asked_of(asked), path)

        return table_file(f"{entity.zh}.{form}", write)


def _import_routes(router: APIRouter, name: str, entity: Entity) -> None:
    writer = Depends(Requires(entity.write))

    @router.get(
        f"/{entity.path}/template", operation_id=f"get_{name}_template", summary=f"{entity.zh}：模板", **TABLE
    )
    def template(actor: Actor = writer) -> StreamingResponse:
        """A workbook to fill in."""
        return table_file(f"{entity.zh}模板.xlsx", lambda path: write_template(path, entity))

    @router.post(
        f"/{entity.path}/import",
        operation_id=f"import_{name}",
        summary=f"{entity.zh}：导入",
        openapi_extra=BYTES,
    )
    def imported(
        request: Request,
        *,
        dry_run: bool = True,
        format: Format = "xlsx",
        actor: Actor = writer,
        data: bytes = Depends(body_of),  # after the actor: nobody else's body is read
    ) -> ImportOut:
        """The workbook is the body. Good rows are kept, bad ones told by their cell."""
        file = accepted(f"{entity.key}.{format}", data)
        with tempfile.TemporaryDirectory(prefix="civicwatt-") as folder:
            path = Path(folder) / file.name
            path.write_bytes(file.data)
            with writing(request, actor) as context:
                done = import_file(context, entity, _targets(request), path, dry_run=dry_run)
        return _out(done, dry_run)


def _out(done: Outcome, dry_run: bool) -> ImportOut:
    return ImportOut(
        dry_run=dry_run,
        rows=[RowOut(row=one.row, verdict=one.verdict, problem=_problem(one.problem)) for one in done.rows],
        **{verdict.value: done.count(verdict) for verdict in Verdict},
    )


def _problem(error: CloudError | None) -> Problem | None:
    return told(error) if error else None


def _targets(request: Request) -> Targets:
    return targets_of(request.app.state.modules)


def table_file(name: str, write: Callable[[Path], None]) -> StreamingResponse:
    """A file that is made in a temporary place and gone with its last reader."""
    ending = name.rpartition(".")[2]
    with tempfile.TemporaryDirectory(prefix="civicwatt-") as folder:
        path = Path(folder) / f"made.{ending}"
        write(path)
        file = path.open("rb")  # an open file stays readable without a name
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"}
    return StreamingResponse(_chunks(file), media_type=MEDIA[ending], headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
