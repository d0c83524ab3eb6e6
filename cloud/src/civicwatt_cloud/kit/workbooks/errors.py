"""Why a row of a workbook is left out; `where` is the cell, such as `车辆!C3`.

RuleViolation
├── UnknownColumn      CW-K1411
├── UnknownOwner       CW-K1412
├── UnknownReference   CW-K1413
├── AmbiguousReference CW-K1414
├── WithoutKey         CW-K1415
└── TooManyRows        CW-K1416
"""

from civicwatt_cloud.kit.errors import RuleViolation


class UnknownColumn(RuleViolation):
    """A column that the records do not have: what stands in it would be lost."""

    code = "CW-K1411"
    zh = "没有这样的列：{titles}"
    en = "no such columns: {titles}"
    remedy_zh = "改用模板中的列名，或删除该列"
    remedy_en = "use the titles of the template, or delete the column"


class UnknownOwner(RuleViolation):
    """No institution of that code in the actor's scope."""

    code = "CW-K1412"
    zh = "单位编码“{said}”不存在，或不在您的管理范围内"
    en = "no institution '{said}' in your scope"
    remedy_zh = "核对单位编码"
    remedy_en = "check the institution's code"


class UnknownReference(RuleViolation):
    """No record of that name in the actor's scope."""

    code = "CW-K1413"
    zh = "{title_zh}“{said}”没有找到"
    en = "{title}: there is no '{said}'"
    remedy_zh = "核对，或先登记该对象"
    remedy_en = "check it, or register it first"


class AmbiguousReference(RuleViolation):
    """Several records have that name."""

    code = "CW-K1414"
    zh = "{title_zh}“{said}”对应多个对象"
    en = "{title}: there are several '{said}'"
    remedy_zh = "给同名对象分别命名后再导入，或在页面上填写"
    remedy_en = "give them different names, or fill it in on the page"


class WithoutKey(RuleViolation):
    """The cells by which a record is found again are empty."""

    code = "CW-K1415"
    zh = "{title_zh}为空，无法识别是哪一条记录"
    en = "{title} is empty: it is what tells one record from another"
    remedy_zh = "填写后重新导入，已导入的行不会重复"
    remedy_en = "fill it in and import again; rows already there are not doubled"


class TooManyRows(RuleViolation):
    """More records than a sheet of xlsx has rows."""

    code = "CW-K1416"
    zh = "共 {rows} 行，超过 xlsx 工作表的上限"
    en = "{rows} rows are more than a sheet of xlsx holds"
    remedy_zh = "改用 csv 导出，或缩小筛选范围"
    remedy_en = "export as csv, or ask for fewer records"
