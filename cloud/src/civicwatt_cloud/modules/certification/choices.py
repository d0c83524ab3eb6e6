"""Closed lists of the module."""

from civicwatt_cloud.kit.records.choices import Choice


class Kind(Choice):
    """What is created and awarded."""

    FRUGAL_ORGAN = "frugal_organ", "节约型机关", "frugal organ"
    MODEL_UNIT = "model_unit", "节约型公共机构示范单位", "model energy-saving institution"
    ENERGY_LEADER = "energy_leader", "能效领跑者", "energy-efficiency leader"
    WATER_SAVING_UNIT = "water_saving_unit", "节水型单位", "water-saving unit"
    GREEN_LOW_CARBON = "green_low_carbon", "绿色低碳公共机构", "green and low-carbon institution"


class Grade(Choice):
    """Who awards it."""

    NATIONAL = "national", "国家级", "national"
    PROVINCIAL = "provincial", "省级", "provincial"
    CITY = "city", "市级", "city"
    COUNTY = "county", "县级", "county"


class Outcome(Choice):
    """What a score comes to."""

    PASSED = "passed", "达标", "passed"
    FAILED = "failed", "不达标", "failed"
    UNKNOWN = "unknown", "未知", "unknown"
