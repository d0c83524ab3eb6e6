"""What institutions used in a year, month by month, and what it is divided by: columns over institutions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.rules import Place
from civicwatt_cloud.modules.targets.choices import Indicator
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.figures import amounts, reasons
from civicwatt_cloud.timeseries.figures.denominators import Means, floor_areas, head_counts
from civicwatt_cloud.timeseries.figures.factors import ENERGY, Factor, Factors, Lookup
from civicwatt_cloud.timeseries.figures.periods import SETTLE_US
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.usage import View
from civicwatt_protocols.quantity import MICRO

MONTHS = 12
Why = list[Reason | None]


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """One amount of all institutions by month; rows as the institutions, columns as the months."""

    value: Numbers  # in the amount's unit
    covered_s: Numbers
    expected_s: Numbers
    why: Why  # why there is none at all


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The months of some years from the first January on."""

    first_year: int
    amounts: Mapping[str, Amount]  # energy, carbon, carbon_now, water, electricity

    def year(self, name: str, year: int) -> "Year":
        """The sum of a year."""
        amount = self.amounts[name]
        columns = slice(MONTHS * (year - self.first_year), MONTHS * (year - self.first_year + 1))
        return Year(
            amount.value[:, columns].sum(axis=1),
            amount.covered_s[:, columns].sum(axis=1),
            amount.expected_s[:, columns].sum(axis=1),
            amount.why,
        )


class Year(NamedTuple):
    """The sums of a year, a row an institution."""

    value: Numbers
    covered_s: Numbers
    expected_s: Numbers
    why: Why


class Denominators(NamedTuple):
    """Persons and m² as means of a year; NaN where not known, with the reason."""

    heads: Numbers
    heads_why: Why
    area: Numbers
    area_why: Why


AMOUNT_OF = {
    Indicator.ENERGY_PER_CAPITA: "energy",
    Indicator.WATER_PER_CAPITA: "water",
    Indicator.ENERGY_PER_AREA: "energy",
    Indicator.CARBON_PER_AREA: "carbon",
    Indicator.CARBON_NOW_PER_AREA: "carbon_now",
    Indicator.ELECTRICITY_PER_AREA: "electricity",
}
PER_HEAD = {Indicator.ENERGY_PER_CAPITA, Indicator.WATER_PER_CAPITA}


class FactorDays(NamedTuple):
    """On which days the factors are read: those in force, and the carbon factors that the plan froze."""

    now: date
    carbon: date


def measured(
    view: View, years: range, ids: Sequence[int], places: Sequence[Place], days: FactorDays
) -> Measured:
    """The months of the years of these institutions, whose ids ascend; `places`: where each is."""
    start, end = date(years.start, 1, 1), date(years.stop, 1, 1)
    found = amounts.by_step(view, start, end, "month")
    row_of = {one: row for row, one in enumerate(ids)}
    kept = [at for at, one in enumerate(found.institution.tolist()) if one in row_of]
    rows = np.array([row_of[one] for one in found.institution[kept].tolist()], np.int64)
    carriers = [amounts.USES[use].carrier for use in found.use[kept].tolist()]
    is_pv = np.array([amounts.USES[use].value == "pv" for use in found.use[kept].tolist()], bool)
    shape = (len(ids), len(found.numbers))
    now, frozen = (_factors(view, day, places) for day in (days.now, days.carbon))
    by_carrier: dict[Carrier, tuple[Numbers, Numbers, Numbers]] = {}
    for carrier in dict.fromkeys(carriers):
        mine = np.array([one is carrier for one in carriers], bool) & ~is_pv
        if mine.any():
            at, source = rows[mine], np.array(kept, np.int64)[mine]
            summed = [np.zeros(shape, np.int64) for _ in range(3)]
            columns = (found.sums.micro, found.sums.covered_s, found.sums.expected_s)
            for total, column in zip(summed, columns, strict=True):
                np.add.at(total, at, column[source])
            by_carrier[carrier] = (summed[0] / MICRO, summed[1].astype(float), summed[2].astype(float))
    return Measured(
        years.start,
        {
            "energy": _converted(by_carrier, [one.coal for one in now], shape),
            "carbon": _converted(by_carrier, [one.carbon for one in frozen], shape),
            "carbon_now": _converted(by_carrier, [one.carbon for one in now], shape),
            "electricity": _plain(by_carrier, Carrier.ELECTRICITY, reasons.NO_ELECTRICITY_METER, shape),
            "water": _plain(by_carrier, Carrier.WATER, reasons.NO_WATER_METER, shape),
        },
    )


