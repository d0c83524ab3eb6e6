"""Cases, what was found as hours came, and what the month-end review says of it."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.anomalies.choices import Cause, FindingKind, Reason, Stance, Verdict

EVIDENCE_LETTERS = 60_000


class Case(Record):
    """What one person looks at: all findings of one cause at one meter, until they are explained or gone."""

    __tablename__ = "anomaly_case"
    __table_args__ = (Index("anomaly_case_key", "key"),)

    key: Mapped[str] = mapped_column(String(80))  # point/17/base_load; one that is open at a time
    title: Mapped[str] = fields.text("异常", "anomaly", length=160, is_computed=True)
    building_id: Mapped[int] = fields.reference("楼栋", "building", "building", is_computed=True)
    cause: Mapped[str] = fields.choice("类别", "cause", Cause, is_computed=True)
    kind: Mapped[str] = fields.choice("主要表现", "kind", FindingKind, is_computed=True)
    begin_us: Mapped[int] = fields.moment("起始", "from", is_computed=True)
    last_us: Mapped[int] = fields.moment("截至", "until", is_computed=True)
    energy: Mapped[int] = fields.number(
        "偏差量（电 kWh，水 m³）", "departure (kWh, m³)", digits=1, least=None, is_computed=True
    )
    cost: Mapped[int | None] = fields.money("影响金额", "money", is_computed=True)  # None: no tariff
    confidence: Mapped[int] = fields.number("置信度", "confidence", "%", is_computed=True)
    returned: Mapped[int] = fields.number("复发次数", "times returned", "次", is_computed=True)
    assignee: Mapped[str | None] = fields.text("负责人", "assigned to", length=60, is_computed=True)
    reason: Mapped[str | None] = fields.choice("原因", "reason", Reason, is_computed=True)
    note: Mapped[str | None] = fields.note("说明", "note", is_computed=True)
    fixed_us: Mapped[int | None] = fields.moment("修复时间", "repaired", is_computed=True)
    verdict: Mapped[str | None] = fields.choice("前后对比", "before and after", Verdict, is_computed=True)
    verdict_facts: Mapped[str | None] = fields.note("对比数据", "figures of it", is_computed=True)
    is_right: Mapped[bool | None]  # what people said: something was wrong, or nothing was
    explained_us: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(40))


class Finding(Record):
    """An anomaly as the live pass saw it, judged from what was known then; a month's end ends it."""

    __tablename__ = "anomaly_finding"
    __table_args__ = (UniqueConstraint("point_id", "rule", "begin_us"),)

    point_id: Mapped[int]
    rule: Mapped[str] = mapped_column(String(16))  # profile | missing | leak: what found it
    meter: Mapped[str] = fields.text("表计", "meter", length=120, is_computed=True)
    building_id: Mapped[int] = fields.reference("楼栋", "building", "building", is_computed=True)
    kind: Mapped[str] = fields.choice("表现", "kind", FindingKind, is_computed=True)
    begin_us: Mapped[int] = fields.moment("起始", "from", is_computed=True)
    end_us: Mapped[int] = fields.moment("截止", "until", is_computed=True)
    found_us: Mapped[int] = fields.moment("发现时间", "found", is_computed=True)
    energy: Mapped[int] = fields.number(
        "偏差量（电 kWh，水 m³）", "departure (kWh, m³)", digits=1, least=None, is_computed=True
    )
    cost: Mapped[int | None] = fields.money("影响金额", "money", is_computed=True)  # None: no tariff
    confidence: Mapped[int] = fields.number("置信度", "confidence", "%", is_computed=True)
    is_muted: Mapped[bool] = fields.check("超出报警预算", "beyond the budget of alarms", is_computed=True)
    case_id: Mapped[int | None] = fields.reference("异常事项", "case", "anomaly_case", is_computed=True)
    month: Mapped[int] = mapped_column(index=True)  # yyyymm
    is_alarm: Mapped[bool] = mapped_column(default=False)  # opened a case, or opened it again
    evidence: Mapped[str] = mapped_column(Text)  # JSON: hours with what was expected


class Review(Record):
    """What the review of a month says with hindsight, beside what the live pass said."""

    __tablename__ = "anomaly_review"
    __table_args__ = (Index("anomaly_review_month", "month", "point_id"),)

    month: Mapped[int] = fields.number("月份", "month", is_ordinal=True, is_computed=True)
    point_id: Mapped[int]
    meter: Mapped[str] = fields.text("表计", "meter", length=120, is_computed=True)
    stance: Mapped[str] = fields.choice("复核结论", "stance", Stance, is_computed=True)
    kind: Mapped[str] = fields.choice("表现", "kind", FindingKind, is_computed=True)
    begin_us: Mapped[int] = fields.moment("起始", "from", is_computed=True)
    end_us: Mapped[int] = fields.moment("截止", "until", is_computed=True)
    energy: Mapped[int] = fields.number(
        "偏差量（电 kWh，水 m³）", "departure (kWh, m³)", digits=1, least=None, is_computed=True
    )
    cost: Mapped[int | None] = fields.money("影响金额", "money", is_computed=True)
    confidence: Mapped[int] = fields.number("置信度", "confidence", "%", is_computed=True)
    finding_id: Mapped[int | None] = fields.reference(
        "实时发现", "live finding", "anomaly_finding", is_computed=True
    )


class Judged(Base):
    """How far a counter has been judged."""

    __tablename__ = "anomaly_judged"

    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"), primary_key=True)
    live_hour: Mapped[int]  # hours since 1970 before this one are judged
    review_month: Mapped[int]  # yyyymm: the newest month that was reviewed; 0: none
