"""Shares of buildings as people enter them: the rows of a building and day together, or none of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.directory_rows import day
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.errors import NoSuchBuilding, NoSuchInstitution
from civicwatt_cloud.timeseries.ledger.importing import Fate, decimal
from civicwatt_cloud.timeseries.ledger.shares.errors import SharedTwice, SharesNotWhole
from civicwatt_cloud.timeseries.ledger.shares.models import BuildingShare
from civicwatt_cloud.timeseries.ledger.shares.parts import WHOLE

SHEET = "分摊"
BUILDING, INSTITUTION, SHARE, FROM, DOCUMENT = "楼栋编码", "单位编码", "份额（%）", "起始日期", "依据"
COLUMNS = (BUILDING, INSTITUTION, SHARE, FROM, DOCUMENT)
_PER_PERCENT = WHOLE // 100


@dataclass(frozen=True, slots=True)
class _Said:
    row: Row
    building: int
    institution: int
    parts: int
    valid_from: date


def import_shares(session: Session, path: Path, who: str = audit.COMMAND) -> ImportReport:
    """Enter the rows of a file (the caller commits). Errors: UnreadableTable, MissingColumn."""
    return enter(session, read_rows(path, SHEET, COLUMNS), who)


def enter(session: Session, rows: Iterable[Row], who: str) -> ImportReport:
    """Enter shares; those of a building and day replace what stood there, the same again change nothing."""
    report = ImportReport()
    buildings = {code: one for one, code in session.execute(select(Building.id, Building.code))}
    institutions = {code: one for one, code in session.execute(select(Institution.id, Institution.code))}
    groups: dict[tuple[str, str], list[_Said]] = {}
    broken: set[tuple[str, str]] = set()
    for row in rows:
        report.rows += 1
        group = (row[BUILDING], row[FROM])
        try:
            groups.setdefault(group, []).append(_read(row, buildings, institutions))
        except RowProblem as problem:
            report.problems.append(problem)
            broken.add(group)  # what is left of it is no whole
    for group, said in groups.items():
        if group in broken:
            continue
        try:
            _check(said)
        except RowProblem as problem:
            report.problems.append(problem)
            continue
        fate = _write(session, said, who)
        report.kept += len(said)
        report.added += len(said) * fate.is_new
        report.changed += len(said) * fate.is_changed
    return report


def _read(row: Row, buildings: dict[str, int], institutions: dict[str, int]) -> _Said:
    if row[BUILDING] not in buildings:
        raise NoSuchBuilding(row.where(BUILDING), text=row[BUILDING])
    if row[INSTITUTION] not in institutions:
        raise NoSuchInstitution(row.where(INSTITUTION), text=row[INSTITUTION])
    parts = int(decimal(row, SHARE, places=4) * _PER_PERCENT)
    return _Said(row, buildings[row[BUILDING]], institutions[row[INSTITUTION]], parts, day(row, FROM))


def _check(said: Sequence[_Said]) -> None:
    """Errors: SharedTwice, SharesNotWhole."""
    seen: set[int] = set()
    for one in said:
        facts = {"building": one.row[BUILDING], "start": one.valid_from}
        if one.institution in seen:
            raise SharedTwice(one.row.where(INSTITUTION), institution=one.row[INSTITUTION], **facts)
        seen.add(one.institution)
    if (total := sum(one.parts for one in said)) != WHOLE:
        percent = Decimal(total) / _PER_PERCENT
        row = said[0].row
        raise SharesNotWhole(
            row.where(SHARE), building=row[BUILDING], start=said[0].valid_from, total=percent
        )


def _write(session: Session, said: Sequence[_Said], who: str) -> Fate:
    building, valid_from = said[0].building, said[0].valid_from
    table = BuildingShare
    query = select(table).where(table.building_id == building, table.valid_from == valid_from)
    known = {row.institution_id: row for row in session.scalars(query)}
    codes = {
        one.id: one.code for one in session.scalars(select(Institution).where(Institution.id.in_(known)))
    }
    before = {codes[one]: [row.parts, row.document] for one, row in known.items()} or None
    after = {one.row[INSTITUTION]: [one.parts, one.row[DOCUMENT]] for one in said}
    if before == after:
        return Fate(is_new=False, is_changed=False)
    for row in known.values():
        session.delete(row)
    session.flush()
    session.add_all(
        BuildingShare(
            building_id=building,
            valid_from=valid_from,
            institution_id=one.institution,
            parts=one.parts,
            document=one.row[DOCUMENT],
        )
        for one in said
    )
    session.flush()
    subject = f"{said[0].row[BUILDING]} {valid_from}"
    audit.note(session, who, Deed("shares_entered", subject, before, after))
    return Fate(is_new=before is None, is_changed=before is not None)
