"""Bills and manual readings: taken from tables, kept by account, spread over their days."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.directory_import import ImportReport
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.tables import Row, read_rows
from civicwatt_cloud.timeseries.errors import NoSuchBuilding
from civicwatt_cloud.timeseries.ledger.bill_errors import (
    AccountElsewhere,
    BillOverlaps,
    BuildingNeeded,
    NoSuchInstitution,
)
from civicwatt_cloud.timeseries.ledger.bill_models import Bill
from civicwatt_cloud.timeseries.ledger.bill_rows import (
    ACCOUNT,
    BUILDING,
    COLUMNS,
    FROM,
    INSTITUTION,
    SHEET,
    Statement,
    parse,
)
from civicwatt_cloud.timeseries.ledger.importing import Fate, take
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_cloud.timeseries.ledger.spread import Billed
from civicwatt_cloud.timeseries.points import EndUse, Point, Source
from civicwatt_protocols.quantity import format_micro


def import_bills(session: Session, path: Path, zone: ZoneInfo, who: str = audit.COMMAND) -> ImportReport:
    """Enter the rows of a file (the caller commits). Errors: UnreadableTable, MissingColumn."""
    return enter(session, read_rows(path, SHEET, COLUMNS), zone, who)


def enter(session: Session, rows: Iterable[Row], zone: ZoneInfo, who: str) -> ImportReport:
    """Enter rows; the same rows again change nothing.

    A bill is known by its account, document and first day: the same with other figures corrects it. An
    account is a point of its own, and belongs to one building and end use. The days that change are booked
    afresh.
    """
    return take(rows, _Desk(session, zone, who).enter)


def billed(session: Session, points: Iterable[int]) -> dict[int, list[Billed]]:
    """The bills of these points in order; a point without one is left out."""
    found: dict[int, list[Billed]] = defaultdict(list)
    columns = select(Bill.point_id, Bill.day_from, Bill.day_to, Bill.micro)
    rows = session.execute(columns.where(Bill.point_id.in_(list(points))).order_by(Bill.day_from))
    for point, day_from, day_to, micro in rows:
        found[point].append(Billed(day_from, day_to, micro))
    return dict(found)


class _Desk:
    """Brings statements into the database, against what is there already."""

    def __init__(self, session: Session, zone: ZoneInfo, who: str) -> None:
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

    def enter(self, row: Row) -> Fate:
        """Take one bill. Errors: RowProblem."""
        said = parse(row)
        building_id = self._building(said)
        point = self._accounts.get(self._key(said, building_id))
        if point is None:
            point = self._register(said, building_id)
        elif (point.building_id, point.end_use) != (building_id, said.end_use):
            raise AccountElsewhere(
                said.row.where(ACCOUNT),
                account=said.account,
                building=self._session.get_one(Building, point.building_id).code,
                end_use=EndUse(point.end_use or said.end_use).zh,
            )
        bills = list(self._session.scalars(select(Bill).where(Bill.point_id == point.id)))
        mine = next(
            (one for one in bills if (one.document, one.day_from) == (said.document, said.day_from)), None
        )
        for other in bills:
            if other is not mine and other.day_from < said.day_to and said.day_from < other.day_to:
                raise BillOverlaps(
                    said.row.where(FROM), document=other.document, start=other.day_from, end=other.day_to
                )
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

    @staticmethod
    def _key(said: Statement, building_id: int) -> tuple[str, str]:
        """The point's device and measure; without an account the place itself is it (no account has a /)."""
        return said.account or f"{building_id}/{said.end_use}", said.end_use.carrier.value

    def _register(self, said: Statement, building_id: int) -> Point:
        device, measure = self._key(said, building_id)
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
        self._session.flush()
        self._accounts[device, measure] = point
        return point

    def _write(self, said: Statement, point: Point, mine: Bill | None) -> Fate:
        values = {"day_to": said.day_to, "micro": said.micro, "cost_fen": said.cost_fen}
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
        else:
            for name, value in values.items():
                setattr(mine, name, value)
        if before == (after := _facts(mine)):
            return Fate(is_new=False, is_changed=False)
        mine.entered_by, mine.entered_us = self._who, real_now_us()
        from_us = day_start_us(said.day_from, self._zone)
        point.bound_from_us = min(from_us, from_us if point.bound_from_us is None else point.bound_from_us)
        hour_from, hour_to = from_us // HOUR_US, day_start_us(day_to, self._zone) // HOUR_US
        self._session.add(DirtyRange(point_id=point.id, hour_from=hour_from, hour_to=hour_to))
        self._session.flush()
        deed = Deed("bill_entered", f"{point.measure}/{point.device}", before, after)
        audit.note(self._session, self._who, deed)
        return Fate(is_new=before is None, is_changed=before is not None)


def _facts(bill: Bill) -> dict[str, object]:
    """A bill for the audit."""
    return {
        "document": bill.document,
        "from": bill.day_from.isoformat(),
        "to": bill.day_to.isoformat(),
        "amount": format_micro(bill.micro),
        "cost_fen": bill.cost_fen,
    }
