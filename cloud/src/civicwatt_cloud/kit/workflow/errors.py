"""Why a step is not taken."""

from civicwatt_cloud.kit.errors import Conflict, NotPermitted, RuleViolation


class NoSuchStep(Conflict):
    """The record does not stand where this event leaves from."""

    code = "CW-K1201"
    zh = "“{state_zh}”状态下不能{event_zh}"
    en = "{event} is not possible in the state '{state}'"
    remedy_zh = "重新打开记录，看当前可办理的事项"
    remedy_en = "open the record again and see what can be done now"


class OwnStep(NotPermitted):
    """Whoever applied or took a former step may not take this one."""

    code = "CW-K1202"
    zh = "经办人不能办理自己的{event_zh}"
    en = "nobody takes the step '{event}' on an application of his own"
    remedy_zh = "由另一位有权限的人员办理"
    remedy_en = "let another person with the permission do it"


class NotYours(NotPermitted):
    """Only who began it may take this step."""

    code = "CW-K1203"
    zh = "只有发起人可以{event_zh}"
    en = "only who began it may take the step '{event}'"
    remedy_zh = "请发起人办理"
    remedy_en = "ask who began it"


class OpinionAwaited(Conflict):
    """Somebody was asked for an opinion, and nobody decides before it is there."""

    code = "CW-K1204"
    zh = "正等待{who}会签，暂不能{event_zh}"
    en = "the opinion of {who} is awaited; the step '{event}' has to wait"
    remedy_zh = "请被加签人答复后再办理"
    remedy_en = "let whoever was asked answer first"


class NotAskable(RuleViolation):
    """The account may not be asked for an opinion on this record."""

    code = "CW-K1205"
    zh = "不能请该人员会签"
    en = "this person cannot be asked for an opinion"
    remedy_zh = "从名单中选择：能查看该记录、账号在用，且不是本人或发起人"
    remedy_en = "choose from the list: who may open the record, has an account in use, and did not begin it"


class NobodyAsked(Conflict):
    """No opinion is asked of the actor, or it was given already."""

    code = "CW-K1206"
    zh = "没有请您会签的事项，或已经答复"
    en = "no opinion is asked of you here, or you have given it"
    remedy_zh = "重新打开记录，看办理过程"
    remedy_en = "open the record again and see its steps"
