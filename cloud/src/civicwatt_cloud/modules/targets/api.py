"""Routes beyond the registry: cascade, league tables, key users, compliance, calendar, a stated series."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import func, select

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.documents.api import MEDIA
from civicwatt_cloud.kit.documents.pdf import pdf
from civicwatt_cloud.kit.documents.word import word
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.problems import problems
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, reading, writing
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.targets import (
    cascade,
    energy_calendar,
    evaluate,
    jobs,
    quotas,
    schemas,
    standing,
)
from civicwatt_cloud.modules.targets.entities import PLAN, READERS, STATED
from civicwatt_cloud.modules.targets.evaluate import view_of
from civicwatt_cloud.modules.targets.models import Plan, TargetFigure

router = APIRouter(prefix="/api/v1/targets", tags=["目标与定额"], responses=PROBLEMS)
Reader = Annotated[Actor, Depends(Requires(READERS))]
Writer = Annotated[Actor, Depends(Requires(PLAN.write))]
Year = Annotated[int, Query(ge=2000, le=2100)]
Id = Annotated[int, Query(ge=1, le=2**31 - 1)]
MonthKey = Annotated[str, Query(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")]


@router.post("/plans/{record_id}/evaluation", operation_id="evaluate_plan", summary="计算规划的一个年度")
def evaluation(request: Request, record_id: RecordId, actor: Writer, year: Year) -> schemas.Evaluated:
    """Compute a year for every node, and warn where the path is about to be missed."""
    with writing(request, actor) as context:
        plan = registry.get(context, PLAN, record_id)
        rows = jobs.run(context, plan, year)
        known = {one.code for one in rows}
        warned = sum(one.warned_on is not None for one in rows)
        return schemas.Evaluated(
            rows=len(rows), warned=warned, unknown_nodes=evaluate.nodes_besides(context, plan, known)
        )


@router.get("/plans/{record_id}/cascade", operation_id="get_cascade", summary="目标分解与完成情况")
def get_cascade(
    request: Request, record_id: RecordId, actor: Reader, asked: Annotated[schemas.NodeAsked, Query()]
) -> schemas.CascadeOut:
    """A node's path, where it stands, its children, and whether their targets add up."""
    with reading(request, actor) as context:
        plan = _plan(context, record_id, asked.year)
        if not cascade.is_made(context.session, plan, asked.year):
            return schemas.nothing_made(plan, asked)
        found = cascade.look(context.session, scope_of(actor, READERS), plan, asked.wanted())
        return schemas.cascade_out(found, asked.indicator)


@router.get("/plans/{record_id}/league", operation_id="get_league", summary="同类单位排名")
def league(
    request: Request, record_id: RecordId, actor: Reader, asked: Annotated[schemas.LeagueAsked, Query()]
) -> schemas.League:
    """A peer group, the best first: intervals on score and place, ties shown, the incomplete without."""
    with reading(request, actor) as context:
        plan = _plan(context, record_id, asked.year)
        query = select(TargetFigure).where(
            TargetFigure.plan_id == plan.id,
            TargetFigure.year == asked.year,
            TargetFigure.indicator == asked.indicator.value,
            TargetFigure.kind == asked.kind.value,
            TargetFigure.level == asked.level.value,
            TargetFigure.institution_id.in_(scope_of(actor, READERS).institution_ids()),
        )
        total = context.session.scalar(select(func.count()).select_from(query.subquery())) or 0
        ordered = query.order_by(TargetFigure.place.is_(None), TargetFigure.actual, TargetFigure.code)
        rows = context.session.scalars(ordered.offset(asked.offset).limit(asked.limit)).all()
        unit = asked.indicator.unit
        return schemas.League(total=total, unit=unit, rows=[schemas.place_out(one) for one in rows])


