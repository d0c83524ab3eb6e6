"""What the module refuses.

RuleViolation
├── UnknownPoint     422 CW-M1101
├── NoMonth          422 CW-M1102
└── AnotherPlants    422 CW-M1103
"""

from civicwatt_cloud.kit.errors import RuleViolation


class UnknownPoint(RuleViolation):
    """A point that is none, or that counts nothing in the institution's buildings."""

    code = "CW-M1101"
    zh = "“{said}”不是本单位的计量点"
    en = "'{said}' are no points of this institution"
    remedy_zh = "填写本单位楼栋已绑定的计量点编号，多个以逗号分隔"
    remedy_en = "give the numbers of points bound to the institution's buildings, separated by commas"


class NoMonth(RuleViolation):
    """A month that is none."""

    code = "CW-M1102"
    zh = "{year} 年没有 {month} 月"
    en = "{year} has no month {month}"
    remedy_zh = "填写 1 至 12 月"
    remedy_en = "give a month, 1 to 12"


class AnotherPlants(RuleViolation):
    """The counter is another plant's already: its energy would count twice."""

    code = "CW-M1103"
    zh = "发电计量点 {said} 已属于电站 {code}"
    en = "points {said} of generation belong to plant {code} already"
    remedy_zh = "核对两座电站的计量点"
    remedy_en = "compare the points of both plants"
