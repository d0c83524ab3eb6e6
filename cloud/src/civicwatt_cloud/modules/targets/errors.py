"""What the module refuses.

RuleViolation
├── BadSpan         422 CW-M1701
├── BadNode         422 CW-M1702
├── BadBands        422 CW-M1703
├── OtherBasis      422 CW-M1704
├── ValueMissing    422 CW-M1705
├── NotOwnCounter   422 CW-M1706
└── AppealTooLate   422 CW-M1707
"""

from civicwatt_cloud.kit.errors import RuleViolation


class BadSpan(RuleViolation):
    """A plan that ends before it begins."""

    code = "CW-M1701"
    zh = "规划末年 {end} 不晚于基年 {base}"
    en = "the plan ends in {end}, which is not after its base year {base}"
    remedy_zh = "末年填写基年之后的年份"
    remedy_en = "give an end year after the base year"


class BadNode(RuleViolation):
    """A node outside the plan's region."""

    code = "CW-M1702"
    zh = "“{node}”不在规划范围 {region} 内"
    en = "'{node}' does not lie within the plan's region {region}"
    remedy_zh = "填写规划范围内的区划代码或单位代码"
    remedy_en = "give the code of a division or an institution within the plan's region"


class BadBands(RuleViolation):
    """A quota whose values are not in order."""

    code = "CW-M1703"
    zh = "引导值 ≤ 基准值 ≤ 约束值 不成立"
    en = "guide ≤ base ≤ constraint does not hold"
    remedy_zh = "核对标准中的三个数值"
    remedy_en = "compare the three values with the standard"


class OtherBasis(RuleViolation):
    """Two figures whose electricity is counted on different bases."""

    code = "CW-M1704"
    zh = "电力折标口径不同（{one} 与 {other}），不能比较"
    en = "electricity is counted on different bases ({one}, {other}): the two cannot be compared"
    remedy_zh = "用同一折标口径重新计算后再比较"
    remedy_en = "compute both with one set of factors first"


class ValueMissing(RuleViolation):
    """A decision that lacks the corrected value."""

    code = "CW-M1705"
    zh = "支持该申诉需要填写{what_zh}"
    en = "to uphold it, give {what}"
    remedy_zh = "按核实的材料填写后再提交"
    remedy_en = "fill it in from the verified document"


class NotOwnCounter(RuleViolation):
    """A counter that is not in the institution's buildings."""

    code = "CW-M1706"
    zh = "“{said}”不是本单位的计量点"
    en = "'{said}' are no counters of this institution"
    remedy_zh = "填写本单位楼栋已绑定的计量点编号，多个以逗号分隔"
    remedy_en = "give the numbers of counters bound to the institution's buildings, separated by commas"


class AppealTooLate(RuleViolation):
    """The days within which it could be contested have passed."""

    code = "CW-M1707"
    zh = "申诉期限 {until} 已过"
    en = "it could be contested until {until}"
    remedy_zh = "向主管机构说明情况"
    remedy_en = "explain it to the responsible office"