@router.get("/plans/{record_id}/key-users", operation_id="get_key_users", summary="重点用能单位")
def key_users(request: Request, record_id: RecordId, actor: Reader, year: Year) -> list[schemas.KeyUser]:
    """Who uses so much that the law lists it, and whom an office has designated."""
    with reading(request, actor) as context:
        plan = _plan(context, record_id, year)
        found = standing.key_users(context, scope_of(actor, READERS), plan, year)
        return [schemas.KeyUser(**one._asdict()) for one in found]


@router.get("/plans/{record_id}/comparison", operation_id="get_fixed_base", summary="同比、环比与定基比")
def comparison(
    request: Request, record_id: RecordId, actor: Reader, asked: Annotated[schemas.ComparisonAsked, Query()]
) -> schemas.Compared:
    """A year against the year before and the base year; `coal`: the set the other side was made with."""
    with reading(request, actor) as context:
        plan = _plan(context, record_id, asked.year)
        standing.one_basis(view_of(context, plan.region), plan, asked.year, asked.coal)
        if not cascade.is_made(context.session, plan, asked.year):
            return schemas.compared(None, asked.indicator)
        found = cascade.look(context.session, scope_of(actor, READERS), plan, asked.wanted())
        return schemas.compared(found.node, asked.indicator)


@router.get("/compliance", operation_id="get_compliance", summary="定额达标情况")
def compliance(
    request: Request, actor: Reader, institution_id: Id, year: Year
) -> list[schemas.ComplianceOut]:
    """An institution against the quotas that hold for it, each on the quota's own terms."""
    with reading(request, actor) as context:
        institution = scope_of(actor, READERS).institution(context.session, institution_id)
        view = view_of(context, institution.region_code)
        return [schemas.compliance_out(one) for one in quotas.judged(view, institution, year)]


@router.get("/calendar", operation_id="get_energy_calendar", summary="能源日历")
def calendar(request: Request, actor: Reader, institution_id: Id, month: MonthKey) -> schemas.CalendarOut:
    """A budget for each day of a month, what was used, and the carry-over; today so far."""
    with reading(request, actor) as context:
        institution = scope_of(actor, READERS).institution(context.session, institution_id)
        found = energy_calendar.month(context, institution, _first(month))
        return schemas.calendar_out(found)


@router.get(
    "/calendar/report",
    operation_id="get_energy_calendar_report",
    summary="能源日历月报",
    response_class=Response,
    responses={
        200: {"content": {media: {} for media in MEDIA.values()}, "description": "月报"},
        **problems(503),
    },
)
def report(
    request: Request,
    actor: Reader,
    institution_id: Id,
    month: MonthKey,
    format: Literal["docx", "pdf"] = "docx",
) -> Response:
    """The month for the property company."""
    with reading(request, actor) as context:
        institution = scope_of(actor, READERS).institution(context.session, institution_id)
        form = energy_calendar.report(context, energy_calendar.month(context, institution, _first(month)))
    own = request.app.state.settings.forms_path / "energy_calendar.docx"
    content = word(form, own) if format == "docx" else pdf(form)
    called = quote(f"{form.title}{month}.{format}")
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{called}"}
    return Response(content, media_type=MEDIA[format], headers=headers)


@router.get("/stated-totals/{record_id}/series", operation_id="get_stated_series", summary="公布总量的序列")
def series(
    request: Request, record_id: RecordId, actor: Annotated[Actor, Depends(Requires(STATED.read))]
) -> list[schemas.SeriesPoint]:
    """The year, the year before and the base year; the totals follow from the changes."""
    with reading(request, actor) as context:
        return schemas.series_out(registry.get(context, STATED, record_id))


def _plan(context: Context, record_id: int, year: int) -> Plan:
    """A plan; without figures in that year it is seen in its owner's scope alone. Errors: NotFound."""
    plan = cascade.plan_of(context.session, record_id)
    if not cascade.is_made(context.session, plan, year):
        registry.get(context, PLAN, record_id)
    return plan


def _first(month: str) -> date:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1)
