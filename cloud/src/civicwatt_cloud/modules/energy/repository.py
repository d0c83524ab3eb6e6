"""The queries of the energy pages; each starts from the actor's scope and returns plain rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from civicwatt_cloud.kit.directory import Building, Denominator, DenominatorKind, Institution
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.modules.energy.rules import DatedValue
from civicwatt_cloud.modules.energy.sharing import (
    Sharing,
    parts_of_values,
    shared_buildings,
    sharings,
    visible,
)
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse, counted
from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.queries import Step
from civicwatt_cloud.timeseries.ledger.virtual.definitions import has_days_only
from civicwatt_cloud.timeseries.points import Gateway, Point, Source

POWER = "active_power_total"
ITEMS = (EndUse.LIGHTING, EndUse.HVAC, EndUse.POWER, EndUse.SPECIAL)  # 分项
CONSUMING = counted(Carrier.ELECTRICITY)  # the items, and what belongs to none of them
SHOWN = (*CONSUMING, EndUse.PV, EndUse.WATER)  # what the pages of today know
_PERIODS: dict[Step, tuple[type[LedgerHour | LedgerDay | LedgerMonth], InstrumentedAttribute[int]]] = {
    "hour": (LedgerHour, LedgerHour.hour),
    "day": (LedgerDay, LedgerDay.day),
    "month": (LedgerMonth, LedgerMonth.month),
}


class BookedColumns(NamedTuple):
    """A point's rows of the ledger as columns, by period: hours since the epoch, yyyymmdd or yyyymm."""

    period: NDArray[np.int64]
    micro: NDArray[np.int64]
    covered_s: NDArray[np.int64]
    quality: NDArray[np.int64]  # Quality.code


class HourlyPower(NamedTuple):
    """Mean power of some meters in one hour [kW], and the worst quality among them."""

    kw: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class Meter:
    """A bound meter, account or formula: its consumption point, its power point if any, where it belongs."""

    point_id: int
    power_point_id: int | None
    source: Source
    device: str
    measure: str
    template: str
    name: str
    end_use: EndUse
    bound_from_us: int
    building_id: int
    building_name: str
    institution_id: int
    sharing: Sharing | None = None  # of the building; then the institution is one that has a part

    @property
    def key(self) -> tuple[int, int]:
        """Of the counter, and whose part of it."""
        return self.point_id, self.institution_id


def institutions(session: Session, scope: Scope) -> list[Institution]:
    """The visible institutions, by code."""
    return list(session.scalars(select(Institution).where(scope.visible()).order_by(Institution.code)))


def meters(session: Session, scope: Scope, institution_id: int | None = None) -> list[Meter]:
    """The counters in buildings of the visible institutions, or of one, in a stable order."""
    own = Building.institution_id.in_(scope.institution_ids())
    query = _bound(own).order_by(Building.code, Point.end_use, Point.gateway, Point.device)
    if institution_id is not None:
        query = query.where(Building.institution_id == institution_id)
    rows = session.execute(query).all()
    powers = {
        (gateway, device): point_id
        for point_id, gateway, device in session.execute(
            select(Point.id, Point.gateway, Point.device).where(Point.measure == POWER)
        )
    }
    return [_meter(point, building, powers.get((point.gateway, point.device))) for point, building in rows]


def addends(
    session: Session, scope: Scope, own: list[Meter], institution_id: int | None = None
) -> list[Meter]:
    """What sums are made of: those meters, but what is shared once for each visible institution's part."""
    found = sharings(session, scope)
    if not found:
        return own
    ids = set(session.scalars(scope.institution_ids()))
    if institution_id is not None:
        ids &= {institution_id}
    query = _bound(visible(scope)).where(Building.id.in_(found)).order_by(Building.code, Point.id)
    return [meter for meter in own if meter.building_id not in found] + [
        replace(_meter(point, building, None), institution_id=one, sharing=found[building.id])
        for point, building in session.execute(query)
        for one in found[building.id].institutions()
        if one in ids
    ]


def meter(session: Session, scope: Scope, point_id: int) -> Meter:
    """The meter of a consumption counter, its own or shared. Errors: NotFound, also out of scope."""
    query = _bound(visible(scope)).where(Point.id == point_id, Point.source == Source.METER)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound()
    return _meter(row[0], row[1], None)


def _bound(where: ColumnElement[bool]) -> Select[Point, Building]:
    return (
        select(Point, Building)
        .join(Building, Building.id == Point.building_id)
        .where(
            Point.is_consumption,
            Point.end_use.in_(SHOWN),
            where,
        )
    )


def _meter(point: Point, building: Building, power_point_id: int | None) -> Meter:
    return Meter(
        point.id,
        power_point_id,
        Source(point.source),
        point.device,
        point.measure,
        point.template or "",
        point.title or point.device,
        EndUse(point.end_use or EndUse.SPECIAL),
        point.bound_from_us or 0,
        building.id,
        building.name,
        building.institution_id,
    )


