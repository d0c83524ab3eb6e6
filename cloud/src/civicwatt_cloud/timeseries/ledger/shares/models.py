"""Table of the shares that institutions have in a building they use together."""

from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class BuildingShare(Base):
    """An institution's part of a building's consumption; all rows of a building and day are one whole.

    They hold until the next day on which the building has rows.
    """

    __tablename__ = "building_share"

    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    parts: Mapped[int]  # of a million
    document: Mapped[str] = mapped_column(String(200))  # 依据
