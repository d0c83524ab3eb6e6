"""What can be wrong with a row of the directory 名录; `where` is the cell, such as `名录!H3`.

RowProblem
├── CodeMissing      CW-D1010
├── NameMissing      CW-D1011
├── UnknownKind      CW-D1012
├── UnknownLevel     CW-D1013
├── BadDivision      CW-D1014
├── NotANumber       CW-D1015
├── NegativeArea     CW-D1016
├── BadHeadCount     CW-D1017
├── BadDate          CW-D1018
├── DateMissing      CW-D1019
├── DuplicateRow     CW-D1020
├── Contradiction    CW-D1021
├── BuildingElsewhere CW-D1022
└── NumberTooLarge   CW-D1023
"""

from civicwatt_cloud.kit.errors import CloudError


class RowProblem(CloudError):
    """A row is left out of the import; the others are kept."""

    status = 422
    remedy_zh = "改正该单元格后重新导入，已导入的行不会重复"
    remedy_en = "correct the cell and import again; rows already there are not doubled"


class CodeMissing(RowProblem):
    """An institution or building without its code."""

    code = "CW-D1010"
    zh = "{title}为空"
    en = "{title} is empty"


class NameMissing(RowProblem):
    """An institution or building without its name."""

    code = "CW-D1011"
    zh = "{title}为空"
    en = "{title} is empty"


class UnknownKind(RowProblem):
    """The kind is not one of the closed list."""

    code = "CW-D1012"
    zh = "单位类型“{text}”不在列表中：{known}"
    en = "unknown institution kind “{text}”; known: {known}"


class UnknownLevel(RowProblem):
    """The level is not one of the closed list."""

    code = "CW-D1013"
    zh = "层级“{text}”不在列表中：{known}"
    en = "unknown level “{text}”; known: {known}"


class BadDivision(RowProblem):
    """A division code has six digits."""

    code = "CW-D1014"
    zh = "区划代码“{text}”不是六位数字"
    en = "division code “{text}” is not six digits"


class NotANumber(RowProblem):
    """A number was expected."""

    code = "CW-D1015"
    zh = "{title}“{text}”不是数字"
    en = "{title} “{text}” is not a number"


class NegativeArea(RowProblem):
    """A floor area below zero."""

    code = "CW-D1016"
    zh = "建筑面积不能为负"
    en = "a floor area cannot be negative"


class BadHeadCount(RowProblem):
    """Persons are a whole number above zero."""

    code = "CW-D1017"
    zh = "用能人数应为正整数"
    en = "a head count is a whole number above zero"


class BadDate(RowProblem):
    """A date that does not exist or cannot be read."""

    code = "CW-D1018"
    zh = "{title}“{text}”不是 1900 至 2099 年的日期，应写作 2026-01-31"
    en = "{title} “{text}” is not a date of 1900 to 2099; write 2026-01-31"


class DateMissing(RowProblem):
    """A dated value without its start."""

    code = "CW-D1019"
    zh = "{title}为空：数值必须有起始日期"
    en = "{title} is empty: a value needs the day it starts on"


class DuplicateRow(RowProblem):
    """The same institution, building and dates stand in an earlier row."""

    code = "CW-D1020"
    zh = "与第 {first} 行重复"
    en = "the same as row {first}"


class Contradiction(RowProblem):
    """Two rows of the file give different values for the same thing and day."""

    code = "CW-D1021"
    zh = "{title}与第 {first} 行不一致"
    en = "{title} differs from row {first}"


class BuildingElsewhere(RowProblem):
    """The building is registered under another institution."""

    code = "CW-D1022"
    zh = "楼栋 {building} 已登记在单位 {institution} 名下"
    en = "building {building} is registered under institution {institution}"


class NumberTooLarge(RowProblem):
    """A number beyond anything there is."""

    code = "CW-D1023"
    zh = "{title}超过 {limit}"
    en = "{title} is more than {limit}"