def denominators(view: View, year: int, ids: Sequence[int]) -> Denominators:
    """Means over the days of a year that have begun: people who come or leave count by the day."""
    start, end = date(year, 1, 1), min(date(year + 1, 1, 1), today(view) + timedelta(days=1))
    heads = _column(head_counts(view.session, view.scope, start, end), ids, reasons.no_head_count(start))
    areas = _column(floor_areas(view.session, view.scope, start, end), ids, reasons.no_floor_area(start))
    return Denominators(*heads, *areas)


def today(view: View) -> date:
    """The business day."""
    return date_of(view.now_us, view.zone)


def whole_months(view: View, year: int) -> int:
    """How many months of a year are over and settled."""
    settled = date_of(view.now_us - SETTLE_US, view.zone)
    return MONTHS if settled.year > year else 0 if settled.year < year else settled.month - 1


def _factors(view: View, day: date, places: Sequence[Place]) -> list[Factors]:
    known = Lookup(view.rules, day)
    return [known.of(place) for place in places]


def _converted(
    by_carrier: Mapping[Carrier, tuple[Numbers, Numbers, Numbers]],
    factors: Sequence[Mapping[Carrier, Factor | Reason]],
    shape: tuple[int, int],
) -> Amount:
    """Σ carriers × factor; unknown without electricity, or where a carrier that flows has no factor."""
    value, covered, expected = np.zeros((3, *shape))
    why: Why = [None] * shape[0]
    for carrier in ENERGY:
        if carrier not in by_carrier:
            continue
        amount, covered_s, expected_s = by_carrier[carrier]
        rates: dict[int, float] = {}
        times = np.zeros(shape[0])
        flows = _has(by_carrier[carrier])
        for row, one in enumerate(factors):
            factor = one[carrier]
            if isinstance(factor, Reason):
                why[row] = why[row] or (factor if flows[row] else None)
            else:
                times[row] = rates.setdefault(id(factor), float(factor.value))
        value += amount * times[:, None]
        covered += covered_s
        expected += expected_s
    metered = by_carrier.get(Carrier.ELECTRICITY)
    for row in (
        range(shape[0]) if metered is None else [at for at, has in enumerate(_has(metered)) if not has]
    ):
        why[row] = reasons.NO_ELECTRICITY_METER
    return Amount(value, covered, expected, why)


def _plain(
    by_carrier: Mapping[Carrier, tuple[Numbers, Numbers, Numbers]],
    carrier: Carrier,
    lacking: Reason,
    shape: tuple[int, int],
) -> Amount:
    if carrier not in by_carrier:
        return Amount(np.zeros(shape), np.zeros(shape), np.zeros(shape), [lacking] * shape[0])
    found = by_carrier[carrier]
    return Amount(*found, [None if has else lacking for has in _has(found)])


def _has(found: tuple[Numbers, Numbers, Numbers]) -> list[bool]:
    """Whether a counter is expected to count, or has counted."""
    return [bool(one) for one in (found[2] + found[0]).sum(axis=1)]


def _column(means: Means, ids: Sequence[int], lacking: Reason) -> tuple[Numbers, Why]:
    value, why = np.full(len(ids), np.nan), [None] * len(ids)
    reasons_: Why = list(why)
    for row, one in enumerate(ids):
        found = means.numerators.get(one, lacking)
        if isinstance(found, Reason):
            reasons_[row] = found
        else:
            value[row] = float(Fraction(found, means.denominator))
    return value, reasons_
