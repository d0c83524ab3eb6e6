"""Assignments of price tables as people enter them."""

from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_rows import day
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.errors import NoSuchBuilding, NoSuchInstitution
from civicwatt_cloud.timeseries.ledger.errors import NoSuchMeter
from civicwatt_cloud.timeseries.ledger.importing import Fate, take
from civicwatt_cloud.timeseries.ledger.names import Names
from civicwatt_cloud.timeseries.ledger.tariffs.assignments import Level
from civicwatt_cloud.timeseries.ledger.tariffs.errors import NoSuchLevel, NoSuchRegion, NotATable
from civicwatt_cloud.timeseries.ledger.tariffs.models import TariffAssignment
from civicwatt_cloud.timeseries.ledger.tariffs.price_tables import tariffs

SHEET = "价格表适用"
LEVEL, SUBJECT, CARRIER, TABLE, FROM, DOCUMENT = "对象", "编码", "能源品种", "价格表", "起始日期", "依据"
COLUMNS = (LEVEL, SUBJECT, CARRIER, TABLE, FROM, DOCUMENT)
_LEVELS = {name: level for level in Level for name in (level.value, level.zh)}
_CARRIERS = {name: carrier for carrier in Carrier for name in (carrier.value, carrier.zh)}


def import_assignments(session: Session, path: Path, who: str = audit.COMMAND) -> ImportReport:
    """Enter the rows of a file (the caller commits). Errors: UnreadableTable, MissingColumn."""
    return take(read_rows(path, SHEET, COLUMNS), _Desk(session, who).enter)


class _Desk:
    """Brings rows into the database; the same row again changes nothing."""

    def __init__(self, session: Session, who: str) -> None:
        self._session = session
        self._who = who
        self._names = Names(session)
        self._tables = {one.key: one for one in tariffs(session)}

    def enter(self, row: Row) -> Fate:
        """Take one row. Errors: RowProblem."""
        level, carrier = _LEVELS.get(row[LEVEL]), _CARRIERS.get(row[CARRIER])
        if level is None:
            raise NoSuchLevel(row.where(LEVEL), text=row[LEVEL], known="、".join(one.zh for one in Level))
        table = self._tables.get(row[TABLE])
        if carrier is None or (row[TABLE] and (table is None or table.carrier != carrier)):
            raise NotATable(row.where(TABLE), key=row[TABLE], carrier=row[CARRIER])
        return self._write(row, level, self._subject(row, level), carrier, day(row, FROM))

    def _subject(self, row: Row, level: Level) -> int:
        code, where = row[SUBJECT], row.where(SUBJECT)
        if level is Level.METER:
            named = self._names.of(code)
            if len(named) != 1:
                raise NoSuchMeter(where, name=code, count=len(named))
            return named[0].id
        if level is Level.REGION:
            if self._session.get(Region, code) is None:
                raise NoSuchRegion(where, text=code)
            return int(code)
        of = Building if level is Level.BUILDING else Institution
        found = self._session.scalar(select(of.id).where(of.code == code))
        if found is None:
            raise (NoSuchBuilding if level is Level.BUILDING else NoSuchInstitution)(where, text=code)
        return found

    def _write(self, row: Row, level: Level, subject: int, carrier: Carrier, start: date) -> Fate:
        key = (level.value, subject, carrier.value, start)
        known = self._session.get(TariffAssignment, key)
        before = None if known is None else {"table": known.key, "document": known.document}
        after = {"table": row[TABLE] or None, "document": row[DOCUMENT]}
        if before == after:
            return Fate(is_new=False, is_changed=False)
        new = known or TariffAssignment(
            level=level.value, subject_id=subject, carrier=carrier.value, valid_from=start
        )
        new.key, new.document = row[TABLE] or None, row[DOCUMENT]
        new.entered_by, new.entered_us = self._who, real_now_us()
        self._session.add(new)
        self._session.flush()
        subject_text = f"{level.value} {row[SUBJECT]} {carrier.value} {start}"
        audit.note(self._session, self._who, Deed("tariff_assigned", subject_text, before, after))
        return Fate(is_new=known is None, is_changed=known is not None)
