"""Tables of virtual meters and of the tree of meters 总分表."""

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


class TreeMeter(Base):
    """A meter's place in the tree on the business days [valid_from, valid_to): below a parent, or a root."""

    __tablename__ = "tree_meter"
    __table_args__ = (UniqueConstraint("point_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("point.id"))
    accuracy_class: Mapped[str] = mapped_column(String(8))  # 准确度等级, as on the plate: 1.0, 0.5S
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
