"""Plans, targets, quotas, what is taken out before a quota, appeals, and the figures of each year."""

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.targets.choices import (
    About,
    Basis,
    Indicator,
    Kind,
    OrganLevel,
    Use,
)


class Plan(Record):
    """A plan: by how much intensities fall from a base year to an end year, in a region."""

    __tablename__ = "target_plan"
    __table_args__ = (UniqueConstraint("title"),)

    title: Mapped[str] = fields.text("规划", "plan", length=120)
    region: Mapped[str] = fields.text("区划代码", "division", length=6)
    base_year: Mapped[int] = fields.year("基年", "base year")
    end_year: Mapped[int] = fields.year("末年", "end year")
    carbon_on: Mapped[date] = fields.day("碳排放因子固定于", "carbon factors frozen on")
    document: Mapped[str | None] = fields.text("依据文件", "document")


class Target(Record):
    """What a node of a plan must reach, and from where, if that was stated and not measured."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("plan_id", "node", "indicator"),)

    plan_id: Mapped[int] = fields.reference("规划", "plan", "target_plan")
    node: Mapped[str] = fields.text("节点代码", "node", length=60)
    indicator: Mapped[str] = fields.choice("指标", "indicator", Indicator)
    reduction: Mapped[int | None] = fields.number("下降目标", "reduction", "%", digits=3, least=None)
    base: Mapped[int | None] = fields.number("基年值", "value of the base year", digits=6)
    base_basis: Mapped[str | None] = fields.choice("基年值折标口径", "basis of that value", Basis)
    document: Mapped[str | None] = fields.text("依据", "document")


class Quota(Record):
    """A quota as a standard states it: three values for a type of institution."""

    __tablename__ = "energy_quota"
    __table_args__ = (UniqueConstraint("standard", "region", "kind", "level", "zone", "indicator"),)

    standard: Mapped[str] = fields.text("标准号", "standard", length=80)
    year: Mapped[int] = fields.year("发布年份", "year")
    region: Mapped[str] = fields.text("适用区划代码", "division", length=6)
    kind: Mapped[str] = fields.choice("单位类型", "type", Kind)
    level: Mapped[str] = fields.choice("单位级别", "level", OrganLevel)
    zone: Mapped[str] = fields.text("气候区或地区分类", "climate or zone", length=40)
    indicator: Mapped[str] = fields.choice("指标", "indicator", Indicator)
    constraint: Mapped[int] = fields.number("约束值", "constraint", digits=3)
    base: Mapped[int | None] = fields.number("基准值", "base", digits=3)
    guide: Mapped[int | None] = fields.number("引导值", "guide", digits=3)
    basis: Mapped[str] = fields.choice("电力折标口径", "basis of electricity", Basis)
    includes_heating: Mapped[bool] = fields.check("含供暖", "heating included")
    includes_vehicle_fuel: Mapped[bool] = fields.check("含公务用车用油", "vehicle fuel included")
    includes_data_centre: Mapped[bool] = fields.check("含数据中心等可分离用能", "separable uses included")
    corrections: Mapped[str | None] = fields.note("修正", "corrections", length=1000)


class Separable(Record):
    """Counters of a use that a quota does not hold; without counters nothing is taken out."""

    __tablename__ = "separable_use"

    use: Mapped[str] = fields.choice("用途", "use", Use)
    document: Mapped[str] = fields.text("证明材料", "document")
    points: Mapped[str | None] = fields.text("计量点", "counters", length=200)
    valid_from: Mapped[date] = fields.day("自", "from")
    valid_to: Mapped[date | None] = fields.day("至", "until")


class Exemption(Record):
    """An institution that a quota or a list does not hold for, with the reason."""

    __tablename__ = "quota_exemption"

    about: Mapped[str] = fields.choice("事项", "about", About)
    reason: Mapped[str] = fields.text("理由", "reason", length=400)
    valid_from: Mapped[date] = fields.day("自", "from")
    valid_to: Mapped[date | None] = fields.day("至", "until")


class Designation(Record):
    """An institution below the limit that was put on the list of key energy users all the same."""

    __tablename__ = "key_user_designation"

    year: Mapped[int] = fields.year("年度", "year")
    document: Mapped[str] = fields.text("文件", "document")


class Appeal(Record):
    """An institution contests what it was listed as, its type, an area or a quota."""

    __tablename__ = "energy_appeal"

    about: Mapped[str] = fields.choice("申诉事项", "about", About)
    subject: Mapped[str] = fields.text("对象", "subject", length=200)
    told_on: Mapped[date] = fields.day("知悉日期", "told on")
    reason: Mapped[str] = fields.note("理由", "reason")
    building_id: Mapped[int | None] = fields.reference("楼栋", "building", "building")
    filed_us: Mapped[int] = fields.moment("提交时间", "filed", is_computed=True)
    due_us: Mapped[int] = fields.moment("答复期限", "to be decided by", is_computed=True)
    decision: Mapped[str | None] = fields.note("决定", "decision", is_computed=True)
    decided_us: Mapped[int | None] = fields.moment("决定时间", "decided", is_computed=True)
    effect: Mapped[str | None] = fields.note("重新计算的结果", "effect", is_computed=True)
    state: Mapped[str] = mapped_column(String(40))


class StatedTotal(Record):
    """A region's total as it was published, with its changes."""

    __tablename__ = "stated_total"
    __table_args__ = (UniqueConstraint("owner_id", "year"),)

    year: Mapped[int] = fields.year("年度", "year")
    total: Mapped[int] = fields.number("能源消费总量", "total", "万 tce", digits=2)
    on_year: Mapped[int] = fields.number("比上年", "against the year before", "%", digits=2, least=None)
    base_year: Mapped[int] = fields.year("基年", "base year")
    on_base: Mapped[int] = fields.number("比基年", "against the base year", "%", digits=2, least=None)
    source: Mapped[str] = fields.text("来源", "source")


