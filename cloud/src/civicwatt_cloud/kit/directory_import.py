"""Import of the directory 名录: good rows are kept, bad ones listed by cell, a repeat changes nothing."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import directory_problems as problem
from civicwatt_cloud.kit.directory import (
    Building,
    Denominator,
    DenominatorKind,
    Institution,
    Region,
    define_region,
    end_at_successor,
)
from civicwatt_cloud.kit.directory_rows import COLUMNS, Dated, Entry, parse
from civicwatt_cloud.kit.tables import Row, read_rows

SHEET = "名录"


@dataclass(slots=True)
class ImportReport:
    """What an import did; `added` and `changed` count regions, institutions, buildings and dated values."""

    rows: int = 0
    kept: int = 0
    added: int = 0
    changed: int = 0
    problems: list[problem.RowProblem] = field(default_factory=list)


def import_directory(session: Session, path: Path) -> ImportReport:
    """Read the file into the session (the caller commits). Errors: UnreadableTable, MissingColumn."""
    rows = read_rows(path, SHEET, COLUMNS)
    report = ImportReport(rows=len(rows))
    entries = _consistent(rows, report)
    _Writer(session, report).write(entries)
    report.problems.sort(key=_row_number)
    return report


def _consistent(rows: list[Row], report: ImportReport) -> list[Entry]:
    """The rows that can be read and do not contradict an earlier one."""
    entries: list[Entry] = []
    first_seen: dict[tuple[object, ...], tuple[object, int]] = {}
    for row in rows:
        try:
            entry = parse(row)
            statements = _statements(entry)
            _check(row, statements, first_seen)
        except problem.RowProblem as error:
            report.problems.append(error)
            continue
        for _title, key, value in statements:
            first_seen.setdefault(key, (value, row.number))
        entries.append(entry)
    return entries


def _statements(entry: Entry) -> list[tuple[str, tuple[object, ...], object]]:
    """What a row states, as (column, subject, value): two rows may repeat a statement but not change it."""
    institution, building = entry.institution, entry.building
    found: list[tuple[str, tuple[object, ...], object]] = [
        ("单位名称", ("institution", institution.code), institution)
    ]
    if building:
        found.append(("楼栋名称", ("building", building[0]), (building, institution.code)))
    if building and (area := entry.floor_area):
        found.append(("建筑面积", ("area", building[0], area.valid_from), area.value))
    if heads := entry.head_count:
        found.append(("用能人数", ("heads", institution.code, heads.valid_from), heads.value))
    return found


def _check(
    row: Row,
    statements: list[tuple[str, tuple[object, ...], object]],
    first_seen: dict[tuple[object, ...], tuple[object, int]],
) -> None:
    for title, key, value in statements:
        known, number = first_seen.get(key, (value, 0))
        if known != value:
            raise problem.Contradiction(row.where(title), title=title, first=number)
    if all(key in first_seen for _title, key, _value in statements):
        number = max(first_seen[key][1] for _title, key, _value in statements)
        raise problem.DuplicateRow(row.where("单位编码"), first=number)


class _Writer:
    """Brings the entries into the database, against what is there already."""

    def __init__(self, session: Session, report: ImportReport) -> None:
        self._session = session
        self._report = report
        self._regions = {row.code: row for row in session.scalars(select(Region))}
        self._institutions = {row.code: row for row in session.scalars(select(Institution))}
        self._buildings = {row.code: row for row in session.scalars(select(Building))}
        self._denominators: dict[tuple[str, int], list[Denominator]] = defaultdict(list)
        for row in session.scalars(select(Denominator)):
            self._denominators[row.kind, row.subject_id].append(row)

    def write(self, entries: list[Entry]) -> None:
        """One pass for institutions, one for buildings (ids are known after each flush), one for values."""
        accepted = [entry for entry in entries if self._building_at_home(entry)]
        for entry in accepted:
            self._region(entry)
            self._institution(entry)
        self._session.flush()
        for entry in accepted:
            self._building(entry)
        self._session.flush()
        for entry in accepted:
            if entry.head_count:
                subject = self._institutions[entry.institution.code].id
                self._dated(DenominatorKind.HEAD_COUNT, subject, entry.head_count)
            if entry.building and entry.floor_area:
                subject = self._buildings[entry.building[0]].id
                self._dated(DenominatorKind.FLOOR_AREA, subject, entry.floor_area)
        for rows in self._denominators.values():
            end_at_successor(rows)
        self._report.kept = len(accepted)

    def _building_at_home(self, entry: Entry) -> bool:
        known = self._buildings.get(entry.building[0]) if entry.building else None
        owner = self._session.get(Institution, known.institution_id) if known else None
        if known is None or owner is None or owner.code == entry.institution.code:
            return True
        where = entry.row.where("楼栋编码")
        self._report.problems.append(
            problem.BuildingElsewhere(where, building=known.code, institution=owner.code)
        )
        return False

    def _region(self, entry: Entry) -> None:
        code, name = entry.institution.region_code, entry.region_name
        known = self._regions.get(code)
        if known is None:
            self._regions[code] = define_region(self._session, code, name or code)
            self._report.added += 1
        elif name not in {"", known.name}:
            known.name = name
            self._report.changed += 1

    def _institution(self, entry: Entry) -> None:
        facts = entry.institution
        values = {
            "name": facts.name,
            "kind": facts.kind,
            "level": facts.level,
            "region_code": facts.region_code,
        }
        known = self._institutions.get(facts.code)
        if known is None:
            row = Institution(code=facts.code, **values)
            self._session.add(row)
            self._institutions[facts.code] = row
            self._report.added += 1
        elif any(getattr(known, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(known, name, value)
            self._report.changed += 1

    def _building(self, entry: Entry) -> None:
        if entry.building is None:
            return
        code, name = entry.building
        known = self._buildings.get(code)
        if known is None:
            owner = self._institutions[entry.institution.code].id
            row = Building(code=code, name=name, institution_id=owner)
            self._session.add(row)
            self._buildings[code] = row
            self._report.added += 1
        elif known.name != name:
            known.name = name
            self._report.changed += 1

    def _dated(self, kind: DenominatorKind, subject: int, stated: Dated) -> None:
        """A new start adds a row and ends the former; the same start with another value corrects it."""
        rows = self._denominators[kind, subject]
        known = next((row for row in rows if row.valid_from == stated.valid_from), None)
        if known is None:
            row = Denominator(
                kind=kind,
                subject_id=subject,
                value=stated.value,
                valid_from=stated.valid_from,
                valid_to=None,
                source=stated.source,
            )
            self._session.add(row)
            rows.append(row)
            self._report.added += 1
        elif (known.value, known.source) != (stated.value, stated.source):
            known.value, known.source = stated.value, stated.source
            self._report.changed += 1


def _row_number(error: problem.RowProblem) -> int:
    return int("".join(filter(str.isdigit, error.where.rsplit("!", 1)[-1])))
