"""What the module refuses.

RuleViolation
├── NotItsPoints       422 CW-M1501
├── NoTemperature      422 CW-M1502
├── BaselineLength     422 CW-M1503
├── BaselineBroken     422 CW-M1504
├── YearNotOver        422 CW-M1505
├── YearSettled        422 CW-M1506
├── TooManyDays        422 CW-M1507
├── NotContracted      422 CW-M1508
├── NotMeasured        422 CW-M1509
├── WorksTooEarly      422 CW-M1510
├── NoSuchYear         422 CW-M1511
├── DueTooEarly        422 CW-M1512
├── NoLicence          422 CW-M1513
└── WrongDays          422 CW-M1514
"""

from civicwatt_cloud.kit.errors import RuleViolation


class NotItsPoints(RuleViolation):
    """Points that count nothing in the institution's buildings, or things of several units."""

    code = "CW-M1501"
    zh = "“{said}”不是本单位同一种能源的计量点"
    en = "'{said}' are no points of this institution that count one carrier"
    remedy_zh = "填写本单位楼栋已绑定、能源种类相同的计量点编号，多个以逗号分隔"
    remedy_en = "give points bound to the institution's buildings, all of one carrier, separated by commas"


class NoTemperature(RuleViolation):
    """Nobody has entered the outdoor temperature of the place and time."""

    code = "CW-M1502"
    zh = "{region} 在 {first} 至 {last} 没有室外气温，节能量未知"
    en = "no outdoor temperature of {region} from {first} to {last}: the saving is unknown"
    remedy_zh = "导入气温：civicwatt retrofit temperatures FILE --region 区划代码 --source 来源"
    remedy_en = "bring it in: civicwatt retrofit temperatures FILE --region CODE --source TEXT"


class BaselineLength(RuleViolation):
    """A baseline that is too short, too long, or not over."""

    code = "CW-M1503"
    zh = "基期 {first} 至 {last} 不可用：应已结束且为 {least} 至 {most} 天"
    en = "the baseline {first} to {last} cannot be used: it must be over, and have {least} to {most} days"
    remedy_zh = "改用改造前最近的一整年"
    remedy_en = "use the last whole year before the works"


class BaselineBroken(RuleViolation):
    """The frozen readings no longer give the frozen model: data or arithmetic have changed."""

    code = "CW-M1504"
    zh = "冻结的基期（第 {version} 版）不能复现：{detail_zh}"
    en = "the frozen baseline (version {version}) is not reproduced: {detail}"
    remedy_zh = "查明原因；由另一人按“重新冻结”办理，旧版保留"
    remedy_en = "find out why; another person freezes it anew, the old version stays"


class YearNotOver(RuleViolation):
    """A year of the contract that is not over, or is none."""

    code = "CW-M1505"
    zh = "合同第 {number} 年（{first} 至 {last}）尚未结束，不能结算"
    en = "year {number} of the contract ({first} to {last}) is not over"
    remedy_zh = "期满后再结算；期间可查看节能量"
    remedy_en = "settle it when it is over; the saving so far can be looked at"


class YearSettled(RuleViolation):
    """A year has one settlement."""

    code = "CW-M1506"
    zh = "合同第 {number} 年已有结算单"
    en = "year {number} of the contract has a settlement already"
    remedy_zh = "需要重算时先作废原结算单"
    remedy_en = "void that one first"


class TooManyDays(RuleViolation):
    """More hours than one answer holds."""

    code = "CW-M1507"
    zh = "一次最多查看 {most} 天"
    en = "{most} days at most at once"
    remedy_zh = "分次查看"
    remedy_en = "ask for fewer days"


class NotContracted(RuleViolation):
    """What a settlement needs and the project does not have."""

    code = "CW-M1508"
    zh = "项目缺少{what_zh}，不能结算"
    en = "the project lacks {what}: it cannot be settled"
    remedy_zh = "在签约环节按合同填写"
    remedy_en = "fill in what the contract says"


class NotMeasured(RuleViolation):
    """The meters and a frozen baseline make a saving; this project has none."""

    code = "CW-M1509"
    zh = "项目没有计量点或尚未冻结基期，节能量未知"
    en = "the project has no points or no frozen baseline: its saving is unknown"
    remedy_zh = "填写计量点并冻结基期"
    remedy_en = "name its points and freeze the baseline"


class WorksTooEarly(RuleViolation):
    """Savings count from a day after the baseline, and not from the future."""

    code = "CW-M1510"
    zh = "报告期应始于基期结束（{last}）之后，且不晚于今天"
    en = "the reporting period begins after the baseline's end ({last}), and not in the future"
    remedy_zh = "核对验收日期"
    remedy_en = "check the day of acceptance"


class NoSuchYear(RuleViolation):
    """No contract runs so long."""

    code = "CW-M1511"
    zh = "合同最长 {most} 年，没有第 {number} 年"
    en = "a contract has {most} years at most, not a year {number}"
    remedy_zh = "填写合同的第几年"
    remedy_en = "give the number of the contract's year"


class DueTooEarly(RuleViolation):
    """A notice leaves a day at least."""

    code = "CW-M1512"
    zh = "整改期限 {day} 应晚于今天"
    en = "the last day {day} is not after today"
    remedy_zh = "填写以后的日期"
    remedy_en = "give a later day"


class NoLicence(RuleViolation):
    """Waste goes to those who may take it."""

    code = "CW-M1513"
    zh = "“{name}”的资质已于 {until} 到期"
    en = "the licence of '{name}' ended on {until}"
    remedy_zh = "更新资质有效期，或改由有资质的单位清运"
    remedy_en = "enter the renewed licence, or name another recycler"


class WrongDays(RuleViolation):
    """A campaign ends on its first day or later."""

    code = "CW-M1514"
    zh = "末日不能早于首日"
    en = "the last day is not before the first"
    remedy_zh = "核对起止日期"
    remedy_en = "check both days"
