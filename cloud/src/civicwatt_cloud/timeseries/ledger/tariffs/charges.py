"""What an institution's consumption of a month costs by a price table, from the ledger's rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US, day_number, day_start_us
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.ledger.days import as_date, days_of
from civicwatt_cloud.timeseries.ledger.months import days_of_month, hours_of_month
from civicwatt_cloud.timeseries.ledger.queries import booked
from civicwatt_cloud.timeseries.ledger.tariffs.assignments import Assigned, Priced, assigned
from civicwatt_cloud.timeseries.ledger.tariffs.costs import Cost, Usage, changes_within, cost, together
from civicwatt_cloud.timeseries.ledger.tariffs.errors import StepTooLong
from civicwatt_cloud.timeseries.ledger.tariffs.quarters import QUARTER_S, quarters
from civicwatt_cloud.timeseries.ledger.tariffs.tariff import Tariff
from civicwatt_cloud.timeseries.points import Point, Source
from civicwatt_cloud.timeseries.stores.readings import Floats, Ints

HOUR_S, DAY_S = 3600, 86_400
Readings = Callable[[int, int, int], tuple[Ints, Floats]]  # of a point in [t0, t1): times, counter values


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Consumption [micro] whose rows are too long for the prices, and where."""

    point: int
    micro: int
    reason: StepTooLong


@dataclass(frozen=True, slots=True)
class Charge:
    """What is known of a month's cost, and what cannot be priced."""

    cost: Cost
    unpriced: tuple[Unpriced, ...]


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Consumption [micro] on the days [start, end) for which no price table is assigned."""

    point: int
    start: date
    end: date
    micro: int


@dataclass(frozen=True, slots=True)
class Charges:
    """A month's cost by price table, and what has none."""

    by_table: Mapping[str, Charge]
    unassigned: tuple[Unassigned, ...]


def charge(
    session: Session, tariff: Tariff, institution: int, month: int, zone: ZoneInfo, *, readings: Readings
) -> Charge:
    """The cost of all that the sums of the table's carrier hold, by this table.

    Meters have hours, and quarters where prices change at half past; bills have days, which only one price at
    all hours suits. Errors: NoPrice.
    """
    days = days_of_month(month)
    counters = [one for one in _counters(session, institution) if one.carrier == tariff.carrier]
    plan = {one.point: [Assigned(*days, tariff)] for one in counters}
    found = _price(session, plan, month, zone, readings)
    return found.by_table.get(tariff.key, Charge(together([]), ()))


def charges(
    session: Session, institution: Institution, month: int, zone: ZoneInfo, *, readings: Readings
) -> Charges:
    """The same of all carriers, each counter by the tables that are assigned to it. Errors: NoPrice."""
    counters = _counters(session, institution.id)
    plan = assigned(session, institution, counters, *days_of_month(month))
    return _price(session, plan, month, zone, readings)


def _price(
    session: Session, plan: Mapping[int, Sequence[Assigned]], month: int, zone: ZoneInfo, readings: Readings
) -> Charges:
    hours = hours_of_month(month, zone)
    first, after = (day_number(day) for day in days_of_month(month))
    by_hour = _rows(session, "hour", list(plan), *hours)
    by_day = _rows(session, "day", [one for one in plan if one not in by_hour], first, after)
    told = session.execute(select(Point.id, Point.source).where(Point.id.in_(plan)))
    sources = dict(told.all())
    costs: dict[str, list[Cost]] = {}
    unpriced: dict[str, list[Unpriced]] = {}
    unassigned: list[Unassigned] = []
    for point, (period, micro) in sorted((by_hour | by_day).items()):
        day = period if point in by_day else days_of(period, zone)
        for start, end, tariff in plan[point]:
            mine = (day >= day_number(start)) & (day < day_number(end))
            if not mine.any():
                continue
            if tariff is None:
                unassigned.append(Unassigned(point, start, end, int(micro[mine].sum())))
                continue
            rows = Usage(period[mine] * HOUR_US, micro[mine], HOUR_S)
            if point in by_day:
                starts = [day_start_us(as_date(day), zone) for day in period[mine].tolist()]
                rows = Usage(np.array(starts, np.int64), micro[mine], DAY_S)
            elif sources[point] == Source.METER and changes_within(tariff, HOUR_S):
                seen = readings(point, hours[0] * HOUR_US, (hours[1] + 1) * HOUR_US)
                rows = Usage(*quarters(period[mine], micro[mine], *seen), QUARTER_S)
            of_table = costs.setdefault(tariff.key, [])
            try:
                of_table.append(cost(rows, tariff, zone))
            except StepTooLong as reason:
                unpriced.setdefault(tariff.key, []).append(Unpriced(point, int(micro[mine].sum()), reason))
    by_table = {key: Charge(together(of), tuple(unpriced.get(key, []))) for key, of in sorted(costs.items())}
    return Charges(by_table, tuple(unassigned))


def _counters(session: Session, institution: int) -> list[Priced]:
    """What counts in the institution's buildings."""
    rows = session.execute(
        select(Point.id, Building.id, Point.end_use)
        .join(Building, Building.id == Point.building_id)
        .where(Building.institution_id == institution, Point.is_consumption)
        .order_by(Point.id)
    )
    return [
        Priced(point, building, EndUse(use).carrier)
        for point, building, use in rows
        if use and EndUse(use).is_counted
    ]


def _rows(
    session: Session, step: Literal["hour", "day"], points: Sequence[int], start: int, end: int
) -> dict[int, tuple[Ints, Ints]]:
    """Periods and micros by point; points without any row are left out."""
    found: dict[int, list[tuple[int, int]]] = {}
    for row in booked(session, step, points, start, end):
        found.setdefault(row.point_id, []).append((row.period, row.micro))
    return {point: (np.array(rows)[:, 0], np.array(rows)[:, 1]) for point, rows in found.items()}
