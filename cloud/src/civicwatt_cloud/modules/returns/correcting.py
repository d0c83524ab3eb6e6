"""Reported value against today's: late readings and corrected books never change what was reported."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.directory import EVERYWHERE, Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Job
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.returns import forms, periods
from civicwatt_cloud.modules.returns.choices import Source
from civicwatt_cloud.modules.returns.entities import NOTICE
from civicwatt_cloud.modules.returns.filling.earlier import OPEN
from civicwatt_cloud.modules.returns.filling.measured import Measured, measured
from civicwatt_cloud.modules.returns.models import EnergyReturn, ReturnCell, ReturnNotice

DAY_S, YEARS = 86_400, 2  # how often it looks, and how far back [engineering default]
DIFFERS = "energy_return.differs"  # facts: id, owner_id, return_id, code
BOOKED = (Source.METER.value, Source.BILL.value, Source.MIXED.value)
PERCENT = 100


def correct(context: Context) -> None:
    """A notice for each reported figure from which the books have moved too far; once for each value."""
    form_of = select(EnergyReturn.period, EnergyReturn.form).where(EnergyReturn.state.not_in(OPEN))
    for period, form in context.session.execute(form_of.distinct()).all():
        if periods.parse(period).year >= context.today.year - YEARS:
            _of_period(context, period, form)


def _of_period(context: Context, period: str, form: str) -> None:
    reported: dict[int, list[Any]] = defaultdict(list)
    query = (
        select(EnergyReturn, ReturnCell.code, ReturnCell.micro)
        .join(ReturnCell, ReturnCell.return_id == EnergyReturn.id)
        .where(EnergyReturn.period == period, EnergyReturn.form == form, EnergyReturn.state.not_in(OPEN))
        .where(ReturnCell.source.in_(BOOKED), ReturnCell.micro.is_not(None))
    )
    for row, code, micro in context.session.execute(query):
        reported[row.owner_id].append((row, code, micro))
    if not reported:
        return
    scope, version = scope_of_region(EVERYWHERE), forms.versions()[form]
    now = measured(context, scope, list(reported), periods.parse(period), version)
    notices = select(ReturnNotice.return_id, ReturnNotice.code, ReturnNotice.now)
    known = {tuple(one) for one in context.session.execute(notices)}
    for row, code, before, after in _moved(context, reported, now):
        if (row.id, code, after) not in known:
            _tell(context, row, code, (before, after))


def _moved(
    context: Context, reported: dict[int, list[Any]], now: Measured
) -> Iterator[tuple[EnergyReturn, str, int, int]]:
    rules = rules_of(context.session)
    for owner, cells in reported.items():
        place = place_of(context.session.get_one(Institution, owner))
        limit = rules.value("returns.correction", context.today, place).value
        for row, code, before in cells:
            found = now[owner].get(code)
            if found is not None and abs(found.micro - before) * PERCENT > limit * Decimal(before):
                yield row, code, before, found.micro


def _tell(context: Context, row: EnergyReturn, code: str, figures: tuple[int, int]) -> None:
    before, after = figures
    cell = forms.versions()[row.form].cells(periods.parse(row.period).kind)[code]
    share = PERCENT * PERCENT * (after - before) // before if before else PERCENT * PERCENT
    said = {"return_id": row.id, "code": code, "reported": before, "now": after, "difference": share}
    notice = registry.add(
        context,
        NOTICE,
        row.owner_id,
        {"title": f"{row.title}：{cell.zh}", "found_us": context.now_us, "state": "found", **said},
    )
    steps.begin(context, NOTICE, notice)
    facts = {"id": notice.id, "owner_id": row.owner_id, "return_id": row.id, "code": code}
    events.tell(context, DIFFERS, facts, row)


JOB = Job("returns_correct", DAY_S, correct)
