"""A year of a plan, computed for every node at once and kept: pages read what is kept."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from sqlalchemy import delete, select

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.analysis.forecast import year_end
from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import Place, Rules, place_of
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.modules.targets import league, rules
from civicwatt_cloud.modules.targets.choices import PLANNED, Basis, Indicator, Verdict
from civicwatt_cloud.modules.targets.measured import (
    AMOUNT_OF,
    MONTHS,
    PER_HEAD,
    Denominators,
    FactorDays,
    Measured,
    denominators,
    measured,
    today,
    whole_months,
)
from civicwatt_cloud.modules.targets.models import Plan, Target, TargetFigure
from civicwatt_cloud.modules.targets.rules import Span
from civicwatt_cloud.modules.targets.tree import Node, Tree, tree
from civicwatt_cloud.timeseries.figures import reasons
from civicwatt_cloud.timeseries.figures.factors import COAL, basis_of
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_protocols.quantity import MICRO

LEAST_COMPLETENESS = "targets.least_completeness"
COMPARED_YEARS = 2  # before the year itself: the forecast's interval comes from how their months strayed
NO_BASE = Reason(
    "CW-N1201", "没有基年值：基年没有计量，也未填报", "no value of the base year: neither measured nor stated"
)
NO_REDUCTION = Reason("CW-N1202", "未配置下降目标", "no reduction is configured")
OTHER_BASIS = Reason(
    "CW-N1203",
    "基年值与现值的电力折标口径不同，不比较",
    "the base value counts electricity on another basis: not compared",
)
NO_INSTITUTION = Reason("CW-N1204", "没有可计入的单位", "no institution can be counted")


@dataclass(slots=True)
class Row:
    """A row of TargetFigure, but for its plan, year and instant."""

    node: str
    parent: str
    name: str
    code: str
    institution_id: int | None
    kind: str
    level: str
    indicator: str
    amount: int | None = None
    denominator: int | None = None
    actual: int | None = None
    completeness: int | None = None
    base: int | None = None
    base_amount: int | None = None
    base_stated: bool = False
    reduction: int | None = None
    reduction_from: str = ""
    target: int | None = None
    linear: int | None = None
    compound: int | None = None
    attained: int | None = None
    verdict: str = Verdict.UNKNOWN.value
    expected: int | None = None
    low: int | None = None
    high: int | None = None
    warned_on: date | None = None
    is_certain: bool = False
    before: int | None = None
    reason_zh: str = ""
    reason_en: str = ""
    score: int | None = None
    score_low: int | None = None
    score_high: int | None = None
    place: int | None = None
    order_low: int | None = None
    order_high: int | None = None
    tied: int | None = None
    peers: int | None = None
    withheld: str = ""

    def say(self, why: Reason | None) -> None:
        """The first reason stays."""
        if why is not None and not self.reason_zh:
            self.reason_zh, self.reason_en = why.zh, why.en


class Ratio(NamedTuple):
    """An indicator of a year by node; NaN where unknown."""

    value: Numbers
    amount: Numbers
    denominator: Numbers
    completeness: Numbers
    included: np.ndarray[tuple[int], np.dtype[np.bool_]]  # institutions
    why: list[Reason | None]  # by node


@dataclass(frozen=True, slots=True, eq=False)
class Year:
    """All that one evaluation reads, read once."""

    plan: Plan
    year: int
    whole: int  # months of it that are over
    tree: Tree
    rules: Rules
    measured: Measured
    base: Measured
    heads: Mapping[int, Denominators]  # by year
    least: float
    stated: Mapping[tuple[str, str], Target]  # by node and indicator
    basis: str | None


def view_of(context: Context, region: str) -> View:
    """What figures of a region are made from."""
    rows = rules_local.of(context.session)
    return View(context.session, scope_of_region(region), rows, context.zone, context.now_us)


def evaluate(context: Context, plan: Plan, year: int) -> list[Row]:
    """Compute a year of a plan for all nodes, rank the institutions, and keep it."""
    rows = compute(view_of(context, plan.region), plan, year)
    keep(context, plan, year, rows)
    return rows


def compute(view: View, plan: Plan, year: int) -> list[Row]:
    """The rows of all nodes and indicators; writes nothing."""
    of = _read(view, plan, year)
    found: list[Row] = []
    for indicator in Indicator:
        now = ratio(of, indicator, year)
        base, before = ratio(of, indicator, plan.base_year), ratio(of, indicator, year - 1)
        rows = [
            _row(of, indicator, node, place, (now, base, before)) for place, node in enumerate(of.tree.nodes)
        ]
        if indicator in PLANNED:
            _paths(of, indicator, rows)
            _forecasts(of, indicator, rows, now)
        found += rows
    league.rank(found, of.tree, of.least)
    return found


def keep(context: Context, plan: Plan, year: int, rows: Sequence[Row]) -> None:
    """Put the rows in place of those that were kept."""
    session = context.session
    session.execute(delete(TargetFigure).where(TargetFigure.plan_id == plan.id, TargetFigure.year == year))
    session.flush()
    names = [one.name for one in fields(Row)]
    extra = (plan.id, year, context.now_us)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    values = []
    for row in rows:
        own = [getattr(row, name) for name in names]
        if is_sqlite and row.warned_on:
            own[names.index("warned_on")] = row.warned_on.isoformat()
        values.append((*own, *extra))
    insert_rows(
        session.connection(), TargetFigure.__tablename__, [*names, "plan_id", "year", "made_us"], values
    )


def nodes_besides(context: Context, plan: Plan, known: Collection[str]) -> list[str]:
    """The nodes that targets name and the tree does not hold."""
    query = select(Target.node).where(Target.plan_id == plan.id, Target.removed_us.is_(None)).distinct()
    return sorted(set(context.session.scalars(query)) - set(known))


def ratio(of: Year, indicator: Indicator, year: int) -> Ratio:
    """Σ amounts ÷ Σ denominators; an institution that lacks either is in neither, and the reason says so."""
    source = of.measured if year >= of.measured.first_year else of.base
    found = source.year(AMOUNT_OF[indicator], year)
    by = of.heads[year]
    under, lacking = (by.heads, by.heads_why) if indicator in PER_HEAD else (by.area, by.area_why)
    why: list[Reason | None] = []
    for row, own in enumerate(found.why):
        unread = reasons.NO_READINGS if not found.covered_s[row] else None
        why.append(own or unread or lacking[row])
    included = np.array([one is None for one in why], bool) & (under > 0)
    amount, denominator = (of.tree.sums(np.where(included, one, 0.0)) for one in (found.value, under))
    covered = of.tree.sums(np.where(included, found.covered_s, 0.0))
    expected = of.tree.sums(found.expected_s)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(denominator > 0, amount / denominator, np.nan)
        completeness = np.where(expected > 0, np.minimum(1.0, covered / expected), np.nan)
    return Ratio(value, amount, denominator, completeness, included, _whys(of.tree, why))


def _read(view: View, plan: Plan, year: int) -> Year:
    place_tree = tree(view.session, plan.region)
    ids = [one.id for one in place_tree.institutions]
    places = [place_of(one) for one in place_tree.institutions]
    last = min(date(year, 12, 31), today(view))
    days = FactorDays(last, plan.carbon_on)
    recent = measured(view, range(year - COMPARED_YEARS, year + 1), ids, places, days)
    has_base = plan.base_year >= recent.first_year
    base = (
        recent if has_base else measured(view, range(plan.base_year, plan.base_year + 1), ids, places, days)
    )
    years = {year, year - 1, plan.base_year}
    stated = view.session.scalars(
        select(Target).where(Target.plan_id == plan.id, Target.removed_us.is_(None))
    )
    by_code = {node.code: node.key for node in place_tree.nodes}
    return Year(
        plan,
        year,
        whole_months(view, year),
        place_tree,
        view.rules,
        recent,
        base,
        {one: denominators(view, one, ids) for one in years},
        float(view.rules.value(LEAST_COMPLETENESS, last).value),
        {(by_code[one.node], one.indicator): one for one in stated if one.node in by_code},
        basis_of(view.rules, COAL, last, Place(region=plan.region)),
    )


def _whys(place_tree: Tree, why: Sequence[Reason | None]) -> list[Reason | None]:
    """By node: an institution's own reason; of a node of many, how many are left out."""
    missing = place_tree.sums(np.array([float(one is not None) for one in why]))
    members = place_tree.sums(np.ones(len(why)))
    first: dict[int, Reason] = {}
    for node, member in zip(place_tree.node.tolist(), place_tree.member.tolist(), strict=True):
        if (one := why[member]) is not None:
            first.setdefault(node, one)
    return [
        None
        if place not in first
        else first[place]
        if members[place] == 1
        else reasons.left_out(int(missing[place]), int(members[place]), first[place])
        for place in range(len(place_tree.nodes))
    ]


