"""What the registry of vehicles and their positions refuse.

RuleViolation
├── BadFence     422 CW-M0301
├── BadTerminal  422 CW-M0302
├── TooLong      422 CW-M0303
├── BadPosition  422 CW-M0304
└── NotExempt    422 CW-M0318
"""

from civicwatt_cloud.kit.errors import RuleViolation


class BadFence(RuleViolation):
    """The coordinates make no area. Facts: detail, detail_zh."""

    code = "CW-M0301"
    zh = "围栏坐标无效：{detail_zh}"
    en = "the fence's coordinates make no area: {detail}"
    remedy_zh = "按“经度，纬度 经度，纬度”填写：多边形 3 点起且边不相交，圆形 1 点加半径，走廊 2 点起加半宽"
    remedy_en = (
        "write them as longitude,latitude …: a polygon of at least 3 whose edges do not cross, "
        "a circle of 1 with a radius, a corridor of at least 2 with a half width"
    )


class BadTerminal(RuleViolation):
    """A terminal's number that is none. Facts: phone."""

    code = "CW-M0302"
    zh = "定位终端号 {phone} 不是 1 至 20 位数字"
    en = "the terminal's number {phone} is not 1 to 20 digits"
    remedy_zh = "按终端铭牌或其通信卡号填写"
    remedy_en = "write it as on the terminal's plate, or the number of its card"


class TooLong(RuleViolation):
    """More of a track is asked for than can be shown at once. Facts: days."""

    code = "CW-M0303"
    zh = "轨迹一次最多查询 {days} 天，且结束时间晚于开始时间"
    en = "a track is shown for at most {days} days, which end after they begin"
    remedy_zh = "缩短时间范围"
    remedy_en = "ask for less"


class BadPosition(RuleViolation):
    """A position that another system forwarded cannot be read. Facts: detail."""

    code = "CW-M0304"
    zh = "转发的位置无法识别：{detail}"
    en = "the forwarded position cannot be read: {detail}"
    remedy_zh = "按 Traccar 的 JSON 转发格式发送"
    remedy_en = "send it as Traccar forwards positions in JSON"


class NotExempt(RuleViolation):
    """Only an approved exemption lets a vehicle go without the mark."""

    code = "CW-M0318"
    zh = "没有批准的免喷标识申请"
    en = "no exemption from the mark has been approved"
    remedy_zh = "提交免喷标识申请，批准后自动登记"
    remedy_en = "apply for the exemption; it is noted when it is approved"
