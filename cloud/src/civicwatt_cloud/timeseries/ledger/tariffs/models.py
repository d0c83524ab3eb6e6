"""Tables of price tables 电价表 and of where they hold."""

from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class PriceTable(Base):
    """A price table as its file says it: all its versions, each with its document."""

    __tablename__ = "price_table"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str]  # TOML
    entered_by: Mapped[str] = mapped_column(String(80))  # as in the audit
    entered_us: Mapped[int] = mapped_column(BigInteger)


class TariffAssignment(Base):
    """Which price table holds for a meter, building, institution or region, from a day until its next row."""

    __tablename__ = "tariff_assignment"

    level: Mapped[str] = mapped_column(String(12), primary_key=True)  # Level
    subject_id: Mapped[int] = mapped_column(
        primary_key=True
    )  # of point, building, institution; a division code
    carrier: Mapped[str] = mapped_column(String(20), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(ForeignKey("price_table.key"))  # None: what is wider holds again
    document: Mapped[str] = mapped_column(String(200))  # 依据
    entered_by: Mapped[str] = mapped_column(String(80))  # as in the audit
    entered_us: Mapped[int] = mapped_column(BigInteger)
