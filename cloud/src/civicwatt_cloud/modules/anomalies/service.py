"""Effects of the steps of a case, and what before and after say of a repair."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.business_time import HOUR_US, iso
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.energy_events import ANOMALY, Check, Facts, Question, answers, before_after
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import RuleRow, place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.anomalies.choices import FindingKind, Reason
from civicwatt_cloud.modules.anomalies.errors import NotVerified
from civicwatt_cloud.modules.anomalies.models import Case, Finding, Judged
from civicwatt_cloud.timeseries.ledger.queries import totals

SERIES_HOURS = 48  # of a ticket's evidence [engineering default]
HOUR_S = 3600
DAY_H = 24


def rule(context: Context, owner_id: int, name: str) -> RuleRow:
    """A row of reference/anomalies.toml as it holds for an institution. Errors: NoRule."""
    place = place_of(context.session.get_one(Institution, owner_id))
    return rules_of(context.session).value(f"anomalies.{name}", context.today, place)


def noted(step: Step) -> None:
    """What the form says is kept."""
    for name, value in step.said.items():
        setattr(step.record, name, value)


def explained(step: Step) -> None:
    """It needs no repair; whether something was there at all is what the rule is judged by."""
    noted(step)
    step.record.is_right = step.record.reason != Reason.NO_FAULT
    step.record.explained_us = step.now_us


def upheld(step: Step) -> None:
    """The appeal's own reason becomes the explanation; the decision is in the step."""
    step.record.is_right = step.record.reason != Reason.NO_FAULT
    step.record.explained_us = step.now_us


def rejected(step: Step) -> None:
    """The reason that was given does not hold."""
    step.record.reason = None


def fixed(step: Step) -> None:
    """Somebody repaired it: the rule was right."""
    noted(step)
    step.record.is_right, step.record.fixed_us = True, step.now_us
    step.record.verdict = step.record.verdict_facts = None


def told(step: Step) -> None:
    """Whoever repairs hears of it, with the hours that show it."""
    case, context = step.record, step.context
    found = context.session.scalars(
        select(Finding).where(Finding.case_id == case.id).order_by(Finding.begin_us.desc())
    ).all()
    since = iso(case.begin_us, context.zone)
    facts = Facts(
        subject=f"anomaly/{case.id}",
        owner_id=case.owner_id,
        point_ids=sorted({one.point_id for one in found}),
        name=case.title,
        since_us=case.begin_us,
        reason_zh=f"自 {since} 起{FindingKind(case.kind).zh}，偏差 {case.energy / 10:.1f}",
        reason_en=f"{FindingKind(case.kind).en} since {since}, {case.energy / 10:.1f} apart",
        evidence=_series(found[0], context) if found else [],
    )
    events.tell(context, ANOMALY, {**facts}, case)


def may_verify(step: Step) -> None:
    """Errors: NotVerified."""
    check = compared(step.context, step.record)
    if check.outcome != "effective":
        raise NotVerified(why_zh=check.zh, why=check.en)


def verified(step: Step) -> None:
    """The figures of before and after are kept with the case."""
    check = compared(step.context, step.record)
    facts = {"zh": check.zh, "en": check.en, **check.figures, "at": iso(step.now_us, step.context.zone)}
    step.record.verdict = check.outcome
    step.record.verdict_facts = json.dumps(facts, ensure_ascii=False)


def reopened(step: Step) -> None:
    """It is there again."""
    step.record.returned += 1
    step.record.fixed_us = step.record.explained_us = None
    step.record.verdict = step.record.verdict_facts = None


def compared(context: Context, case: Case) -> Check:
    """Before and after the repair of a case."""
    points = context.session.scalars(select(Finding.point_id).where(Finding.case_id == case.id).distinct())
    question = Question(
        event=ANOMALY,
        point_ids=list(points),
        began_us=case.begin_us,
        fixed_us=case.fixed_us or context.now_us,
        now_us=context.now_us,
        least_hours=int(rule(context, case.owner_id, "verify_days").value) * DAY_H,
        least_covered=str(rule(context, case.owner_id, "verify_covered").value),
    )
    return before_after(context.session, question)


@answers("before_after", ANOMALY)
def repaired(session: Session, question: Question) -> Check:
    """Whether the counters depart from what is expected after the repair, and how much they did before."""
    first, last = -(-question.fixed_us // HOUR_US), question.now_us // HOUR_US
    judged = session.scalars(select(Judged.live_hour).where(Judged.point_id.in_(question.point_ids))).all()
    last = min([last, *judged])
    hours = last - first
    if hours < question.least_hours:
        zh = f"修复后只判断了 {max(0, hours)} 个整点小时，至少需要 {question.least_hours} 个"
        en = f"{max(0, hours)} whole hours were judged since the repair; {question.least_hours} are needed"
        return Check("unknown", zh, en, {})
    read = totals(session, "hour", question.point_ids, first, last)
    covered = sum(one.covered_s for one in read.values()) / (len(question.point_ids) * hours * HOUR_S)
    if covered < float(question.least_covered):
        zh = f"修复后数据覆盖率只有 {covered:.1%}"
        return Check("unknown", zh, f"readings cover only {covered:.1%} of the time since the repair", {})
    before_h = max(1, question.fixed_us // HOUR_US - question.began_us // HOUR_US)
    before = _apart(session, question.point_ids, question.began_us, question.fixed_us) / before_h * DAY_H
    after = _apart(session, question.point_ids, question.fixed_us, question.now_us) / hours * DAY_H
    figures = {
        "before": f"{before:.1f}",
        "after": f"{after:.1f}",
        "unit": "kWh/d, m³/d",
        "hours_after": str(hours),
    }
    zh = f"每日偏差由 {before:.1f} 到 {after:.1f}"
    en = f"the departure of a day went from {before:.1f} to {after:.1f}"
    return Check("effective" if after == 0 else "ineffective", zh, en, figures)


def _apart(session: Session, points: object, from_us: int, to_us: int) -> float:
    """The departures of findings that began in a span, as magnitudes."""
    found = select(func.sum(func.abs(Finding.energy))).where(
        Finding.point_id.in_(points),  # type: ignore[arg-type]
        Finding.begin_us >= from_us,
        Finding.begin_us < to_us,
    )
    return float(session.scalar(found) or 0) / 10


def _series(finding: Finding, context: Context) -> list[list[str]]:
    """Hour, value, expectation: the newest rows of what is kept."""
    kept = json.loads(finding.evidence)
    rows = zip(kept["actual"], kept["expected"], strict=True)
    every = [
        [
            iso((kept["from_hour"] + at) * HOUR_US, context.zone),
            *("" if one is None else str(one) for one in row),
        ]
        for at, row in enumerate(rows)
    ]
    return every[-SERIES_HOURS:]
