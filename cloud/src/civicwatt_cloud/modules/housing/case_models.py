"""What is applied for, decided and put in order: a table for each workflow, and what repairs are made of."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.housing import choices


class Allocation(Record):
    """An institution asks for a room (W2.1)."""

    __tablename__ = "room_allocation"

    kind: Mapped[str] = fields.choice("用途", "use", choices.RoomKind)
    area: Mapped[int] = fields.area("申请面积", "area asked for", least=1)
    reason: Mapped[str] = fields.choice("事由", "reason", choices.AllocationReason)
    note: Mapped[str | None] = fields.note("说明", "note")
    room_id: Mapped[int | None] = fields.reference("调配房间", "room", "room", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class VacateTask(Record):
    """A room, or an institution's rooms as a whole, are to be put in order by a day (W2.2)."""

    __tablename__ = "vacate_task"

    cause: Mapped[str] = fields.choice("原因", "cause", choices.VacateCause)
    room_id: Mapped[int | None] = fields.reference("房间", "room", "room")
    person_id: Mapped[int | None] = fields.reference("使用人", "person", "person")
    opened_on: Mapped[date] = fields.day("起算日期", "from")
    due_on: Mapped[date] = fields.day("期限", "due")
    method: Mapped[str | None] = fields.choice("方式", "method", choices.VacateMethod)
    new_area: Mapped[int | None] = fields.area("整改后面积", "area afterwards")
    note: Mapped[str | None] = fields.note("说明", "note")
    state: Mapped[str] = mapped_column(String(40))


