"""The stock of vehicles: quotas, suppliers, plans, disposals, seal orders, violations, ledgers of cost."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Entry, Record
from civicwatt_cloud.modules.fleet.choices import Body, Energy, VehicleKind
from civicwatt_cloud.modules.fleet.positions.models import VehicleEventKind
from civicwatt_cloud.modules.fleet.stock import choices


class Quota(Record):
    """How many vehicles of a kind an institution may have from a day on (编制)."""

    __tablename__ = "vehicle_quota"
    __table_args__ = (UniqueConstraint("owner_id", "kind", "valid_from"),)

    kind: Mapped[str] = fields.choice("用途类别", "kind", VehicleKind)
    number: Mapped[int] = fields.number("编制数", "vehicles", "辆")
    valid_from: Mapped[date] = fields.day("生效日期", "from")
    before: Mapped[int | None] = fields.number("车改前数量", "before the reform", "辆")
    is_remote: Mapped[bool] = fields.check("偏远乡镇", "remote township")
    document: Mapped[str | None] = fields.text("核定文件", "document")


class Supplier(Record):
    """Somebody designated by contract, for the institutions of the owner's region (四定点)."""

    __tablename__ = "fleet_supplier"
    __table_args__ = (UniqueConstraint("owner_id", "kind", "name"),)

    kind: Mapped[str] = fields.choice("定点类别", "kind", choices.SupplierKind)
    name: Mapped[str] = fields.text("供应商名称", "name", length=120)
    valid_from: Mapped[date] = fields.day("定点起", "from")
    valid_to: Mapped[date | None] = fields.day("定点止", "until before")
    contract: Mapped[str | None] = fields.text("合同编号", "contract", length=80)
    phone: Mapped[str | None] = fields.text("联系电话", "phone", length=40)


