"""Routes beyond the registry: what a score comes to, and by what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.modules.certification import exporting, scoring
from civicwatt_cloud.modules.certification.entities import CERTIFICATION, READERS
from civicwatt_cloud.modules.certification.measuring import FIGURES
from civicwatt_cloud.modules.certification.schemes import Figure
from civicwatt_cloud.modules.certification.scoring import Line, Score
from civicwatt_cloud.timeseries.figures.reasons import Reason

router = APIRouter(prefix="/api/v1/certification", tags=["创建评价"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]


class CertificationReason(BaseModel):
    """Why something is not known."""

    code: str
    zh: str
    en: str


class CertificationFigure(BaseModel):
    """A figure beside the mean of its type."""

    title: str
    title_en: str
    unit: str
    value: str | None
    reason: CertificationReason | None
    completeness: str | None
    mean: str | None
    mean_reason: CertificationReason | None
    mean_row: str
    peers: int


class CertificationItem(BaseModel):
    """An item with its points."""

    key: str
    section: str
    title: str
    title_en: str
    most: str
    star: bool
    is_condition: bool
    points: str | None
    reason: CertificationReason | None
    answer_id: int | None
    document: str | None
    files: int
    is_given: bool
    measured: CertificationFigure | None


class CertificationSection(BaseModel):
    """A chapter of the scheme; what has none of its own stands under its name."""

    key: str
    title: str
    title_en: str
    points: str


class CertificationGap(BaseModel):
    """Points that are not there yet, the most rewarding first."""

    key: str
    missing: str
    is_veto: bool


class CertificationScore(BaseModel):
    """A score as it comes to now."""

    scheme: str
    title: str
    title_en: str
    source: str
    status: str
    note: str
    total: str | None
    pass_mark: str | None
    unlisted: str | None
    score: str
    open: str | None
    outcome: str
    outcome_zh: str
    why: str | None
    why_en: str | None
    sections: list[CertificationSection]
    items: list[CertificationItem]
    gaps: list[CertificationGap]


@router.get("/certifications/{record_id}/score", operation_id="get_certification_score", summary="评分")
def score(request: Request, record_id: RecordId, actor: Reader) -> CertificationScore:
    """Items with points, documents, figures; what is missing, and in which order effort pays."""
    with reading(request, actor) as context:
        row = registry.get_open(context, CERTIFICATION, record_id)
        return _score(scoring.score(context, row))


@router.get(
    "/certifications/{record_id}/proof",
    operation_id="get_certification_proof",
    summary="导出已认证指标（可用 civicwatt verify 复算）",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}, "description": "算例包"}},
)
def proof(
    request: Request, record_id: RecordId, actor: Reader, figure: Figure = "energy_per_area"
) -> Response:
    """Inputs, formula and result of a figure, down to the raw readings its counters rest on."""
    with reading(request, actor) as context:
        row = registry.get_open(context, CERTIFICATION, record_id)
        made = exporting.pack(context, request.app.state.store, row, figure)
    headers = {"Content-Disposition": f"attachment; filename=certified-{record_id}-{figure}.json"}
    return Response(made, media_type="application/json", headers=headers)


def _score(found: Score) -> CertificationScore:
    scheme, judged = found.scheme, found.judged
    is_passed = judged.outcome == "passed"
    zh, en = scoring.why(found)
    return CertificationScore(
        scheme=scheme.name,
        title=scheme.title,
        title_en=scheme.title_en,
        source=scheme.source,
        status=scheme.status,
        note=scheme.note,
        total=_text(scheme.total),
        pass_mark=_text(scheme.pass_mark),
        unlisted=_text(scheme.unlisted),
        score=str(judged.score),
        open=_text(judged.open),
        outcome=judged.outcome.value,
        outcome_zh=judged.outcome.zh,
        why=None if is_passed else zh,
        why_en=None if is_passed else en,
        sections=[
            CertificationSection(key=one.key, title=one.title, title_en=one.title_en, points=str(one.points))
            for one in scheme.section
        ],
        items=[_line(one) for one in found.lines],
        gaps=[
            CertificationGap(key=one.item.key, missing=str(one.missing), is_veto=one.is_veto)
            for one in found.gaps
        ],
    )


def _line(one: Line) -> CertificationItem:
    item = one.item
    return CertificationItem(
        key=item.key,
        section=item.section,
        title=item.title,
        title_en=item.title_en,
        most=str(item.points),
        star=item.star,
        is_condition=item.is_condition,
        points=_text(one.points),
        reason=_reason(one.reason),
        answer_id=one.answer.id if one.answer else None,
        document=one.answer.document if one.answer else None,
        files=one.files,
        is_given=one.is_given,
        measured=_measured(one),
    )


def _measured(one: Line) -> CertificationFigure | None:
    if one.item.figure is None or one.measured is None or one.mean is None:
        return None
    zh, en, unit = FIGURES[one.item.figure]
    share = one.measured.completeness
    return CertificationFigure(
        title=zh,
        title_en=en,
        unit=unit,
        value=scoring.told(one.measured.value),
        reason=_reason(one.measured.value),
        completeness=None if share is None else f"{float(share):.4f}",
        mean=scoring.told(one.mean.value),
        mean_reason=_reason(one.mean.value),
        mean_row=one.mean.row,
        peers=one.mean.peers,
    )


def _reason(said: object) -> CertificationReason | None:
    return CertificationReason(code=said.code, zh=said.zh, en=said.en) if isinstance(said, Reason) else None


def _text(said: object) -> str | None:
    return None if said is None else str(said)
