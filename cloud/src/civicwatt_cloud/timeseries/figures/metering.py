"""The counters that figures are made of, and whose they are; every query starts from the actor's scope."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.scope import Scope
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse, counted
from civicwatt_cloud.timeseries.figures.sharing import Sharing, sharings, visible
from civicwatt_cloud.timeseries.points import Point, Source

POWER = "active_power_total"
ITEMS = (EndUse.LIGHTING, EndUse.HVAC, EndUse.POWER, EndUse.SPECIAL)  # 分项
CONSUMING = counted(Carrier.ELECTRICITY)  # the items, and what belongs to none of them
BOUGHT = tuple(use for use in EndUse if use.is_counted and use.carrier is not Carrier.WATER)  # 综合能耗
SHOWN = (*BOUGHT, EndUse.PV, EndUse.WATER)  # what figures are made of


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