def head_counts(session: Session, scope: Scope) -> dict[int, list[DatedValue]]:
    """Dated head counts by institution."""
    found: dict[int, list[DatedValue]] = defaultdict(list)
    for row in session.scalars(
        select(Denominator).where(
            Denominator.kind == DenominatorKind.HEAD_COUNT,
            Denominator.subject_id.in_(scope.institution_ids()),
        )
    ):
        found[row.subject_id].append(_dated(row))
    return found


Areas = dict[int, list[tuple[Building, list[DatedValue]]]]


def floor_areas(session: Session, scope: Scope) -> Areas:
    """Buildings with their dated floor areas [0.01 m²] by institution; a building without one has no rows.

    Of a shared building each institution has its part.
    """
    shared = shared_areas(session, scope)
    own = Building.institution_id.in_(scope.institution_ids()), Building.id.not_in(shared_buildings())
    for building, rows in _floor_areas(session, and_(*own)):
        shared[building.institution_id].append((building, rows))
    for found in shared.values():
        found.sort(key=lambda one: one[0].code)
    return shared


def shared_areas(session: Session, scope: Scope) -> Areas:
    """The same of shared buildings only: the visible institutions' parts."""
    found: Areas = defaultdict(list)
    shared = sharings(session, scope)
    ids = set(session.scalars(scope.institution_ids())) if shared else set()
    for building, rows in _floor_areas(session, Building.id.in_(shared)) if shared else ():
        for institution in shared[building.id].institutions():
            parts = parts_of_values(rows, shared[building.id], institution)
            if institution in ids and (parts or not rows):
                found[institution].append((building, parts))
    return found


def _floor_areas(session: Session, where: ColumnElement[bool]) -> list[tuple[Building, list[DatedValue]]]:
    found: dict[int, tuple[Building, list[DatedValue]]] = {}
    row = Denominator
    for building, denominator in session.execute(
        select(Building, row)
        .outerjoin(row, (row.subject_id == Building.id) & (row.kind == DenominatorKind.FLOOR_AREA))
        .where(where)
        .order_by(Building.code, row.valid_from)
    ):
        _, rows = found.setdefault(building.id, (building, []))
        if denominator is not None:
            rows.append(_dated(denominator))
    return list(found.values())


def _dated(row: Denominator) -> DatedValue:
    return DatedValue(row.value, row.valid_from, row.valid_to, row.source)


def booked_columns(
    session: Session, step: Step, points: Sequence[int], start: int, end: int
) -> dict[int, BookedColumns]:
    """By point, the rows with start <= period < end; points without any row are left out."""
    table, period = _PERIODS[step]
    rows = session.connection().execute(
        select(table.point_id, period, table.micro, table.covered_s, table.quality)
        .where(table.point_id.in_(points), period >= start, period < end)
        .order_by(table.point_id, period)
    )
    columns = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 5)
    found, counts = np.unique(columns[:, 0], return_counts=True)
    ends = counts.cumsum().tolist()
    return {
        point: BookedColumns(*columns[end - count : end, 1:].T)
        for point, count, end in zip(found.tolist(), counts.tolist(), ends, strict=True)
    }


def hourly_power(
    session: Session, points: Sequence[int], hour_from: int, hour_to: int
) -> dict[tuple[str, int], HourlyPower]:
    """Mean power by end use and hour since the epoch, each meter over the time it covers."""
    mean = LedgerHour.micro * 3600.0 / LedgerHour.covered_s
    rows = session.execute(
        select(Point.end_use, LedgerHour.hour, func.sum(mean), func.max(LedgerHour.quality))
        .join(Point, Point.id == LedgerHour.point_id)
        .where(
            LedgerHour.point_id.in_(points),
            LedgerHour.hour >= hour_from,
            LedgerHour.hour < hour_to,
            LedgerHour.covered_s > 0,
        )
        .group_by(Point.end_use, LedgerHour.hour)
    )
    return {
        (end_use or "", hour): HourlyPower(float(micro_kw) / 1e6, Quality.from_code(code))
        for end_use, hour, micro_kw, code in rows
    }


def seconds_of_quality(
    session: Session, points: Sequence[int], hours: range, days: range, qualities: Iterable[Quality]
) -> dict[int, tuple[int, int]]:
    """By point: covered seconds of these qualities, and all: of its hours, or where it has none its days."""
    codes = [quality.code for quality in qualities]
    daily = list(session.scalars(select(Point.id).where(Point.id.in_(points), has_days_only(session))))
    found: dict[int, tuple[int, int]] = {}
    for table, period, of, within in (
        (LedgerHour, LedgerHour.hour, [one for one in points if one not in daily], hours),
        (LedgerDay, LedgerDay.day, daily, days),
    ):
        part = case((table.quality.in_(codes), table.covered_s), else_=0)
        rows = session.execute(
            select(table.point_id, func.sum(part), func.sum(table.covered_s))
            .where(table.point_id.in_(of), period >= within.start, period < within.stop)
            .group_by(table.point_id)
        )
        found |= {point: (some, whole) for point, some, whole in rows}
    return found


def gateways(session: Session) -> list[Gateway]:
    """All gateways."""
    return list(session.scalars(select(Gateway).order_by(Gateway.id)))
