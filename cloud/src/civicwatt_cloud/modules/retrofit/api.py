"""Routes beyond the registry: a project's saving with its lineage, and the hours it is made of."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import select

from civicwatt_cloud.analysis.savings.measured import Period
from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us, iso
from civicwatt_cloud.kit.errors import RuleViolation
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.modules.retrofit import measuring, rules
from civicwatt_cloud.modules.retrofit.entities import PROJECT
from civicwatt_cloud.modules.retrofit.errors import NotMeasured, TooManyDays
from civicwatt_cloud.modules.retrofit.models import Project
from civicwatt_cloud.timeseries.ledger import queries as ledger
from civicwatt_cloud.timeseries.points import Point
from civicwatt_protocols.quantity import format_micro

router = APIRouter(prefix="/api/v1/retrofit", tags=["节能改造"], responses=PROBLEMS)
MOST_DAYS = 31  # of hours in one answer


class SavingCheck(BaseModel):
    """A question to the data, and what it came to."""

    key: str
    zh: str
    en: str
    state: str
    value: float | None
    limit: float | None
    why_zh: str
    why: str


class SavingSpan(BaseModel):
    """Days, and how much of them is known."""

    first: date
    last: date
    hours: int
    coverage: float
    use: float


class SavingOut(BaseModel):
    """A saving in the meters' unit, with its interval and what it rests on."""

    unit: str
    saving: float
    percent: float | None
    low: float
    high: float
    level: float
    adjusted: float
    non_routine: float
    baseline_id: int
    baseline_version: int
    baseline_hash: str
    reporting_hash: str
    model: str
    cvrmse: float | None
    nmbe: float | None
    temperature: str
    points: list[int]
    adjustment_ids: list[int]
    baseline: SavingSpan
    reporting: SavingSpan
    checks: list[SavingCheck]


class SavingAnswer(BaseModel):
    """The saving, or why it is unknown."""

    saving: SavingOut | None
    reason: str | None
    reason_en: str | None


class LedgerHourOut(BaseModel):
    """What one counter booked in one hour."""

    point_id: int
    meter: str
    at: str
    amount: str
    covered_s: int
    quality: str


@router.get("/projects/{record_id}/saving", operation_id="get_retrofit_saving", summary="实测节能量及其由来")
def saving(
    request: Request,
    record_id: RecordId,
    actor: Annotated[Actor, Depends(Requires(PROJECT.read))],
    until: Annotated[date | None, Query(description="报告期末日，缺省为昨天")] = None,
) -> SavingAnswer:
    """From the day of acceptance to a day, measured against the frozen baseline."""
    with reading(request, actor) as context:
        project = registry.get_open(context, PROJECT, record_id)
        yesterday = context.today - timedelta(days=1)
        try:
            found = _saving(context, project, min(until or yesterday, yesterday))
        except RuleViolation as why:
            return SavingAnswer(saving=None, reason=why.text("zh"), reason_en=why.text("en"))
        return SavingAnswer(saving=found, reason=None, reason_en=None)


@router.get("/projects/{record_id}/hours", operation_id="get_retrofit_hours", summary="项目计量点逐小时台账")
def hours(
    request: Request,
    record_id: RecordId,
    actor: Annotated[Actor, Depends(Requires(PROJECT.read))],
    first: Annotated[date | None, Query(description="首日，缺省为昨天")] = None,
    last: Annotated[date | None, Query(description="末日，缺省为首日")] = None,
) -> list[LedgerHourOut]:
    """What the ledger holds of the project's counters, hour by hour."""
    with reading(request, actor) as context:
        first = first or context.today - timedelta(days=1)
        last = last or first
        if not 0 <= (last - first).days < MOST_DAYS:
            raise TooManyDays(most=MOST_DAYS)
        project = registry.get_open(context, PROJECT, record_id)
        points = rules.point_ids(project.points)
        query = select(Point.id, Point.title, Point.device).where(Point.id.in_(points))
        names = {one.id: one.title or one.device for one in context.session.execute(query)}
        low, high = (day_start_us(day, context.zone) // HOUR_US for day in (first, last + timedelta(days=1)))
        return [
            LedgerHourOut(
                point_id=one.point_id,
                meter=names[one.point_id],
                at=iso(one.period * HOUR_US, context.zone),
                amount=format_micro(one.micro),
                covered_s=one.covered_s,
                quality=one.quality.value,
            )
            for one in ledger.booked(context.session, "hour", points, low, high)
        ]


def _saving(context: Context, project: Project, last: date) -> SavingOut:
    """Errors: those of measuring.saving()."""
    first = project.reporting_on
    if first is None or last < first:
        raise NotMeasured()
    found = measuring.saving(context, project, first, last + timedelta(days=1))
    low, high = found.savings.bounds()
    told, baseline = found.savings.as_dict(), found.baseline
    return SavingOut(
        unit=baseline.unit,
        saving=found.savings.saving,
        percent=told["savings_percent"],
        low=low,
        high=high,
        level=told["interval_level"],
        adjusted=found.savings.adjusted,
        non_routine=found.savings.adjustment,
        baseline_id=baseline.id,
        baseline_version=baseline.version,
        baseline_hash=baseline.data_hash,
        reporting_hash=found.later.hash,
        model=baseline.model,
        cvrmse=told["cvrmse"],
        nmbe=told["nmbe"],
        temperature=baseline.temperature,
        points=rules.point_ids(baseline.points),
        adjustment_ids=[one.id for one in found.adjustments],
        baseline=_span(baseline.first_on, baseline.last_on, found.savings.baseline),
        reporting=_span(first, last, found.savings.reporting),
        checks=[SavingCheck(**one) for one in told["checks"]],
    )


def _span(first: date, last: date, found: Period) -> SavingSpan:
    return SavingSpan(
        first=first, last=last, hours=found.periods, coverage=min(1.0, found.coverage), use=found.use
    )
