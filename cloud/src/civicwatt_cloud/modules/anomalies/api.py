"""Routes beyond the registry: the evidence of a case, and how often each rule was right."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import func, select

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import HOUR_US, iso
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.modules.anomalies.choices import FindingKind
from civicwatt_cloud.modules.anomalies.entities import CASE, FINDING
from civicwatt_cloud.modules.anomalies.models import Case, Finding

router = APIRouter(prefix="/api/v1/anomalies", tags=["用能异常"], responses=PROBLEMS)


class AnomalyHour(BaseModel):
    """An hour of the evidence; the band is what is usual around the expectation."""

    at: str
    actual: float | None
    expected: float | None
    low: float | None
    high: float | None
    is_flagged: bool


class AnomalyRule(BaseModel):
    """How a rule does: what people who looked said of its findings' cases."""

    kind: str
    zh: str
    en: str
    findings: int
    muted: int
    judged: int  # cases that were explained or repaired
    confirmed: int  # of these, something was wrong


class AnomalyFinding(BaseModel):
    """A finding with the hours that show it."""

    id: int
    meter: str
    kind: str
    zh: str
    en: str
    begin: str
    end: str
    found: str
    energy: str
    unit: str
    cost: str | None
    confidence: int
    is_muted: bool
    hours: list[AnomalyHour]


class AnomalyEvidence(BaseModel):
    """What a case is made of, the dearest finding first."""

    findings: list[AnomalyFinding]
    rules: list[AnomalyRule]  # of the kinds among them


SHOWN = 12  # findings of a case that are drawn [engineering default]


@router.get("/cases/{record_id}/evidence", operation_id="get_anomaly_evidence", summary="异常事项的证据")
def evidence(
    request: Request, record_id: RecordId, actor: Annotated[Actor, Depends(Requires(CASE.read))]
) -> AnomalyEvidence:
    """The findings of a case with their hours, and how often their rules were right."""
    with reading(request, actor) as context:
        case = registry.get(context, CASE, record_id)
        found = context.session.scalars(
            select(Finding)
            .where(Finding.case_id == case.id)
            .order_by(Finding.cost.desc().nulls_last(), func.abs(Finding.energy).desc(), Finding.id)
            .limit(SHOWN)
        ).all()
        kinds = {one.kind for one in found}
        rules = [one for one in _rules(context) if one.kind in kinds]
        return AnomalyEvidence(findings=[_finding(context, one) for one in found], rules=rules)


@router.get("/rules", operation_id="get_anomaly_rules", summary="各规则命中率")
def rates(request: Request, actor: Annotated[Actor, Depends(Requires(FINDING.read))]) -> list[AnomalyRule]:
    """Each rule's findings, how many were muted, and how many people confirmed, in the reader's scope."""
    with reading(request, actor) as context:
        return _rules(context)


def _rules(context: Context) -> list[AnomalyRule]:
    found = {
        kind: (count, muted)
        for kind, count, muted in context.session.execute(
            select(Finding.kind, func.count(), func.count().filter(Finding.is_muted))
            .where(registry.visible(FINDING, context.actor))
            .group_by(Finding.kind)
        )
    }
    said = {
        kind: (judged, right)
        for kind, judged, right in context.session.execute(
            select(Case.kind, func.count(), func.count().filter(Case.is_right.is_(True)))
            .where(registry.visible(CASE, context.actor), Case.is_right.is_not(None))
            .group_by(Case.kind)
        )
    }
    return [
        AnomalyRule(
            kind=kind,
            zh=kind.zh,
            en=kind.en,
            findings=found.get(kind, (0, 0))[0],
            muted=found.get(kind, (0, 0))[1],
            judged=said.get(kind, (0, 0))[0],
            confirmed=said.get(kind, (0, 0))[1],
        )
        for kind in FindingKind
    ]


def _finding(context: Context, one: Finding) -> AnomalyFinding:
    kind, kept = FindingKind(one.kind), json.loads(one.evidence)
    return AnomalyFinding(
        id=one.id,
        meter=one.meter,
        kind=kind,
        zh=kind.zh,
        en=kind.en,
        begin=iso(one.begin_us, context.zone),
        end=iso(one.end_us, context.zone),
        found=iso(one.found_us, context.zone),
        energy=f"{one.energy / 10:.1f}",
        unit=kept["unit"],
        cost=None if one.cost is None else f"{one.cost / 100:.2f}",
        confidence=one.confidence,
        is_muted=one.is_muted,
        hours=_hours(context, kept),
    )


def _hours(context: Context, kept: dict[str, Any]) -> list[AnomalyHour]:
    first, (begin, end) = kept["from_hour"], kept["flagged"]
    rows = zip(kept["actual"], kept["expected"], kept["band"], strict=True)
    return [
        AnomalyHour(
            at=iso((first + at) * HOUR_US, context.zone),
            actual=actual,
            expected=expected,
            low=None if expected is None or width is None else expected - width,
            high=None if expected is None or width is None else expected + width,
            is_flagged=begin <= at < end,
        )
        for at, (actual, expected, width) in enumerate(rows)
    ]
