"""Positions of the demo's vehicles: half a day on the roads of an invented city, some not as they should be.

The pages must surface each of them: vehicles driven while sealed, one in a closed area, one silent on its
way, a way that nobody saw, fixes that do not count.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import atan2, degrees

from sqlalchemy import select

from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.business_time import DAY_US, MINUTE_US, SECOND_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.geo import Point, distance_m
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.fleet.choices import CoordinateSystem, FenceShape, VehicleKind, VehicleState
from civicwatt_cloud.modules.fleet.demo.roads import nearest, roads, way
from civicwatt_cloud.modules.fleet.entities import FENCE, PERMIT, VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions import figures, guarded, watch, writing
from civicwatt_cloud.modules.fleet.positions.fixes import MICRO, Fix
from civicwatt_cloud.modules.fleet.positions.intake import Source
from civicwatt_cloud.modules.fleet.positions.watching import Watched

VEHICLES = 36
DRIVING_S, STANDING_S = 15, 240  # between fixes
SPEED_M_S, ALTITUDE_M, ACCURACY_M = 10.5, 78, 8
YARD, CENTRE, LAKE = Point(31.0385, 112.2040), Point(31.0325, 112.2305), Point(31.0391, 112.3196)
LEAVES = (-352, -236, -128, -14)  # minutes from now
UNSEALED = {5, 17}  # their drivers have no permit
CLOSED_TO, SILENT, UNSEEN, JUMPING = 9, 13, 2, 7  # who is in the closed area, who is silent …
FENCES = (
    {
        "name": "市政府大院",
        "shape": FenceShape.POLYGON,
        "places": "112.2000,31.0355 112.2078,31.0353 112.2080,31.0412 112.2003,31.0414",
        "rule": "inside",
        "calendar": "sealed",
    },
    {
        "name": "镜湖水源保护区",
        "shape": FenceShape.POLYGON,
        "system": CoordinateSystem.GCJ02,
        "places": "112.2935,31.0385 112.3085,31.0300 112.3330,31.0330 112.3480,31.0520 112.3380,31.0690 "
        "112.3120,31.0740 112.2930,31.0610",
        "rule": "outside",
        "is_for_all": True,
    },
    {
        "name": "市民中心",
        "shape": FenceShape.CIRCLE,
        "places": "112.2305,31.0325",
        "width_m": 450,
        "is_for_all": True,
    },
    {
        "name": "政务大道保障路线",
        "shape": FenceShape.CORRIDOR,
        "places": "112.1245,31.0250 112.1700,31.0235 112.2040,31.0262 112.2450,31.0265 112.2740,31.0232",
        "width_m": 180,
        "is_for_all": True,
    },
)


def fill(context: Context, city: Sequence[Institution]) -> None:
    """Fences, vehicles, and where they have been since the morning."""
    yard, *_ = [
        registry.add(context, FENCE, city[0].id, {"calendar": "always", "rule": "watch", **one})
        for one in FENCES
    ]
    kinds = list(VehicleKind)
    for number in range(VEHICLES):
        facts = {
            "plate": f"鄂F{number * 7919 % 90000 + 10000:05}",
            "kind": kinds[number % len(kinds)],
            "state": VehicleState.IN_USE,
            "terminal_phone": f"1390716{number:04}",
            "home_fence_id": yard.id if number in UNSEALED else None,
        }
        vehicle = registry.add(context, VEHICLE, city[number % len(city)].id, facts)
        if number not in UNSEALED:
            _permit(context, vehicle)
    context.session.flush()
    _drive(context)
    watch.look(context)


def _permit(context: Context, vehicle: Vehicle) -> None:
    day_us = DAY_US
    span = {"from_us": context.now_us - day_us, "to_us": context.now_us + day_us}
    said = {"vehicle_id": vehicle.id, "document": "节假日值班用车安排表", **span}
    registry.add(context, PERMIT, vehicle.owner_id, said)


def _drive(context: Context) -> None:
    """Take all fixes in, as the intake does."""
    session = context.session
    limits = figures.load(rules_local.of(session), context.today)
    fences = guarded.Fences()
    batch = writing.Batch(context, fences.refresh(session), limits)
    phones = session.scalars(
        select(Vehicle.terminal_phone)
        .where(Vehicle.terminal_phone.startswith("1390716"))
        .order_by(Vehicle.id)
    )
    known = guarded.known(session, [one for one in phones if one])
    for phone, vehicle in sorted(known.items()):
        fixes = {one.at_us: (one, Source.TERMINAL) for one in _day(context.now_us, int(phone[-4:]))}
        batch.take(vehicle, Watched(), fences.of(vehicle), fixes)
    batch.write()


def _day(now_us: int, number: int) -> Iterator[Fix]:
    """What one vehicle tells until now."""
    chance = random.Random(number)  # noqa: S311 - the same demo every time
    if number == VEHICLES - 1:
        return  # its terminal is not connected yet
    crossings = sorted(roads())
    here = nearest(YARD) if number in UNSEALED else chance.choice(crossings)
    at_us = now_us - 380 * MINUTE_US
    for trip, leaves in enumerate(LEAVES[: 4 if number % 3 == 0 or number in UNSEALED | {CLOSED_TO} else 3]):
        leaves_us = now_us + (leaves + chance.randrange(-9, 9)) * MINUTE_US
        yield from _standing(here, at_us, leaves_us)
        goal = _goal(number, trip, chance, crossings)
        for fix in _driven(way(here, goal), max(at_us, leaves_us), chance):
            at_us = fix.at_us + STANDING_S * SECOND_US
            if fix.at_us > now_us:
                return
            if number == SILENT and trip == 2 and fix.at_us > leaves_us + 6 * MINUTE_US:
                return
            if number == UNSEEN and trip == 1 and 240 < (fix.at_us - leaves_us) // SECOND_US < 700:
                continue
            yield _jumped(fix, chance) if number in {JUMPING, CLOSED_TO} and chance.random() < 0.06 else fix
        here = goal
    yield from _standing(here, at_us, now_us)


def _goal(number: int, trip: int, chance: random.Random, crossings: list[Point]) -> Point:
    if number == CLOSED_TO and trip == 2:
        return nearest(LAKE)
    if number in UNSEALED and trip == 1:
        return nearest(CENTRE)
    return chance.choice(crossings)


def _standing(place: Point, from_us: int, to_us: int) -> Iterator[Fix]:
    for at_us in range(from_us, to_us, STANDING_S * SECOND_US):
        yield _fix(at_us, place, 0.0, 0, is_on=False)


def _driven(way: Sequence[Point], from_us: int, chance: random.Random) -> Iterator[Fix]:
    """A fix every 15 s along a way, faster and slower, slow before a turn."""
    step_us, left_m, pace = DRIVING_S * SECOND_US, 0.0, 1.0
    at_us = from_us
    for one, other in pairwise(way):
        length_m = distance_m(one, other)
        course = _course(one, other)
        while left_m < length_m:
            share = left_m / length_m
            place = Point(*(a + (b - a) * share for a, b in zip(one, other, strict=True)))
            pace = min(1.5, max(0.35, pace + chance.uniform(-0.25, 0.25)))
            yield _fix(at_us, _near(place, chance), pace * SPEED_M_S * 36, course, is_on=True)
            left_m += pace * SPEED_M_S * DRIVING_S
            at_us += step_us
        left_m -= length_m
    yield _fix(at_us, way[-1], 0.0, 0, is_on=False)


def _fix(at_us: int, place: Point, speed_hm_h: float, course: int, *, is_on: bool) -> Fix:
    latitude, longitude = (round(one * MICRO) for one in place)
    return Fix(at_us, latitude, longitude, round(speed_hm_h), course, ALTITUDE_M, ACCURACY_M, is_on)


def _near(place: Point, chance: random.Random) -> Point:
    return Point(place.latitude + chance.gauss(0, 3e-5), place.longitude + chance.gauss(0, 3e-5))


def _jumped(fix: Fix, chance: random.Random) -> Fix:
    """A fix that does not count: kilometres off, or too inaccurate."""
    if chance.random() < 0.5:
        return fix._replace(accuracy_m=900)
    return fix._replace(
        latitude_micro=fix.latitude_micro + chance.randrange(12_000, 30_000),
        longitude_micro=fix.longitude_micro - chance.randrange(12_000, 30_000),
    )


def _course(one: Point, other: Point) -> int:
    north, east = other.latitude - one.latitude, (other.longitude - one.longitude) * 0.857
    return round(degrees(atan2(east, north))) % 360
