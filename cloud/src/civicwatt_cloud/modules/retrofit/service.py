"""Guards and effects of a project's steps; what a settlement says."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.analysis.savings.checks import State
from civicwatt_cloud.analysis.savings.contracts import Year
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.numbering import node_number
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.workflow.forms import keep_form
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.retrofit import measuring, rules
from civicwatt_cloud.modules.retrofit.errors import (
    NoSuchYear,
    NotItsPoints,
    NotMeasured,
    WorksTooEarly,
    YearNotOver,
    YearSettled,
)
from civicwatt_cloud.modules.retrofit.models import NonRoutine, Project, Settlement

SERIES = "GZ"  # 改造


def numbered(context: Context, row: Project) -> None:
    """A new project has its number."""
    owner = context.session.get_one(Institution, row.owner_id)
    row.number = node_number(context.session, SERIES, context.today.year, owner.code)


def points_are_its_own(session: Session, row: Project) -> None:
    """Errors: NotItsPoints."""
    if row.points:
        try:
            measuring.carrier_of(session, row)
        except NotMeasured as error:
            raise NotItsPoints(said=row.points) from error


def contracted(step: Step) -> None:
    """The terms must be such that a year can be settled. Errors: NotContracted, BadTerms."""
    keep_form(step)
    rules.terms_of(step.record)


def began_works(step: Step) -> None:
    """Works begin after the baseline. Errors: WorksTooEarly."""
    keep_form(step)
    _after_baseline(step, step.said["works_on"])


def accepted(step: Step) -> None:
    """Savings count from the day of acceptance. Errors: WorksTooEarly."""
    keep_form(step)
    _after_baseline(step, step.said["reporting_on"])


def fits(_session: Session, row: NonRoutine) -> None:
    """An amount a day or a factor, with reason and document. Errors: BadAdjustment."""
    measuring.adjustment(row)


def settled(step: Step) -> dict[str, object]:
    """What the settlement of a year of the contract says: the year measured, and settled by the terms.

    Errors: NotMeasured, YearNotOver, YearSettled, NotContracted, BadTerms, and those of measuring.saving().
    """
    project, number = step.record, step.said["year"]
    if number > rules.YEARS:
        raise NoSuchYear(number=number, most=rules.YEARS)
    first, end = rules.year_of(project.reporting_on, number)
    last = end - timedelta(days=1)
    if end > step.today:
        raise YearNotOver(number=number, first=first, last=last)
    other = select(Settlement.id).where(
        Settlement.project_id == project.id, Settlement.year == number, Settlement.state != "void"
    )
    if step.session.scalar(other.limit(1)) is not None:
        raise YearSettled(number=number)
    terms = rules.terms_of(project)
    found = measuring.saving(step.context, project, first, end)
    low, high = found.savings.bounds()
    adjusted, use = rules.kept(found.savings.adjusted), rules.kept(found.savings.reporting.use)
    saving = adjusted - use  # the lines of the sheet add up
    claimed, cost = step.said.get("claimed"), step.said.get("energy_cost")
    doubts = [one.zh for one in found.savings.checks if one.state is State.POSSIBLE_ISSUE]
    sheet = terms.settled(
        Year(
            number,
            rules.amount(saving, rules.HUNDREDTH),
            rules.amount(project.price, rules.PRICE),
            rules.amount(cost, rules.FEN),
        )
    )
    return {
        "project_id": project.id,
        "year": number,
        "claimed": claimed,
        "energy_cost": cost,
        "first_on": first,
        "last_on": last,
        "baseline_id": found.baseline.id,
        "unit": found.baseline.unit,
        "adjusted": adjusted,
        "use": use,
        "saving": saving,
        "low": rules.kept(low),
        "high": rules.kept(high),
        "difference": None if claimed is None else claimed - saving,
        "coverage": rules.kept(100 * found.savings.reporting.coverage),
        "concerns": "；".join(doubts) or None,
        "value": rules.kept(sheet.value, rules.FEN),
        "payment": rules.kept(sheet.payment, rules.FEN),
        "client": rules.kept(sheet.client, rules.FEN),
        "provider": rules.kept(sheet.provider, rules.FEN),
        "shortfall": rules.kept(sheet.shortfall),
        "data_hash": found.later.hash,
    }


def _after_baseline(step: Step, day: object) -> None:
    last = measuring.newest(step.session, step.record).last_on
    if not last < day <= step.today:  # type: ignore[operator]
        raise WorksTooEarly(last=last)