class LeaseIn(Record):
    """Rooms are rented from outside (W2.3)."""

    __tablename__ = "lease_in"

    kind: Mapped[str] = fields.choice("用途", "use", choices.RoomKind)
    area: Mapped[int] = fields.area("租用面积", "area", least=1)
    address: Mapped[str] = fields.text("房屋地址", "address")
    landlord: Mapped[str | None] = fields.text("出租方", "landlord", length=100)
    rent: Mapped[int] = fields.money("月租金", "rent a month")
    starts_on: Mapped[date] = fields.day("起租日期", "from")
    ends_on: Mapped[date] = fields.day("到期日期", "to")
    contract: Mapped[str | None] = fields.text("合同编号", "contract", length=80, is_computed=True)
    approval: Mapped[str | None] = fields.text("政府批准文件", "government's approval", is_computed=True)
    override_reason: Mapped[str | None] = fields.note(
        "有空置房仍租用的理由", "why an idle room does not serve", is_computed=True
    )
    overridden_on: Mapped[date | None] = fields.day("例外批准日期", "exception approved on", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class LeaseOut(Record):
    """A room is let or lent to others until it is taken back (收回)."""

    __tablename__ = "lease_out"

    room_id: Mapped[int] = fields.reference("房间", "room", "room")
    kind: Mapped[str] = fields.choice("方式", "kind", choices.LeaseOutKind)
    tenant: Mapped[str] = fields.text("承租方", "tenant", length=100)
    contract: Mapped[str] = fields.text("合同编号", "contract", length=80)
    rent: Mapped[int] = fields.money("月租金", "rent a month")
    starts_on: Mapped[date] = fields.day("起租日期", "from")
    ends_on: Mapped[date] = fields.day("到期日期", "to")
    state: Mapped[str] = mapped_column(String(40))


class Disposal(Record):
    """A room leaves its use (W2.4)."""

    __tablename__ = "room_disposal"

    kind: Mapped[str] = fields.choice("处置方式", "kind", choices.DisposalKind)
    room_id: Mapped[int] = fields.reference("房间", "room", "room")
    new_kind: Mapped[str | None] = fields.choice("转换后用途", "use afterwards", choices.RoomKind)
    reason: Mapped[str] = fields.note("理由", "reason")
    approval: Mapped[str | None] = fields.text("政府批准文件", "government's approval", is_computed=True)
    valuation: Mapped[int | None] = fields.money("评估价", "valuation", is_computed=True)
    income: Mapped[int | None] = fields.money("处置收入", "income", is_computed=True)
    voucher: Mapped[str | None] = fields.text("缴库凭证", "treasury's voucher", length=80, is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class PriceItem(Record):
    """A reference price of a repair (维修及选用材料的价格参考标准)."""

    __tablename__ = "repair_price"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("编号", "number", length=40)
    name: Mapped[str] = fields.text("项目", "item", length=100)
    unit: Mapped[str] = fields.text("计量单位", "unit", length=20)
    price: Mapped[int] = fields.money("参考单价", "reference price")
    source: Mapped[str] = fields.text("来源文件", "source")


class Expert(Record):
    """Somebody of the pool that reviews repairs (评估论证专家库)."""

    __tablename__ = "repair_expert"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("专家编号", "number", length=40)
    name: Mapped[str] = fields.text("姓名", "name", length=60)
    subject: Mapped[str] = fields.text("专业", "subject", length=60)
    employer: Mapped[str | None] = fields.text("工作单位", "employer", length=100)


class RepairProject(Record):
    """A repair from the application to the audited price (W2.5)."""

    __tablename__ = "repair_project"

    name: Mapped[str] = fields.text("项目名称", "name", length=100)
    kind: Mapped[str] = fields.choice("类别", "kind", choices.RepairKind)
    facts_id: Mapped[int] = fields.reference("建筑物", "building", "building_facts")
    reason: Mapped[str] = fields.note("理由", "reason")
    experts: Mapped[str | None] = fields.text("论证专家", "experts", is_computed=True)
    draw_seed: Mapped[str | None] = fields.text("抽取种子", "seed of the draw", length=64, is_computed=True)
    budget: Mapped[int | None] = fields.money("申报预算", "budget", is_computed=True)
    audited_budget: Mapped[int | None] = fields.money("预算审定额", "audited budget", is_computed=True)
    supplier: Mapped[str | None] = fields.text("施工单位", "supplier", length=100, is_computed=True)
    final_price: Mapped[int | None] = fields.money("结算审定额", "audited price", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class BudgetLine(Record):
    """A quantity of an item at its reference price; the price stays as it was when the line was written."""

    __tablename__ = "repair_budget_line"

    project_id: Mapped[int] = fields.reference("项目", "project", "repair_project")
    item_id: Mapped[int] = fields.reference("价格项", "item", "repair_price")
    quantity: Mapped[int] = fields.number("数量", "quantity", digits=2, least=1)
    price: Mapped[int | None] = fields.money("单价", "price", is_computed=True)
    amount: Mapped[int | None] = fields.money("金额", "amount", is_computed=True)


class TitleRecord(Record):
    """The registration of a building's title (W2.6): what must be at hand, and the certificate."""

    __tablename__ = "title_record"
    __table_args__ = (UniqueConstraint("facts_id", "kind"),)

    facts_id: Mapped[int] = fields.reference("建筑物", "building", "building_facts")
    kind: Mapped[str] = fields.choice("权属类别", "kind", choices.TitleKind)
    has_land_papers: Mapped[bool] = fields.check("土地来源材料", "papers of the land")
    has_planning_permit: Mapped[bool] = fields.check("规划许可", "planning permit")
    has_completion: Mapped[bool] = fields.check("竣工验收", "completion accepted")
    has_survey: Mapped[bool] = fields.check("测绘报告", "survey")
    certificate: Mapped[str | None] = fields.text("权证编号", "certificate", length=80, is_computed=True)
    archive_number: Mapped[str | None] = fields.text("档案号", "archive number", length=80, is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class InspectionFinding(Record):
    """What an inspection found in a room."""

    __tablename__ = "housing_finding"

    room_id: Mapped[int] = fields.reference("房间", "room", "room")
    person_id: Mapped[int | None] = fields.reference("涉及人员", "person", "person")
    kind: Mapped[str] = fields.choice("问题类别", "kind", choices.FindingKind)
    found_on: Mapped[date] = fields.day("发现日期", "found on")
    note: Mapped[str | None] = fields.note("说明", "note")
    task_id: Mapped[int | None] = mapped_column(ForeignKey("vacate_task.id"))
    state: Mapped[str] = mapped_column(String(40))
