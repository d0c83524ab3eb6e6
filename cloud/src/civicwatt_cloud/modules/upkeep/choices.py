"""Closed lists of the module."""

from civicwatt_cloud.kit.records.choices import Choice


class Category(Choice):
    """What is broken."""

    WATER = "water", "给排水", "water and drains"
    POWER = "power", "供配电", "power supply"
    LIGHTING = "lighting", "照明", "lighting"
    HVAC = "hvac", "空调采暖", "air conditioning and heating"
    ELEVATOR = "elevator", "电梯", "elevator"
    FIRE = "fire", "消防", "fire protection"
    SECURITY = "security", "安防监控", "security and cameras"
    STRUCTURE = "structure", "房屋门窗", "building, doors and windows"
    METERING = "metering", "能源计量", "energy metering"
    OTHER = "other", "其他", "other"


class Size(Choice):
    """How much work it is; it decides how many working days there are."""

    SMALL = "small", "小修", "small"
    LARGE = "large", "大修", "large"


class Priority(Choice):
    """What goes first."""

    NORMAL = "normal", "普通", "normal"
    URGENT = "urgent", "紧急", "urgent"


class Origin(Choice):
    """Who reported it: a person, or a machine."""

    PERSON = "person", "人工报修", "a person"
    PLAN = "plan", "计划检修", "a maintenance plan"
    FIRE_ALARM = "fire_alarm", "火灾报警", "a fire alarm"
    METER_SILENT = "meter_silent", "表计失联", "a silent meter"
    VALUE_HELD = "value_held", "读数待确认", "a held value"
    ANOMALY = "anomaly", "用能异常", "an anomaly"


class HoldReason(Choice):
    """Why work waits; whether the clock waits too is a rule row of each."""

    PARTS = "parts", "等待配件", "waiting for parts"
    ACCESS = "access", "无法进入", "no access"
    OUTSIDE = "outside", "等待外部单位", "waiting for an outside party"
    OTHER = "other", "其他", "other"


class Verdict(Choice):
    """What the energy core says of before and after."""

    EFFECTIVE = "effective", "有效", "it helped"
    INEFFECTIVE = "ineffective", "无效", "it did not help"
    UNKNOWN = "unknown", "无法判断", "cannot be told"


class EquipmentKind(Choice):
    """Equipment that must not fail (设施设备)."""

    ELEVATOR = "elevator", "电梯", "elevator"
    FIRE = "fire", "消防设施", "fire protection"
    HVAC = "hvac", "空调", "air conditioning"
    CAMERA = "camera", "监控", "cameras"
    SWITCHGEAR = "switchgear", "配电", "switchgear"
    PUMP = "pump", "水泵", "pump"


class EquipmentStatus(Choice):
    """Whether it may be used."""

    IN_SERVICE = "in_service", "在用", "in service"
    SUSPENDED = "suspended", "停用待检", "out of use until inspected"


class PlaceKind(Choice):
    """What a QR code or a reader hangs at."""

    ROOM = "room", "房间", "room"
    AREA = "area", "公共区域", "common area"
    GATE = "gate", "门岗", "gate"
    CANTEEN = "canteen", "食堂", "canteen"
    PARKING = "parking", "车库", "parking"


class HazardLevel(Choice):
    """How dangerous it is."""

    GENERAL = "general", "一般隐患", "general"
    MAJOR = "major", "重大隐患", "major"


class CredentialKind(Choice):
    """What is shown at a gate."""

    CARD = "card", "一卡通", "card"
    QR = "qr", "二维码", "QR code"
    PLATE = "plate", "车牌", "number plate"


class Direction(Choice):
    """Which way through the gate."""

    IN = "in", "进", "in"
    OUT = "out", "出", "out"


class Answer(Choice):
    """What the gate said."""

    OPENED = "opened", "放行", "opened"
    UNKNOWN = "unknown", "未登记", "not known"
    BLOCKED = "blocked", "已挂失或停用", "blocked"
    EARLY = "early", "未到有效期", "not valid yet"
    EXPIRED = "expired", "已过期", "expired"
    ELSEWHERE = "elsewhere", "无此处权限", "not for this place"


class MoveKind(Choice):
    """Parts in and out of the store."""

    IN = "in", "入库", "in"
    OUT = "out", "领用", "out"
    CORRECTION = "correction", "更正", "correction"


class Score(Choice):
    """How content the reporter is."""

    ONE = "1", "很不满意", "very discontent"
    TWO = "2", "不满意", "discontent"
    THREE = "3", "一般", "so so"
    FOUR = "4", "满意", "content"
    FIVE = "5", "很满意", "very content"
