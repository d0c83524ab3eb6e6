"""Vehicles, the fences they are watched by, and permits to drive while vehicles are sealed."""

from datetime import date

from sqlalchemy.orm import Mapped

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.fleet.positions.fences import FenceCalendar, FenceRule
from civicwatt_cloud.modules.fleet.stock.choices import Body, Energy, Mark
from civicwatt_cloud.modules.fleet.use.choices import Licence


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


class Fence(Record):
    """An area on the ground, and what it asks of the vehicles of its institution and those below it."""

    __tablename__ = "fence"

    name: Mapped[str] = fields.text("围栏名称", "name", length=60)
    shape: Mapped[str] = fields.choice("形状", "shape", FenceShape)
    system: Mapped[str] = fields.choice(
        "坐标系", "coordinate system", CoordinateSystem, default=CoordinateSystem.WGS84
    )
    places: Mapped[str] = fields.note("坐标（经度，纬度；点间空格）", "longitude,latitude …")
    width_m: Mapped[int | None] = fields.number("半径或走廊半宽", "radius, half width", "m", least=1)
    rule: Mapped[str] = fields.choice("要求", "asks", FenceRule, default=FenceRule.WATCH)
    calendar: Mapped[str] = fields.choice("时段", "when", FenceCalendar, default=FenceCalendar.ALWAYS)
    is_for_all: Mapped[bool] = fields.check("适用于本单位及下属全部车辆", "for all its vehicles")


class Vehicle(Record):
    """An official vehicle."""

    __tablename__ = "vehicle"

    plate: Mapped[str] = fields.text("车牌号", "plate", length=16, unique=True)
    vin: Mapped[str | None] = fields.text("车辆识别代号", "VIN", length=17, unique=True)
    kind: Mapped[str] = fields.choice("用途类别", "kind", VehicleKind)
    state: Mapped[str] = fields.choice("状态", "state", VehicleState, default=VehicleState.IN_USE)
    terminal_phone: Mapped[str | None] = fields.text(
        "定位终端号", "terminal", length=20, unique=True, is_personal=True
    )
    home_fence_id: Mapped[int | None] = fields.reference("驻地围栏", "home fence", "fence")
    pool_id: Mapped[int | None] = fields.reference("所属平台", "pool", "vehicle_pool")
    seats: Mapped[int | None] = fields.number("核定载客（含驾驶员）", "seats", "座", least=1)
    licence: Mapped[str | None] = fields.choice("所需准驾车型", "licence asked for", Licence)
    range_m: Mapped[int | None] = fields.number("续航里程（纯电动）", "range of a battery", "km", digits=3)
    body: Mapped[str | None] = fields.choice("车型", "body", Body)
    energy: Mapped[str | None] = fields.choice("动力类型", "energy", Energy)
    price: Mapped[int | None] = fields.money("购车价格", "price")
    displacement_ml: Mapped[int | None] = fields.number("排气量", "displacement", "L", digits=3, least=1)
    has_special_need: Mapped[bool] = fields.check("经批准按特殊需要配备", "special need approved")
    registered_on: Mapped[date | None] = fields.day("注册登记日期", "registered on")
    mark: Mapped[str] = fields.choice("专用标识", "mark", Mark, default=Mark.MISSING)


class UnsealPermit(Record):
    """A vehicle may be driven for a while though vehicles are sealed."""

    __tablename__ = "unseal_permit"

    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    from_us: Mapped[int] = fields.moment("开始时间", "from")
    to_us: Mapped[int] = fields.moment("结束时间", "to")
    document: Mapped[str] = fields.text("依据（用车申请或值班表）", "document")
