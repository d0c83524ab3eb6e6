"""Imported notices on holidays: a file becomes rows, and the rows hold in every process that reads them.

A notice over a year that is there already takes its place (a holiday was prolonged); the audit keeps both.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from sqlalchemy import BigInteger, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from civicwatt_cloud.kit import audit, calendar, calendar_text
from civicwatt_cloud.kit.calendar import Notices, Year
from civicwatt_cloud.kit.db import Base
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Job
from civicwatt_cloud.kit.tables import UnreadableTable
from civicwatt_protocols.toml import decode, text_of


class HolidayNotice(Base):
    """An imported notice, by its document."""

    __tablename__ = "holiday_notice"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str]
    imported_us: Mapped[int] = mapped_column(BigInteger)  # real time


class HolidayDay(Base):
    """A day that does not follow the week."""

    __tablename__ = "holiday_day"

    year: Mapped[int] = mapped_column(ForeignKey("holiday_notice.year"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]


def read(path: Path) -> tuple[Year, ...]:
    """The notices of a file: the text as it was published, or a table like holidays.toml.

    Errors: UnreadableTable, BadNotice, BadToml, UnknownKey, BadValue.
    """
    try:
        data = path.read_bytes()
        if path.suffix == ".toml":
            return decode(text_of(data, str(path)), Notices, str(path)).year
        return (calendar_text.read(_text(data), str(path)),)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableTable(str(path)) from error


def _text(data: bytes) -> str:
    """Editors in China save text as UTF-8 with a mark or as GB18030: both are read."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def bring_in(session: Session, years: Iterable[Year], who: str) -> None:
    """Keep notices, and let them hold in this process."""
    for year in years:
        before = session.get(HolidayNotice, year.year)
        was = _told(_of(session, before)) if before else None
        session.execute(delete(HolidayDay).where(HolidayDay.year == year.year))
        if before is None:
            before = HolidayNotice(year=year.year)
            session.add(before)
        before.document, before.imported_us = year.document, real_now_us()
        session.flush()
        kinds = dict.fromkeys(year.holidays, False) | dict.fromkeys(year.make_up, True)
        session.add_all(HolidayDay(year=year.year, day=day, is_workday=kind) for day, kind in kinds.items())
        deed = audit.Deed("holiday_notice_imported", f"calendar/{year.year}", was, _told(year))
        audit.note(session, who, deed)
    session.flush()
    refresh(session)


def refresh(session: Session) -> None:
    """Let the imported notices hold in this process: another may have imported one."""
    notices = session.scalars(select(HolidayNotice).order_by(HolidayNotice.year)).all()
    calendar.announce(_of(session, one) for one in notices)


def _of(session: Session, notice: HolidayNotice) -> Year:
    days = session.scalars(select(HolidayDay).where(HolidayDay.year == notice.year)).all()
    return Year(
        year=notice.year,
        document=notice.document,
        holidays=frozenset(one.day for one in days if not one.is_workday),
        make_up=frozenset(one.day for one in days if one.is_workday),
    )


def _told(year: Year) -> dict[str, object]:
    return {
        "document": year.document,
        "holidays": [str(day) for day in sorted(year.holidays)],
        "make_up": [str(day) for day in sorted(year.make_up)],
    }


def _again(context: Context) -> None:
    refresh(context.session)


JOB = Job("read_holiday_notices", 3600, _again)  # [s; engineering default]
