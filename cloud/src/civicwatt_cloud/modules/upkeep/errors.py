"""What the module refuses.

RuleViolation
├── HoldTooLate   422 CW-M0501
├── NoHoldReason  422 CW-M0502
├── ReopenTooLate 422 CW-M0503
├── AlreadyLarge  422 CW-M0504
├── PhotoMissing  422 CW-M0505
├── NotAMachines  422 CW-M0506
├── RatedAlready  422 CW-M0507
├── StillExpired  422 CW-M0508
├── WrongOrder    422 CW-M0509
├── StockTooLow   422 CW-M0510
├── SizeSettled   422 CW-M0511
└── UnknownPoint  422 CW-M0512
"""

from civicwatt_cloud.kit.errors import RuleViolation


class HoldTooLate(RuleViolation):
    """The due time has passed."""

    code = "CW-M0501"
    zh = "完成时限 {due} 已过，不能再挂起"
    en = "it was due at {due}: too late to put it on hold"
    remedy_zh = "尽快完工；超时已记录"
    remedy_en = "finish it; the breach is on record"


class NoHoldReason(RuleViolation):
    """The clock does not wait for this reason."""

    code = "CW-M0502"
    zh = "“{reason_zh}”不是允许挂起的原因"
    en = "'{reason}' is no reason to put it on hold"
    remedy_zh = "选择等待配件、无法进入或等待外部单位，或继续处理"
    remedy_en = "choose parts, access or an outside party, or go on"


class ReopenTooLate(RuleViolation):
    """The working days within which it can be reopened have passed."""

    code = "CW-M0503"
    zh = "返工期限 {until} 已过"
    en = "it could be reopened until {until}"
    remedy_zh = "重新报修"
    remedy_en = "report it anew"


class AlreadyLarge(RuleViolation):
    """Only a small repair can become a large one."""

    code = "CW-M0504"
    zh = "该工单已是大修"
    en = "the ticket is a large one already"
    remedy_zh = "无需再升级"
    remedy_en = "nothing is to be done"


class PhotoMissing(RuleViolation):
    """Finished work is shown."""

    code = "CW-M0505"
    zh = "完工前至少上传 {least} 张照片，现有 {found} 张"
    en = "{least} pictures at least show the finished work; there are {found}"
    remedy_zh = "上传完工照片后再提交"
    remedy_en = "add a picture of the finished work"


class NotAMachines(RuleViolation):
    """A person's report is confirmed by that person."""

    code = "CW-M0506"
    zh = "人工报修由报修人确认"
    en = "what a person reported, that person confirms"
    remedy_zh = "请报修人确认；逾期由系统自动确认"
    remedy_en = "let the reporter confirm; after some days the platform does"


class RatedAlready(RuleViolation):
    """A ticket is rated once."""

    code = "CW-M0507"
    zh = "已经评价过"
    en = "it was rated already"
    remedy_zh = "评价不能修改"
    remedy_en = "a rating stays as it was given"


class StillExpired(RuleViolation):
    """The certificate that a hazard is about has not been renewed."""

    code = "CW-M0508"
    zh = "设备“{name}”的检验合格证仍已过期（{until}）"
    en = "the certificate of '{name}' ended on {until} and was not renewed"
    remedy_zh = "检验合格并更新有效期后再销号"
    remedy_en = "have it inspected, enter the new last day, then close"


class WrongOrder(RuleViolation):
    """An interval ends after it begins."""

    code = "CW-M0509"
    zh = "结束时间应晚于开始时间"
    en = "an interval ends after it begins"
    remedy_zh = "核对起止时间"
    remedy_en = "check both times"


class StockTooLow(RuleViolation):
    """More was taken than is there."""

    code = "CW-M0510"
    zh = "库存只有 {stock}"
    en = "there are only {stock}"
    remedy_zh = "核对数量，或先登记入库"
    remedy_en = "check the quantity, or enter what came in"


class SizeSettled(RuleViolation):
    """Another size needs the supervisor."""

    code = "CW-M0511"
    zh = "该工单已定为{size_zh}"
    en = "the ticket was settled as a {size} one"
    remedy_zh = "改为大修由督查人员办理"
    remedy_en = "the supervisor makes it a large one"


class UnknownPoint(RuleViolation):
    """The points of an equipment are ids of meters of the same institution."""

    code = "CW-M0512"
    zh = "能耗测点“{said}”不是本单位的测点编号"
    en = "'{said}' names no points of this institution"
    remedy_zh = "填写本单位表计的测点编号，逐个以逗号隔开"
    remedy_en = "give ids of points of its meters, separated by commas"
