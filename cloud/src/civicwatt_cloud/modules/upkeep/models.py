"""Tickets and who works on them."""

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.upkeep.choices import (
    Category,
    HoldReason,
    Origin,
    PlaceKind,
    Priority,
    Size,
    Verdict,
)


class ServicePoint(Record):
    """A room or a place with a QR code: who scans it reports from there."""

    __tablename__ = "service_point"
    __table_args__ = (UniqueConstraint("code"),)

    code: Mapped[str] = fields.text("编号", "code", length=40)
    name: Mapped[str] = fields.text("位置", "place", length=120)
    kind: Mapped[str] = fields.choice("类型", "kind", PlaceKind, default=PlaceKind.ROOM)
    building_id: Mapped[int | None] = fields.reference("楼栋", "building", "building")
    is_shared: Mapped[bool] = fields.check("多单位共用", "shared by several institutions")


class Crew(Record):
    """People who work together; of the institution or of a service company."""

    __tablename__ = "crew"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    name: Mapped[str] = fields.text("班组", "crew", length=60)
    company: Mapped[str | None] = fields.text("服务单位", "company", length=120)
    phone: Mapped[str | None] = fields.text("值班电话", "phone on duty", length=40)


class Worker(Record):
    """Somebody who repairs."""

    __tablename__ = "worker"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("工号", "number", length=40)
    name: Mapped[str] = fields.text("姓名", "name", length=60)
    crew_id: Mapped[int] = fields.reference("班组", "crew", "crew")
    trade: Mapped[str | None] = fields.text("工种", "trade", length=60)
    phone: Mapped[str | None] = fields.text("电话", "phone", length=40, is_personal=True)


class Shift(Record):
    """A crew is on duty."""

    __tablename__ = "shift"

    crew_id: Mapped[int] = fields.reference("班组", "crew", "crew")
    began_us: Mapped[int] = fields.moment("开始", "from")
    ended_us: Mapped[int] = fields.moment("结束", "to")
    lead_id: Mapped[int | None] = fields.reference("带班", "lead", "worker")


class Ticket(Record):
    """Something that is to be repaired, with its clock.

    `clock_us` is where the clock began: the report, or the last reopening. `due_us` follows from it, from the
    size and the working days held. `first_breach_us` is the first due time that was missed: it stays.
    """

    __tablename__ = "ticket"
    __table_args__ = (UniqueConstraint("number"), Index("ticket_origin", "origin_key"))

    number: Mapped[str] = fields.text("工单号", "number", length=40, is_computed=True)
    title: Mapped[str] = fields.text("报修内容", "what is broken", length=120)
    category: Mapped[str] = fields.choice("类别", "category", Category)
    description: Mapped[str | None] = fields.note("详细说明", "description")
    priority: Mapped[str] = fields.choice("优先级", "priority", Priority, default=Priority.NORMAL)
    place_id: Mapped[int | None] = fields.reference("位置", "place", "service_point")
    equipment_id: Mapped[int | None] = fields.reference("设备", "equipment", "equipment")
    stops_equipment: Mapped[bool] = fields.check("设备停用", "the equipment stands still")
    contact: Mapped[str | None] = fields.text("联系电话", "phone", length=40, is_personal=True)
    origin: Mapped[str] = fields.choice("来源", "origin", Origin, default=Origin.PERSON, is_computed=True)
    origin_key: Mapped[str | None] = mapped_column(String(160))  # which machine's: one open ticket each
    plan_id: Mapped[int | None] = fields.reference("检修计划", "plan", "upkeep_plan", is_computed=True)
    size: Mapped[str | None] = fields.choice("规模", "size", Size, is_computed=True)
    crew_id: Mapped[int | None] = fields.reference("承修班组", "crew", "crew", is_computed=True)
    worker_id: Mapped[int | None] = fields.reference("维修人员", "worker", "worker", is_computed=True)
    reported_us: Mapped[int] = fields.moment("报修时间", "reported", is_computed=True)
    accept_due_us: Mapped[int] = fields.moment("受理时限", "to be accepted by", is_computed=True)
    accepted_us: Mapped[int | None] = fields.moment("受理时间", "accepted", is_computed=True)
    clock_us: Mapped[int] = fields.moment("计时起点", "clock began", is_computed=True)
    due_us: Mapped[int] = fields.moment("完成时限", "due", is_computed=True)
    arrived_us: Mapped[int | None] = fields.moment("到场时间", "arrived", is_computed=True)
    held_since_us: Mapped[int | None] = fields.moment("挂起时间", "on hold since", is_computed=True)
    hold_reason: Mapped[str | None] = fields.choice(
        "挂起原因", "reason of the hold", HoldReason, is_computed=True
    )
    held_days: Mapped[int] = fields.number("挂起工作日", "working days held", "天", is_computed=True)
    finished_us: Mapped[int | None] = fields.moment("完工时间", "finished", is_computed=True)
    closed_us: Mapped[int | None] = fields.moment("关闭时间", "closed", is_computed=True)
    first_breach_us: Mapped[int | None] = fields.moment("首次超时", "first breach", is_computed=True)
    told_late: Mapped[bool] = mapped_column(default=False)  # the desk's own 30 minutes: told once
    reopened: Mapped[int] = fields.number("返工次数", "times reopened", "次", is_computed=True)
    upgrades: Mapped[int] = fields.number("升级次数", "times made larger", "次", is_computed=True)
    cost: Mapped[int | None] = fields.money("外委费用", "paid to others", is_computed=True)
    result: Mapped[str | None] = fields.note("处理结果", "result", is_computed=True)
    score: Mapped[int | None] = fields.number("满意度", "satisfaction", "分", is_computed=True)
    evidence: Mapped[str | None] = fields.note("证据", "evidence", length=20_000, is_computed=True)
    verdict: Mapped[str | None] = fields.choice("前后对比", "before and after", Verdict, is_computed=True)
    verdict_facts: Mapped[str | None] = fields.note("对比数据", "figures of it", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class Labour(Record):
    """Somebody worked on a ticket from one instant to another."""

    __tablename__ = "labour"

    ticket_id: Mapped[int] = fields.reference("工单", "ticket", "ticket")
    worker_id: Mapped[int] = fields.reference("维修人员", "worker", "worker")
    began_us: Mapped[int] = fields.moment("开始", "from")
    ended_us: Mapped[int] = fields.moment("结束", "to")
