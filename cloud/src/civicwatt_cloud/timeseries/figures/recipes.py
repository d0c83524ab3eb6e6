"""What each figure is made of."""

from typing import Literal, NamedTuple

from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures.metering import CONSUMING

FigureKey = Literal[
    "electricity",
    "energy",
    "energy_per_capita",
    "energy_per_area",
    "electricity_per_area",
    "water",
    "water_per_capita",
    "pv",
]
Amount = Literal["electricity", "water", "pv"]


class Denominator(NamedTuple):
    """What a figure is divided by."""

    zh: str
    en: str
    unit: str
    unit_en: str


class Recipe(NamedTuple):
    """How a figure is made: an amount, perhaps times the coal factor, perhaps divided; and that in words."""

    amount: Amount
    zh: str
    en: str
    is_energy: bool = False
    per: Denominator | None = None


HEADS = Denominator("用能人数", "Head count", "人", "people")
AREA = Denominator("建筑面积", "Floor area", "m²", "m²")
END_USES: dict[Amount, tuple[EndUse, ...]] = {
    "electricity": CONSUMING,
    "water": (EndUse.WATER,),
    "pv": (EndUse.PV,),
}
_SCOPE = "计入：已计量的外购电；水不计入综合能耗；光伏发电单列；天然气等其他能源未计量。"
_SCOPE_EN = (
    "Included: metered electricity. Not included: water; PV, shown apart; other carriers, not metered."
)
_PRODUCT = "用电量 × 电力折标系数（当量值）"
_PRODUCT_EN = "electricity × standard coal factor (calorific basis)"
RECIPES: dict[FigureKey, Recipe] = {
    "electricity": Recipe(
        "electricity", "用电量 = 各分项电表用电量之和。", "Electricity = sum of the end-use meters."
    ),
    "energy": Recipe(
        "electricity",
        f"综合能耗 = {_PRODUCT}。{_SCOPE}",
        f"Energy consumption = {_PRODUCT_EN}. {_SCOPE_EN}",
        is_energy=True,
    ),
    "energy_per_capita": Recipe(
        "electricity",
        f"人均综合能耗 = {_PRODUCT} ÷ 用能人数（按天加权）。{_SCOPE}",
        f"Energy per capita = {_PRODUCT_EN} ÷ head count (weighted by days). {_SCOPE_EN}",
        is_energy=True,
        per=HEADS,
    ),
    "energy_per_area": Recipe(
        "electricity",
        f"单位建筑面积能耗 = {_PRODUCT} ÷ 建筑面积（按天加权）。{_SCOPE}",
        f"Energy per floor area = {_PRODUCT_EN} ÷ floor area (weighted by days). {_SCOPE_EN}",
        is_energy=True,
        per=AREA,
    ),
    "electricity_per_area": Recipe(
        "electricity",
        "单位建筑面积电耗 = 用电量 ÷ 建筑面积（按天加权）。",
        "Electricity per floor area = electricity ÷ floor area (weighted by days).",
        per=AREA,
    ),
    "water": Recipe("water", "用水量 = 各水表用水量之和。", "Water = sum of the water meters."),
    "water_per_capita": Recipe(
        "water",
        "人均用水量 = 用水量 ÷ 用能人数（按天加权）。",
        "Water per capita = water ÷ head count (weighted by days).",
        per=HEADS,
    ),
    "pv": Recipe(
        "pv",
        "光伏发电量 = 各光伏表发电量之和；单列，不计入综合能耗。",
        "PV generation = sum of the PV meters; shown apart from energy consumption.",
    ),
}
