"""What each institution of a building used in a month, by the shares of each day."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.timeseries.ledger.days import as_date
from civicwatt_cloud.timeseries.ledger.months import days_of_month
from civicwatt_cloud.timeseries.ledger.queries import booked
from civicwatt_cloud.timeseries.ledger.shares.parts import allocated, shares
from civicwatt_cloud.timeseries.points import Carrier, EndUse, Point


class Allocated(NamedTuple):
    """A carrier's consumption of a building [micro], and each institution's part: they add up to it."""

    carrier: Carrier
    whole: int
    parts: dict[int, int]


def allocation(session: Session, building: Building, month: int) -> list[Allocated]:
    """Each carrier of the building, as far as its days are known."""
    first, after = (day_number(day) for day in days_of_month(month))
    points = select(Point.id, Point.end_use).where(Point.building_id == building.id, Point.is_consumption)
    uses = {point: EndUse(use) for point, use in session.execute(points) if use}
    days: dict[Carrier, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in booked(session, "day", [point for point, use in uses.items() if use.is_counted], first, after):
        days[uses[row.point_id].carrier][row.period] += row.micro
    dated = shares(session, [building.id]).get(building.id, [])
    result = []
    for carrier, found in sorted(days.items()):
        by_date = ((as_date(day), micro) for day, micro in sorted(found.items()))
        parts = allocated(by_date, dated, building.institution_id)
        result.append(Allocated(carrier, sum(found.values()), parts))
    return result
