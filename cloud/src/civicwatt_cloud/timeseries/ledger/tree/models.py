"""Table of the tree of meters 总分表."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


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
