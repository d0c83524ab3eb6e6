"""Table of the formulas of virtual meters."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class Formula(Base):
    """How a virtual meter is computed from a business day on, until the next formula's."""

    __tablename__ = "formula"
    __table_args__ = (UniqueConstraint("point_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))  # source "virtual"
    valid_from: Mapped[date]
    text: Mapped[str]  # as a person wrote it
    terms: Mapped[str]  # what it meant when it was entered, by point ids: linear.to_json()
    document: Mapped[str] = mapped_column(String(200))  # 依据
    entered_by: Mapped[str] = mapped_column(String(80))  # as in the audit
    entered_us: Mapped[int] = mapped_column(BigInteger)
