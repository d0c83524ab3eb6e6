"""Closed lists of the module."""

from civicwatt_cloud.kit.records.choices import Choice


class Indicator(Choice):
    """What a plan reduces and what institutions are compared by; each is an amount over a denominator."""

    ENERGY_PER_CAPITA = "energy_per_capita", "人均综合能耗", "energy per capita"
    WATER_PER_CAPITA = "water_per_capita", "人均用水量", "water per capita"
    ENERGY_PER_AREA = "energy_per_area", "单位建筑面积能耗", "energy per floor area"
    CARBON_PER_AREA = (
        "carbon_per_area",
        "单位建筑面积碳排放（规划因子）",
        "CO2 per floor area (plan's factor)",
    )
    CARBON_NOW_PER_AREA = (
        "carbon_now_per_area",
        "单位建筑面积碳排放（现行因子）",
        "CO2 per floor area (factor in force)",
    )
    ELECTRICITY_PER_AREA = "electricity_per_area", "单位建筑面积电耗", "electricity per floor area"

    @property
    def unit(self) -> str:
        """The unit of its value."""
        return _UNITS[self]


_UNITS = {
    Indicator.ENERGY_PER_CAPITA: "kgce/人",
    Indicator.WATER_PER_CAPITA: "m³/人",
    Indicator.ENERGY_PER_AREA: "kgce/m²",
    Indicator.CARBON_PER_AREA: "kgCO2/m²",
    Indicator.CARBON_NOW_PER_AREA: "kgCO2/m²",
    Indicator.ELECTRICITY_PER_AREA: "kWh/m²",
}
PLANNED = (
    Indicator.ENERGY_PER_CAPITA,
    Indicator.WATER_PER_CAPITA,
    Indicator.ENERGY_PER_AREA,
    Indicator.CARBON_PER_AREA,
)


class Basis(Choice):
    """On which basis electricity was counted; the value is the coal set that counts it so."""

    CALORIFIC = "coal", "当量值（0.1229）", "calorific (0.1229)"
    EQUIVALENT_DB37 = "coal_db37_2019", "等价值（0.31，DB37 2019）", "equivalent (0.31, DB37 2019)"


class Verdict(Choice):
    """How a year stands against its path."""

    ON_TRACK = "on_track", "进度达标", "on track"
    BEHIND = "behind", "进度滞后", "behind"
    UNKNOWN = "unknown", "未知", "unknown"


class Compliance(Choice):
    """How a figure stands against its quota."""

    MET = "met", "达标", "met"
    MISSED = "missed", "不达标", "missed"
    UNKNOWN = "unknown", "未知", "unknown"
    EXEMPT = "exempt", "豁免", "exempt"


class About(Choice):
    """What is contested; a case of an anomaly has an appeal of its own."""

    LISTING = "listing", "列入名单", "listing"
    TYPE = "type", "单位类型", "type"
    AREA = "area", "建筑面积", "floor area"
    QUOTA = "quota", "定额适用", "quota"


class Kind(Choice):
    """Kinds of institutions, as in the directory."""

    GOVERNMENT = "government", "党政机关", "government"
    EDUCATION = "education", "教育", "education"
    MEDICAL = "medical", "医疗", "medical"
    VENUE = "venue", "场馆", "venue"
    OTHER = "other", "其他", "other"


class OrganLevel(Choice):
    """Levels of institutions, as in the directory."""

    NATION = "nation", "国家级", "national"
    PROVINCE = "province", "省级", "provincial"
    CITY = "city", "市级", "city"
    COUNTY = "county", "县级", "county"
    TOWNSHIP = "township", "乡级", "township"


class Use(Choice):
    """What may be taken out before a figure is held against a quota."""

    DATA_CENTRE = "data_centre", "数据中心", "data centre"
    CANTEEN = "canteen", "食堂", "canteen"
    CHARGING = "charging", "充电桩", "charging"
