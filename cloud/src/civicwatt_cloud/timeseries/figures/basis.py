"""The key figures: their titles and units, and how each follows from an institution's basis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from civicwatt_cloud.timeseries.figures import reasons, rules
from civicwatt_cloud.timeseries.figures.reasons import Reason
from civicwatt_cloud.timeseries.figures.recipes import FigureKey
from civicwatt_cloud.timeseries.figures.rules import Consumption, Result

NO_ELECTRICITY_METER = reasons.no_meter("电表", "electricity meter")
NO_WATER_METER = reasons.no_meter("水表", "water meter")
NO_PV_METER = reasons.no_meter("光伏表", "PV meter")


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
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures of one institution are made of, in one period."""

    electricity: Consumption
    water: Consumption
    pv: Consumption
    heads: Fraction | Reason
    area: Fraction | Reason


def amount(basis: Basis, of: Literal["electricity", "water", "pv"]) -> Consumption:
    """What the figures of that amount are made of."""
    return {"electricity": basis.electricity, "water": basis.water, "pv": basis.pv}[of]


def of_institution(basis: Basis, factor: Decimal | None, as_of: date) -> dict[FigureKey, Result]:
    """All figures of one institution."""
    electricity, energy, water, pv = _sums([basis], factor, as_of)
    return {
        "electricity": electricity,
        "energy": energy,
        "energy_per_capita": rules.per(energy, basis.heads),
        "energy_per_area": rules.per(energy, basis.area),
        "electricity_per_area": rules.per(electricity, basis.area),
        "water": water,
        "water_per_capita": rules.per(water, basis.heads),
        "pv": pv,
    }


def of_region(bases: Sequence[Basis], factor: Decimal | None, as_of: date) -> dict[FigureKey, Result]:
    """The same figures of many institutions: sums of all meters, ratios over those that are known."""
    electricity, energy, water, pv = _sums(bases, factor, as_of)
    each = [(basis, *_sums([basis], factor, as_of)) for basis in bases]
    return {
        "electricity": electricity,
        "energy": energy,
        "energy_per_capita": rules.region_ratio([(e, b.heads) for b, _, e, _, _ in each]),
        "energy_per_area": rules.region_ratio([(e, b.area) for b, _, e, _, _ in each]),
        "electricity_per_area": rules.region_ratio([(kwh, b.area) for b, kwh, _, _, _ in each]),
        "water": water,
        "water_per_capita": rules.region_ratio([(w, b.heads) for b, _, _, w, _ in each]),
        "pv": pv,
    }


def _sums(
    bases: Sequence[Basis], factor: Decimal | None, as_of: date
) -> tuple[Result, Result, Result, Result]:
    electricity = rules.total(rules.together(b.electricity for b in bases), NO_ELECTRICITY_METER)
    energy = rules.energy(electricity, factor, as_of)
    water = rules.total(rules.together(b.water for b in bases), NO_WATER_METER)
    pv = rules.total(rules.together(b.pv for b in bases), NO_PV_METER)
    return electricity, energy, water, pv
