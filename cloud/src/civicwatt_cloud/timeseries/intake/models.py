"""What intake has to remember: what is stored, what came twice, what was set aside."""

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base


class ReceivedRange(Base):
    """Sequence numbers lo…hi (both included) of a gateway's outbox that are stored."""

    __tablename__ = "received_range"
    __table_args__ = ({"sqlite_with_rowid": False},)

    gateway: Mapped[str] = mapped_column(ForeignKey("gateway.id"), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    lo: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hi: Mapped[int] = mapped_column(BigInteger)


class Duplicates(Base):
    """How many records of an outbox came again after they were stored; nothing was done with them."""

    __tablename__ = "duplicates"

    gateway: Mapped[str] = mapped_column(ForeignKey("gateway.id"), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(36), primary_key=True)
    records: Mapped[int] = mapped_column(BigInteger)


class Quarantined(Base):
    """A message, or a reading of one, that was set aside with the reason."""

    __tablename__ = "quarantine"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    received_us: Mapped[int] = mapped_column(BigInteger)
    topic: Mapped[str]
    code: Mapped[str] = mapped_column(String(12))
    detail: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)  # the same thing is kept once
    replay_asked_us: Mapped[int | None] = mapped_column(BigInteger, index=True)  # until a worker has done it
    replayed_us: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str | None] = mapped_column(String(12))  # of the last replay: stored, or an error's code
