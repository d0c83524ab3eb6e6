"""Formulas of virtual meters: taken from tables, checked, kept with the points that they mean."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us
from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_problems import NameMissing
from civicwatt_cloud.kit.directory_rows import day
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.errors import BadName, NoSuchBuilding, NoSuchEndUse
from civicwatt_cloud.timeseries.ledger.importing import Fate, take
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.ledger.names import Named, Names
from civicwatt_cloud.timeseries.ledger.virtual.definitions import definitions, in_order
from civicwatt_cloud.timeseries.ledger.virtual.errors import (
    AmbiguousReference,
    FormulaCycle,
    FormulaProblem,
    OtherCarrier,
    UnknownReference,
)
from civicwatt_cloud.timeseries.ledger.virtual.formula import Reference, parse
from civicwatt_cloud.timeseries.ledger.virtual.linear import Linear, linear, points, to_json
from civicwatt_cloud.timeseries.ledger.virtual.models import Formula
from civicwatt_cloud.timeseries.points import Point, Source

SHEET = "虚拟表"
CODE, NAME, BUILDING, END_USE = "编码", "名称", "楼栋编码", "分项"
TEXT, FROM, DOCUMENT = "公式", "启用日期", "依据"
COLUMNS = (CODE, NAME, BUILDING, END_USE, TEXT, FROM, DOCUMENT)
_END_USES = {name: use for use in EndUse for name in (use.value, use.zh)}
_LONGEST = 64


def import_formulas(session: Session, path: Path, zone: ZoneInfo, who: str = audit.COMMAND) -> ImportReport:
    """Enter the rows of a file (the caller commits). Errors: UnreadableTable, MissingColumn."""
    return enter(session, read_rows(path, SHEET, COLUMNS), zone, who)


def enter(session: Session, rows: Iterable[Row], zone: ZoneInfo, who: str) -> ImportReport:
    """Enter versions of virtual meters; a row may refer to those above it. The same rows change nothing."""
    return take(rows, _Desk(session, zone, who).enter)


def _named(names: Names, reference: Reference) -> Named:
    """The one point of a reference. Errors: UnknownReference, AmbiguousReference."""
    found = names.of(reference.name)
    if not found:
        raise UnknownReference(position=reference.position, name=reference.name)
    if len(found) > 1:
        raise AmbiguousReference(position=reference.position, name=reference.name, count=len(found))
    return found[0]


class _Desk:
    """Brings versions into the database, against what is there already."""

    def __init__(self, session: Session, zone: ZoneInfo, who: str) -> None:
        self._session = session
        self._zone = zone
        self._who = who
        self._names = Names(session)
        self._buildings = {code: one for one, code in session.execute(select(Building.id, Building.code))}
        self._graph = {point: one.operands for point, one in definitions(session).items()}

    def enter(self, row: Row) -> Fate:
        """Take one version. Errors: RowProblem."""
        code = row[CODE]
        if not code or len(code) > _LONGEST or set(code) & set("/+#*()[], \0"):
            raise BadName(row.where(CODE), title=CODE, text=code)
        if not row[NAME]:
            raise NameMissing(row.where(NAME), title=NAME)
        if row[BUILDING] not in self._buildings:
            raise NoSuchBuilding(row.where(BUILDING), text=row[BUILDING])
        if row[END_USE] not in _END_USES:
            raise NoSuchEndUse(
                row.where(END_USE), text=row[END_USE], known="、".join(use.zh for use in EndUse)
            )
        end_use = _END_USES[row[END_USE]]
        valid_from = day(row, FROM)
        point = self._session.scalar(
            select(Point).where(Point.source == Source.VIRTUAL, Point.device == code)
        )
        try:
            terms = self._terms(row[TEXT], end_use.carrier)
            if point is not None:
                operands = self._graph.get(point.id, set()) | points(terms)
                self._check_cycle({**self._graph, point.id: operands})
        except FormulaProblem as problem:
            problem.where = row.where(TEXT)
            raise
        facts = {
            "title": row[NAME],
            "building_id": self._buildings[row[BUILDING]],
            "end_use": end_use.value,
            "carrier": end_use.carrier.value,
            "measure": end_use.carrier.value,
        }
        is_moved = point is not None and any(getattr(point, key) != value for key, value in facts.items())
        if point is None:
            point = Point(source=Source.VIRTUAL.value, device=code, is_counter=False, is_consumption=True)
            self._session.add(point)
        for key, value in facts.items():
            setattr(point, key, value)
        self._session.flush()
        if not self._names.of(code):
            self._names.add(Named(point.id, end_use.carrier, code), {code})
        self._graph[point.id] = self._graph.get(point.id, set()) | points(terms)
        return self._write(row, point, valid_from, terms, is_moved=is_moved)

    def _terms(self, text: str, carrier: Carrier) -> Linear:
        def resolve(reference: Reference) -> int:
            named = _named(self._names, reference)
            if named.carrier != carrier:
                theirs = Carrier(named.carrier) if named.carrier else None
                raise OtherCarrier(
                    position=reference.position,
                    name=reference.name,
                    carrier_zh=theirs.zh if theirs else "未定",
                    carrier=theirs.en if theirs else "not known",
                    wanted_zh=carrier.zh,
                    wanted=carrier.en,
                )
            return named.id

        return linear(parse(text), resolve)

    def _check_cycle(self, graph: Mapping[int, set[int]]) -> None:
        try:
            in_order(graph)
        except FormulaCycle as cycle:
            path = " → ".join(self._names.title(point) for point in cycle.points)
            raise FormulaCycle(path=path) from None

    def _write(self, row: Row, point: Point, valid_from: date, terms: Linear, *, is_moved: bool) -> Fate:
        of = select(Formula).where(Formula.point_id == point.id, Formula.valid_from == valid_from)
        known = self._session.scalar(of)
        before = None if known is None else {"formula": known.text, "document": known.document}
        after = {"formula": row[TEXT], "document": row[DOCUMENT]}
        is_same = known is not None and known.terms == to_json(terms)  # a device may have another counter now
        if before == after and is_same and not is_moved:
            return Fate(is_new=False, is_changed=False)
        if known is None:
            known = Formula(point_id=point.id, valid_from=valid_from)
            self._session.add(known)
        known.text, known.terms, known.document = row[TEXT], to_json(terms), row[DOCUMENT]
        known.entered_by, known.entered_us = self._who, real_now_us()
        from_us = day_start_us(valid_from, self._zone)
        point.bound_from_us = min(from_us, from_us if point.bound_from_us is None else point.bound_from_us)
        mark_all_dirty(self._session, [point.id], from_us // HOUR_US)
        deed = Deed("formula_entered", f"{point.device} {valid_from}", before, after)
        audit.note(self._session, self._who, deed)
        return Fate(is_new=before is None, is_changed=before is not None)
