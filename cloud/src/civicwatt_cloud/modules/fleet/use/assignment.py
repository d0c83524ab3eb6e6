"""Which vehicle and driver a request gets (C3.10): of those that can go the nearest, the latest used. Pure.

The same vehicles and drivers in whatever order give the same answer. Rule: C3.10.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.modules.fleet.use.rules import Terms

FAR = 10**12  # of a vehicle whose place, or whose last use, nobody knows


class Obstacle(Choice):
    """Why a vehicle cannot go."""

    KIND = "kind", "车辆类别不符", "it is of another kind"
    STATE = "state", "车辆封存、维修或已停用", "it is sealed, in repair or out of use"
    TAKEN = "taken", "该时段已派出", "it is sent elsewhere at that time"
    UNKNOWN = "unknown", "未登记座位数或准驾车型", "its seats or the licence it asks for are not entered"
    SEATS = "seats", "座位不足", "it has too few seats"
    RANGE = "range", "续航不足", "its battery does not reach that far"
    DRIVER = "driver", "没有可派的驾驶员", "nobody is there who may drive it"


@dataclass(frozen=True, slots=True)
class Car:
    """What is known of a vehicle that might go."""

    id: int
    owner_id: int
    kind: str
    is_ready: bool  # in use: neither sealed, nor in repair, nor given up
    is_taken: bool  # by another request, at that time
    seats: int | None  # with the driver's
    licence: str | None
    range_m: int | None = None  # of a battery; None: not limited
    deadhead_m: int | None = None  # to the pick-up; None: nobody knows
    idle_days: int | None = None  # since its last use


@dataclass(frozen=True, slots=True)
class Driving:
    """What is known of somebody who might drive."""

    id: int
    owner_id: int
    licence: str
    licence_until: date
    points: int
    is_taken: bool
    last_us: int = 0  # when he drove last


class Need(NamedTuple):
    """What is asked for."""

    kind: str
    passengers: int
    planned_m: int
    last_day: date  # of the journey


class Assigned(NamedTuple):
    """A vehicle and who drives it."""

    car: Car
    driver: Driving


def may_drive(driver: Driving, car: Car, need: Need, terms: Terms) -> bool:
    """Free, with a licence of the right class until the last day, and with points to spare."""
    return (
        not driver.is_taken
        and driver.owner_id == car.owner_id
        and driver.licence_until >= need.last_day
        and terms.row("points_limit").holds(driver.points)
        and car.licence is not None
        and terms.may_drive(driver.licence, car.licence)
    )


def driver_for(car: Car, need: Need, drivers: Iterable[Driving], terms: Terms) -> Driving | None:
    """Of those who may drive it the one who has not driven for longest."""
    able = [one for one in drivers if may_drive(one, car, need, terms)]
    return min(able, key=lambda one: (one.last_us, one.id), default=None)


def obstacle(car: Car, need: Need, drivers: Iterable[Driving], terms: Terms) -> Obstacle | None:
    """The first reason for which a vehicle cannot go; None: it can."""
    reasons = (
        (car.kind != need.kind, Obstacle.KIND),
        (not car.is_ready, Obstacle.STATE),
        (car.is_taken, Obstacle.TAKEN),
        (car.seats is None or car.licence is None, Obstacle.UNKNOWN),
        ((car.seats or 0) < need.passengers + 1, Obstacle.SEATS),
        (not _reaches(car, need, terms), Obstacle.RANGE),
        (driver_for(car, need, drivers, terms) is None, Obstacle.DRIVER),
    )
    return next((reason for holds, reason in reasons if holds), None)


def ranked(cars: Iterable[Car], need: Need, drivers: Sequence[Driving], terms: Terms) -> list[Assigned]:
    """Those that can go, the best first: fewest km to the pick-up, then fewest days since the last use."""
    step_m = terms.figure("deadhead_step") * 1000

    def weight(car: Car) -> tuple[int, int, int]:
        far = FAR if car.deadhead_m is None else car.deadhead_m // step_m
        return far, FAR if car.idle_days is None else car.idle_days, car.id

    feasible = (one for one in cars if obstacle(one, need, drivers, terms) is None)
    found = []
    for car in sorted(feasible, key=weight):
        driver = driver_for(car, need, drivers, terms)
        if driver is not None:
            found.append(Assigned(car, driver))
    return found


def _reaches(car: Car, need: Need, terms: Terms) -> bool:
    """As far as its battery goes, less what is kept."""
    if car.range_m is None:
        return True
    return need.planned_m * 100 <= car.range_m * (100 - terms.figure("range_reserve"))
