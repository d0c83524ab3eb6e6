"""What calendar, rules and indicators refuse.

RuleViolation
├── BadNotice  422  CW-K1501
├── NoSource   422  CW-K1502
└── NoPeriod   422  CW-K1503
"""

from civicwatt_cloud.kit.errors import RuleViolation


class BadNotice(RuleViolation):
    """A notice on holidays that does not say what a notice says, or contradicts itself."""

    code = "CW-K1501"
    zh = "放假通知无法采用：{detail_zh}"
    en = "the notice cannot be taken: {detail}"
    remedy_zh = "核对通知原文（须含标题与各节日安排），或按 holidays.toml 的格式录入"
    remedy_en = "compare it with the original (title, all holidays), or write it as holidays.toml is written"


class NoSource(RuleViolation):
    """A local rule row that does not say where it comes from."""

    code = "CW-K1502"
    zh = "规则行 {rule} 未注明依据文件或条款"
    en = "the row of {rule} names no source or no clause"
    remedy_zh = "补上 source（文件名称与文号）和 clause（条款）后再导入"
    remedy_en = "give source (the document) and clause, and import again"


class NoPeriod(RuleViolation):
    """A period of indicators that is none."""

    code = "CW-K1503"
    zh = "“{said}”不是统计期"
    en = "'{said}' is no period"
    remedy_zh = "请填写年、季或月，如 2026、2026-Q3、2026-10"
    remedy_en = "give a year, quarter or month: 2026, 2026-Q3, 2026-10"
