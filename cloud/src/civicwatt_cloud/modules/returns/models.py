"""Returns, what stands in their cells, and what was reported."""

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base
from civicwatt_cloud.kit.records import fields
from civicwatt_cloud.kit.records.record import Record
from civicwatt_cloud.modules.returns.choices import PeriodKind, Reason, Timeliness


class EnergyReturn(Record):
    """A return of an institution for a month, a quarter or a year; worked on until it is filed."""

    __tablename__ = "energy_return"
    __table_args__ = (
        UniqueConstraint("owner_id", "period"),
        Index("energy_return_period", "period", "state"),
        Index("energy_return_fingerprint", "period", "fingerprint"),
    )

    title: Mapped[str] = fields.text("名称", "title", length=60, is_computed=True)
    kind: Mapped[str] = fields.choice("种类", "kind", PeriodKind, is_computed=True)
    period: Mapped[str] = fields.text("期别", "period", length=10, is_computed=True)  # 2026, 2026Q3, 2026-09
    form: Mapped[str] = fields.text("表式版本", "form", length=16, is_computed=True)
    due_us: Mapped[int] = fields.moment("截止时间", "due", is_computed=True)
    filed_us: Mapped[int | None] = fields.moment("报送时间", "filed", is_computed=True)
    timeliness: Mapped[str] = fields.choice(
        "报送情况", "timeliness", Timeliness, default=Timeliness.WAITING, is_computed=True
    )
    on_behalf: Mapped[str | None] = fields.text("代报依据", "filed on behalf: why", is_computed=True)
    filer: Mapped[str | None] = fields.text("报送人", "filed by", length=80, is_computed=True)
    filer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    filing_key: Mapped[str | None] = mapped_column(String(64), unique=True)  # of the request that filed it
    fingerprint: Mapped[str | None] = mapped_column(String(32))  # of its amounts: who copied whom
    state: Mapped[str] = mapped_column(String(40))


class ReturnCell(Base):
    """What stands in one cell, and beside it what is measured; a typed value is never overwritten."""

    __tablename__ = "return_cell"

    return_id: Mapped[int] = mapped_column(ForeignKey("energy_return.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    micro: Mapped[int | None] = mapped_column(BigInteger)  # 1e-6 of the field's unit; what the return says
    source: Mapped[str | None] = mapped_column(String(12))
    who: Mapped[str | None] = mapped_column(String(80))  # who typed it
    at_us: Mapped[int | None] = mapped_column(BigInteger)
    measured_micro: Mapped[int | None] = mapped_column(BigInteger)
    measured_source: Mapped[str | None] = mapped_column(String(12))
    basis: Mapped[str | None] = mapped_column(String(2000))  # JSON: meters, bills, returns, completeness
    computed_us: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(16))
    said: Mapped[str | None] = mapped_column(String(400))


class ReturnComment(Base):
    """What a reviewer or the author said about a cell: rows are only ever added."""

    __tablename__ = "return_comment"

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("energy_return.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(String(1000))
    who: Mapped[str] = mapped_column(String(80))
    at_us: Mapped[int] = mapped_column(BigInteger)


class ReturnReport(Base):
    """What was reported, as it was: rows are only ever added, whatever the meters say later."""

    __tablename__ = "return_report"
    __table_args__ = (UniqueConstraint("return_id", "number"),)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("energy_return.id"))
    number: Mapped[int]  # the first filing, the second after a return, …
    at_us: Mapped[int] = mapped_column(BigInteger)
    who: Mapped[str] = mapped_column(String(80))
    on_behalf: Mapped[str | None] = mapped_column(String(200))
    cells: Mapped[str]  # JSON: code → [micro, source, reason, said]
    sha256: Mapped[str] = mapped_column(String(64))


class ReturnNotice(Record):
    """What was reported differs from what the books say today."""

    __tablename__ = "return_notice"
    __table_args__ = (UniqueConstraint("return_id", "code", "now"),)

    title: Mapped[str] = fields.text("更正提示", "notice", length=120, is_computed=True)
    return_id: Mapped[int] = fields.reference("报表", "return", "energy_return", is_computed=True)
    code: Mapped[str] = fields.text("指标", "field", length=40, is_computed=True)
    reported: Mapped[int] = fields.number("已报数", "reported", digits=6, is_computed=True)
    now: Mapped[int] = fields.number("现数", "now", digits=6, is_computed=True)
    difference: Mapped[int] = fields.number("相差", "difference", "%", digits=2, least=None, is_computed=True)
    found_us: Mapped[int] = fields.moment("发现时间", "found", is_computed=True)
    reason: Mapped[str | None] = fields.choice("原因", "reason", Reason, is_computed=True)
    said: Mapped[str | None] = fields.note("说明", "explanation", length=400, is_computed=True)
    state: Mapped[str] = mapped_column(String(40))
