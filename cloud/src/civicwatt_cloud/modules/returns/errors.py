"""What the module refuses.

CloudError
├── NoSuchPeriod     422 CW-M0701
├── NoSuchCell       422 CW-M0702
├── BadCell          422 CW-M0703
├── NotOpen          409 CW-M0704
├── Blocked          422 CW-M0705
├── ReasonMissing    422 CW-M0706
├── BasisMissing     422 CW-M0707
├── FiledAlready     409 CW-M0708
├── OwnFiling        403 CW-M0709
├── NoComment        422 CW-M0710
├── Overlaps         409 CW-M0711
├── NotItsMeter      422 CW-M0712
├── NotShared        422 CW-M0713
├── OtherForm        422 CW-M0714
├── NumberTooLong    422 CW-M0716
├── NumberTaken      409 CW-M0717
└── UnknownAccount   422 CW-M0718
"""

from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.errors import Conflict, NotPermitted, RuleViolation


class NoSuchPeriod(RuleViolation):
    """A period is a year, a quarter or a month."""

    code = "CW-M0701"
    zh = "“{said}”不是期别"
    en = "'{said}' is no period"
    remedy_zh = "填写如 2026、2026Q3 或 2026-09"
    remedy_en = "write 2026, 2026Q3 or 2026-09"


class NoSuchCell(RuleViolation):
    """The form has no such cell."""

    code = "CW-M0702"
    zh = "本期报表没有“{said}”这一项"
    en = "the form has no cell '{said}'"
    remedy_zh = "按当期表式填写"
    remedy_en = "use the cells of the form"


class BadCell(RuleViolation):
    """A cell takes a number of so many decimals, not below zero."""

    code = "CW-M0703"
    zh = "“{title_zh}”应为不小于零、至多 {digits} 位小数的数，收到“{said}”"
    en = "'{title}' is a number not below zero with at most {digits} decimals, not '{said}'"
    remedy_zh = "核对数字和单位"
    remedy_en = "check the number and its unit"


class NotOpen(Conflict):
    """What was filed is not written to any more."""

    code = "CW-M0704"
    zh = "报表处于“{state_zh}”，不能修改"
    en = "the return is '{state}': nothing can be changed"
    remedy_zh = "需要修改时请审核人退回"
    remedy_en = "let the reviewer return it"


class Blocked(RuleViolation):
    """A check does not let it pass."""

    code = "CW-M0705"
    zh = "有 {count} 项未通过检查，不能报送：{titles_zh}"
    en = "{count} checks do not let it be filed: {titles}"
    remedy_zh = "逐项修正后再报送"
    remedy_en = "put each right, then file it"


class ReasonMissing(RuleViolation):
    """A possible issue is explained before a return is filed."""

    code = "CW-M0706"
    zh = "有 {count} 项可疑数据未说明原因：{titles_zh}"
    en = "{count} possible issues have no reason yet: {titles}"
    remedy_zh = "核实数据，或选择原因后再报送"
    remedy_en = "verify the figures, or choose a reason"


class BasisMissing(RuleViolation):
    """Who files for another institution says why."""

    code = "CW-M0707"
    zh = "代其他单位报送须填写代报依据"
    en = "who files for another institution says why"
    remedy_zh = "填写代报依据，如委托书文号"
    remedy_en = "name the document by which you file for it"


class FiledAlready(Conflict):
    """It was filed by another request."""

    code = "CW-M0708"
    zh = "{period} 报表已报送"
    en = "the return of {period} was filed already"
    remedy_zh = "刷新后查看；需要修改时请审核人退回"
    remedy_en = "look at it again; let the reviewer return it"


class OwnFiling(NotPermitted):
    """Who filed a return does not review it."""

    code = "CW-M0709"
    zh = "报送人不能审核自己报送的报表"
    en = "who filed a return does not review it"
    remedy_zh = "请其他审核人办理"
    remedy_en = "let another reviewer do it"


class NoComment(RuleViolation):
    """A return goes back with what is to be put right."""

    code = "CW-M0710"
    zh = "退回前请在有问题的单元格写明意见，或填写退回理由"
    en = "say at a cell, or as the reason, what is to be put right"
    remedy_zh = "填写退回理由"
    remedy_en = "write why it goes back"


class Overlaps(Conflict):
    """An account belongs to one institution on one day."""

    code = "CW-M0711"
    zh = "户号在 {start} 至 {end} 已绑定"
    en = "the account is bound from {start} to {end} already"
    remedy_zh = "先结束原绑定"
    remedy_en = "end the former binding first"


class NotItsMeter(RuleViolation):
    """A point is a meter of the institution, of the account's energy."""

    code = "CW-M0712"
    zh = "测点 {point} 不是本单位该种能源的表计"
    en = "point {point} is no meter of this institution and energy"
    remedy_zh = "填写本单位表计的测点编号"
    remedy_en = "give the point of one of its meters"


class NotShared(RuleViolation):
    """A shared site has shares that say whose part is how large."""

    code = "CW-M0713"
    zh = "合署楼栋在 {day} 没有分摊比例，或不含本单位"
    en = "the building has no shares on {day}, or none of this institution"
    remedy_zh = "先导入分摊比例：civicwatt directory shares"
    remedy_en = "bring its shares in first: civicwatt directory shares"


class OtherForm(RuleViolation):
    """The workbook is of another return."""

    code = "CW-M0714"
    zh = "工作簿是“{said}”的，不是本报表“{wanted}”的"
    en = "the workbook is of '{said}', not of '{wanted}'"
    remedy_zh = "从本报表导出后填写"
    remedy_en = "export this return and fill that file"


class NumberTooLong(RuleViolation):
    """A building's number has three digits."""

    code = "CW-M0716"
    zh = "识别号至多为 {most}"
    en = "the number is at most {most}"
    remedy_zh = "同一区划、同一类别的建筑依次编号"
    remedy_en = "number the buildings of a division and class one after the other"


class NumberTaken(Conflict):
    """A building's code is its own."""

    code = "CW-M0717"
    zh = "同一区划、同一类别已有识别号 {number}"
    en = "the division has a building of this class with number {number}"
    remedy_zh = "换一个识别号"
    remedy_en = "take another number"


class UnknownAccount(RowProblem):
    """A row names an account that is not in the register, or not in scope."""

    code = "CW-M0718"
    zh = "户号“{account}”未登记"
    en = "account '{account}' is not in the register"
    remedy_zh = "先登记户号，再重新导入；已导入的行不会重复"
    remedy_en = "register the account and import again; rows already there are not doubled"
