"""Closed lists of the module."""

from civicwatt_cloud.kit.records.choices import Choice


class Cause(Choice):
    """What people look for: findings of one cause at one meter are one case."""

    METERING = "metering", "计量异常", "metering"
    BASE_LOAD = "base_load", "非工作时间用能偏高", "load outside working hours"
    DEPARTURE = "departure", "偏离正常曲线", "departure from the usual profile"
    LEAK = "leak", "疑似漏水", "suspected water leak"


class FindingKind(Choice):
    """What a finding looks like; each is a rule with a hit rate of its own."""

    STUCK = "stuck", "读数不变", "stuck"
    MISSING = "missing", "缺数", "missing"
    ZERO = "zero", "归零", "zero"
    NEGATIVE = "negative", "负值", "negative"
    REVERSED = "reversed", "接线反向", "reversed"
    JUMP = "jump", "倍率或单位突变", "another factor or unit"
    SPIKE = "spike", "尖峰", "spike"
    NIGHT = "night_load", "夜间负荷偏高", "night base load"
    WEEKEND = "weekend_load", "周末负荷偏高", "weekend base load"
    HOLIDAY = "holiday_load", "节假日负荷偏高", "holiday base load"
    HIGH = "high", "用量偏高", "above the expected profile"
    LOW = "low", "用量偏低", "below the expected profile"
    LEAK = "leak", "夜间最小流量偏高", "night minimum of water too high"


_CAUSES = {
    FindingKind.NIGHT: Cause.BASE_LOAD,
    FindingKind.WEEKEND: Cause.BASE_LOAD,
    FindingKind.HOLIDAY: Cause.BASE_LOAD,
    FindingKind.SPIKE: Cause.DEPARTURE,
    FindingKind.HIGH: Cause.DEPARTURE,
    FindingKind.LOW: Cause.DEPARTURE,
    FindingKind.LEAK: Cause.LEAK,
}


def cause_of(kind: FindingKind) -> Cause:
    """Which case a finding belongs to."""
    return _CAUSES.get(kind, Cause.METERING)


class Reason(Choice):
    """Why a case needs no repair."""

    OVERTIME = "overtime", "加班或活动", "overtime or an event"
    EQUIPMENT = "equipment", "新增或更换设备", "equipment was added or replaced"
    SCHEDULE = "schedule", "作息或运行时间调整", "other working hours"
    WORKS = "works", "施工或检修", "building works or maintenance"
    WEATHER = "weather", "极端天气", "extreme weather"
    NO_FAULT = "no_fault", "误报", "nothing was wrong"


LASTING = frozenset({Reason.EQUIPMENT, Reason.SCHEDULE})  # what follows is explained by it too


class Stance(Choice):
    """What the month-end review says of the live pass."""

    CONFIRMED = "confirmed", "复核确认", "confirmed"
    ADDED = "added", "复核新增", "added"
    WITHDRAWN = "withdrawn", "复核撤回", "withdrawn"


class Verdict(Choice):
    """What before and after say."""

    EFFECTIVE = "effective", "有效", "it helped"
    INEFFECTIVE = "ineffective", "无效", "it did not help"
    UNKNOWN = "unknown", "无法判断", "cannot be told"
