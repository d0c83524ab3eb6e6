"""What can be wrong with what several rooms of the ledger are asked or given.

CloudError
├── NotAMonth       422  CW-T1342
├── NotInDirectory  404  CW-T1346
└── RowProblem
    ├── BadAmount        CW-T1306
    └── NoSuchMeter      CW-T1335
"""

from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.errors import CloudError


class NotAMonth(CloudError):
    """A text that names no month."""

    status = 422
    code = "CW-T1342"
    zh = "“{text}”不是月份"
    en = "“{text}” is no month"
    remedy_zh = "写作 2026-10"
    remedy_en = "write 2026-10"


class NotInDirectory(CloudError):
    """The directory has no institution or building of that code."""

    status = 404
    code = "CW-T1346"
    zh = "名录中没有编码 {code}"
    en = "the directory has nothing of the code {code}"
    remedy_zh = "核对单位或楼栋编码"
    remedy_en = "check the code of the institution or building"


class BadAmount(RowProblem):
    """A number of a bill or share that cannot be."""

    code = "CW-T1306"
    zh = "{title}“{text}”应为 0 至 {limit}、至多 {places} 位小数的数"
    en = "{title} “{text}” is not a number from 0 to {limit} with at most {places} decimals"


class NoSuchMeter(RowProblem):
    """A name that is not one booked point's."""

    code = "CW-T1335"
    zh = "名为“{name}”的计量点有 {count} 个，应恰有 1 个"
    en = "{count} booked points have the name “{name}”, it must be one"
    remedy_zh = "写作 网关/设备、户号或虚拟表编号；先绑定该表计"
    remedy_en = "write gateway/device, an account or a virtual meter's code; bind the meter first"
