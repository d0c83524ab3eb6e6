"""What can be wrong with a row that says where something is measured: a meter list, a bill, a formula.

RowProblem
├── NoSuchBuilding      CW-T1011
├── NoSuchEndUse        CW-T1012
├── DuplicateDevice     CW-T1013
├── NoCounter           CW-T1014
├── NoSuchTemplate      CW-T1015
├── BadName             CW-T1016
├── NoSuchMeasure       CW-T1017
└── NoSuchInstitution   CW-T1304
"""

from civicwatt_cloud.kit.directory_problems import RowProblem


class NoSuchBuilding(RowProblem):
    """The directory has no building of that code."""

    code = "CW-T1011"
    zh = "名录中没有楼栋编码“{text}”"
    en = "the directory has no building “{text}”"
    remedy_zh = "先在名录中导入该楼栋，或改正编码"
    remedy_en = "import the building with the directory first, or correct the code"


class NoSuchEndUse(RowProblem):
    """The end use is not one of the closed list."""

    code = "CW-T1012"
    zh = "分项“{text}”不在列表中：{known}"
    en = "unknown end use “{text}”; known: {known}"


class DuplicateDevice(RowProblem):
    """The same device of the same gateway stands in an earlier row."""

    code = "CW-T1013"
    zh = "设备 {device} 与第 {first} 行重复"
    en = "device {device} stands in row {first} already"


class NoCounter(RowProblem):
    """The template has no register that counts what the end use needs."""

    code = "CW-T1014"
    zh = "模板 {template} 没有可用于“{end_use}”的累计量（需要 {needed}）"
    en = "template {template} counts nothing for {end_use} (needed: {needed})"
    remedy_zh = "改正分项，或换用该表计的正确模板"
    remedy_en = "correct the end use, or name the meter's right template"


class NoSuchTemplate(RowProblem):
    """No device template of that name is installed."""

    code = "CW-T1015"
    zh = "没有名为“{text}”的设备模板"
    en = "there is no device template “{text}”"
    remedy_zh = "可用的模板：{known}"
    remedy_en = "templates there are: {known}"


class NoSuchMeasure(RowProblem):
    """A measure that the meter list names and nobody knows."""

    code = "CW-T1017"
    zh = "没有名为“{text}”的计量"
    en = "there is no measure “{text}”"
    remedy_zh = "请使用设备模板中的计量名，如 import_active_energy"
    remedy_en = "use the names of the device templates, as import_active_energy"


class BadName(RowProblem):
    """A gateway or device name that cannot be part of a topic."""

    code = "CW-T1016"
    zh = "{title}“{text}”为空、过长或含有 / + #"
    en = "{title} “{text}” is empty, too long or contains / + #"


class NoSuchInstitution(RowProblem):
    """The directory has no institution of that code."""

    code = "CW-T1304"
    zh = "名录中没有单位编码“{text}”"
    en = "the directory has no institution “{text}”"
    remedy_zh = "先在名录中导入该单位，或改正编码"
    remedy_en = "import the institution with the directory first, or correct the code"
