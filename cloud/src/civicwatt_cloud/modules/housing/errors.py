"""What the module refuses.

RuleViolation 422
├── OverApproved     CW-M0201
├── IdleRoomFits     CW-M0202
├── SharesExceed     CW-M0204
├── OfficeElsewhere  CW-M0205
├── PapersMissing    CW-M0206
├── DaysReversed     CW-M0207
├── NothingBudgeted  CW-M0208
├── AboveBudget      CW-M0209
├── FileMissing      CW-M0210
└── StillOver        CW-M0211
Conflict 409
└── RoomTaken        CW-M0203
"""

from civicwatt_cloud.kit.errors import Conflict, RuleViolation


class OverApproved(RuleViolation):
    """With the room the institution would have more than the standard allows its posts."""

    code = "CW-M0201"
    zh = "超出核定面积：现有 {used} m²，拟增 {room} m²，核定 {approved} m²"
    en = "above the approved area: {used} m² held, {room} m² asked for, {approved} m² approved"
    remedy_zh = "先腾退现有用房，或核对编制定员"
    remedy_en = "vacate rooms first, or check the establishment"


class IdleRoomFits(RuleViolation):
    """There are idle rooms that would do."""

    code = "CW-M0202"
    zh = "本级有 {count} 间空置用房可以调配，不得租用：{rooms}"
    en = "{count} idle rooms fit, so none may be rented: {rooms}"
    remedy_zh = "申请调配其中一间；确不适用的，由办公用房管理部门写明理由后例外批准"
    remedy_en = "ask for one of them; where none serves, the office-space manager states why and approves"


class RoomTaken(Conflict):
    """The room is not free for this."""

    code = "CW-M0203"
    zh = "{number} 房间{state_zh}，不能办理"
    en = "room {number} is {state}: not possible"
    remedy_zh = "先腾退，或另选房间"
    remedy_en = "vacate it first, or choose another room"


class SharesExceed(RuleViolation):
    """The shares of a room add up to more than all of it."""

    code = "CW-M0204"
    zh = "该房间同期使用份额合计 {percent}%，超过 100%"
    en = "the shares of the room add up to {percent} %"
    remedy_zh = "核对各使用人的份额"
    remedy_en = "check the share of each occupant"


class OfficeElsewhere(RuleViolation):
    """A person has offices at more institutions than the rule permits, or at a second without approval."""

    code = "CW-M0205"
    zh = "该人员已在 {count} 个单位有办公室，最多 {most} 个；第二处须有批件且小于标准"
    en = (
        "the person has offices at {count} institutions already, at most {most} are permitted; "
        "a second needs an approval and is smaller than the standard"
    )
    remedy_zh = "先腾退，或填写批件并安排小于标准的房间"
    remedy_en = "vacate the other, or name the approval and a room below the standard"


class PapersMissing(RuleViolation):
    """What a registration needs is not at hand."""

    code = "CW-M0206"
    zh = "登记材料不齐：{titles_zh}"
    en = "not at hand: {titles}"
    remedy_zh = "补齐后勾选再办理"
    remedy_en = "get it, tick it and try again"


class DaysReversed(RuleViolation):
    """A period that ends before it begins."""

    code = "CW-M0207"
    zh = "截止日期 {last} 须晚于起始日期 {first}"
    en = "the end {last} must lie after the beginning {first}"
    remedy_zh = "核对日期"
    remedy_en = "check the days"


class NothingBudgeted(RuleViolation):
    """A repair without a budget line."""

    code = "CW-M0208"
    zh = "项目没有预算明细"
    en = "the project has no budget line"
    remedy_zh = "按价格参考标准逐项填写预算明细"
    remedy_en = "enter the lines from the price table"


class AboveBudget(RuleViolation):
    """An audited amount above what it audits."""

    code = "CW-M0209"
    zh = "审定额 {audited} 元高于 {budget} 元"
    en = "{audited} yuan audited, above {budget}"
    remedy_zh = "核对审定额；确需追加的，另行申报"
    remedy_en = "check the amount; apply anew for more"


class FileMissing(RuleViolation):
    """A step that needs a document or photo among the record's files."""

    code = "CW-M0210"
    zh = "缺少附件：{what_zh}"
    en = "no file attached: {what}"
    remedy_zh = "上传后再办理"
    remedy_en = "attach it and try again"


class StillOver(RuleViolation):
    """The task was to bring a person within the standard, and he is not."""

    code = "CW-M0211"
    zh = "整改后仍超标 {over} m²"
    en = "still {over} m² over the standard"
    remedy_zh = "退回，继续整改"
    remedy_en = "send it back"
