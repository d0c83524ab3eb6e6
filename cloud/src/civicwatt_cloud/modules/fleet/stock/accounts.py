"""单车核算 (C3.7): what each vehicle did and cost over a time, from its trips and the ledgers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from civicwatt_cloud.kit.business_time import day_start_us
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.choices import Choice
from civicwatt_cloud.kit.rules import Rules, place_of
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.stock.choices import CostKind
from civicwatt_cloud.modules.fleet.stock.models import CostEntry, FuelEntry
from civicwatt_cloud.modules.fleet.stock.rules import Account, Standard

FUEL = "fuel"
_AT_ONCE = 500  # ids in one query


class DistanceBasis(Choice):
    """How a distance is known."""

    TRACK = "track", "定位行程", "trips"
    ODOMETER = "odometer", "加油登记里程", "odometer at fillings"
    NONE = "none", "无里程", "not known"


class Days(NamedTuple):
    """From a day until the day before `end`."""

    start: date
    end: date


class Yearly(NamedTuple):
    """A vehicle's account, how its distance is known, and the rule row of its quota."""

    vehicle: Vehicle
    account: Account
    basis: DistanceBasis
    rule: str


def year(number: int) -> Days:
    """A calendar year."""
    return Days(date(number, 1, 1), date(number + 1, 1, 1))


def accounts(
    session: Session, vehicles: Sequence[Vehicle], days: Days, zone: ZoneInfo, rules: Rules
) -> list[Yearly]:
    """The accounts of vehicles beside the quota of a whole year. Errors: NoRule."""
    found = []
    for first in range(0, len(vehicles), _AT_ONCE):
        some = vehicles[first : first + _AT_ONCE]
        ids = [one.id for one in some]
        ways, costs, volumes = _distances(session, ids, days, zone), *_ledgers(session, ids, days)
        units = organs(session, {one.owner_id for one in some})
        for one in some:
            standard = Standard(rules, place_of(units[one.owner_id]), days.end - timedelta(days=1))
            quota = standard.row(f"cost_quota.{one.kind}")
            distance_m, basis = ways.get(one.id, (0, DistanceBasis.NONE))
            account = Account(distance_m, volumes.get(one.id, 0), costs[one.id], int(quota.value * 100))
            found.append(Yearly(one, account, basis, quota.ref))
    return found


def organs(session: Session, ids: Collection[int]) -> dict[int, Institution]:
    """Institutions by their ids."""
    return {one.id: one for one in session.scalars(select(Institution).where(Institution.id.in_(ids)))}


def _ledgers(
    session: Session, ids: Sequence[int], days: Days
) -> tuple[Mapping[int, dict[str, int]], dict[int, int]]:
    """Running costs by vehicle and kind [分], and fuel by vehicle [ml]; a purchase is no running cost."""
    costs: dict[int, dict[str, int]] = defaultdict(dict)
    query = (
        select(CostEntry.vehicle_id, CostEntry.kind, func.sum(CostEntry.amount))
        .where(CostEntry.vehicle_id.in_(ids), _within(CostEntry, days), CostEntry.kind != CostKind.PURCHASE)
        .group_by(CostEntry.vehicle_id, CostEntry.kind)
    )
    for number, kind, amount in session.execute(query):
        costs[number][kind] = int(amount)
    volumes = {}
    fuel = (
        select(FuelEntry.vehicle_id, func.sum(FuelEntry.volume_ml), func.sum(FuelEntry.amount))
        .where(FuelEntry.vehicle_id.in_(ids), _within(FuelEntry, days))
        .group_by(FuelEntry.vehicle_id)
    )
    for number, volume, amount in session.execute(fuel):
        volumes[number], costs[number][FUEL] = int(volume), int(amount)
    return costs, volumes


def _distances(
    session: Session, ids: Sequence[int], days: Days, zone: ZoneInfo
) -> dict[int, tuple[int, DistanceBasis]]:
    """Distances [m]: of the trips or of the odometer at fillings, whichever is longer.

    Trips miss what no fix was sent of, the odometer what came after the last filling.
    """
    trips = (
        select(Trip.vehicle_id, func.sum(Trip.distance_m))
        .where(
            Trip.vehicle_id.in_(ids),
            Trip.started_us >= day_start_us(days.start, zone),
            Trip.started_us < day_start_us(days.end, zone),
            Trip.removed_us.is_(None),
        )
        .group_by(Trip.vehicle_id)
    )
    found = _by_odometer(session, ids, days)
    for number, way in session.execute(trips):
        if int(way) >= found.get(number, (0, DistanceBasis.NONE))[0]:
            found[number] = int(way), DistanceBasis.TRACK
    return found


def _by_odometer(session: Session, ids: Sequence[int], days: Days) -> dict[int, tuple[int, DistanceBasis]]:
    reversal = aliased(FuelEntry)
    query = (
        select(FuelEntry.vehicle_id, FuelEntry.on_day, FuelEntry.odometer_m)
        .outerjoin(reversal, reversal.corrects_id == FuelEntry.id)
        .where(FuelEntry.vehicle_id.in_(ids), FuelEntry.on_day < days.end)
        .where(FuelEntry.odometer_m.is_not(None), FuelEntry.corrects_id.is_(None), reversal.id.is_(None))
        .order_by(FuelEntry.on_day, FuelEntry.id)
    )
    first: dict[int, int] = {}  # the last reading before these days, else the first one of them
    last: dict[int, int] = {}
    for number, on_day, odometer_m in session.execute(query):
        if on_day < days.start or number not in first:
            first[number] = odometer_m or 0
        last[number] = odometer_m or 0
    ways = {number: last[number] - first[number] for number in last}
    return {number: (way, DistanceBasis.ODOMETER) for number, way in ways.items() if way > 0}


def _within(ledger: type[FuelEntry | CostEntry], days: Days) -> ColumnElement[bool]:
    return (ledger.on_day >= days.start) & (ledger.on_day < days.end)
