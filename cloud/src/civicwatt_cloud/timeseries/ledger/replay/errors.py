"""What can be wrong with a replay's files.

RowProblem
├── NotAMoment        CW-T1401
├── NotACounterValue  CW-T1402
└── NotAQuality       CW-T1403
CloudError
├── BadStep           CW-T1404
└── BadZone           CW-T1405
"""

from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.errors import CloudError


class NotAMoment(RowProblem):
    """A time that cannot be read."""

    code = "CW-T1401"
    zh = "时间“{text}”无法识别"
    en = "“{text}” is no time"
    remedy_zh = "按 ISO 8601 书写，先年月日后时分，可带时区偏移；年份在 1970 至 2099 之间"
    remedy_en = (
        "write it as ISO 8601: 2026-11-01T08:00:00, with an offset such as +08:00 if you like; "
        "the year lies between 1970 and 2099"
    )


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

    exit_code = 2
    code = "CW-T1404"
    zh = "步长“{text}”无法使用"
    en = "the step “{text}” cannot be used"
    remedy_zh = "写成 15m、30m、1h、2h、1d 或 1mo：分钟须整除一小时，小时须整除一天"
    remedy_en = "write 15m, 30m, 1h, 2h, 1d or 1mo: minutes divide an hour, hours divide a day"


class BadZone(CloudError):
    """A time zone nobody knows."""

    exit_code = 2
    code = "CW-T1405"
    zh = "没有时区“{text}”"
    en = "there is no time zone “{text}”"
    remedy_zh = "写成 Asia/Shanghai 这样的名称"
    remedy_en = "write a name such as Asia/Shanghai"
