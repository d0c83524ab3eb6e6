"""Opening a period: a return for every institution of a scope, filled as far as meters and bills know."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.obligations import Duty, oblige_all
from civicwatt_cloud.kit.records.choices import Sensitivity
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import Scope, scope_of
from civicwatt_cloud.modules.returns import forms, periods
from civicwatt_cloud.modules.returns.choices import Timeliness
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.measured import measured
from civicwatt_cloud.modules.returns.models import EnergyReturn
from civicwatt_cloud.modules.returns.periods import Period
from civicwatt_cloud.modules.returns.steps import FILLERS, OWN, key_of

_COLUMNS = (
    *("owner_id", "sensitivity", "rev", "title", "kind", "period", "form", "due_us", "timeliness", "state"),
)


def open_period(context: Context, period: Period, owner_id: int | None = None) -> int:
    """Returns for all in scope, or an institution and those below it, that have none; how many.

    Errors: NotFound, NoRule.
    """
    scope = scope_of(context.actor, FILLERS)
    if owner_id is not None:
        scope = Scope((scope.institution(context.session, owner_id).path,))
    there = select(EnergyReturn.owner_id).where(EnergyReturn.period == period.key)
    query = select(Institution).where(scope.visible(), Institution.id.not_in(there)).order_by(Institution.id)
    owners = context.session.scalars(query).all()
    if owners:
        begin(context, owners, period)
        fill(context, scope, [one.id for one in owners], period)
        told = {"period": period.key, "returns": len(owners)}
        audit.note(context.session, context.actor.who, Deed("returns_opened", period.key, None, told))
    return len(owners)


def begin(context: Context, owners: Sequence[Institution], period: Period) -> None:
    """Empty returns, each with its last day."""
    rules, form = rules_of(context.session), forms.form_on(period.start)
    rows: list[tuple[Any, ...]] = []
    for owner in owners:
        due_us = periods.due_us(periods.last_day(period, rules, place_of(owner)), context.zone)
        said = (period.title, period.kind.value, period.key, form.version, due_us)
        rows.append((owner.id, Sensitivity.INTERNAL.value, 1, *said, Timeliness.WAITING.value, "open"))
    insert_rows(context.session.connection(), EnergyReturn.__tablename__, _COLUMNS, rows)
    oblige_all(context.session, [_duty(one, owner) for one, owner in _made(context, owners, period)])


def _made(
    context: Context, owners: Sequence[Institution], period: Period
) -> list[tuple[EnergyReturn, Institution]]:
    by_id = {one.id: one for one in owners}
    query = select(EnergyReturn).where(EnergyReturn.period == period.key)
    found = context.session.scalars(query).all()
    return [(one, by_id[one.owner_id]) for one in found if one.owner_id in by_id]


def _duty(row: EnergyReturn, owner: Institution) -> Duty:
    zh, en = f"报送{row.title}", f"file the return of {row.period}"
    key = key_of(row)
    return Duty(key, owner.id, OWN, zh, en, row.due_us, key, frozenset({Role.ENERGY_MANAGER}))


def fill(context: Context, scope: Scope, owners: Sequence[int], period: Period) -> None:
    """What meters, bills, the directory and earlier returns say, for all of them at once."""
    form = forms.form_on(period.start)
    known = measured(context, scope, owners, period, form)
    query = select(EnergyReturn.id, EnergyReturn.owner_id).where(EnergyReturn.period == period.key)
    rows: list[sheet.Row] = []
    for return_id, owner in context.session.execute(query):
        if found := known.get(owner):
            rows += sheet.filled(context, return_id, {}, found).values()
    sheet.add(context, rows)
