"""Tables of the ledger."""

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base


class _Booked:
    """Consumption of one point in one period: exact, recomputed, never incremented."""

    # first column of the primary key: rows of one point lie together
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"), primary_key=True, sort_order=-1)
    micro: Mapped[int] = mapped_column(BigInteger)  # 1e-6 of the measure's unit
    covered_s: Mapped[int]  # seconds of the period that lie between two readings
    quality: Mapped[int] = mapped_column(SmallInteger)  # Quality.code, the worst inside


class LedgerHour(_Booked, Base):
    """Consumption of an hour. No row: nothing is known of that hour."""

    __tablename__ = "ledger_hour"
    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_partition_by": "RANGE (hour)"},)

    hour: Mapped[int] = mapped_column(primary_key=True)  # hours since 1970-01-01T00Z
    day: Mapped[int]  # yyyymmdd in the business zone
    peak: Mapped[int] = mapped_column(
        BigInteger, default=0, server_default=text("0")
    )  # fastest rise [micro/h]


class LedgerDay(_Booked, Base):
    """Consumption of a day of the business zone: the sum of its hours."""

    __tablename__ = "ledger_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[int] = mapped_column(primary_key=True)  # yyyymmdd


class LedgerMonth(_Booked, Base):
    """Consumption of a month of the business zone: the sum of its days."""

    __tablename__ = "ledger_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    month: Mapped[int] = mapped_column(primary_key=True)  # yyyymm


class HeldStep(Base):
    """A counter step that is not booked until a person explains it."""

    __tablename__ = "held_step"
    __table_args__ = ({"sqlite_with_rowid": False},)

    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"), primary_key=True)
    ts_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # of the reading after the step
    kind: Mapped[str] = mapped_column(String(8))  # fall | jump | glitch | form
    before_micro: Mapped[int] = mapped_column(BigInteger)
    after_micro: Mapped[int] = mapped_column(BigInteger)
    rate: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))  # of a rise [micro/h]


class ThinRise(Base):
    """A rise that is booked though little explains it: booked again when readings near it change."""

    __tablename__ = "thin_rise"
    __table_args__ = ({"sqlite_with_rowid": False},)

    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"), primary_key=True)
    ts_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # of the reading after it


class DirtyRange(Base):
    """Hours [hour_from, hour_to) of a counter whose readings changed since they were last booked."""

    __tablename__ = "dirty_range"
    __table_args__ = (Index("ix_dirty_range_point_id", "point_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))
    hour_from: Mapped[int]
    hour_to: Mapped[int]
