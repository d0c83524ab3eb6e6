"""Why a step is not taken."""

from civicwatt_cloud.kit.errors import Conflict, NotPermitted


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
