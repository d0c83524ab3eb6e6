"""Vehicles, the fences they are watched by, permits to drive while sealed, exemptions from the mark."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.fleet.choices import (
    Body,
    CoordinateSystem,
    Energy,
    FenceCalendar,
    FenceRule,
    FenceShape,
    Licence,
    Mark,
    VehicleKind,
    VehicleState,
)


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


class MarkExemption(Record):
    """A vehicle need not show that it is an official one (涉及国家安全、侦察办案等有保密要求)."""

    __tablename__ = "mark_exemption"

    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    reason: Mapped[str] = fields.note("保密理由", "why it is secret")
    approval: Mapped[str | None] = fields.text("批准文件", "approval", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))
