"""What an institution's consumption of a month costs by a price table, from the ledger's rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US, day_number, day_start_us
from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.timeseries.carriers import counted
from civicwatt_cloud.timeseries.ledger.days import as_date
from civicwatt_cloud.timeseries.ledger.months import days_of_month, hours_of_month
from civicwatt_cloud.timeseries.ledger.queries import booked
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


def charge(
    session: Session, tariff: Tariff, institution: int, month: int, zone: ZoneInfo, *, readings: Readings
) -> Charge:
    """The cost of all that the sums of the table's carrier hold.

    Meters have hours, and quarters where prices change at half past; bills have days, which only one price at
    all hours suits. Errors: NoPrice.
    """
    sources = _points(session, tariff, institution)
    hours = hours_of_month(month, zone)
    first, after = (day_number(day) for day in days_of_month(month))
    by_hour = _rows(session, "hour", list(sources), *hours)
    by_day = _rows(session, "day", [one for one in sources if one not in by_hour], first, after)
    costs, unpriced = [], []
    for point, (period, micro) in sorted((by_hour | by_day).items()):
        rows = Usage(period * HOUR_US, micro, HOUR_S)
        if point in by_day:
            starts = [day_start_us(as_date(day), zone) for day in period.tolist()]
            rows = Usage(np.array(starts, np.int64), micro, DAY_S)
        elif sources[point] == Source.METER and changes_within(tariff, HOUR_S):
            seen = readings(point, hours[0] * HOUR_US, (hours[1] + 1) * HOUR_US)
            rows = Usage(*quarters(period, micro, *seen), QUARTER_S)
        try:
            costs.append(cost(rows, tariff, zone))
        except StepTooLong as reason:
            unpriced.append(Unpriced(point, int(micro.sum()), reason))
    return Charge(together(costs), tuple(unpriced))


def _points(session: Session, tariff: Tariff, institution: int) -> dict[int, str]:
    """What counts of the carrier in the institution's buildings, and where it comes from."""
    rows = session.execute(
        select(Point.id, Point.source)
        .join(Building, Building.id == Point.building_id)
        .where(
            Building.institution_id == institution,
            Point.is_consumption,
            Point.end_use.in_(counted(tariff.carrier)),
        )
    )
    return {point: source for point, source in rows}  # noqa: C416 - rows are no pairs to mypy


def _rows(
    session: Session, step: Literal["hour", "day"], points: Sequence[int], start: int, end: int
) -> dict[int, tuple[Ints, Ints]]:
    """Periods and micros by point; points without any row are left out."""
    found: dict[int, list[tuple[int, int]]] = {}
    for row in booked(session, step, points, start, end):
        found.setdefault(row.point_id, []).append((row.period, row.micro))
    return {point: (np.array(rows)[:, 0], np.array(rows)[:, 1]) for point, rows in found.items()}
