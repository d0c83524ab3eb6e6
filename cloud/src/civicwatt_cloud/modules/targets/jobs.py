"""What the module does on its own: compute the running year of each plan once a day, and warn."""

from datetime import timedelta

from sqlalchemy import func, select

from civicwatt_cloud.kit import calendar, deadlines, events, rules_local
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.obligations import Obligation, fulfil, oblige
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.targets import evaluate
from civicwatt_cloud.modules.targets.choices import Indicator
from civicwatt_cloud.modules.targets.evaluate import Row
from civicwatt_cloud.modules.targets.models import Plan, TargetFigure

WARNED = "target.warned"  # facts: plan_id, owner_id, node, indicator, on, certain
ANSWER_DAYS = 15  # working days in which measures are to be named [engineering default]


def daily(context: Context) -> None:
    """Compute each plan's running year, once a day."""
    for plan in context.session.scalars(
        select(Plan).where(Plan.removed_us.is_(None)).order_by(Plan.id)
    ).all():
        year = (context.today - timedelta(days=1)).year
        if not plan.base_year < year <= plan.end_year:
            continue
        made = select(func.max(TargetFigure.made_us)).where(
            TargetFigure.plan_id == plan.id, TargetFigure.year == year
        )
        last_us = context.session.scalar(made)
        if last_us is None or date_of(last_us, context.zone) < context.today:
            run(context, plan, year)


def run(context: Context, plan: Plan, year: int) -> list[Row]:
    """Compute a year; oblige whoever's path is about to be missed, and nobody any more whose is not."""
    rows = evaluate.evaluate(context, plan, year)
    start = f"targets/{plan.id}/{year}/"
    query = select(Obligation).where(Obligation.key.startswith(start, autoescape=True))
    known = {one.key: one for one in context.session.scalars(query)}
    for row in rows:
        key = f"{start}{row.code}/{row.indicator}"
        if row.warned_on is None:
            if key in known and not known[key].is_done:
                fulfil(context.session, key)
        elif key not in known:
            _warn(context, plan, year, row, key)
    return rows


def _warn(context: Context, plan: Plan, year: int, row: Row, key: str) -> None:
    title = Indicator(row.indicator)
    how, how_en = ("确定", "certain") if row.is_certain else ("可能", "likely")
    due_day = calendar.workday_after(context.today, ANSWER_DAYS)
    owner = row.institution_id or plan.owner_id
    oblige(
        context.session,
        key=key,
        owner_id=owner,
        roles={Role.ENERGY_MANAGER, Role.LIAISON},
        zh=f"{row.name}{title.zh}：{row.warned_on} 预警，{year} 年目标{how}失守，需提出措施"[:200],
        en=f"{row.name}, {title.en}: since {row.warned_on} {how_en} to miss the path of {year}"[:200],
        due_us=deadlines.due_on(due_day, context.zone, rules_local.of(context.session)),
        subject=f"targets/plans/{plan.id}",
    )
    facts = {"plan_id": plan.id, "owner_id": owner, "node": row.code, "indicator": row.indicator}
    events.tell(context, WARNED, {**facts, "on": str(row.warned_on), "certain": row.is_certain})
