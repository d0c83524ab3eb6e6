"""What measurement and verification refuses.

RuleViolation
├── UnreadableSeries  422  CW-V1001
├── NoBaseline        422  CW-V1002
├── NoReporting       422  CW-V1003
├── PeriodsOverlap    422  CW-V1004
├── BadAdjustment     422  CW-V1005
├── BadTerms          422  CW-V1006
└── NoDate            422  CW-V1007
"""

from civicwatt_cloud.kit.errors import RuleViolation


class UnreadableSeries(RuleViolation):
    """A file of readings or temperatures that cannot be taken. Facts: detail, detail_zh."""

    code = "CW-V1001"
    zh = "数据文件无法采用：{detail_zh}"
    en = "the file cannot be taken: {detail}"
    remedy_zh = "首行为列名；第一列为时间（ISO 8601），第二列为数值，空白或 nan 表示缺测"
    remedy_en = (
        "the first line names the columns; first a time (ISO 8601), then a number, blank or nan where missing"
    )


class NoBaseline(RuleViolation):
    """Too little is known before the measure for any model. Facts: detail, detail_zh."""

    code = "CW-V1002"
    zh = "基期数据不足：{detail_zh}"
    en = "the baseline is too short: {detail}"
    remedy_zh = "补充改造前一年的读数与同期气温，或核对基期截止日期"
    remedy_en = "add readings and temperatures of the year before the measure, or check the baseline's end"


class NoReporting(RuleViolation):
    """Nothing can be compared after the measure. Facts: detail, detail_zh."""

    code = "CW-V1003"
    zh = "报告期没有可比的读数：{detail_zh}"
    en = "nothing can be compared in the reporting period: {detail}"
    remedy_zh = "核对报告期开始日期，并补充该期间的读数与气温"
    remedy_en = "check the reporting start, and add readings and temperatures of that period"


class PeriodsOverlap(RuleViolation):
    """The reporting period begins before the baseline has ended. Facts: baseline_end, reporting_start."""

    code = "CW-V1004"
    zh = "报告期开始（{reporting_start}）早于基期截止（{baseline_end}）"
    en = "the reporting period begins ({reporting_start}) before the baseline ends ({baseline_end})"
    remedy_zh = "改造施工期应位于两者之间"
    remedy_en = "the works lie between the two"


class BadAdjustment(RuleViolation):
    """A non-routine adjustment that cannot be applied. Facts: detail, detail_zh."""

    code = "CW-V1005"
    zh = "非常规调整无法采用：{detail_zh}"
    en = "the non-routine adjustment cannot be taken: {detail}"
    remedy_zh = "写明起止日期、每日用量或系数（二选一）、原因和依据文件"
    remedy_en = (
        "give first and last day, an amount a day or a factor (one of them), the reason and the document"
    )


class BadTerms(RuleViolation):
    """Terms of an energy service contract that cannot be settled. Facts: detail, detail_zh."""

    code = "CW-V1006"
    zh = "合同条款无法结算：{detail_zh}"
    en = "the terms cannot be settled: {detail}"
    remedy_zh = "对照合同文本核对条款"
    remedy_en = "compare the terms with the contract"


class NoDate(RuleViolation):
    """A date of the command that is none. Facts: text."""

    code = "CW-V1007"
    zh = "“{text}”不是日期或时刻"
    en = "'{text}' is neither a date nor a moment"
    remedy_zh = "请填写日期，如 2026-01-01；需要时刻时按 ISO 8601 书写"
    remedy_en = "give a date such as 2026-01-01, or a moment as of ISO 8601"
