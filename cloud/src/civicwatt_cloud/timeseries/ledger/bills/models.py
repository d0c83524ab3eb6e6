"""Table of bills and manual meter readings."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class Bill(Base):
    """What an account used on the business days [day_from, day_to), and the document that says so."""

    __tablename__ = "bill"
    __table_args__ = (UniqueConstraint("point_id", "day_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))  # of the account, source "bill"
    day_from: Mapped[date]
    day_to: Mapped[date]
    micro: Mapped[int] = mapped_column(BigInteger)  # 1e-6 of the carrier's unit
    opening_micro: Mapped[int | None] = mapped_column(BigInteger)  # what the meter showed; None: amount alone
    closing_micro: Mapped[int | None] = mapped_column(BigInteger)
    cost_fen: Mapped[int | None] = mapped_column(BigInteger)  # 0.01 yuan
    document: Mapped[str] = mapped_column(String(80))  # 单据号
    entered_by: Mapped[str] = mapped_column(String(80))  # as in the audit
    entered_us: Mapped[int] = mapped_column(BigInteger)
