"""What each institution of a building used in a month, by the shares of each day."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.kit.directory import Building
from civicwatt_cloud.timeseries.carriers import Carrier, EndUse
from civicwatt_cloud.timeseries.ledger.months import days_of_month
from civicwatt_cloud.timeseries.ledger.queries import Piece, columns
from civicwatt_cloud.timeseries.ledger.shares.dividing import divide
from civicwatt_cloud.timeseries.ledger.shares.parts import shares
from civicwatt_cloud.timeseries.points import Point


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
    counted = [point for point, use in uses.items() if use.is_counted]
    piece = Piece("day", first, after)
    rows = columns(session, piece, select(Point.id).where(Point.id.in_(counted)), "day")
    dated = shares(session, [building.id]).get(building.id, [])
    parts: dict[Carrier, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for point in counted:
        mine = rows.point == point
        for one in divide(rows.period[mine], rows.micro[mine], dated, building.institution_id):
            parts[uses[point].carrier][one.institution] += int(one.micro.sum())
    return [
        Allocated(carrier, sum(found.values()), dict(sorted(found.items())))
        for carrier, found in sorted(parts.items())
    ]