class TargetFigure(Base):
    """One indicator of one node in one year, as last evaluated. Values [1e-6 of the unit], shares [1e-6]."""

    __tablename__ = "target_figure"
    __table_args__ = (
        Index("target_figure_parent", "plan_id", "year", "parent", "indicator"),
        Index("target_figure_peers", "plan_id", "year", "indicator", "kind", "level"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("target_plan.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(400), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(32), primary_key=True)
    parent: Mapped[str] = mapped_column(String(400))
    name: Mapped[str]
    code: Mapped[str] = mapped_column(String(80))
    institution_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(16))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    denominator: Mapped[int | None] = mapped_column(BigInteger)
    actual: Mapped[int | None] = mapped_column(BigInteger)
    completeness: Mapped[int | None] = mapped_column(Integer)
    base: Mapped[int | None] = mapped_column(BigInteger)
    base_amount: Mapped[int | None] = mapped_column(BigInteger)
    base_stated: Mapped[bool]
    reduction: Mapped[int | None] = mapped_column(Integer)
    reduction_from: Mapped[str]  # own, the node it is taken over from, or the rule row
    target: Mapped[int | None] = mapped_column(BigInteger)
    linear: Mapped[int | None] = mapped_column(BigInteger)
    compound: Mapped[int | None] = mapped_column(BigInteger)
    attained: Mapped[int | None] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(String(16))
    expected: Mapped[int | None] = mapped_column(BigInteger)
    low: Mapped[int | None] = mapped_column(BigInteger)
    high: Mapped[int | None] = mapped_column(BigInteger)
    warned_on: Mapped[date | None] = mapped_column(Date)
    is_certain: Mapped[bool]
    before: Mapped[int | None] = mapped_column(BigInteger)  # of the year before
    reason_zh: Mapped[str]
    reason_en: Mapped[str]
    score: Mapped[int | None] = mapped_column(BigInteger)
    score_low: Mapped[int | None] = mapped_column(BigInteger)
    score_high: Mapped[int | None] = mapped_column(BigInteger)
    place: Mapped[int | None]
    order_low: Mapped[int | None]
    order_high: Mapped[int | None]
    tied: Mapped[int | None]
    peers: Mapped[int | None]
    withheld: Mapped[str] = mapped_column(String(40))
    made_us: Mapped[int] = mapped_column(BigInteger)
