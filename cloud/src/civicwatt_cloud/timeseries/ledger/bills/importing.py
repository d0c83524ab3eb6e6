"""Bills and manual readings: taken from tables, kept by account, spread over their days."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.directory_problems import RowProblem
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.errors import NoSuchBuilding, NoSuchInstitution
from civicwatt_cloud.timeseries.ledger.bills.errors import (
    AccountElsewhere,
    BillOverlaps,
    BuildingNeeded,
    ReadingsBreak,
)
from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.bills.rows import (
    ACCOUNT,
    BUILDING,
    COLUMNS,
    FROM,
    INSTITUTION,
    SHEET,
    TO,
    Statement,
    parse,
)
from civicwatt_cloud.timeseries.ledger.importing import Fate
from civicwatt_cloud.timeseries.ledger.marks import mark_hours
from civicwatt_cloud.timeseries.points import Point, Source
from civicwatt_protocols.quantity import format_micro

T = TypeVar("T")
R = TypeVar("R")
Problems = list[tuple[int, RowProblem]]  # with the number of their row


def import_bills(session: Session, path: Path, zone: ZoneInfo, who: str = audit.COMMAND) -> ImportReport:
    """Enter the rows of a file (the caller commits). Errors: UnreadableTable, MissingColumn."""
    return enter(session, read_rows(path, SHEET, COLUMNS), zone, who)


def enter(session: Session, rows: Iterable[Row], zone: ZoneInfo, who: str) -> ImportReport:
    """Enter rows; the same rows again change nothing.

    A bill is known by its account, document and first day: the same with other figures corrects it. An
    account is a point of its own, and belongs to one building and end use. The days that change are booked
    afresh.
    """
    problems: Problems = []
    read = list(rows)
    said = [one for _, one in _each(read, parse, lambda row: row.number, problems)]
    report = ImportReport(rows=len(read))
    with session.no_autoflush:
        desk = _Desk(session, zone, who, said)
        placed = [(one, point) for one, point in _each(said, desk.account, _number, problems)]
        session.flush()  # new accounts have ids
        placed.sort(key=lambda one: one[0].day_from)  # each after the one before it
        desk.expect(placed)
        for _, fate in _each(placed, lambda one: desk.enter(*one), lambda one: _number(one[0]), problems):
            report.kept += 1
            report.added += fate.is_new
            report.changed += fate.is_changed
    report.problems = [problem for _, problem in sorted(problems, key=lambda one: one[0])]
    return report


def _each(
    items: Iterable[T],
    do: Callable[[T], R],
    number: Callable[[T], int],
    problems: Problems,
) -> Iterator[tuple[T, R]]:
    """Each item with what was done of it; those of which nothing could be done are noted by their row."""
    for item in items:
        try:
            yield item, do(item)
        except RowProblem as problem:
            problems.append((number(item), problem))


def _number(said: Statement) -> int:
    return said.row.number


class _Desk:
    """Brings statements into the database, against what is there already."""

    def __init__(self, session: Session, zone: ZoneInfo, who: str, said: Sequence[Statement]) -> None:
        self._session = session
        self._zone = zone
        self._who = who
        self._buildings: dict[str, dict[str, int]] = {}
        of = select(Institution.code, Building.code, Building.id).outerjoin(Building)
        for institution, building, building_id in session.execute(of):
            known = self._buildings.setdefault(institution, {})
            if building is not None:
                known[building] = building_id
        accounts = select(Point).where(Point.source == Source.BILL)
        self._accounts = {(point.device, point.measure): point for point in session.scalars(accounts)}
        self._coming: set[tuple[int, str, date]] = set()
        self._bills: dict[int, list[Bill]] = defaultdict(list)  # that any of these may meet
        if said:
            first, last = min(one.day_from for one in said), max(one.day_to for one in said)
            near = select(Bill).where(Bill.day_from <= last, Bill.day_to >= first)
            for bill in session.scalars(near):
                self._bills[bill.point_id].append(bill)

    def account(self, said: Statement) -> Point:
        """The point of a bill's account, made when it is new. Errors: RowProblem."""
        building_id = self._building(said)
        key = (said.account or f"{building_id}/{said.end_use}", said.end_use.carrier.value)
        point = self._accounts.get(key)
        if point is None:
            return self._register(said, building_id, key)
        if (point.building_id, point.end_use) != (building_id, said.end_use):
            raise AccountElsewhere(
                said.row.where(ACCOUNT),
                account=said.account,
                building=self._session.get_one(Building, point.building_id).code,
                end_use=EndUse(point.end_use or said.end_use).zh,
            )
        return point

    def expect(self, placed: Iterable[tuple[Statement, Point]]) -> None:
        """These bills are entered one after the other: the readings of each are checked in its turn."""
        self._coming = {(point.id, said.document, said.day_from) for said, point in placed}

    def enter(self, said: Statement, point: Point) -> Fate:
        """Take one bill. Errors: BillOverlaps, ReadingsBreak."""
        bills = self._bills[point.id]
        key = (said.document, said.day_from)
        mine = next((one for one in bills if (one.document, one.day_from) == key), None)
        for other in bills:
            if other is not mine and other.day_from < said.day_to and said.day_from < other.day_to:
                raise BillOverlaps(
                    said.row.where(FROM), document=other.document, start=other.day_from, end=other.day_to
                )
        for other in bills:
            if other.day_to == said.day_from:
                _meet(said, FROM, (other.document, other.closing_micro), (said.document, said.opening_micro))
            later = (point.id, other.document, other.day_from)
            if other.day_from == said.day_to and later not in self._coming:  # else it is checked in its turn
                _meet(said, TO, (said.document, said.closing_micro), (other.document, other.opening_micro))
        return self._write(said, point, mine)

    def _building(self, said: Statement) -> int:
        known = self._buildings.get(said.institution)
        if known is None:
            raise NoSuchInstitution(said.row.where(INSTITUTION), text=said.institution)
        if said.building:
            if said.building not in known:
                raise NoSuchBuilding(said.row.where(BUILDING), text=said.building)
            return known[said.building]
        if len(known) != 1:
            raise BuildingNeeded(said.row.where(BUILDING), institution=said.institution, count=len(known))
        return next(iter(known.values()))

    def _register(self, said: Statement, building_id: int, key: tuple[str, str]) -> Point:
        """A new account; without a number the place itself is it (no number has a /)."""
        device, measure = key
        point = Point(
            source=Source.BILL.value,
            device=device,
            measure=measure,
            is_counter=False,
            title=f"{said.end_use.zh} {said.account}".strip(),
            building_id=building_id,
            end_use=said.end_use.value,
            carrier=measure,
            is_consumption=True,
        )
        self._session.add(point)
        self._accounts[key] = point
        return point

    def _write(self, said: Statement, point: Point, mine: Bill | None) -> Fate:
        values = {
            "day_to": said.day_to,
            "micro": said.micro,
            "opening_micro": said.opening_micro,
            "closing_micro": said.closing_micro,
            "cost_fen": said.cost_fen,
        }
        before = _facts(mine) if mine else None
        day_to = max(said.day_to, mine.day_to) if mine else said.day_to  # the end of what changes
        if mine is None:
            mine = Bill(
                point_id=point.id,
                day_from=said.day_from,
                document=said.document,
                **values,
            )
            self._session.add(mine)
            self._bills[point.id].append(mine)
        else:
            for name, value in values.items():
                setattr(mine, name, value)
        if before == (after := _facts(mine)):
            return Fate(is_new=False, is_changed=False)
        mine.entered_by, mine.entered_us = self._who, real_now_us()
        from_us = day_start_us(said.day_from, self._zone)
        point.bound_from_us = min(from_us, from_us if point.bound_from_us is None else point.bound_from_us)
        hour_from, hour_to = from_us // HOUR_US, day_start_us(day_to, self._zone) // HOUR_US
        mark_hours(self._session, [(point.id, hour_from, hour_to)])
        deed = Deed("bill_entered", f"{point.measure}/{point.device}", before, after)
        audit.note(self._session, self._who, deed)
        return Fate(is_new=before is None, is_changed=before is not None)


def _meet(
    said: Statement, column: str, earlier: tuple[str, int | None], later: tuple[str, int | None]
) -> None:
    """Where both bills tell the reading between them, it is one. Errors: ReadingsBreak."""
    (before, closing), (after, opening) = earlier, later
    if closing is not None and opening is not None and closing != opening:
        raise ReadingsBreak(
            said.row.where(column),
            day=said.day_from if column == FROM else said.day_to,
            earlier=before,
            closing=format_micro(closing),
            later=after,
            opening=format_micro(opening),
        )


def _facts(bill: Bill) -> dict[str, object]:
    """A bill for the audit."""
    return {
        "document": bill.document,
        "from": bill.day_from.isoformat(),
        "to": bill.day_to.isoformat(),
        "amount": format_micro(bill.micro),
        **(
            {"readings": [format_micro(bill.opening_micro), format_micro(bill.closing_micro)]}
            if bill.opening_micro is not None and bill.closing_micro is not None
            else {}
        ),
        "cost_fen": bill.cost_fen,
    }
