"""Table of price tables 电价表."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class PriceTable(Base):
    """A price table as its file says it: all its versions, each with its document."""

    __tablename__ = "price_table"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str]  # TOML
    entered_by: Mapped[str] = mapped_column(String(80))  # as in the audit
    entered_us: Mapped[int] = mapped_column(BigInteger)
