"""Use cases: what records must keep to, how an appeal is decided and what follows from it."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import calendar, deadlines, events, rules_local
from civicwatt_cloud.kit.directory import (
    Building,
    Denominator,
    DenominatorKind,
    Institution,
    Region,
    end_at_successor,
    region_prefix,
)
from civicwatt_cloud.kit.obligations import fulfil, oblige
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.targets import quotas
from civicwatt_cloud.modules.targets.choices import About, Compliance
from civicwatt_cloud.modules.targets.errors import (
    AppealTooLate,
    BadBands,
    BadNode,
    BadSpan,
    NotOwnCounter,
    ValueMissing,
)
from civicwatt_cloud.modules.targets.evaluate import view_of
from civicwatt_cloud.modules.targets.models import Appeal, Exemption, Plan, Quota, Separable, Target
from civicwatt_cloud.timeseries.points import Point

FILED, DECIDED = (
    "appeal.filed",
    "appeal.decided",
)  # facts: id, owner_id, about, and of a decision: state, effect
FILE_DAYS, DECIDE_DAYS = "targets.appeal_file_days", "targets.appeal_days"


def plan_spans(_session: Session, row: Plan) -> None:
    """Errors: BadSpan."""
    if row.end_year <= row.base_year:
        raise BadSpan(base=row.base_year, end=row.end_year)


def node_is_there(session: Session, row: Target) -> None:
    """A node that is known lies within the plan's region. Errors: BadNode."""
    region = session.get_one(Plan, row.plan_id).region
    institution = session.scalar(select(Institution).where(Institution.code == row.node))
    own = institution.path if institution else region_prefix(row.node)
    is_known = institution is not None or session.get(Region, row.node) is not None
    if is_known and not own.startswith(region_prefix(region)):
        raise BadNode(node=row.node, region=region)


def bands_in_order(_session: Session, row: Quota) -> None:
    """Errors: BadBands."""
    values = [one for one in (row.guide, row.base, row.constraint) if one is not None]
    if values != sorted(values):
        raise BadBands()


def counters_are_its_own(session: Session, row: Separable) -> None:
    """Errors: NotOwnCounter."""
    if row.points is None:
        return
    try:
        wanted = set(quotas.point_ids(row.points))
    except ValueError as error:
        raise NotOwnCounter(said=row.points) from error
    own = select(Point.id).join(Building, Building.id == Point.building_id)
    known = own.where(Building.institution_id == row.owner_id, Point.id.in_(wanted), Point.is_consumption)
    if set(session.scalars(known)) != wanted:
        raise NotOwnCounter(said=row.points)


def complete_appeal(context: Context, row: Appeal) -> None:
    """Its clock begins when it is filed. Errors: AppealTooLate."""
    rows = rules_local.of(context.session)
    place = place_of(context.session.get_one(Institution, row.owner_id))
    days = int(rows.value(FILE_DAYS, context.today, place).value)
    until = calendar.workday_after(row.told_on, days)
    if context.today > until:
        raise AppealTooLate(until=until)
    answer = int(rows.value(DECIDE_DAYS, context.today, place).value)
    row.filed_us = context.now_us
    row.due_us = deadlines.due(context.now_us, answer, context.zone, rows, place=place)


def submitted(step: Step) -> None:
    """It waits for the office that decides, which is reminded before the last day."""
    row = step.record
    about = About(row.about)
    oblige(
        step.session,
        key=_key(row),
        owner_id=row.owner_id,
        roles={Role.ENERGY_MANAGER},
        zh=f"申诉待答复：{about.zh}，{row.subject}"[:200],
        en=f"an appeal is to be decided: {about.en}, {row.subject}"[:200],
        due_us=row.due_us,
        subject=_key(row),
    )
    events.tell(step.context, FILED, {"id": row.id, "owner_id": row.owner_id, "about": row.about}, row)


def withdrawn(step: Step) -> None:
    """Nobody is reminded any more."""
    fulfil(step.session, _key(step.record))


def may_uphold(step: Step) -> None:
    """An area is corrected to a value, a type to another. Errors: ValueMissing."""
    row = step.record
    if row.about == About.AREA and not (
        step.said.get("area") and row.building_id and step.said.get("valid_from")
    ):
        raise ValueMissing(what_zh="楼栋、核定面积和生效日期", what="the building, its area and from when on")
    if row.about == About.TYPE and not step.said.get("kind"):
        raise ValueMissing(what_zh="核定的单位类型", what="the type that is right")


def upheld(step: Step) -> None:
    """What was wrong is put right, and what that makes of the figures is computed anew and written down."""
    context, row = step.context, step.record
    institution = context.session.get_one(Institution, row.owner_id)
    before = _standing(context, institution)
    _put_right(step, row, institution)
    context.session.flush()
    row.effect = f"更正前：{before}；更正后：{_standing(context, institution)}"
    _decide(step)


def rejected(step: Step) -> None:
    """Nothing changes."""
    step.record.effect = "维持原状，指标不变"
    _decide(step)


def _put_right(step: Step, row: Appeal, institution: Institution) -> None:
    session = step.session
    match About(row.about):
        case About.AREA:
            _area(session, row, step.said["area"], step.said["valid_from"])
        case About.TYPE:
            institution.kind = step.said["kind"]
        case About.LISTING | About.QUOTA:
            said = {"about": row.about, "reason": str(step.said["decision"])[:400], "valid_from": row.told_on}
            session.add(Exemption(owner_id=row.owner_id, rev=1, **said))


def _area(session: Session, row: Appeal, area: int, valid_from: date) -> None:
    """A dated floor area from that day on; earlier days keep what they had."""
    query = select(Denominator).where(
        Denominator.kind == DenominatorKind.FLOOR_AREA.value, Denominator.subject_id == row.building_id
    )
    rows = list(session.scalars(query))
    same = next((one for one in rows if one.valid_from == valid_from), None)
    if same is None:
        same = Denominator(
            kind=DenominatorKind.FLOOR_AREA.value, subject_id=row.building_id, valid_from=valid_from
        )
        session.add(same)
        rows.append(same)
    same.value, same.source = area, f"申诉 {row.id} 核定"
    end_at_successor(rows)


def _standing(context: Context, institution: Institution) -> str:
    """The figures of the running year against their quotas, in a line."""
    view = view_of(context, institution.region_code)
    told = []
    for one in quotas.judged(view, institution, (context.today - timedelta(days=1)).year):
        value = "未知" if one.value is None else f"{float(one.value):.3f} {one.indicator.unit}"
        told.append(f"{one.indicator.zh} {value}（{Compliance(one.compliance).zh}）")
    return "，".join(told)


def _decide(step: Step) -> None:
    row = step.record
    row.decision, row.decided_us = step.said["decision"], step.now_us
    fulfil(step.session, _key(row))
    facts = {"id": row.id, "owner_id": row.owner_id, "about": row.about, "effect": row.effect}
    events.tell(step.context, DECIDED, facts, row)


def _key(row: Appeal) -> str:
    return f"targets/appeals/{row.id}"
