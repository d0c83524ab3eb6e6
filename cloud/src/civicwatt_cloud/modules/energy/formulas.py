"""What each figure is made of, in words and with its numbers in place."""

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from civicwatt_cloud.modules.energy.figures import TITLES, Basis
from civicwatt_cloud.modules.energy.reasons import Reason
from civicwatt_cloud.modules.energy.rules import Consumption, Result
from civicwatt_cloud.modules.energy.schemas import FigureKey, Formula
from civicwatt_cloud.timeseries.points import EndUse

CARRIERS_ZH = "计入：已计量的外购电；水不计入综合能耗；光伏发电单列；天然气等其他能源未计量"
CARRIERS_EN = (
    "in it: metered electricity; water is not part of it; PV is shown apart; other carriers are not metered"
)


class Part(StrEnum):
    """What can go into a figure besides energy."""

    FACTOR = "factor"
    HEADS = "heads"
    AREA = "area"


class Recipe(NamedTuple):
    """How a figure is made."""

    end_uses: tuple[EndUse, ...]
    parts: tuple[Part, ...]
    zh: str
    en: str


_ELECTRICITY = (EndUse.LIGHTING, EndUse.HVAC, EndUse.POWER, EndUse.SPECIAL)
RECIPES: dict[FigureKey, Recipe] = {
    "electricity": Recipe(
        _ELECTRICITY, (), "用电量 = 各分项电表用电量之和", "electricity = sum of the end-use meters"
    ),
    "energy": Recipe(
        _ELECTRICITY,
        (Part.FACTOR,),
        f"综合能耗 = 用电量 × 电力折标系数（当量值）。{CARRIERS_ZH}",
        f"energy = electricity × standard coal factor (calorific basis); {CARRIERS_EN}",
    ),
    "energy_per_capita": Recipe(
        _ELECTRICITY,
        (Part.FACTOR, Part.HEADS),
        f"人均综合能耗 = 用电量 × 电力折标系数（当量值）÷ 用能人数（按天加权）。{CARRIERS_ZH}",
        f"energy per capita = electricity × factor ÷ head count (weighted by days); {CARRIERS_EN}",
    ),
    "energy_per_area": Recipe(
        _ELECTRICITY,
        (Part.FACTOR, Part.AREA),
        f"单位建筑面积能耗 = 用电量 × 电力折标系数（当量值）÷ 建筑面积（按天加权）。{CARRIERS_ZH}",
        f"energy per floor area = electricity × factor ÷ floor area (weighted by days); {CARRIERS_EN}",
    ),
    "electricity_per_area": Recipe(
        _ELECTRICITY,
        (Part.AREA,),
        "单位建筑面积电耗 = 用电量 ÷ 建筑面积（按天加权）",
        "electricity per floor area = electricity ÷ floor area (weighted by days)",
    ),
    "water": Recipe((EndUse.WATER,), (), "用水量 = 各水表用水量之和", "water = sum of the water meters"),
    "water_per_capita": Recipe(
        (EndUse.WATER,),
        (Part.HEADS,),
        "人均用水量 = 用水量 ÷ 用能人数（按天加权）",
        "water per capita = water ÷ head count (weighted by days)",
    ),
    "pv": Recipe(
        (EndUse.PV,),
        (),
        "光伏发电量 = 各光伏表发电量之和；单列，不计入综合能耗",
        "PV generation = sum of the PV meters; shown apart from energy consumption",
    ),
}


def formula(
    key: FigureKey, basis: Basis, amount: Consumption, factor: Decimal | None, figure: Result
) -> Formula:
    """The formula with the numbers in place; “—” stands for what is not known."""
    recipe = RECIPES[key]
    unit = "m³" if recipe.end_uses == (EndUse.WATER,) else "kWh"
    expression = f"{number(Fraction(amount.micro, 1_000_000) if amount.is_read else None)} {unit}"
    if Part.FACTOR in recipe.parts:
        expression += f" × {number(None if factor is None else Fraction(factor))} kgce/kWh"
    if Part.HEADS in recipe.parts:
        expression += f" ÷ {number(basis.heads)} 人"
    if Part.AREA in recipe.parts:
        expression += f" ÷ {number(basis.area)} m²"
    return Formula(
        zh=recipe.zh, en=recipe.en, expression=f"{expression} = {number(figure.exact)} {TITLES[key].unit}"
    )


def number(value: Fraction | Reason | None) -> str:
    """With thousands separators and at most four decimals."""
    if value is None or isinstance(value, Reason):
        return "—"
    text = f"{Decimal(round(value * 10_000)) / 10_000:,.4f}"
    return text.rstrip("0").rstrip(".")


def applied(value: Fraction | Reason) -> str | None:
    """The mean that was divided by, None where it is not known."""
    return None if isinstance(value, Reason) else number(value).replace(",", "")
