"""What a query of the energy pages refuses.

RuleViolation
├── TooMuchAtOnce   CW-T1501
└── OffTheEdge      CW-T1502
"""

from civicwatt_cloud.kit.errors import RuleViolation


class TooMuchAtOnce(RuleViolation):
    """The answer would not fit, or take too long to read."""

    code = "CW-T1501"
    zh = "一次查询的数据过多：{found}，上限 {limit}"
    en = "too much for one query: {found}, the limit is {limit}"
    remedy_zh = "缩短时间范围、减少分组或改用更粗的步长；逐行数据请导出 csv"
    remedy_en = "ask for a shorter time, fewer groups or a coarser step; export long tables as csv"


class OffTheEdge(RuleViolation):
    """A report by months or years begins or ends within one."""

    code = "CW-T1502"
    zh = "按{step_zh}统计的起止须在{step_zh}的首日：{start} 至 {end}"
    en = "a report by {step} must begin and end on the first day of one: {start} to {end}"
    remedy_zh = "调整起止日期，或改用按日、按时统计"
    remedy_en = "change the dates, or report by days or hours"
