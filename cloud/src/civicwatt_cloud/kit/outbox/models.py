"""What is still to be handed on."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base


class Delivery(Base):
    """An event that one hearer has not taken yet; when it has, the row goes."""

    __tablename__ = "event_delivery"
    __table_args__ = (
        Index("event_delivery_next", "hearer", "lane", "event_id", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    hearer: Mapped[str] = mapped_column(String(120))  # kit.notices.energy.silent, webhook/oa
    lane: Mapped[int] = mapped_column(BigInteger)  # the owner: one after another; 0: none
    tries: Mapped[int] = mapped_column(default=0)
    next_us: Mapped[int] = mapped_column(BigInteger, default=0)  # real time
    reason: Mapped[str | None] = mapped_column(String(300))  # why the last try failed
    dead_us: Mapped[int | None] = mapped_column(BigInteger)  # given up, until somebody says `retry`
