"""The key figures: their titles and units, and how each follows from an institution's basis."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures import rules
from civicwatt_cloud.timeseries.figures.factors import ENERGY, Factors, values
from civicwatt_cloud.timeseries.figures.reasons import (
    NO_ELECTRICITY_METER,
    NO_PV_METER,
    NO_WATER_METER,
    Reason,
)
from civicwatt_cloud.timeseries.figures.recipes import END_USES, Amount, FigureKey
from civicwatt_cloud.timeseries.figures.rules import Consumption, Result


class Title(NamedTuple):
    """How a figure is named, and its unit."""

    zh: str
    en: str
    unit: str


TITLES: dict[FigureKey, Title] = {
    "electricity": Title("用电量", "Electricity", "kWh"),
    "energy": Title("综合能耗", "Energy consumption", "kgce"),
    "energy_per_capita": Title("人均综合能耗", "Energy per capita", "kgce/人"),
    "energy_per_area": Title("单位建筑面积能耗", "Energy per floor area", "kgce/m²"),
    "electricity_per_area": Title("单位建筑面积电耗", "Electricity per floor area", "kWh/m²"),
    "water": Title("用水量", "Water", "m³"),
    "water_per_capita": Title("人均用水量", "Water per capita", "m³/人"),
    "pv": Title("光伏发电量", "PV generation", "kWh"),
    "carbon": Title("碳排放", "CO2 emissions", "kgCO2"),
    "carbon_per_area": Title("单位建筑面积碳排放", "CO2 per floor area", "kgCO2/m²"),
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of one institution are made of, in one period."""

    uses: Mapping[EndUse, Consumption]  # of the end uses that have a counter
    heads: Fraction | Reason
    area: Fraction | Reason
    factors: Factors

    def used(self, uses: Iterable[EndUse]) -> Consumption:
        """The consumption of these end uses."""
        return rules.together(self.uses[use] for use in uses if use in self.uses)

    def carriers(self) -> dict[Carrier, Consumption]:
        """The consumption of each carrier of 综合能耗 that has a counter."""
        counted = {use: used for use, used in self.uses.items() if use.is_counted}
        return {
            one: rules.together(used for use, used in counted.items() if use.carrier is one)
            for one in ENERGY
            if any(use.carrier is one for use in counted)
        }


def amount(basis: Basis, of: Amount) -> Consumption:
    """What the figures of that amount are made of."""
    return basis.used(END_USES[of])


def of_institution(basis: Basis) -> dict[FigureKey, Result]:
    """All figures of one institution."""
    sums = _sums(basis)
    return {
        **sums,
        "energy_per_capita": rules.per(sums["energy"], basis.heads),
        "energy_per_area": rules.per(sums["energy"], basis.area),
        "electricity_per_area": rules.per(sums["electricity"], basis.area),
        "water_per_capita": rules.per(sums["water"], basis.heads),
        "carbon_per_area": rules.per(sums["carbon"], basis.area),
    }


def of_region(bases: Sequence[Basis]) -> dict[FigureKey, Result]:
    """The same figures of many institutions: sums of all meters, ratios over those that are known."""
    each = [(basis, _sums(basis)) for basis in bases]
    return {
        "electricity": _total("electricity", bases),
        "water": _total("water", bases),
        "pv": _total("pv", bases),
        "energy": rules.region_sum([sums["energy"] for _, sums in each]),
        "carbon": rules.region_sum([sums["carbon"] for _, sums in each]),
        "energy_per_capita": rules.region_ratio([(sums["energy"], basis.heads) for basis, sums in each]),
        "energy_per_area": rules.region_ratio([(sums["energy"], basis.area) for basis, sums in each]),
        "electricity_per_area": rules.region_ratio(
            [(sums["electricity"], basis.area) for basis, sums in each]
        ),
        "water_per_capita": rules.region_ratio([(sums["water"], basis.heads) for basis, sums in each]),
        "carbon_per_area": rules.region_ratio([(sums["carbon"], basis.area) for basis, sums in each]),
    }


def _sums(basis: Basis) -> dict[FigureKey, Result]:
    carriers = basis.carriers()
    return {
        "electricity": _total("electricity", [basis]),
        "energy": rules.converted(carriers, values(basis.factors.coal)),
        "water": _total("water", [basis]),
        "pv": _total("pv", [basis]),
        "carbon": rules.converted(carriers, values(basis.factors.carbon)),
    }


_NO_METER: dict[Amount, Reason] = {
    "electricity": NO_ELECTRICITY_METER,
    "water": NO_WATER_METER,
    "pv": NO_PV_METER,
}


def _total(of: Amount, bases: Iterable[Basis]) -> Result:
    return rules.total(rules.together(amount(basis, of) for basis in bases), _NO_METER[of])