class PurchasePlan(Record):
    """A vehicle of an institution's annual plan, new or in place of another (W3.3)."""

    __tablename__ = "vehicle_plan"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("计划编号", "number", length=40, is_computed=True)
    year: Mapped[int] = fields.year("计划年度", "year", least=1950)
    kind: Mapped[str] = fields.choice("用途类别", "kind", VehicleKind)
    body: Mapped[str] = fields.choice("车型", "body", Body)
    energy: Mapped[str] = fields.choice("动力类型", "energy", Energy)
    price: Mapped[int] = fields.money("计划价格", "planned price", least=1)
    displacement_ml: Mapped[int | None] = fields.number("排气量", "displacement", "L", digits=3, least=1)
    has_special_need: Mapped[bool] = fields.check("特殊需要", "special need")
    reason: Mapped[str] = fields.note("理由", "reason")
    replaces_id: Mapped[int | None] = fields.reference("更新车辆", "in place of", "vehicle")
    still_usable: Mapped[str | None] = fields.choice("仍能继续使用？", "still usable?", choices.StillUsable)
    is_unsafe: Mapped[bool] = fields.check("因安全原因提前更新", "renewed early for safety")
    early_approval: Mapped[str | None] = fields.text("提前更新批件", "approval of the early renewal")
    funding: Mapped[str | None] = fields.text("经费来源", "funding", length=80, is_computed=True)
    supplier: Mapped[str | None] = fields.text("供应商", "supplier", length=120, is_computed=True)
    is_off_point: Mapped[bool] = fields.check("非定点购置", "not a fixed supplier", is_computed=True)
    paid: Mapped[int | None] = fields.money("成交价格", "paid", is_computed=True)
    vehicle_id: Mapped[int | None] = fields.reference("购入车辆", "vehicle", "vehicle", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class VehicleDisposal(Record):
    """A vehicle leaves its institution (W3.4)."""

    __tablename__ = "vehicle_disposal"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("处置编号", "number", length=40, is_computed=True)
    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    method: Mapped[str] = fields.choice("处置方式", "method", choices.DisposalMethod)
    reason: Mapped[str] = fields.note("理由", "reason")
    into_id: Mapped[int | None] = fields.reference("调入单位", "given to", "institution")
    valuer: Mapped[str | None] = fields.text("评估机构", "valued by", length=120, is_computed=True)
    valuation: Mapped[int | None] = fields.money("评估价", "valuation", is_computed=True)
    taker: Mapped[str | None] = fields.text("受让或回收单位", "taken by", length=120, is_computed=True)
    income: Mapped[int | None] = fields.money("处置收入", "income", is_computed=True)
    voucher: Mapped[str | None] = fields.text("缴库凭证", "treasury's voucher", length=80, is_computed=True)
    certificate: Mapped[str | None] = fields.text(
        "注销证明", "deregistration certificate", length=80, is_computed=True
    )
    closed_on: Mapped[date | None] = fields.day("办结日期", "closed on", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class SealOrder(Record):
    """The vehicles of an institution stand sealed over a run of days off (W3.5)."""

    __tablename__ = "seal_order"
    __table_args__ = (UniqueConstraint("owner_id", "from_us"),)

    number: Mapped[str] = fields.text("封存令编号", "number", length=40, is_computed=True)
    from_us: Mapped[int] = fields.moment("封存开始", "from")
    to_us: Mapped[int] = fields.moment("封存结束", "to")
    vehicles: Mapped[int] = fields.number("应封存车辆", "vehicles", "辆")
    sealed: Mapped[int | None] = fields.number("已封存车辆", "sealed", "辆", is_computed=True)
    place: Mapped[str | None] = fields.text("封存地点", "place", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class Violation(Record):
    """What a rule forbids was done with a vehicle; its institution explains (W3.6)."""

    __tablename__ = "vehicle_violation"
    __table_args__ = (UniqueConstraint("number"), UniqueConstraint("event_id"))

    number: Mapped[str] = fields.text("违规编号", "number", length=40, is_computed=True)
    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    event_id: Mapped[int] = fields.reference("车辆事件", "event", "vehicle_event")
    kind: Mapped[str] = fields.choice("事项", "kind", VehicleEventKind)
    at_us: Mapped[int] = fields.moment("发生时间", "at")
    fence_id: Mapped[int | None] = fields.reference("围栏", "fence", "fence")
    due_us: Mapped[int] = fields.moment("说明期限", "to be explained by")
    explanation: Mapped[str | None] = fields.note("情况说明", "explanation", is_computed=True)
    explained_us: Mapped[int | None] = fields.moment("说明时间", "explained at", is_computed=True)
    conclusion: Mapped[str | None] = fields.note("处理意见", "conclusion", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class TrafficRecord(Record):
    """A vehicle was seen by the traffic police; what dispatch order there is to it."""

    __tablename__ = "traffic_record"
    __table_args__ = (UniqueConstraint("number"),)

    number: Mapped[str] = fields.text("交警记录编号", "number", length=60)
    vehicle_id: Mapped[int] = fields.reference("车辆", "vehicle", "vehicle")
    kind: Mapped[str] = fields.choice("类别", "kind", choices.TrafficKind)
    at_us: Mapped[int] = fields.moment("时间", "at")
    place: Mapped[str] = fields.text("地点", "place")
    what: Mapped[str | None] = fields.text("违法行为或事由", "what for")
    fine: Mapped[int | None] = fields.money("罚款", "fine")
    points: Mapped[int | None] = fields.number("记分", "penalty points", "分")
    match: Mapped[str | None] = fields.choice("比对结果", "match", choices.TrafficMatch, is_computed=True)
    request_id: Mapped[int | None] = fields.reference(
        "派车单", "dispatch order", "vehicle_request", is_computed=True
    )


class FuelEntry(Entry):
    """Fuel of a vehicle; a correction reverses a former line."""

    __tablename__ = "fuel_entry"
    __table_args__ = (Index("fuel_entry_vehicle", "vehicle_id", "on_day"),)

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    on_day: Mapped[date]
    volume_ml: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[int] = mapped_column(BigInteger)  # 分
    odometer_m: Mapped[int | None] = mapped_column(BigInteger)
    supplier: Mapped[str] = mapped_column(String(120))
    is_off_point: Mapped[bool]


class CostEntry(Entry):
    """What else was paid for a vehicle; a correction reverses a former line."""

    __tablename__ = "cost_entry"
    __table_args__ = (Index("cost_entry_vehicle", "vehicle_id", "on_day"),)

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicle.id"))
    kind: Mapped[str] = mapped_column(String(16))
    on_day: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)  # 分
    supplier: Mapped[str] = mapped_column(String(120))
    is_off_point: Mapped[bool]
