"""Tables of notices: what is said, to whom, how each wants to hear of it, and how far each channel is."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from civicwatt_cloud.kit.db import ROW_ID, Base
from civicwatt_cloud.kit.records.choices import Choice


class Kind(Choice):
    """What a notice is about."""

    WAITING = "waiting", "待办", "to do"
    REMINDER = "reminder", "到期提醒", "reminder"
    ESCALATED = "escalated", "督办", "escalated"
    ENERGY = "energy", "用能", "energy"


class Mail(Choice):
    """How a person wants e-mail."""

    OFF = "off", "不发邮件", "no e-mail"
    EACH = "each", "及时", "as it comes"
    DAILY = "daily", "每日汇总", "once a day"


class Notice(Base):
    """One thing that people should know, in both languages."""

    __tablename__ = "notice"
    __table_args__ = ({"sqlite_autoincrement": True},)  # channels remember a number: none is given twice

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(240), unique=True)  # said again, it is the same notice
    kind: Mapped[str] = mapped_column(String(16))
    owner_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))  # whose matter it is
    zh: Mapped[str] = mapped_column(String(300))
    en: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(160), index=True)  # upkeep/tickets/17: a page
    is_urgent: Mapped[bool]  # heard at any hour
    at_us: Mapped[int] = mapped_column(BigInteger)  # business time


class Entry(Base):
    """A notice in somebody's inbox."""

    __tablename__ = "notice_entry"
    __table_args__ = (
        Index("notice_entry_unread", "account_id", "read_us", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(ROW_ID, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    read_us: Mapped[int | None] = mapped_column(BigInteger)  # business time


class Preference(Base):
    """How a person wants to hear of notices; who said nothing has the inbox only."""

    __tablename__ = "notice_preference"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    mail: Mapped[str] = mapped_column(String(8))
    daily_hour: Mapped[int]
    quiet_from: Mapped[int]  # hours of the business zone; the same twice: no quiet hours
    quiet_to: Mapped[int]
    rests: Mapped[bool]  # also quiet on days off, by the working calendar


class Channel(Base):
    """How far a channel is: all up to `upto` was sent, up to `sending` is being sent."""

    __tablename__ = "notice_channel"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)  # mail/17, robot/值班群
    upto: Mapped[int] = mapped_column(BigInteger)  # of an inbox: entry; of a robot: notice
    sending: Mapped[int | None] = mapped_column(BigInteger)
    sent_us: Mapped[int | None] = mapped_column(BigInteger)  # business time, like the next try's
    tries: Mapped[int] = mapped_column(default=0)
    next_us: Mapped[int] = mapped_column(BigInteger, default=0)
    reason: Mapped[str | None] = mapped_column(String(300))
