"""Tables of the dated facts of counters."""

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import Base


class ReplacementForm(Base):
    """A replaced meter 换表单: what both counters showed, who says so. Never changed, never deleted."""

    __tablename__ = "replacement"
    __table_args__ = (UniqueConstraint("point_id", "at_us"),)

    form_number: Mapped[str] = mapped_column(String(20), primary_key=True)  # HB-2026-000001
    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"))
    at_us: Mapped[int] = mapped_column(BigInteger)
    old_final_micro: Mapped[int] = mapped_column(BigInteger)
    new_initial_micro: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(200))
    entered_by: Mapped[str] = mapped_column(String(80))  # as in the audit: gateway/gw-01, account/li
    entered_us: Mapped[int] = mapped_column(BigInteger)  # business time


class _Entered:
    """A fact that somebody entered; as in the audit, gateway/gw-01 or account/li."""

    reason: Mapped[str] = mapped_column(String(200))
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_us: Mapped[int] = mapped_column(BigInteger)  # business time


class RatioChange(_Entered, Base):
    """From a moment on, differences of the counter are multiplied by the factor (CT, PT)."""

    __tablename__ = "ratio_change"

    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"), primary_key=True)
    from_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    factor: Mapped[str] = mapped_column(String(40))  # decimal


class RolloverSpan(_Entered, Base):
    """From a moment on, the counter begins again at 0 when it reaches the span."""

    __tablename__ = "rollover_span"

    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"), primary_key=True)
    from_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    span_micro: Mapped[int] = mapped_column(BigInteger)


class ConfirmedRise(_Entered, Base):
    """A rise that was held, and that a person says is real."""

    __tablename__ = "confirmed_rise"

    point_id: Mapped[int] = mapped_column(ForeignKey("point.id"), primary_key=True)
    ts_us: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # of the reading after it
