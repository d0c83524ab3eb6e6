"""Why a month cannot be closed or a correction not be decided.

CloudError
├── MonthNotOver      422  CW-T1341
├── NoSuchCorrection  404  CW-T1343
├── AlreadyDecided    409  CW-T1344
├── NobodySaid        422  CW-T1345
└── OwnProposal       403  CW-T1347
"""

from civicwatt_cloud.kit.errors import CloudError


class MonthNotOver(CloudError):
    """A month of which readings are still to come."""

    status = 422
    code = "CW-T1341"
    zh = "{month} 尚未结束"
    en = "{month} is not over"
    remedy_zh = "月底之后再关账"
    remedy_en = "close it after its last day"


class NoSuchCorrection(CloudError):
    """No correction has that number."""

    status = 404
    code = "CW-T1343"
    zh = "没有更正单 {number}"
    en = "there is no correction {number}"
    remedy_zh = "用 closing corrections 查看编号"
    remedy_en = "look the number up with closing corrections"


class AlreadyDecided(CloudError):
    """A correction is decided once."""

    status = 409
    code = "CW-T1344"
    zh = "更正单 {number} 已由 {by} 处理，结果：{state_zh}"
    en = "correction {number} was decided by {by}: {state}"
    remedy_zh = "数值再有变化时，系统会另出更正单"
    remedy_en = "when the value changes again, another correction is proposed"


class NobodySaid(CloudError):
    """A month closed, or a correction decided, without a name or a reason."""

    status = 422
    code = "CW-T1345"
    zh = "关账须写明经办人和报表，审批更正单须写明审批人和理由"
    en = "closing a month needs who does it and which return was filed, a decision who decides and why"
    remedy_zh = "填写后再试"
    remedy_en = "give both and try again"


class OwnProposal(CloudError):
    """A correction decided by who entered what caused it."""

    status = 403
    code = "CW-T1347"
    zh = "更正单 {number} 由本人录入的数据引起，不能由本人审批"
    en = "correction {number} comes from what you entered: somebody else has to decide it"
    remedy_zh = "请本区域的另一位能源管理员审批"
    remedy_en = "ask another energy manager of the region to decide"
