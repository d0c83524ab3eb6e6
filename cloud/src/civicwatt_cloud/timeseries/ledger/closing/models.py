"""Tables of closed months and of corrections 更正单."""

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class ClosedMonth(Base):
    """A month that an institution has reported 已上报: its figures change by a correction only."""

    __tablename__ = "closed_month"

    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    month: Mapped[int] = mapped_column(primary_key=True)  # yyyymm
    document: Mapped[str] = mapped_column(String(200))  # the return that was filed
    closed_by: Mapped[str] = mapped_column(String(80))  # as in the audit
    closed_us: Mapped[int] = mapped_column(BigInteger)


class Correction(Base):
    """A closed month of a point whose recomputed value differs, and what was decided. Never deleted."""

    __tablename__ = "correction"
    __table_args__ = (Index("ix_correction_point_id_month", "point_id", "month"),)

    number: Mapped[str] = mapped_column(String(20), primary_key=True)  # GZ-2026-000001
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))
    month: Mapped[int]  # yyyymm
    state: Mapped[str] = mapped_column(String(10))  # State
    reported_micro: Mapped[int] = mapped_column(BigInteger)
    reported_covered_s: Mapped[int]
    reported_quality: Mapped[int] = mapped_column(SmallInteger)
    recomputed_micro: Mapped[int] = mapped_column(BigInteger)
    recomputed_covered_s: Mapped[int]
    recomputed_quality: Mapped[int] = mapped_column(SmallInteger)
    causes: Mapped[str]  # JSON list of texts
    proposed_us: Mapped[int] = mapped_column(BigInteger)
    decided_by: Mapped[str | None] = mapped_column(String(80))  # as in the audit
    decided_us: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str | None] = mapped_column(String(200))
    settled_micro: Mapped[int | None] = mapped_column(
        BigInteger
    )  # a person's value instead of the recomputed
    applied_us: Mapped[int | None] = mapped_column(BigInteger)  # when the ledger took it
