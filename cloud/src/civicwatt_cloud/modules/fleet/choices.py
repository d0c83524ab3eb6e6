"""Closed lists of the registry: what a vehicle is, what a fence is and asks."""

from civicwatt_cloud.kit.records.choices import Choice


class VehicleKind(Choice):
    """What an official vehicle is for (M03)."""

    CONFIDENTIAL = "confidential", "机要通信", "confidential mail"
    EMERGENCY = "emergency", "应急保障", "emergency"
    ENFORCEMENT = "enforcement", "执法执勤", "law enforcement"
    SPECIAL = "special", "特种专业技术", "special equipment"
    VETERAN = "veteran", "离退休干部服务", "retired cadres"
    OTHER = "other", "其他", "other"


class VehicleState(Choice):
    """What becomes of a vehicle."""

    IN_USE = "in_use", "在用", "in use"
    SEALED = "sealed", "封存", "sealed"
    REPAIR = "repair", "维修", "in repair"
    STOPPED = "stopped", "停用", "out of use"
    TO_DISPOSE = "to_dispose", "待处置", "to be disposed of"
    DISPOSED = "disposed", "已处置", "disposed of"


class Body(Choice):
    """What a vehicle is built as; the price standards tell these apart."""

    CAR = "car", "轿车", "car"
    SMALL_BUS = "small_bus", "其他小型客车", "other small passenger vehicle"
    MEDIUM_BUS = "medium_bus", "中型客车", "medium bus"
    LARGE_BUS = "large_bus", "大型客车", "large bus"


class Energy(Choice):
    """What a vehicle runs on."""

    PETROL = "petrol", "汽油", "petrol"
    DIESEL = "diesel", "柴油", "diesel"
    GAS = "gas", "天然气", "natural gas"
    HYBRID = "hybrid", "油电混合", "hybrid"
    PLUG_IN = "plug_in", "插电混合（含增程）", "plug-in hybrid"
    ELECTRIC = "electric", "纯电动", "battery electric"
    HYDROGEN = "hydrogen", "燃料电池", "fuel cell"

    @property
    def is_new(self) -> bool:
        """Whether it makes a new-energy vehicle (新能源汽车)."""
        return self in {Energy.PLUG_IN, Energy.ELECTRIC, Energy.HYDROGEN}


class Mark(Choice):
    """Whether a vehicle shows that it is an official one (公务用车专用标识)."""

    MISSING = "missing", "未喷涂", "not marked"
    MARKED = "marked", "已喷涂", "marked"
    EXEMPT = "exempt", "批准免喷", "exempt"


class Licence(Choice):
    """The class of a licence, and the class a vehicle asks for (准驾车型)."""

    A1 = "a1", "A1 大型客车", "A1 large bus"
    A2 = "a2", "A2 重型牵引挂车", "A2 tractor and trailer"
    A3 = "a3", "A3 城市公交车", "A3 city bus"
    B1 = "b1", "B1 中型客车", "B1 medium bus"
    B2 = "b2", "B2 大型货车", "B2 large lorry"
    C1 = "c1", "C1 小型汽车", "C1 small car"
    C2 = "c2", "C2 小型自动挡汽车", "C2 small automatic car"


class FenceShape(Choice):
    """How a fence is drawn."""

    POLYGON = "polygon", "多边形", "polygon"
    CIRCLE = "circle", "圆形", "circle"
    CORRIDOR = "corridor", "路线走廊", "corridor"


class CoordinateSystem(Choice):
    """The system coordinates are given in."""

    WGS84 = "wgs84", "WGS-84", "WGS-84"
    GCJ02 = "gcj02", "GCJ-02（高德、腾讯）", "GCJ-02"
    BD09 = "bd09", "BD-09（百度）", "BD-09"


class FenceRule(Choice):
    """What a fence asks of its vehicles."""

    WATCH = "watch", "只记录进出", "note who passes"
    INSIDE = "inside", "应在围栏内", "be inside"
    OUTSIDE = "outside", "不得进入", "stay outside"


class FenceCalendar(Choice):
    """When a fence asks it."""

    ALWAYS = "always", "始终", "always"
    SEALED = "sealed", "封存时段", "while vehicles are sealed"
    OPEN = "open", "非封存时段", "while they are not"
