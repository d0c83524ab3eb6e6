"""Routes of what is printed, and the public page of a certificate: no sign-in, nothing but what it says."""

import time
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse

from civicwatt_cloud.kit.access import Requires, public
from civicwatt_cloud.kit.documents.api import MEDIA
from civicwatt_cloud.kit.documents.forms import Form
from civicwatt_cloud.kit.documents.pdf import pdf
from civicwatt_cloud.kit.documents.word import word
from civicwatt_cloud.kit.errors import NotFound, TooManyRequests
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.limits import Allowance, Rate
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.modules.certification import papers
from civicwatt_cloud.modules.certification.entities import CERTIFICATION, READERS

OF_PUBLIC = Rate(1, 30)  # an address a second, and at once [engineering default]

router = APIRouter(prefix="/api/v1/certification", tags=["创建评价"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]
Format = Literal["docx", "pdf"]
Token = Annotated[str, Path(min_length=43, max_length=43, pattern="^[A-Za-z0-9_-]+$")]
FILES = {200: {"content": {media: {} for media in MEDIA.values()}, "description": "文件"}, **problems(503)}
_allowance = Allowance()


@router.get(
    "/certifications/{record_id}/report",
    operation_id="get_certification_report",
    summary="创建自评报告",
    response_class=Response,
    responses=FILES,
)
def report(request: Request, record_id: RecordId, actor: Reader, format: Format = "docx") -> Response:
    """Every item with its points and what they rest on."""
    with reading(request, actor) as context:
        form = papers.report(context, registry.get_open(context, CERTIFICATION, record_id))
    return _file(request, form, "certification_report", format)


@router.get(
    "/certifications/{record_id}/checklist",
    operation_id="get_certification_checklist",
    summary="现场核验清单",
    response_class=Response,
    responses=FILES,
)
def checklist(request: Request, record_id: RecordId, actor: Reader, format: Format = "docx") -> Response:
    """Every input with its source, and a place for the verifier's finding."""
    with reading(request, actor) as context:
        form = papers.checklist(context, registry.get_open(context, CERTIFICATION, record_id))
    return _file(request, form, "certification_checklist", format)


@router.get(
    "/certifications/{record_id}/certificate",
    operation_id="get_certification_certificate",
    summary="证书（A4）",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "证书"}, **problems(503)},
)
def certificate(
    request: Request, record_id: RecordId, actor: Reader, format: Literal["pdf"] = "pdf"
) -> Response:
    """The certificate on the wall. Errors: NotFound, before it is awarded."""
    with reading(request, actor) as context:
        row = registry.get_open(context, CERTIFICATION, record_id)
        if row.token is None:
            raise NotFound()
        address = f"{request.base_url}api/v1/certification/certificates/{row.token}"
        made = papers.certificate(row, address)
    return Response(made, media_type=MEDIA[format])


@router.get(
    "/certificates/{token}",
    operation_id="see_certificate",
    summary="证书公开核验页",
    dependencies=[Depends(public)],
    response_class=HTMLResponse,
    responses=problems(429),
)
def seen(request: Request, token: Token) -> HTMLResponse:
    """What the certificate says, for anybody who scans it."""
    address = request.client.host if request.client else ""
    if wait_s := _allowance.wait_s(OF_PUBLIC, address, time.monotonic()):
        raise TooManyRequests(seconds=int(wait_s) + 1)
    with reading(request, PLATFORM) as context:
        said = papers.told(context, token)
    if said is None:
        raise NotFound()
    return HTMLResponse(papers.page(said))


def _file(request: Request, form: Form, name: str, format: Format) -> Response:
    content = (
        word(form, request.app.state.settings.forms_path / f"{name}.docx") if format == "docx" else pdf(form)
    )
    called = quote(f"{form.title}.{format}")
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{called}"}
    return Response(content, media_type=MEDIA[format], headers=headers)