def _row(of: Year, indicator: Indicator, node: Node, at: int, ratios: tuple[Ratio, Ratio, Ratio]) -> Row:
    now, base, before = ratios
    row = Row(
        node.key,
        node.parent,
        node.name,
        node.code,
        node.institution_id,
        node.kind,
        node.level,
        indicator.value,
    )
    row.amount, row.denominator = _micro(now.amount[at]), _micro(now.denominator[at])
    row.actual, row.completeness = _micro(now.value[at]), _micro(now.completeness[at])
    row.before = _micro(before.value[at]) if before.completeness[at] >= of.least else None
    if row.actual is None:
        row.say(now.why[at] or NO_INSTITUTION)
    stated = of.stated.get((node.key, indicator.value))
    if stated is not None and stated.base is not None:
        row.base, row.base_stated = stated.base, True
        if stated.base_basis and of.basis and _basis_name(of.rules, stated.base_basis, of) != of.basis:
            row.base = None
            row.say(OTHER_BASIS)
    elif base.completeness[at] >= of.least:
        row.base, row.base_amount = _micro(base.value[at]), _micro(base.amount[at])
    return row


def _basis_name(rows: Rules, coal: str, of: Year) -> str | None:
    """The basis of a set wherever it is defined: 当量值 or 等价值."""
    return next((one.basis for one in rows.rows(f"{Basis(coal).value}.electricity") if one.basis), of.basis)


