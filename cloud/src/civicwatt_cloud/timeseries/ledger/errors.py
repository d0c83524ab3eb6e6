"""What can be wrong with a replay's files, and with facts of counters.

RowProblem
├── NotAMoment        CW-T1401
├── NotACounterValue  CW-T1402
└── NotAQuality       CW-T1403
CloudError
├── BadStep           CW-T1404
├── BadZone           CW-T1405
├── TwoBookkeepers    CW-T1406
└── FactRefused
    ├── BadFactor     CW-T1407
    ├── AnotherFact   CW-T1408
    └── NothingHeld   CW-T1409
"""

from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.errors import CloudError


class NotAMoment(RowProblem):
    """A time that cannot be read."""

    code = "CW-T1401"
    zh = "时间“{text}”无法识别"
    en = "“{text}” is no time"
    remedy_zh = "按 ISO 8601 书写，先年月日后时分，可带时区偏移"
    remedy_en = "write it as ISO 8601: 2026-11-01T08:00:00, with an offset such as +08:00 if you like"


class NotACounterValue(RowProblem):
    """A value that no counter shows."""

    code = "CW-T1402"
    zh = "读数“{text}”不是计数器的值"
    en = "“{text}” is no counter value"
    remedy_zh = "写成十进制数，不带千位分隔符；没有读数时留空"
    remedy_en = "write a decimal number without thousands separators; without a reading leave it empty"


class NotAQuality(RowProblem):
    """A word that names no quality."""

    code = "CW-T1403"
    zh = "质量“{text}”无法识别"
    en = "“{text}” is no quality"
    remedy_zh = "留空，或写 good、bad、estimated、interpolated、corrected"
    remedy_en = "leave it empty, or write good, bad, estimated, interpolated or corrected"


class BadStep(CloudError):
    """An interval that does not divide a day or a month."""

    code = "CW-T1404"
    zh = "步长“{text}”无法使用"
    en = "the step “{text}” cannot be used"
    remedy_zh = "写成 15m、30m、1h、2h、1d 或 1mo：分钟须整除一小时，小时须整除一天"
    remedy_en = "write 15m, 30m, 1h, 2h, 1d or 1mo: minutes divide an hour, hours divide a day"


class BadZone(CloudError):
    """A time zone nobody knows."""

    code = "CW-T1405"
    zh = "没有时区“{text}”"
    en = "there is no time zone “{text}”"
    remedy_zh = "写成 Asia/Shanghai 这样的名称"
    remedy_en = "write a name such as Asia/Shanghai"


class TwoBookkeepers(CloudError):
    """Somebody else has booked the same hours meanwhile; nothing was written."""

    code = "CW-T1406"
    zh = "另一进程正在计算同一数据库的台账"
    en = "another process keeps the books of this database"
    remedy_zh = "只运行一个 civicwatt cloud serve"
    remedy_en = "run one civicwatt cloud serve only"


class FactRefused(CloudError):
    """A fact of a counter is not taken; the books stay as they are."""

    status = 422


class BadFactor(FactRefused):
    """A ratio or span that no counter has."""

    code = "CW-T1407"
    zh = "“{text}”须为大于零的十进制数"
    en = "“{text}” must be a decimal number above zero"
    remedy_zh = "倍率如 40（200/5 互感器），翻转值如 1000000"
    remedy_en = "a ratio such as 40 (a 200/5 transformer), a span such as 1000000"


class AnotherFact(FactRefused):
    """Another value is entered for the same moment already; facts are never changed."""

    status = 409
    code = "CW-T1408"
    zh = "{at} 起已登记为 {known}"
    en = "from {at} on it is entered as {known} already"
    remedy_zh = "如登记有误，以新的生效时刻再登记一条"
    remedy_en = "if that was wrong, enter another one with the next moment"


class NothingHeld(FactRefused):
    """There is no held rise at that time."""

    status = 404
    code = "CW-T1409"
    zh = "{at} 没有待确认的跳升"
    en = "no rise is held at {at}"
    remedy_zh = "用 civicwatt ledger held 查看待确认的读数"
    remedy_en = "look at them with civicwatt ledger held"
