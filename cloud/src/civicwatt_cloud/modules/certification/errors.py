"""What the module refuses.

RuleViolation
├── NoScheme      422 CW-M1901
├── NoItem        422 CW-M1902
├── TooManyPoints 422 CW-M1903
├── HandedIn      422 CW-M1904
├── NotPassed     422 CW-M1905
├── StillOpen     422 CW-M1906
├── YearRuns      422 CW-M1907
└── NotComputable 422 CW-M1908
"""

from civicwatt_cloud.kit.errors import RuleViolation


class NoScheme(RuleViolation):
    """There is no such version of the scheme."""

    code = "CW-M1901"
    zh = "没有“{kind_zh}”的标准版本 {version}"
    en = "there is no version {version} of the scheme of {kind}"
    remedy_zh = "选择已有版本，或先导入本地标准"
    remedy_en = "choose a version that is there, or import the scheme first"


class NoItem(RuleViolation):
    """The scheme has no such item to be declared."""

    code = "CW-M1902"
    zh = "评价标准中没有可申报的条目“{item}”"
    en = "the scheme has no item '{item}' to be declared"
    remedy_zh = "按标准的条目编号填写；按计量数据评分的条目无需填写"
    remedy_en = "use the key of an item; those with figures are scored from meters"


class TooManyPoints(RuleViolation):
    """More was claimed than the item is worth."""

    code = "CW-M1903"
    zh = "自评分超过该条目的满分 {most}"
    en = "more is claimed than the item's {most} points"
    remedy_zh = "核对自评分"
    remedy_en = "check the points"


class HandedIn(RuleViolation):
    """What was handed in stays as it was."""

    code = "CW-M1904"
    zh = "自评已经提交，不能再修改"
    en = "the self score was handed in and stays as it is"
    remedy_zh = "请审核人退回后再修改"
    remedy_en = "ask the reviewer to return it"


class NotPassed(RuleViolation):
    """The score does not pass, or is still open."""

    code = "CW-M1905"
    zh = "评分 {score} 不能通过：{why_zh}"
    en = "a score of {score} does not pass: {why}"
    remedy_zh = "补齐所列条目，或不予通过"
    remedy_en = "see to what is listed, or refuse it"


class StillOpen(RuleViolation):
    """The publicity is not over."""

    code = "CW-M1906"
    zh = "公示到 {until} 才结束"
    en = "it is published until {until}"
    remedy_zh = "公示结束后的次日起再授予"
    remedy_en = "award it from the day after"


class YearRuns(RuleViolation):
    """A year is judged when it is over."""

    code = "CW-M1907"
    zh = "{year} 年尚未结束，不能提交自评"
    en = "{year} is not over: its score cannot be handed in yet"
    remedy_zh = "年度结束后再提交；在此之前可以查看预评分"
    remedy_en = "hand it in after the year; until then see what it comes to so far"


class NotComputable(RuleViolation):
    """There are no meters, no factor, or nothing to divide by."""

    code = "CW-M1908"
    zh = "{year} 年缺少计量、折标系数或分母，无法导出该指标"
    en = "meters, a factor or what to divide by are missing in {year}: the figure cannot be exported"
    remedy_zh = "查看评分页列出的缺失项并补齐"
    remedy_en = "see what the page of the score lists as missing"
