"""The use of vehicles: requests, drivers, pools with their rosters, emergency campaigns."""

from datetime import date

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.fleet.choices import Licence, VehicleKind
from civicwatt_cloud.modules.fleet.use.choices import Employer, PoolKind, Purpose, RiskKind


class Pool(Record):
    """A platform that lends its vehicles to several institutions."""

    __tablename__ = "vehicle_pool"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = fields.text("平台名称", "name", length=60)
    kind: Mapped[str] = fields.choice("平台类别", "kind", PoolKind)
    phone: Mapped[str | None] = fields.text("值班电话", "phone on duty", length=40)
    is_all_day: Mapped[bool] = fields.check("24 小时值班", "on duty day and night")


class Driver(Record):
    """Somebody who drives official vehicles."""

    __tablename__ = "driver"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("驾驶员编号", "number", length=40)
    name: Mapped[str] = fields.text("姓名", "name", length=60)
    phone: Mapped[str | None] = fields.text("电话", "phone", length=40, is_personal=True)
    employer: Mapped[str] = fields.choice("用工方式", "employed as", Employer)
    company: Mapped[str | None] = fields.text("外包单位", "service company", length=120)
    licence: Mapped[str] = fields.choice("准驾车型", "licence class", Licence)
    licence_until: Mapped[date] = fields.day("驾驶证有效期止", "licence ends on")
    points: Mapped[int] = fields.number("累积记分", "penalty points", "分")


class Duty(Record):
    """A vehicle of a pool, and who drives it, stand ready from one instant to another."""

    __tablename__ = "pool_duty"

    name: Mapped[str] = fields.text("班次", "shift", length=60)
    pool_id: Mapped[int] = fields.reference("平台", "pool", "vehicle_pool")
    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    driver_id: Mapped[int | None] = fields.reference("驾驶员", "driver", "driver")
    from_us: Mapped[int] = fields.moment("开始时间", "from")
    to_us: Mapped[int] = fields.moment("结束时间", "to")
    permit_id: Mapped[int | None] = fields.reference(
        "启封许可", "unseal permit", "unseal_permit", is_computed=True
    )
    state: Mapped[str] = mapped_column(String(40))


class Campaign(Record):
    """An emergency in which many vehicles are sent out: the requests that name it are its batches."""

    __tablename__ = "emergency_campaign"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = fields.text("任务名称", "campaign", length=120)
    from_day: Mapped[date] = fields.day("开始日期", "from")
    to_day: Mapped[date | None] = fields.day("结束日期", "to")
    region_code: Mapped[str] = fields.text("保障区划代码", "division served", length=6)
    document: Mapped[str | None] = fields.text("依据文件", "document")


VOID = ("rejected", "cancelled")  # states of requests that sent nobody


class VehicleRequest(Record):
    """Somebody needs a vehicle; all that becomes of it.

    `claimed_m` is what was written down at settlement; what the terminal saw is looked up in the trips of the
    vehicle by their times, because trips are made anew when fixes come late.
    """

    __tablename__ = "vehicle_request"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("申请单号", "number", length=40, is_computed=True)
    purpose: Mapped[str] = fields.choice("用途", "purpose", Purpose)
    kind: Mapped[str] = fields.choice("车辆类别", "kind of vehicle", VehicleKind)
    reason: Mapped[str] = fields.text("用车事由", "reason", length=200)
    passengers: Mapped[int] = fields.number("乘车人数", "passengers", "人", least=1)
    from_us: Mapped[int] = fields.moment("计划出车时间", "planned from")
    to_us: Mapped[int] = fields.moment("计划返回时间", "planned until")
    destination: Mapped[str] = fields.text("目的地", "destination", length=120)
    planned_m: Mapped[int] = fields.number("预计里程", "planned distance", "km", digits=3)
    counties: Mapped[str | None] = fields.text("到达县区代码（逗号分隔）", "divisions reached", length=200)
    pickup: Mapped[str | None] = fields.text("上车地点（经度，纬度）", "picked up at", length=40)
    route_id: Mapped[int | None] = fields.reference("行车路线（走廊围栏）", "route, a corridor", "fence")
    campaign_id: Mapped[int | None] = fields.reference(
        "应急任务", "campaign", "emergency_campaign", is_computed=True
    )
    is_emergency: Mapped[bool] = fields.check("先派车后补手续", "sent before the papers", is_computed=True)
    papers_due_us: Mapped[int | None] = fields.moment("补办手续时限", "papers due", is_computed=True)
    papers_us: Mapped[int | None] = fields.moment("补办手续时间", "papers done", is_computed=True)
    vehicle_id: Mapped[int | None] = fields.reference("车辆", "vehicle", "vehicle", is_computed=True)
    driver_id: Mapped[int | None] = fields.reference("驾驶员", "driver", "driver", is_computed=True)
    deadhead_m: Mapped[int | None] = fields.number(
        "空驶距离", "distance to the pick-up", "km", digits=3, is_computed=True
    )
    permit_id: Mapped[int | None] = fields.reference(
        "启封许可", "unseal permit", "unseal_permit", is_computed=True
    )
    quote_id: Mapped[int | None] = fields.reference("社会租赁", "rented at", "rental_quote", is_computed=True)
    rent: Mapped[int | None] = fields.money("租金", "rent", is_computed=True)
    departed_us: Mapped[int | None] = fields.moment("出车时间", "departed", is_computed=True)
    returned_us: Mapped[int | None] = fields.moment("返回时间", "returned", is_computed=True)
    claimed_m: Mapped[int | None] = fields.number("登记里程", "claimed", "km", digits=3, is_computed=True)
    fuel: Mapped[int | None] = fields.number("加油量", "fuel", "L", digits=3, is_computed=True)
    fuel_cost: Mapped[int | None] = fields.money("燃油费", "paid for fuel", is_computed=True)
    tolls: Mapped[int | None] = fields.money("过路过桥费", "tolls", is_computed=True)
    score: Mapped[int | None] = fields.number("满意度", "satisfaction", "分", is_computed=True)
    note: Mapped[str | None] = fields.note("办理意见", "said to it", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class UseRisk(Record):
    """Something in the use of vehicles that does not fit together; it goes away with what it was made of."""

    __tablename__ = "use_risk"

    key: Mapped[str] = mapped_column(String(80), unique=True)  # km_differs/17: one of each
    kind: Mapped[str] = fields.choice("事项", "kind", RiskKind)
    at_us: Mapped[int] = fields.moment("时间", "at")
    vehicle_id: Mapped[int | None] = fields.reference("车辆", "vehicle", "vehicle")
    request_id: Mapped[int | None] = fields.reference("用车申请", "request", "vehicle_request")
    driver_id: Mapped[int | None] = fields.reference("驾驶员", "driver", "driver")
    pool_id: Mapped[int | None] = fields.reference("平台", "pool", "vehicle_pool")
    claimed_m: Mapped[int | None] = fields.number("登记里程", "claimed", "km", digits=3)
    track_m: Mapped[int | None] = fields.number("轨迹里程", "tracked", "km", digits=3)
    minutes: Mapped[int | None] = fields.number("停车时间", "stopped for", "min")
    rule: Mapped[str] = fields.text("规则行", "rule row", length=120)
