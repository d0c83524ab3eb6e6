"""The indicators of the stock: what each vehicle adds to a figure (C3.7, C3.8, C3.9)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from civicwatt_cloud.kit import calendar
from civicwatt_cloud.kit.business_time import DAY_US, SECOND_US, date_of, day_start_us
from civicwatt_cloud.kit.indicators.spec import Asked, Indicator, Item, Measured, Sum
from civicwatt_cloud.modules.fleet.choices import VehicleState
from civicwatt_cloud.modules.fleet.entities import READERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.stock import accounts, quotas
from civicwatt_cloud.modules.fleet.stock.accounts import Days, DistanceBasis, Yearly

AVAILABLE = {VehicleState.IN_USE, VehicleState.SEALED}


def occupancy(asked: Asked) -> Measured:
    """Places of the quotas in force on the last day, and vehicles as they stand now."""
    places = quotas.standing(asked.session, asked.owners, _last_day(asked))
    items = [Item(one.owner_id, "vehicle_quota", one.id, 0, one.number) for one in places.values()]
    for car in _vehicles(asked):
        if (car.owner_id, car.kind) in places:
            items.append(Item(car.owner_id, "vehicle", car.id, 1, 0))
        else:
            items.append(Item(car.owner_id, "vehicle", car.id, 0, 0, "没有核定编制", "no quota of its kind"))
    return Measured(items)


def utilisation(asked: Asked) -> Measured:
    """Working days on which a vehicle had a trip, and those on which it could have had one.

    Days off are sealed (R-FLEET-4) and count on neither side. The offset of the zone is that of the first
    day; a trip counts for the day on which it began.
    """
    start, end = asked.period.start, _last_day(asked) + timedelta(days=1)
    offset = datetime(start.year, start.month, start.day, tzinfo=asked.zone).utcoffset() or timedelta()
    shift_us = int(offset.total_seconds()) * SECOND_US
    number = (Trip.started_us + shift_us) // DAY_US
    query = (
        select(Trip.vehicle_id, number)
        .where(Trip.owner_id.in_(asked.owners), Trip.removed_us.is_(None))
        .where(
            Trip.started_us >= day_start_us(start, asked.zone),
            Trip.started_us < day_start_us(end, asked.zone),
        )
        .distinct()
    )
    workdays = [day for day in _days(start, end) if calendar.day(day).workday]
    open_days = {(day - date(1970, 1, 1)).days for day in workdays}
    driven: dict[int, int] = {}
    for vehicle_id, day in asked.session.execute(query):
        driven[vehicle_id] = driven.get(vehicle_id, 0) + (int(day) in open_days)
    items = []
    for car in _vehicles(asked):
        if car.state not in AVAILABLE:
            items.append(Item(car.owner_id, "vehicle", car.id, 0, 0, "停用、维修或待处置", "out of use"))
        elif car.terminal_phone is None:
            items.append(Item(car.owner_id, "vehicle", car.id, 0, 0, "没有定位终端", "no terminal"))
        else:
            days = sum(car.registered_on is None or day >= car.registered_on for day in workdays)
            items.append(Item(car.owner_id, "vehicle", car.id, driven.get(car.id, 0), days))
    return Measured(items)


def cost_per_km(asked: Asked) -> Measured:
    """Running costs [分] and distances [m]."""
    return _rates(asked, lambda one: (one.account.total, one.account.distance_m))


def fuel_per_100_km(asked: Asked) -> Measured:
    """Fuel [ml] and distances [m]."""
    return _rates(asked, lambda one: (one.account.fuel_ml, one.account.distance_m))


def over_cost_quota(asked: Asked) -> Measured:
    """Vehicles, and those whose running costs since January are above the quota of the year."""
    last = _last_day(asked)
    days = Days(date(last.year, 1, 1), last + timedelta(days=1))
    found = accounts.accounts(asked.session, _vehicles(asked), days, asked.zone, asked.rules)
    items = [
        Item(one.vehicle.owner_id, "vehicle", one.vehicle.id, int(one.account.over > 0), 1) for one in found
    ]
    return Measured(items, tuple(sorted({one.rule for one in found})))


def _rates(asked: Asked, parts: Callable[[Yearly], tuple[int, int]]) -> Measured:
    days = Days(asked.period.start, _last_day(asked) + timedelta(days=1))
    items = []
    for one in accounts.accounts(asked.session, _vehicles(asked), days, asked.zone, asked.rules):
        owner, car = one.vehicle.owner_id, one.vehicle.id
        if one.basis is DistanceBasis.NONE:
            items.append(Item(owner, "vehicle", car, 0, 0, "没有行驶里程", "no distance is known"))
        else:
            items.append(Item(owner, "vehicle", car, *parts(one)))
    return Measured(items)


def _vehicles(asked: Asked) -> list[Vehicle]:
    query = select(Vehicle).where(
        Vehicle.owner_id.in_(asked.owners),
        Vehicle.state != VehicleState.DISPOSED,
        Vehicle.removed_us.is_(None),
    )
    return list(asked.session.scalars(query.order_by(Vehicle.id)))


def _last_day(asked: Asked) -> date:
    """The last day of the period, or today where it is not over; never before its first day."""
    today = date_of(asked.now_us, asked.zone)
    return max(min(asked.period.end - timedelta(days=1), today), asked.period.start)


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range((end - start).days)]


INDICATORS = (
    Indicator(
        "fleet.quota_occupancy",
        "车辆编制占用率",
        "places of the quota taken",
        "%",
        2,
        READERS,
        occupancy,
        factor=100,
        over=Sum("占编车辆", "vehicles", "辆"),
        under=Sum("编制", "places", "辆"),
    ),
    Indicator(
        "fleet.utilisation",
        "车辆使用率",
        "working days with a trip",
        "%",
        2,
        READERS,
        utilisation,
        factor=100,
        is_better_high=True,
        over=Sum("出车", "with a trip", "车日"),
        under=Sum("可用", "open", "车日"),
    ),
    Indicator(
        "fleet.cost_per_km",
        "每公里运行费用",
        "running cost a kilometre",
        "元/km",
        2,
        READERS,
        cost_per_km,
        factor=10,  # 分/m
        is_better_high=False,
        over=Sum("运行费用", "running costs", "元", "0.01"),
        under=Sum("行驶里程", "distance", "km", "0.001"),
    ),
    Indicator(
        "fleet.fuel_per_100_km",
        "百公里油耗",
        "fuel per 100 km",
        "L/100 km",
        2,
        READERS,
        fuel_per_100_km,
        factor=100,  # ml/m
        is_better_high=False,
        over=Sum("燃油", "fuel", "L", "0.001"),
        under=Sum("行驶里程", "distance", "km", "0.001"),
    ),
    Indicator(
        "fleet.over_cost_quota",
        "超运行费用定额车辆占比",
        "vehicles above their cost quota",
        "%",
        2,
        READERS,
        over_cost_quota,
        factor=100,
        is_better_high=False,
        over=Sum("超定额车辆", "above quota", "辆"),
        under=Sum("车辆", "vehicles", "辆"),
    ),
)
