"""Guards and effects of a certification's way, and what is filled in when a record is made."""

import json
import secrets
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.calendar import workday_after
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.numbering import node_number
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow.forms import keep_form
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.certification import measuring, rules, schemes, scoring
from civicwatt_cloud.modules.certification.choices import Kind, Outcome
from civicwatt_cloud.modules.certification.errors import (
    HandedIn,
    NoItem,
    NoScheme,
    NotPassed,
    StillOpen,
    TooManyPoints,
    YearRuns,
)
from civicwatt_cloud.modules.certification.models import Answer, Certification, Draw
from civicwatt_cloud.modules.certification.scoring import CENTI, HELD

OPEN = ("declared", "planned")  # while answers may change
TOKEN_BYTES = 32  # of the address of a public page: nobody guesses it
ONE = 100  # an item that has no points is met with 1.00


def figure(context: Context, owner_id: int, name: str) -> Decimal:
    """A rule row of the module as it holds for an institution."""
    place = place_of(context.session.get_one(Institution, owner_id))
    return rules_of(context.session).value(f"certification.{name}", context.today, place).value


def complete(context: Context, row: Certification) -> None:
    """A new certification's number, and the version in force. Errors: NoScheme."""
    owner = context.session.get_one(Institution, row.owner_id)
    every = scoring.available(context.session, owner)
    if row.version is None:
        found = schemes.in_force(every, row.kind, date(row.year, 12, 31))
        row.version = found.version if found else None
    if f"{row.kind}@{row.version}" not in {one.name for one in every}:
        kind = Kind(row.kind)
        raise NoScheme(kind_zh=kind.zh, kind=kind.en, version=row.version or "—")
    row.number = node_number(context.session, "CJ", context.today.year, owner.code)


def completed_answer(context: Context, row: Answer) -> None:
    """What the item is worth. Errors: NoItem."""
    of = context.session.get_one(Certification, row.certification_id)
    item = scoring.scheme_of(context.session, of).one(row.item)
    if item is None or item.figure:
        raise NoItem(item=row.item)
    row.title = item.title[:200]
    row.most = ONE if item.is_condition else int(item.points * CENTI)
    row.is_veto = item.star or item.is_condition


def check_answer(session: Session, row: Answer) -> None:
    """Errors: HandedIn, NoItem, TooManyPoints."""
    of = session.get_one(Certification, row.certification_id)
    if of.owner_id != row.owner_id:
        raise NoItem(item=row.item)
    if of.state not in OPEN:
        raise HandedIn()
    if row.claimed is not None and row.claimed > row.most:
        raise TooManyPoints(most=Decimal(row.most) / CENTI)


def planned(step: Step) -> None:
    """The plan is kept, and every item that no meter answers is laid out to be answered."""
    keep_form(step)
    row, session = step.record, step.session
    there = {one.item for one in scoring.answers_of(session, row)}
    for item in scoring.scheme_of(session, row).item:
        if item.figure is None and item.key not in there:
            answer = Answer(owner_id=row.owner_id, rev=1, certification_id=row.id, item=item.key)
            completed_answer(step.context, answer)
            session.add(answer)
    session.flush()


def year_is_over(step: Step) -> None:
    """Errors: YearRuns."""
    if step.today.year <= step.record.year:
        raise YearRuns(year=step.record.year)


def scored(step: Step) -> None:
    """The self score is handed in as it is now; later readings do not move it."""
    found = scoring.score(step.context, step.record)
    row = step.record
    row.self_score = int(found.judged.score * CENTI)
    row.self_outcome = found.judged.outcome.value
    row.scored = scoring.frozen(found)


def self_passed(step: Step) -> None:
    """Errors: NotPassed."""
    if step.record.self_outcome != Outcome.PASSED:
        zh, en = scoring.why(scoring.score(step.context, step.record))
        raise NotPassed(score=Decimal(step.record.self_score or 0) / CENTI, why_zh=zh, why=en)


def expert_within(step: Step) -> None:
    """An expert gives no more than there is. Errors: TooManyPoints."""
    total = scoring.scheme_of(step.session, step.record).total
    if total is not None and step.said["expert_score"] > total * CENTI:
        raise TooManyPoints(most=total)


def expert_passed(step: Step) -> None:
    """Errors: NotPassed."""
    mark = scoring.scheme_of(step.session, step.record).pass_mark
    given = Decimal(step.record.expert_score or 0) / CENTI
    if mark is None or given < mark:
        zh, en = f"专家评分低于合格分 {mark}", f"the experts give less than {mark}"
        raise NotPassed(score=given, why_zh=zh, why=en)


def publicised(step: Step) -> None:
    """So many working days, the day of publication not counted (民法典 第二百零一条)."""
    days = int(figure(step.context, step.record.owner_id, "publicity_days"))
    step.record.publicity_until = workday_after(step.today, days)


def publicity_over(step: Step) -> None:
    """Errors: StillOpen."""
    if step.today <= step.record.publicity_until:
        raise StillOpen(until=step.record.publicity_until)


def awarded(step: Step) -> None:
    """From today; looked at again in a year. Its certificate says what holds now, and has an address."""
    row = step.record
    keep_form(step)
    row.awarded_on, row.recheck_on = step.today, a_year_after(step.today)
    row.token = secrets.token_urlsafe(TOKEN_BYTES)
    row.shown = json.dumps(certificate(step.context, row), ensure_ascii=False)


def kept(step: Step) -> None:
    """It holds for another year; the certificate shows the years as they are now."""
    row = step.record
    keep_form(step)
    row.recheck_on, row.rectify_until = a_year_after(step.today), None
    row.shown = json.dumps(certificate(step.context, row), ensure_ascii=False)


def certificate(context: Context, row: Certification) -> dict[str, object]:
    """What the certificate on the wall says: three years of energy per area, and the mean of its type."""
    owner = context.session.get_one(Institution, row.owner_id)
    years = []
    for number in range(row.year - 2, row.year + 1):
        found = measuring.year(context, owner, number)
        one, mean = found.of[owner.id]["energy_per_area"], found.means["energy_per_area"]
        years.append({"year": number, "value": scoring.told(one.value), "mean": scoring.told(mean.value)})
    return {"institution": owner.name, "unit": "kgce/m²", "years": years}


def a_year_after(day: date) -> date:
    """The same day of the next year; 29 February: the last of the month."""
    return (
        day.replace(year=day.year + 1, day=28)
        if (day.month, day.day) == (2, 29)
        else day.replace(year=day.year + 1)
    )


def draw(context: Context, row: Draw) -> None:
    """Draw from what is certified within the actor's scope."""
    scope = scope_of(context.actor, context.actor.roles)
    query = select(Certification).where(
        Certification.state.in_(HELD),
        Certification.removed_us.is_(None),
        Certification.owner_id.in_(scope.institution_ids()),
    )
    certified = context.session.scalars(query.order_by(Certification.number)).all()
    risks = {one.number: risk(one) for one in certified}
    share = figure(context, row.owner_id, "recheck_share")
    by_risk, by_chance = rules.drawn(row.seed, risks, share)
    row.certified, row.by_risk, row.by_chance = len(certified), "\n".join(by_risk), "\n".join(by_chance)
    row.population = json.dumps({number: str(one) for number, one in risks.items()})


def risk(row: Certification) -> Fraction:
    """How much speaks for a second look: a rectification, and a self score above the experts'."""
    above = max(0, (row.self_score or 0) - (row.expert_score or 0))
    return Fraction(above, CENTI) + (10 if row.state == "rectifying" else 0)  # [engineering default]
