"""Routes of curves, reports, comparisons and rankings. Only the energy manager, within the own region."""

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.directory import InstitutionKind, Level
from civicwatt_cloud.kit.errors import BadRequest
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.table_files import MEDIA
from civicwatt_cloud.modules.energy import comparison as comparisons
from civicwatt_cloud.modules.energy import curves as load_curves
from civicwatt_cloud.modules.energy import ranking, reports
from civicwatt_cloud.modules.energy.api import FIRST_DAY, LAST_DAY, ManagerView, PeriodKey
from civicwatt_cloud.modules.energy.grouping import Dimension
from civicwatt_cloud.modules.energy.query_schemas import Comparison, Curves, Rankings, Report
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures.counters import CarrierKey, Choice
from civicwatt_cloud.timeseries.figures.recipes import FigureKey

router = APIRouter(
    prefix="/api/v1",
    tags=["查询"],
    responses=problems(401, 403, 404, 422),
)
CHUNK_BYTES = 64 * 1024
_ID = Query(ge=1, le=2**31 - 1)
GroupBy = Annotated[
    list[Dimension], Query(description="可任意组合；能源品种始终分开", examples=[["institution", "end_use"]])
]
Floor = Annotated[float, Query(ge=0, le=1, description="完整率低于此值的不比较、不排名")]
From = Annotated[date, Query(alias="from", ge=FIRST_DAY, le=LAST_DAY, examples=["2026-01-01"])]
To = Annotated[
    date, Query(alias="to", ge=FIRST_DAY, le=LAST_DAY, description="不含当日", examples=["2027-01-01"])
]


def chosen(
    institution: Annotated[int | None, _ID] = None,
    building: Annotated[int | None, _ID] = None,
    end_use: Annotated[EndUse | None, Query(examples=["hvac"])] = None,
    carrier: Annotated[CarrierKey | None, Query(examples=["electricity"])] = None,
) -> Choice:
    """What part of the visible counters is asked about; nothing given: all of it."""
    return Choice(institution, building, end_use, carrier)


Chosen = Annotated[Choice, Depends(chosen)]


@router.get(
    "/curves",
    operation_id="get_curves",
    summary="负荷曲线：按像素保留最小值与最大值",
    response_model=Curves,
)
def curves(
    *,
    view: ManagerView,
    choice: Chosen,
    start: Annotated[datetime, Query(alias="from", examples=["2026-11-21T00:00:00+08:00"])],
    end: Annotated[datetime, Query(alias="to", examples=["2026-11-22T00:00:00+08:00"])],
    point: Annotated[list[Annotated[int, _ID]], Query(max_length=50, description="表计；缺省为全部")] = [],  # noqa: B006
    by: load_curves.By = "total",
    max_points: Annotated[int, Query(ge=2, le=20_000)] = 2000,
) -> Response:
    """Power over [from, to); without a zone, times are of the business zone."""
    start_us, end_us = (_instant(view.zone, when) for when in (start, end))
    question = load_curves.Question(start_us, end_us, choice, tuple(point), by, max_points)
    return _json(load_curves.curves(view, question).model_dump_json())


@router.get(
    "/reports/consumption",
    operation_id="get_report",
    summary="用能报表：按时、日、月、年与任意分组",
    response_model=Report,
    responses={200: {"content": {media: {} for media in MEDIA.values()}}},
)
def report(
    *,
    view: ManagerView,
    choice: Chosen,
    start: From,
    end: To,
    step: reports.ReportStep = "month",
    group_by: GroupBy = [],  # noqa: B006 - FastAPI copies it
    format: Annotated[Literal["json", "csv", "xlsx"], Query(description="csv 与 xlsx 逐行写出")] = "json",
) -> Response:
    """Consumption, completeness and quality on [from, to)."""
    question = reports.Question(start, end, step, choice, tuple(group_by))
    if format == "json":
        return _json(reports.report(view, question).model_dump_json())
    with tempfile.NamedTemporaryFile(prefix="civicwatt-", suffix=f".{format}", delete=False) as made:
        path = Path(made.name)
    try:
        reports.report_file(view, question, path)
        file = path.open("rb")
    finally:
        path.unlink()  # an open file stays readable without a name, and goes with its last reader
    name = quote(f"用能报表 {start} {end}.{format}")
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{name}"}
    return StreamingResponse(_chunks(file), media_type=MEDIA[format], headers=headers)


@router.get("/comparisons/consumption", operation_id="get_comparison", summary="同比与环比")
def comparison(
    view: ManagerView,
    choice: Chosen,
    period: Annotated[
        str | None, Query(description="2026、2026-11 或 2026-11-21，缺省为本年", examples=["2026-02"])
    ] = None,
    group_by: GroupBy = [],  # noqa: B006 - FastAPI copies it
    floor: Floor = comparisons.FLOOR,
) -> Comparison:
    """A period beside a year before and the period before."""
    return comparisons.comparison(view, period, choice, group_by, floor)


@router.get(
    "/rankings",
    operation_id="get_rankings",
    summary="单位排名：总量、人均、单位面积",
    response_model=Rankings,
)
def rankings(
    *,
    view: ManagerView,
    figure: Annotated[list[FigureKey], Query(max_length=8)],
    period: PeriodKey = None,
    kind: Annotated[InstitutionKind | None, Query(description="只排同类单位")] = None,
    level: Annotated[Level | None, Query(description="只排同级单位")] = None,
    order: Annotated[ranking.Order, Query(description="desc：从高到低")] = "desc",
    floor: Floor = comparisons.FLOOR,
    limit: Annotated[int, Query(ge=1, le=20_000, description="两份名单各列多少家")] = 100,
) -> Response:
    """One ranking a figure; who cannot be ranked stands apart, with the reason."""
    question = ranking.Question(tuple(dict.fromkeys(figure)), kind, level, order, floor, limit)
    return _json(ranking.rankings(view, period, question).model_dump_json())


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _json(text: str) -> Response:
    """Long answers are written out once, not checked a second time on their way."""
    return Response(text, media_type="application/json")


def _instant(zone: ZoneInfo, when: datetime) -> int:
    """UTC µs. Errors: BadRequest."""
    if not FIRST_DAY <= when.date() <= LAST_DAY:
        raise BadRequest("from", what=f"{when}，应在 {FIRST_DAY} 至 {LAST_DAY} · out of range")
    return int((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp()) * SECOND_US
