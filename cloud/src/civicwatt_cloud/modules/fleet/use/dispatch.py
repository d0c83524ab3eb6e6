"""Vehicles and drivers that a request might get, as the records tell, and the one it does get (C3.10)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select

from civicwatt_cloud.kit import geo
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.geo import Point
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.fleet.areas import area_of
from civicwatt_cloud.modules.fleet.choices import VehicleState
from civicwatt_cloud.modules.fleet.entities import VEHICLE
from civicwatt_cloud.modules.fleet.models import Fence, Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Trip, VehicleLive
from civicwatt_cloud.modules.fleet.positions.watching import of_text
from civicwatt_cloud.modules.fleet.use import assignment, permits
from civicwatt_cloud.modules.fleet.use.assignment import Assigned, Car, Driving, Need, Obstacle
from civicwatt_cloud.modules.fleet.use.errors import BadPickup, CannotDrive, CannotGo, NoVehicle
from civicwatt_cloud.modules.fleet.use.models import Driver, VehicleRequest
from civicwatt_cloud.modules.fleet.use.rosters import DISPATCHERS
from civicwatt_cloud.modules.fleet.use.rules import Terms

SENT = ("assigned", "out")  # of a request: its vehicle and driver are taken


class Asked(NamedTuple):
    """What a dispatcher chose; None: the platform chooses."""

    vehicle_id: int | None = None
    driver_id: int | None = None


class Field(NamedTuple):
    """Who and what might go, and what the request needs."""

    vehicles: dict[int, Vehicle]
    people: dict[int, Driver]
    cars: Sequence[Car]
    drivers: Sequence[Driving]
    need: Need
    terms: Terms


def field_of(context: Context, request: VehicleRequest, without: int | None = None) -> Field:
    """The vehicles of the institution and of pools that the dispatcher may send, and their drivers."""
    owners = scope_of(context.actor, DISPATCHERS).institution_ids()
    query = select(Vehicle).where(
        Vehicle.owner_id.in_(owners),
        Vehicle.removed_us.is_(None),
        or_(Vehicle.owner_id == request.owner_id, Vehicle.pool_id.is_not(None)),
    )
    rows = context.session.scalars(query).all()
    vehicles = {one.id: one for one in registry.open_to(context, VEHICLE, rows) if one.id != without}
    able = select(Driver).where(Driver.owner_id.in_(owners), Driver.removed_us.is_(None))
    people = {one.id: one for one in context.session.scalars(able)}
    return Field(
        vehicles,
        people,
        _cars(context, request, vehicles.values()),
        _drivers(context, request, people.values()),
        Need(request.kind, request.passengers, request.planned_m, date_of(request.to_us, context.zone)),
        permits.terms_of(context, request.owner_id),
    )


def chosen(field: Field, asked: Asked) -> Assigned:
    """The vehicle and driver that were asked for, else the best. Errors: CannotGo, CannotDrive, NoVehicle."""
    cars = [one for one in field.cars if asked.vehicle_id in {None, one.id}]
    drivers = [one for one in field.drivers if asked.driver_id in {None, one.id}]
    found = assignment.ranked(cars, field.need, drivers, field.terms)
    if found:
        return found[0]
    reasons = [assignment.obstacle(one, field.need, field.drivers, field.terms) for one in cars]
    if asked.vehicle_id is not None and cars:
        plate = field.vehicles[cars[0].id].plate
        if reasons[0] is None and asked.driver_id in field.people:
            raise CannotDrive(name=field.people[asked.driver_id].name, plate=plate)
        reason = reasons[0] or Obstacle.DRIVER
        raise CannotGo(plate=plate, reason_zh=reason.zh, reason=reason.en)
    counted = Counter(one for one in reasons if one is not None).most_common()
    raise NoVehicle(
        seen=len(cars),
        reasons_zh="；".join(f"{reason.zh} {count} 辆" for reason, count in counted) or "没有可选车辆",
        reasons="; ".join(f"{reason.en} ({count})" for reason, count in counted) or "there is none",
    )


def pickup_of(text: str) -> Point:
    """Where somebody is picked up. Errors: BadPickup."""
    try:
        longitude, latitude = (float(one) for one in text.replace("，", ",").split(","))
    except ValueError:
        raise BadPickup(said=text) from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # NaN is neither
        raise BadPickup(said=text)
    return Point(latitude, longitude)


def _cars(context: Context, request: VehicleRequest, vehicles: Iterable[Vehicle]) -> list[Car]:
    taken = _taken(context, request, VehicleRequest.vehicle_id)
    places = _places(context, vehicles) if request.pickup else {}
    there = pickup_of(request.pickup) if request.pickup else None
    used = _last_use(context, vehicles)
    today = context.today
    found = []
    for one in vehicles:
        place = places.get(one.id)
        last_us = used[one.id]
        found.append(
            Car(
                one.id,
                one.owner_id,
                one.kind,
                one.state == VehicleState.IN_USE,
                one.id in taken,
                one.seats,
                one.licence,
                one.range_m,
                round(geo.distance_m(place, there)) if place and there else None,
                (today - date_of(last_us, context.zone)).days if last_us else None,
            )
        )
    return found


def _drivers(context: Context, request: VehicleRequest, people: Iterable[Driver]) -> list[Driving]:
    taken = _taken(context, request, VehicleRequest.driver_id)
    drove = select(VehicleRequest.driver_id, func.max(VehicleRequest.departed_us))
    of_them = VehicleRequest.driver_id.in_([one.id for one in people])
    last = dict(context.session.execute(drove.where(of_them).group_by(VehicleRequest.driver_id)).all())
    return [
        Driving(
            one.id,
            one.owner_id,
            one.licence,
            one.licence_until,
            one.points,
            one.id in taken,
            last.get(one.id) or 0,
        )
        for one in people
    ]


def _last_use(context: Context, vehicles: Iterable[Vehicle]) -> dict[int, int]:
    """When each vehicle was last seen to arrive, or written down as returned; 0: never."""
    trips = select(Trip.ended_us).where(Trip.vehicle_id == Vehicle.id, Trip.removed_us.is_(None))
    back = select(func.max(VehicleRequest.returned_us)).where(VehicleRequest.vehicle_id == Vehicle.id)
    latest = trips.order_by(Trip.started_us.desc()).limit(1).scalar_subquery()
    query = select(Vehicle.id, latest, back.scalar_subquery())
    rows = context.session.execute(query.where(Vehicle.id.in_([one.id for one in vehicles])))
    return {number: max(arrived or 0, returned or 0) for number, arrived, returned in rows}


def _taken(context: Context, request: VehicleRequest, column: Any) -> set[int]:
    """Whom or what another request has at that time; what is still out now has not come back."""
    other = VehicleRequest
    overlaps = and_(other.from_us < request.to_us, other.to_us > request.from_us)
    still_out = other.state == ("out" if request.from_us <= context.now_us else "")
    query = select(column).where(
        other.id != request.id,
        other.removed_us.is_(None),
        other.state.in_(SENT),
        or_(overlaps, still_out),
        column.is_not(None),
    )
    return set(context.session.scalars(query))


def _places(context: Context, vehicles: Iterable[Vehicle]) -> dict[int, Point]:
    """Where vehicles are: their last fix, else the middle of their home."""
    ids = {one.id: one.home_fence_id for one in vehicles}
    fences = select(Fence).where(Fence.id.in_({one for one in ids.values() if one is not None}))
    homes = {one.id: area_of(one).middle for one in context.session.scalars(fences)}
    found = {number: homes[home] for number, home in ids.items() if home in homes}
    live = select(VehicleLive.vehicle_id, VehicleLive.state).where(VehicleLive.vehicle_id.in_(ids))
    for number, state in context.session.execute(live):
        last = of_text(state).last
        if last is not None:
            found[number] = last.place
    return found
