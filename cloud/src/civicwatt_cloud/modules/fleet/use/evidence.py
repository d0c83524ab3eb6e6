"""What vehicles were sent for and what they did since an instant: read once for all comparisons."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Select, or_, select

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.geo import Area, Point
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.fleet.areas import area_of
from civicwatt_cloud.modules.fleet.models import Fence, Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Stop, Trip
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.use.crosscheck import Halt, Order, Run
from civicwatt_cloud.modules.fleet.use.models import Duty, VehicleRequest
from civicwatt_cloud.modules.fleet.use.rental_models import RentalSession


class Evidence(NamedTuple):
    """By vehicle, where nothing else is said."""

    since_us: int
    vehicles: Mapping[int, Vehicle]
    requests: Mapping[int, VehicleRequest]  # by their ids
    orders: Mapping[int, Sequence[Order]]
    runs: Sequence[Run]
    halts: Mapping[int, Sequence[Halt]]
    covers: Mapping[int, Sequence[Span]]  # duties and rental sessions
    routes: Mapping[int, Area]  # by fence


def gather(context: Context, since_us: int) -> Evidence:
    """All since an instant; orders and trips that began before it and end after it are whole."""
    session = context.session
    requests = {one.id: one for one in session.scalars(_requests(since_us - DAY_US))}
    orders: dict[int, list[Order]] = defaultdict(list)
    for one in requests.values():
        out = Span(one.departed_us or 0, one.returned_us or context.now_us)
        orders[one.vehicle_id or 0].append(Order(one.id, one.vehicle_id or 0, out))
    first_us = min([since_us, *(one.departed_us or since_us for one in requests.values())]) - DAY_US
    runs = [Run(*row) for row in session.execute(_trips(first_us))]
    ids = {*orders, *(one.vehicle_id for one in runs)}
    vehicles = select(Vehicle).where(Vehicle.id.in_(ids))
    routed = {one.vehicle_id for one in requests.values() if one.route_id is not None}
    routes = select(Fence).where(Fence.id.in_({one.route_id for one in requests.values()}))
    return Evidence(
        since_us,
        {one.id: one for one in session.scalars(vehicles)},
        requests,
        orders,
        runs,
        _halts(context, routed, first_us),
        _covers(context, first_us),
        {one.id: area_of(one) for one in session.scalars(routes)},
    )


def _requests(since_us: int) -> Select[VehicleRequest]:
    """Vehicles of one's own that were sent and had not come back by then."""
    return select(VehicleRequest).where(
        VehicleRequest.vehicle_id.is_not(None),
        VehicleRequest.departed_us.is_not(None),
        or_(VehicleRequest.returned_us.is_(None), VehicleRequest.returned_us >= since_us),
        VehicleRequest.removed_us.is_(None),
    )


def _trips(since_us: int) -> Select[int, int, int, int]:
    query = select(Trip.vehicle_id, Trip.started_us, Trip.ended_us, Trip.distance_m)
    return query.where(Trip.ended_us >= since_us, Trip.removed_us.is_(None)).order_by(Trip.started_us)


def _halts(context: Context, vehicles: set[int | None], since_us: int) -> Mapping[int, Sequence[Halt]]:
    query = select(Stop).where(Stop.vehicle_id.in_(vehicles), Stop.ended_us >= since_us)
    found: dict[int, list[Halt]] = defaultdict(list)
    for one in context.session.scalars(query.order_by(Stop.started_us)):
        longitude, latitude = (float(part) for part in one.place.split(","))
        found[one.vehicle_id].append(Halt(one.started_us, one.ended_us, Point(latitude, longitude)))
    return found


def _covers(context: Context, since_us: int) -> Mapping[int, Sequence[Span]]:
    duties = select(Duty.vehicle_id, Duty.from_us, Duty.to_us).where(
        Duty.state == "on", Duty.to_us >= since_us, Duty.removed_us.is_(None)
    )
    shared = select(RentalSession.vehicle_id, RentalSession.began_us, RentalSession.ended_us).where(
        or_(RentalSession.ended_us.is_(None), RentalSession.ended_us >= since_us),
        RentalSession.removed_us.is_(None),
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for query in (duties, shared):
        for vehicle, from_us, to_us in context.session.execute(query):
            found[vehicle].append(Span(from_us, to_us or context.now_us))
    return found
