"""What the stock of vehicles refuses.

RuleViolation 422
├── QuotaAboveRatio  CW-M0311
├── QuotaBelowLeast  CW-M0312
├── AboveStandard    CW-M0313
├── TooYoung         CW-M0314
├── UsableStill      CW-M0315
├── OldStillThere    CW-M0316
├── NotMarked        CW-M0317
├── OtherMethod      CW-M0319
├── NotYetPaid       CW-M0323
├── NothingToReverse CW-M0324
├── NotYetDue        CW-M0325
└── NotItsVehicle    CW-M0326
Conflict 409
├── QuotaFull        CW-M0320
├── RenewedAlready   CW-M0321
└── DisposedAlready  CW-M0322
"""

from civicwatt_cloud.kit.errors import Conflict, RuleViolation


class QuotaAboveRatio(RuleViolation):
    """More vehicles than the part of those before the reform that may stay. Facts: number, most, percent."""

    code = "CW-M0311"
    zh = "编制数 {number} 超过车改前数量的 {percent}%（{most} 辆）"
    en = "a quota of {number} is above {percent} % of the vehicles before the reform ({most})"
    remedy_zh = "核对车改前数量；确需增加的，先取得批准并导入本地规则行"
    remedy_en = "check the number before the reform; for more, import a local rule row with its approval"


class QuotaBelowLeast(RuleViolation):
    """Fewer vehicles than every township has. Facts: number, least."""

    code = "CW-M0312"
    zh = "编制数 {number} 少于乡镇应急公务用车最低配备数 {least} 辆"
    en = "a quota of {number} is below the {least} emergency vehicles that a township has at least"
    remedy_zh = "按最低配备数核定"
    remedy_en = "set at least that many"


class AboveStandard(RuleViolation):
    """The vehicle is above its standard. Facts: breaches_zh, breaches, rules."""

    code = "CW-M0313"
    zh = "超出配备标准：{breaches_zh}"
    en = "above the standard: {breaches}"
    remedy_zh = "改选符合标准的车辆；确有特殊需要的，勾选并说明理由。依据：{rules}"
    remedy_en = "choose another vehicle, or state the special need; the rules are {rules}"


class TooYoung(RuleViolation):
    """The vehicle is not old enough to be renewed. Facts: registered, years."""

    code = "CW-M0314"
    zh = "{registered} 注册登记，使用年限未超过 {years} 年，不得更新"
    en = "registered on {registered}: not in use for more than {years} years, so not to be renewed"
    remedy_zh = "期满后再申请；因安全原因确需提前更新的，勾选并填写批件"
    remedy_en = "apply later; where safety asks for it earlier, say so and name the approval"


class UsableStill(RuleViolation):
    """A vehicle that is still usable goes on being used."""

    code = "CW-M0315"
    zh = "达到更新年限仍能继续使用的，应当继续使用"
    en = "a vehicle that may be renewed and is still usable goes on being used"
    remedy_zh = "撤回更新申请"
    remedy_en = "withdraw the renewal"


class OldStillThere(RuleViolation):
    """The old vehicle is disposed of before the new one is bought. Facts: plate."""

    code = "CW-M0316"
    zh = "先处置旧车再购置：{plate} 尚未办结处置"
    en = "the old vehicle goes first: {plate} is not disposed of yet"
    remedy_zh = "办结旧车处置后再采购"
    remedy_en = "finish its disposal, then buy"


class NotMarked(RuleViolation):
    """A vehicle without the mark is not put into use. Facts: plate."""

    code = "CW-M0317"
    zh = "{plate} 未喷涂公务用车标识，也未批准免喷"
    en = "{plate} shows no mark and is not exempt"
    remedy_zh = "喷涂标识，或办理免喷审批"
    remedy_en = "mark it, or have it exempted"


class OtherMethod(RuleViolation):
    """The step does not belong to the method of the disposal. Facts: method_zh, method."""

    code = "CW-M0319"
    zh = "处置方式为{method_zh}，不办理此环节"
    en = "this step is none of '{method}'"
    remedy_zh = "调拨办理“调出”，其他方式先评估"
    remedy_en = "what is given away is handed over; all else is valued first"


class QuotaFull(Conflict):
    """No place of the quota is free. Facts: kind_zh, kind, quota, taken."""

    code = "CW-M0320"
    zh = "{kind_zh}用车编制 {quota} 辆，已占用 {taken} 辆，没有空编"
    en = "no place is free: {taken} of a quota of {quota} for {kind} are taken"
    remedy_zh = "先处置现有车辆释放编制，或调整编制"
    remedy_en = "dispose of a vehicle first, or have the quota changed"


class RenewedAlready(Conflict):
    """Another plan is for the same vehicle's place. Facts: number."""

    code = "CW-M0321"
    zh = "该车已有更新计划 {number}"
    en = "plan {number} renews this vehicle already"
    remedy_zh = "办理已有计划"
    remedy_en = "go on with that plan"


class DisposedAlready(Conflict):
    """The vehicle is being disposed of, or gone. Facts: plate, state_zh, state."""

    code = "CW-M0322"
    zh = "{plate} {state_zh}，不能再次处置"
    en = "{plate} is {state}: not to be disposed of again"
    remedy_zh = "办理已有的处置申请"
    remedy_en = "go on with the disposal that is there"


class NotYetDue(RuleViolation):
    """The institution still has time to explain. Facts: due."""

    code = "CW-M0325"
    zh = "说明期限 {due} 未到"
    en = "it may be explained until {due}"
    remedy_zh = "等单位说明，或期满后再立案"
    remedy_en = "wait for the explanation, or until then"


class NotYetPaid(RuleViolation):
    """A receipt of a day that has not come. Facts: day."""

    code = "CW-M0323"
    zh = "票据日期 {day} 晚于今天"
    en = "the receipt is of {day}, which has not come yet"
    remedy_zh = "按票据上的日期填写"
    remedy_en = "write the day that is on the receipt"


class NothingToReverse(RuleViolation):
    """The line is not there, is a correction itself, or was reversed before."""

    code = "CW-M0324"
    zh = "该笔记录不能冲正：不存在、本身是冲正，或已被冲正"
    en = "the line cannot be reversed: it is absent, a reversal itself, or reversed already"
    remedy_zh = "核对记录编号"
    remedy_en = "check which line it is"


class NotItsVehicle(RuleViolation):
    """The vehicle is another institution's. Facts: plate, owner."""

    code = "CW-M0326"
    zh = "{plate} 属于{owner}"
    en = "{plate} is a vehicle of {owner}"
    remedy_zh = "单位填写车辆所属单位"
    remedy_en = "name the institution that owns it"
