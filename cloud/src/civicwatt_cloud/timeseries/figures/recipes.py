"""What each figure is made of."""

from typing import Literal, NamedTuple

from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.figures.metering import BOUGHT, CONSUMING

FigureKey = Literal[
    "electricity",
    "energy",
    "energy_per_capita",
    "energy_per_area",
    "electricity_per_area",
    "water",
    "water_per_capita",
    "pv",
    "carbon",
    "carbon_per_area",
]
Amount = Literal["electricity", "water", "pv", "energy", "carbon"]


class Denominator(NamedTuple):
    """What a figure is divided by."""

    zh: str
    en: str
    unit: str
    unit_en: str


class Recipe(NamedTuple):
    """How a figure is made: an amount, perhaps divided; and that in words."""

    amount: Amount
    zh: str
    en: str
    per: Denominator | None = None

    @property
    def is_converted(self) -> bool:
        """Whether carriers are added up by factors: 综合能耗 and CO2."""
        return self.amount in {"energy", "carbon"}


HEADS = Denominator("用能人数", "Head count", "人", "people")
AREA = Denominator("建筑面积", "Floor area", "m²", "m²")
END_USES: dict[Amount, tuple[EndUse, ...]] = {
    "electricity": CONSUMING,
    "water": (EndUse.WATER,),
    "pv": (EndUse.PV,),
    "energy": BOUGHT,
    "carbon": BOUGHT,
}
_SCOPE = "计入：有表计或账单的外购电、煤、气、油、热力；水不计入综合能耗；光伏发电单列。"
_SCOPE_EN = (
    "Included: bought electricity, coal, gas, oil and heat that are metered or billed. "
    "Not included: water; PV, shown apart."
)
_SUM, _SUM_EN = (
    "各能源用量 × 折标系数（电按当量值）之和",
    "Σ carriers × standard coal factor (calorific basis)",
)
_CO2, _CO2_EN = "各能源用量 × 碳排放因子之和", "Σ carriers × CO2 factor"
RECIPES: dict[FigureKey, Recipe] = {
    "electricity": Recipe(
        "electricity", "用电量 = 各分项电表用电量之和。", "Electricity = sum of the end-use meters."
    ),
    "energy": Recipe(
        "energy", f"综合能耗 = {_SUM}。{_SCOPE}", f"Energy consumption = {_SUM_EN}. {_SCOPE_EN}"
    ),
    "energy_per_capita": Recipe(
        "energy",
        f"人均综合能耗 = {_SUM} ÷ 用能人数（按天加权）。{_SCOPE}",
        f"Energy per capita = {_SUM_EN} ÷ head count (weighted by days). {_SCOPE_EN}",
        per=HEADS,
    ),
    "energy_per_area": Recipe(
        "energy",
        f"单位建筑面积能耗 = {_SUM} ÷ 建筑面积（按天加权）。{_SCOPE}",
        f"Energy per floor area = {_SUM_EN} ÷ floor area (weighted by days). {_SCOPE_EN}",
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
    "carbon": Recipe("carbon", f"碳排放 = {_CO2}。{_SCOPE}", f"CO2 emissions = {_CO2_EN}. {_SCOPE_EN}"),
    "carbon_per_area": Recipe(
        "carbon",
        f"单位建筑面积碳排放 = {_CO2} ÷ 建筑面积（按天加权）。{_SCOPE}",
        f"CO2 per floor area = {_CO2_EN} ÷ floor area (weighted by days). {_SCOPE_EN}",
        per=AREA,
    ),
}
