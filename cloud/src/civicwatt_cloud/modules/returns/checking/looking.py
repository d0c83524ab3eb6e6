"""What the checks of a return are told: its own figures, other returns, rule rows."""

import hashlib
from collections.abc import Mapping
from fractions import Fraction

from sqlalchemy import select

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import Place, Rules, place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.modules.returns import forms, periods
from civicwatt_cloud.modules.returns.checking import rules
from civicwatt_cloud.modules.returns.checking.rules import COPIED, Facts, Finding, Limit, Values
from civicwatt_cloud.modules.returns.choices import Outcome, Source
from civicwatt_cloud.modules.returns.filling import earlier
from civicwatt_cloud.modules.returns.filling.measured import payments
from civicwatt_cloud.modules.returns.filling.sheet import Rows, values_of
from civicwatt_cloud.modules.returns.forms import Form
from civicwatt_cloud.modules.returns.models import EnergyReturn
from civicwatt_cloud.modules.returns.periods import Period
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures.factors import Factor, factors

LIMITS = (
    *("price_factor", "year_on_year", "fixed_base", "people_area", "measured"),
    *("quota.constraint", "quota.guide"),
)
BASE_YEAR = "returns.base_year"


def findings(context: Context, row: EnergyReturn, rows: Rows) -> list[Finding]:
    """All that the checks say of a return's cells."""
    return rules.check(facts_of(context, row, rows), forms.checks())


def open_issues(found: list[Finding], rows: Rows) -> tuple[list[Finding], list[Finding]]:
    """The findings that block, and those that ask for a reason which is not there."""
    known = forms.checks()
    wrong = [one for one in found if one.outcome is Outcome.POSSIBLE]
    return (
        [one for one in wrong if known[one.check].blocks],
        [one for one in wrong if known[one.check].asks and not rows.get(one.code, {}).get("reason")],
    )


def facts_of(context: Context, row: EnergyReturn, rows: Rows) -> Facts:
    """Seven statements, whatever the number of cells."""
    session = context.session
    owner = session.get_one(Institution, row.owner_id)
    form, period = forms.versions()[row.form], periods.parse(row.period)
    known, place = rules_of(session), place_of(owner)
    limits = _limits(known, place, form, period)
    base = period.of_year(int(limits[BASE_YEAR].value)) if BASE_YEAR in limits else None
    former, parts = period.of_year(period.year - 1), [one.key for one in period.parts()]
    wanted = [former.key, *([base.key] if base else []), *parts]
    others = earlier.filed(session, [owner.id], wanted).get(owner.id, {})
    values = values_of(rows)
    return Facts(
        form=form,
        kind=period.kind,
        values=values,
        measured={
            code: one["measured_micro"] for code, one in rows.items() if one["measured_micro"] is not None
        },
        typed=frozenset(code for code, one in rows.items() if one["source"] == Source.PERSON),
        former=others[former.key].values if former.key in others else None,
        base=others[base.key].values if base and base.key in others else None,
        is_base=base == period,
        parts=_sums(others, parts),
        payments=payments(context, [owner.id], period.start)[owner.id],
        limits=limits,
        coal=_coal(known, place, period),
        copied_from=_copied_from(context, row, fingerprint(form, period, values)),
    )


def fingerprint(form: Form, period: Period, values: Values) -> str | None:
    """The same amounts have the same one; too few of them have none."""
    lines = [line.code for line in form.lines(period.kind) if line.uses and values.get(line.code)]
    if len(lines) < COPIED:
        return None
    text = ";".join(f"{code}={values[code]}" for code in sorted(lines))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _copied_from(context: Context, row: EnergyReturn, print_: str | None) -> str | None:
    if print_ is None:
        return None
    query = (
        select(Institution.name)
        .join(EnergyReturn, EnergyReturn.owner_id == Institution.id)
        .where(EnergyReturn.period == row.period, EnergyReturn.fingerprint == print_)
        .where(EnergyReturn.owner_id != row.owner_id, EnergyReturn.removed_us.is_(None))
    )
    return context.session.scalar(query.limit(1))


def _sums(others: Mapping[str, earlier.Filed], parts: list[str]) -> Values | None:
    if not parts or any(key not in others for key in parts):
        return None
    codes = {code for key in parts for code in others[key].values}
    return {code: sum(others[key].values.get(code, 0) for key in parts) for code in codes}


def _limits(known: Rules, place: Place, form: Form, period: Period) -> dict[str, Limit]:
    lines = [f"returns.price.{line.code}" for line in form.lines(period.kind) if line.cost]
    found: dict[str, Limit] = {}
    for rule in (*(f"returns.{one}" for one in LIMITS), BASE_YEAR, *lines):
        try:
            row = known.value(rule, period.start, place)
        except NoRule:
            continue  # the check says that it is not configured
        found[rule] = Limit(Fraction(row.value), row.ref)
    return found


def _coal(known: Rules, place: Place, period: Period) -> dict[Carrier, Fraction]:
    made = factors(known, period.start, place).coal
    return {carrier: one.value for carrier, one in made.items() if isinstance(one, Factor)}
