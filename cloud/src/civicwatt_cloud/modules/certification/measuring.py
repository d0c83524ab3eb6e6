"""The figures that schemes judge: from the ledger and the directory, with a reason wherever there is none.

Energy per floor area leaves out what official vehicles burn (示范单位评价标准: (年度能源消耗总量 − 公务用车
用油量) / 建筑面积); energy per person and water per person take all. The mean of the same type is Σ amounts ÷
Σ denominators of all institutions of the kind whose figure is known and complete enough, or a published one:
a local rule row `certification.mean.<figure>.<kind>`.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from sqlalchemy import select

from civicwatt_cloud.kit.directory import EVERYWHERE, Institution
from civicwatt_cloud.kit.errors import NoRule
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import Place, Rules, place_of
from civicwatt_cloud.kit.rules_local import of as rules_of
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.modules.certification.schemes import Figure
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures import amounts, denominators
from civicwatt_cloud.timeseries.figures.amounts import USES, Amounts
from civicwatt_cloud.timeseries.figures.factors import Lookup, values
from civicwatt_cloud.timeseries.figures.reasons import NO_READINGS, Reason, no_floor_area, no_head_count
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_protocols.quantity import MICRO

FIGURES: Mapping[Figure, tuple[str, str, str]] = {
    "energy_per_area": (
        "单位建筑面积能耗（不含公务用车用油）",
        "energy per area without vehicles",
        "kgce/m²",
    ),
    "energy_per_capita": ("人均综合能耗", "energy per person", "kgce/人"),
    "water_per_capita": ("人均用水量", "water per person", "m³/人"),
}
VEHICLES = (EndUse.GASOLINE_VEHICLE, EndUse.DIESEL_VEHICLE)
ENERGY = tuple(use for use in USES if use.is_counted and use.carrier is not Carrier.WATER)


class Measured(NamedTuple):
    """One figure of one institution: exact, or why there is none; completeness is of its counters."""

    value: Fraction | Reason
    amount: Fraction | None  # kgce or m³
    denominator: Fraction | None
    completeness: Fraction | None


class Mean(NamedTuple):
    """What a figure is judged by; `row`: the published value that it is, if it is one."""

    value: Fraction | Reason
    peers: int
    row: str = ""


class Year(NamedTuple):
    """All figures of all institutions of one kind in a year."""

    of: Mapping[int, Mapping[Figure, Measured]]
    means: Mapping[Figure, Mean]


def year(context: Context, of: Institution, number: int) -> Year:
    """The figures of the institutions of the same kind, and their means; a few statements."""
    session, rules = context.session, rules_of(context.session)
    start, end = date(number, 1, 1), date(number + 1, 1, 1)
    scope = scope_of_region(EVERYWHERE)
    view = View(session, scope, rules, context.zone, context.now_us)
    peers = session.scalars(select(Institution).where(Institution.kind == of.kind)).all()
    found = _Found(amounts.amounts(view, start, end))
    heads = denominators.head_counts(session, scope, start, end)
    areas = denominators.floor_areas(session, scope, start, end)
    factors = Lookup(rules, min(context.today, date(number, 12, 31)))
    limit = Fraction(rules.value("certification.least_completeness", context.today, place_of(of)).value)
    every: dict[int, dict[Figure, Measured]] = {}
    for one in peers:
        coal = values(factors.of(place_of(one)).coal)
        people = _mean_of(heads, one.id, no_head_count(start))
        area = _mean_of(areas, one.id, no_floor_area(start))
        energy = found.energy(one.id, coal)
        every[one.id] = {
            "energy_per_area": _ratio(found.energy(one.id, coal, VEHICLES), area, limit),
            "energy_per_capita": _ratio(energy, people, limit),
            "water_per_capita": _ratio(found.water(one.id), people, limit),
        }
    return Year(every, {figure: _mean(rules, of, figure, every, context.today) for figure in FIGURES})


class _Sum(NamedTuple):
    value: Fraction | Reason
    completeness: Fraction | None


class _Found:
    """Amounts by institution and end use."""

    def __init__(self, found: Amounts) -> None:
        self._rows: dict[int, list[int]] = {}
        for at in np.argsort(found.institution, kind="stable").tolist():
            self._rows.setdefault(int(found.institution[at]), []).append(at)
        self._found = found

    def energy(
        self, institution: int, coal: Mapping[Carrier, Fraction | Reason], without: tuple[EndUse, ...] = ()
    ) -> _Sum:
        """综合能耗 [kgce]; without a counter of electricity it is not known."""
        used = [use for use in ENERGY if use not in without]
        rows = [at for at in self._rows.get(institution, []) if USES[int(self._found.use[at])] in used]
        if not any(USES[int(self._found.use[at])].carrier is Carrier.ELECTRICITY for at in rows):
            return _Sum(NO_METER, None)
        total = Fraction(0)
        for at in rows:
            factor = coal[USES[int(self._found.use[at])].carrier]
            if isinstance(factor, Reason):
                return _Sum(factor, None)
            total += Fraction(int(self._found.micro[at]), MICRO) * factor
        return self._sum(rows, total)

    def water(self, institution: int) -> _Sum:
        """Water [m³]."""
        rows = [
            at for at in self._rows.get(institution, []) if USES[int(self._found.use[at])] is EndUse.WATER
        ]
        if not rows:
            return _Sum(NO_WATER, None)
        return self._sum(rows, Fraction(sum(int(self._found.micro[at]) for at in rows), MICRO))

    def _sum(self, rows: list[int], total: Fraction) -> _Sum:
        if not any(self._found.is_read[at] for at in rows):
            return _Sum(NO_READINGS, Fraction(0))
        expected = sum(int(self._found.expected_s[at]) for at in rows)
        covered = sum(int(self._found.covered_s[at]) for at in rows)
        return _Sum(total, Fraction(covered, expected) if expected else None)


NO_METER = Reason("CW-N1004", "没有用电计量", "no counter of electricity")
NO_WATER = Reason("CW-N1004", "没有用水计量", "no counter of water")


def _mean_of(means: denominators.Means, institution: int, missing: Reason) -> Fraction | Reason:
    found = means.numerators.get(institution, missing)
    return found if isinstance(found, Reason) else Fraction(found, means.denominator)


def _ratio(amount: _Sum, denominator: Fraction | Reason, limit: Fraction) -> Measured:
    if isinstance(denominator, Reason):  # to be repaired first: without it no reading helps
        known = None if isinstance(amount.value, Reason) else amount.value
        return Measured(denominator, known, None, amount.completeness)
    if isinstance(amount.value, Reason):
        return Measured(amount.value, None, None, amount.completeness)
    if amount.completeness is None or amount.completeness < limit:
        share = 0 if amount.completeness is None else int(amount.completeness * 1000) / 10
        least = float(limit * 100)
        zh, en = f"数据完整率 {share} % 低于 {least:g} %", f"{share} % of the data, less than {least:g} %"
        return Measured(Reason("CW-N1009", zh, en), amount.value, denominator, amount.completeness)
    return Measured(amount.value / denominator, amount.value, denominator, amount.completeness)


def _mean(
    rules: Rules, of: Institution, figure: Figure, every: Mapping[int, Mapping[Figure, Measured]], today: date
) -> Mean:
    place: Place = place_of(of)
    known = [one for one in (each[figure] for each in every.values()) if isinstance(one.value, Fraction)]
    try:
        row = rules.value(f"certification.mean.{figure}.{of.kind}", today, place)
        return Mean(Fraction(row.value), len(known), row.ref)
    except NoRule:
        pass
    least = int(rules.value("certification.least_peers", today, place).value)
    if len(known) < least:
        zh, en = (
            f"同类单位只有 {len(known)} 家有数据，不足 {least} 家",
            f"{len(known)} peers, fewer than {least}",
        )
        return Mean(Reason("CW-N1903", zh, en), len(known))
    total = sum((one.amount or Fraction(0) for one in known), Fraction(0))
    return Mean(total / sum((one.denominator or Fraction(0) for one in known), Fraction(0)), len(known))
