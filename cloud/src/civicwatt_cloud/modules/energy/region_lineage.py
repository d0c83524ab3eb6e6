"""A region's figure opened: what each institution adds to it, and what it leaves out."""

from collections.abc import Iterable
from fractions import Fraction

from civicwatt_cloud.kit.directory import Institution, InstitutionKind
from civicwatt_cloud.kit.rules import RuleRow
from civicwatt_cloud.modules.energy import english, formulas
from civicwatt_cloud.modules.energy.formulas import Term
from civicwatt_cloud.modules.energy.lineage_parts import factor_input, missing_of, percent
from civicwatt_cloud.modules.energy.schemas import InstitutionPart, Missing, RegionLineage, RegionSum
from civicwatt_cloud.modules.energy.shown import show
from civicwatt_cloud.modules.energy.view import View
from civicwatt_cloud.timeseries.figures import basis as figures
from civicwatt_cloud.timeseries.figures import metering, rules
from civicwatt_cloud.timeseries.figures.basis import Basis
from civicwatt_cloud.timeseries.figures.periods import period as read_period
from civicwatt_cloud.timeseries.figures.reasons import NO_PV_METER, Reason
from civicwatt_cloud.timeseries.figures.recipes import HEADS, RECIPES, FigureKey, Recipe
from civicwatt_cloud.timeseries.figures.rules import Result
from civicwatt_cloud.timeseries.figures.usage import bases, used

BOTH_SUMS = "分子、分母均为各单位之和，缺其中一项的单位两边都不计入。"
BOTH_SUMS_EN = "Both are sums over the institutions; one that lacks either is in neither."


def region_lineage(view: View, key: FigureKey, period_key: str | None) -> RegionLineage:
    """How a figure of all visible institutions came about. Errors: BadRequest."""
    recipe = RECIPES[key]
    period = read_period(period_key, view.now_us, view.zone)
    rows = metering.institutions(view.session, view.scope)
    meters = metering.meters(view.session, view.scope)
    meters = metering.addends(view.session, view.scope, meters)
    consumption = used(view, period, meters)
    basis = bases(view, period, meters, consumption, rows)
    whole = figures.of_region(list(basis.values()))[key]
    every = {row.id: figures.of_institution(basis[row.id]) for row in rows}
    own = {one: results[key] for one, results in every.items()}
    amounts = {one: results[recipe.amount] for one, results in every.items()}
    counted = [row.id for row in rows if own[row.id].exact is not None]
    amount = rules.known_sum(amounts[one].exact for one in counted)
    denominators = {row.id: _denominator(basis[row.id], recipe) for row in rows}
    divisor = sum((known for one in counted if (known := denominators[one])), Fraction(0))
    title = figures.TITLES[recipe.amount]
    if recipe.per:
        formula = formulas.product(key, f"{formulas.number(amount)} {title.unit}", divisor or None, whole)
        formula.zh, formula.en = formula.zh + BOTH_SUMS, f"{formula.en} {BOTH_SUMS_EN}"
    elif recipe.amount == "electricity":
        formula = formulas.summed(key, formulas.by_end_use(meters, consumption), whole)
    else:
        formula = formulas.summed(key, _by_kind(rows, amounts), whole)
    return RegionLineage(
        figure=show(key, whole),
        formula=formula,
        amount=RegionSum(title=title.zh, title_en=title.en, unit=title.unit, total=formulas.exact(amount)),
        denominator=recipe.per
        and RegionSum(
            title=recipe.per.zh,
            title_en=recipe.per.en,
            unit=recipe.per.unit,
            total=formulas.applied(divisor) if divisor else None,
        ),
        factors=[factor_input(one) for one in _factor_rows(basis.values(), recipe)],
        institutions=[
            InstitutionPart(
                id=row.id,
                name=row.name,
                amount=formulas.exact(amounts[row.id].exact),
                denominator=formulas.applied(denominators[row.id]),
                figure=show(key, own[row.id]),
                counted=row.id in counted,
            )
            for row in rows
        ],
        missing=_missing(rows, own, amounts, whole),
    )


def _denominator(basis: Basis, recipe: Recipe) -> Fraction | None:
    if recipe.per is None:
        return None
    found = basis.heads if recipe.per == HEADS else basis.area
    return None if isinstance(found, Reason) else found


def _factor_rows(bases: Iterable[Basis], recipe: Recipe) -> list[RuleRow]:
    """The factors that the institutions' figures are made with, each once."""
    found: dict[str, RuleRow] = {}
    for basis in bases if recipe.is_converted else ():
        factors = basis.factors.coal if recipe.amount == "energy" else basis.factors.carbon
        for carrier in basis.carriers():
            factor = factors[carrier]
            found |= {} if isinstance(factor, Reason) else {row.ref: row for row in factor.rows}
    return list(found.values())


def _by_kind(rows: list[Institution], amounts: dict[int, Result]) -> list[Term]:
    kinds = [kind for kind in InstitutionKind if any(row.kind == kind for row in rows)]
    return [
        Term(
            kind.zh,
            english.KINDS[kind],
            rules.known_sum(amounts[row.id].exact for row in rows if row.kind == kind),
        )
        for kind in kinds
    ]


def _missing(
    rows: list[Institution], own: dict[int, Result], amounts: dict[int, Result], whole: Result
) -> list[Missing]:
    """What the figure lacks, then each institution that is left out or not fully covered.

    Having no PV is no lack; a reason that holds for all is said once.
    """
    found = [missing_of(whole.reason)] if whole.reason else []
    for row in rows:
        reason = own[row.id].reason if own[row.id].exact is None else None
        share = amounts[row.id].completeness
        if reason and reason not in (whole.reason, NO_PV_METER):
            zh, en = reason.zh, reason.en
        elif not reason and share is not None and share < 1:
            zh, en = f"完整率 {percent(share)}", f"{percent(share)} complete"
        else:
            continue
        found.append(Missing(what=row.name, what_en=row.name, reason=zh, reason_en=en))
    return found