def _paths(of: Year, indicator: Indicator, rows: Sequence[Row]) -> None:
    """Reductions go down the tree until a node states its own; then path, attainment and verdict."""
    span = Span(of.plan.base_year, of.plan.end_year)
    held: dict[str, tuple[int | None, str]] = {}
    for row in rows:
        own = of.stated.get((row.node, indicator.value))
        if own is not None and own.reduction is not None:
            row.reduction, row.reduction_from = own.reduction, row.node
        else:
            known = held.get(row.parent) if row.parent != row.node else None
            row.reduction, row.reduction_from = known or _of_rule(of, indicator)
        held[row.node] = (row.reduction, row.reduction_from)
        _path(of, row, span)


def _of_rule(of: Year, indicator: Indicator) -> tuple[int | None, str]:
    plan = of.plan
    try:
        found = of.rules.value(
            f"targets.{plan.base_year}_{plan.end_year}.{indicator.value}",
            date(plan.end_year, 12, 31),
            Place(region=plan.region),
        )
    except NoRule:
        return None, ""
    return int(found.value * 1000), found.ref


def _path(of: Year, row: Row, span: Span) -> None:
    if row.reduction is None:
        row.say(NO_REDUCTION)
    if row.base is None:
        row.say(NO_BASE)
    if row.reduction is None or row.base is None:
        return
    base, reduction = Fraction(row.base), Fraction(row.reduction, 100_000)
    row.target = round(rules.target(base, reduction))
    row.linear = round(rules.linear(base, reduction, span, of.year))
    row.compound = round(rules.compound(base, reduction, span, of.year))
    if row.actual is None:
        return
    if row.completeness is None or row.completeness < of.least * MICRO:
        row.say(reasons.incomplete((row.completeness or 0) / MICRO, of.least))
        return
    share = rules.attained(base, Fraction(row.actual), reduction)
    if of.whole == MONTHS:
        row.attained = None if share is None else round(share * MICRO)
        row.verdict = _against(row.actual, row.linear)


def _against(value: int, path: int) -> str:
    return (Verdict.ON_TRACK if value <= path else Verdict.BEHIND).value


def _forecasts(of: Year, indicator: Indicator, rows: Sequence[Row], now: Ratio) -> None:
    """The year's end from its months so far, and the month whose books first said that the path is missed."""
    amount = of.measured.amounts[AMOUNT_OF[indicator]]
    months = MONTHS * (of.year - of.measured.first_year) + of.whole
    part = now.included[:, None]
    value, covered, expected = (
        of.tree.sums(np.where(part, one[:, :months], 0.0))
        for one in (amount.value, amount.covered_s, amount.expected_s)
    )
    known = (covered >= of.least * expected) & (covered > 0) & (value > 0)
    series = np.where(known, value, np.nan)
    for at, row in enumerate(rows):
        if of.whole == 0 or row.actual is None or not row.denominator:
            continue
        found = _end(series[at])
        if found is None:
            continue
        under = now.denominator[at]
        row.expected, row.low, row.high = (
            None if one is None else _micro(one / under) for one in (found.expected, found.low, found.high)
        )
        if row.linear is None or row.expected is None:
            continue
        if of.whole < MONTHS:
            row.verdict = _against(row.expected, row.linear)
        if row.expected > row.linear:
            _warn(of, row, series[at], row.linear / MICRO * under)


def _end(months: Numbers) -> year_end.Total | None:
    """With the year before the last as well, if it is known: without it the interval is made of less."""
    for skipped in (0, MONTHS):
        kept = months[skipped:]
        if len(kept) > MONTHS and not np.isnan(kept[:MONTHS]).any() and (found := year_end.total(kept)):
            return found
    return None


def _warn(of: Year, row: Row, months: Numbers, limit: float) -> None:
    """The first month whose books said so, as year_end.warning finds it; only that one is forecast anew."""
    before = months[-of.whole - MONTHS : -of.whole]
    this, reference = np.cumsum(months[-of.whole :]), np.cumsum(before)
    expected = this + (reference[-1] - reference[: of.whole]) * this / reference[: of.whole]
    over = np.flatnonzero(expected > limit)
    if not len(over):
        return
    known = int(over[0]) + 1
    found = _end(months[: len(months) - of.whole + known])
    if found is not None:
        row.warned_on = date(of.year + known // MONTHS, known % MONTHS + 1, 1)
        row.is_certain = bool(found.low is not None and found.low > limit)


def _micro(value: float) -> int | None:
    return None if np.isnan(value) else round(float(value) * MICRO)
