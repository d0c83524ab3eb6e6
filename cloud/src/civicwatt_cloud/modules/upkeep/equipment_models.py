"""Equipment with its certificates, plans and parts; hazards and drills."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Entry, Record
from civicwatt_cloud.modules.upkeep.choices import Category, EquipmentKind, EquipmentStatus, HazardLevel


class Equipment(Record):
    """An elevator, a fire pump …; after the last day of its certificate it is out of use."""

    __tablename__ = "equipment"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str] = fields.text("设备编号", "code", length=40)
    name: Mapped[str] = fields.text("设备名称", "name", length=120)
    kind: Mapped[str] = fields.choice("设备类型", "kind", EquipmentKind)
    status: Mapped[str] = fields.choice(
        "状态", "status", EquipmentStatus, default=EquipmentStatus.IN_SERVICE, is_computed=True
    )
    place_id: Mapped[int | None] = fields.reference("位置", "place", "service_point")
    maker: Mapped[str | None] = fields.text("制造单位", "maker", length=120)
    model: Mapped[str | None] = fields.text("型号", "model", length=60)
    installed_on: Mapped[date | None] = fields.day("投用日期", "in use since")
    certificate: Mapped[str | None] = fields.text("检验合格证号", "certificate", length=60)
    certificate_until: Mapped[date | None] = fields.day("检验有效期至", "certificate valid until")
    maintainer: Mapped[str | None] = fields.text("维保单位", "maintainer", length=120)
    contract_until: Mapped[date | None] = fields.day("维保合同至", "maintenance contract until")
    points: Mapped[str | None] = fields.text("能耗测点", "points of the energy core")  # ids: 12,13


class Outage(Base):
    """Equipment was out of use for want of a certificate; open while `to_us` is empty."""

    __tablename__ = "equipment_outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    equipment_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"), index=True)
    from_us: Mapped[int] = mapped_column(BigInteger)
    to_us: Mapped[int | None] = mapped_column(BigInteger)


class Plan(Record):
    """A periodic inspection: by the calendar, or by what the equipment ran or used since the last one."""

    __tablename__ = "upkeep_plan"

    equipment_id: Mapped[int] = fields.reference("设备", "equipment", "equipment")
    title: Mapped[str] = fields.text("检修内容", "what is done", length=120)
    category: Mapped[str] = fields.choice("类别", "category", Category)
    every_days: Mapped[int | None] = fields.number("周期（天）", "every days", "天", least=1)
    every_hours: Mapped[int | None] = fields.number("周期（运行小时）", "every running hours", "h", least=1)
    every_kwh: Mapped[int | None] = fields.number("周期（用电量）", "every kWh", "kWh", least=1)
    done_on: Mapped[date] = fields.day("上次完成", "last done on")


class Part(Record):
    """A spare part; its stock is the sum of its moves."""

    __tablename__ = "part"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str] = fields.text("配件编号", "code", length=40)
    name: Mapped[str] = fields.text("名称", "name", length=120)
    unit: Mapped[str] = fields.text("单位", "unit", length=20)
    least_stock: Mapped[int | None] = fields.number("最低库存", "least stock")
    stock: Mapped[int] = fields.number("库存", "stock", is_computed=True)


class PartMove(Entry):
    """Parts in or out; the ledger of the store. A correction reverses a former line."""

    __tablename__ = "part_move"

    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    qty: Mapped[int]  # out is negative
    amount: Mapped[int] = mapped_column(BigInteger)  # 分, of the sign of qty


class Hazard(Record):
    """Something dangerous, with a day by which it must be gone."""

    __tablename__ = "hazard"

    title: Mapped[str] = fields.text("隐患", "hazard", length=120)
    level: Mapped[str] = fields.choice("等级", "level", HazardLevel, default=HazardLevel.GENERAL)
    place_id: Mapped[int | None] = fields.reference("位置", "place", "service_point")
    equipment_id: Mapped[int | None] = fields.reference("设备", "equipment", "equipment")
    found_on: Mapped[date] = fields.day("发现日期", "found on")
    due_on: Mapped[date] = fields.day("整改期限", "to be gone by")
    responsible: Mapped[str | None] = fields.text("责任人", "responsible", length=60)
    measure: Mapped[str | None] = fields.note("整改措施", "what was done", is_computed=True)
    closed_on: Mapped[date | None] = fields.day("销号日期", "closed on", is_computed=True)
    is_of_certificate: Mapped[bool] = fields.check("检验过期", "of an expired certificate", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class Drill(Record):
    """An emergency drill, planned and held."""

    __tablename__ = "emergency_drill"

    title: Mapped[str] = fields.text("演练名称", "drill", length=120)
    planned_on: Mapped[date] = fields.day("计划日期", "planned on")
    held_on: Mapped[date | None] = fields.day("实施日期", "held on")
    participants: Mapped[int | None] = fields.number("参加人数", "participants", "人")
    findings: Mapped[str | None] = fields.note("发现问题", "findings")
