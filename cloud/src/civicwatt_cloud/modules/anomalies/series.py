"""Hours of counters from the ledger as rows that the detector reads."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us
from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.modules.anomalies import rules
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.figures.periods import SETTLE_US
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.queries import Piece, columns
from civicwatt_cloud.timeseries.points import Point, Source
from civicwatt_protocols.quantity import MICRO

HOUR_S = 3600
COVERED_S = 3240  # of an hour that counts as read [engineering default]
JUDGED = (Carrier.ELECTRICITY, Carrier.WATER)
BY_THE_SUN = {EndUse.PV}  # judged against its neighbours by the PV module

Ints = NDArray[np.int64]


class Counter(NamedTuple):
    """A counter that is judged, and whose it is."""

    point_id: int
    name: str
    carrier: Carrier
    bound_from_us: int
    building_id: int
    owner_id: int
    region: str


class Rows(NamedTuple):
    """Hours [start, end) as the detector counts them."""

    start: int
    zone: ZoneInfo
    dates: list[date]
    day: Ints  # 0 a Monday
    hour: Ints

    def row(self, hour: int) -> int:
        """Which row an hour is."""
        return hour - self.start


def counters(session: Session) -> list[Counter]:
    """The bound meters of electricity and water, in a stable order."""
    query = (
        select(Point, Building, Institution.region_code)
        .join(Building, Building.id == Point.building_id)
        .join(Institution, Institution.id == Building.institution_id)
        .where(
            Point.is_consumption,
            Point.source == Source.METER,
            Point.carrier.in_(JUDGED),
            Point.end_use.not_in(BY_THE_SUN),
            Point.bound_from_us.is_not(None),
        )
        .order_by(Point.id)
    )
    return [
        Counter(
            point.id,
            point.title or point.device,
            Carrier(str(point.carrier)),
            point.bound_from_us or 0,
            building.id,
            building.institution_id,
            region,
        )
        for point, building, region in session.execute(query)
    ]


def settled_hour(now_us: int) -> int:
    """Hours before this one are over, and their readings are in."""
    return (now_us - SETTLE_US) // HOUR_US


def first_hour(when: date, zone: ZoneInfo) -> int:
    """The hour in which a business day begins, since 1970."""
    return day_start_us(when, zone) // HOUR_US


def rows(start: int, end: int, zone: ZoneInfo) -> Rows:
    """Civil days and hours of the business zone."""
    moments = [datetime.fromtimestamp(one * HOUR_S, UTC).astimezone(zone) for one in range(start, end)]
    day = np.array([one.toordinal() - 1 for one in moments], np.int64)
    return Rows(start, zone, [one.date() for one in moments], day, np.array([one.hour for one in moments]))


def likenesses(of: Rows) -> list[int]:
    """For each row the day of the week that its day is like."""
    known = {one: rules.like(one) for one in set(of.dates)}
    return [known[one] for one in of.dates]


def values(session: Session, points: Sequence[int], start: int, end: int) -> Numbers:
    """Consumption of the hours [start, end), points × hours [kWh, m³]; NaN where it was not read."""
    found = np.full((len(points), end - start), np.nan)
    if start >= end:
        return found
    got = columns(session, Piece("hour", start, end), select(Point.id).where(Point.id.in_(points)), "hour")
    read = (got.covered_s >= COVERED_S) & (got.quality < Quality.INTERPOLATED.code)
    order = np.argsort(points)
    at = order[np.searchsorted(np.asarray(points)[order], got.point)]
    found[at[read], (got.period - start)[read]] = got.micro[read] / MICRO
    return found
