"""Bills as the books read them: amounts by account and period."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.ledger.bills.models import Bill
from civicwatt_cloud.timeseries.ledger.bills.spread import Billed


def billed(session: Session, points: Iterable[int]) -> dict[int, list[Billed]]:
    """The bills of these points in order; a point without one is left out."""
    found: dict[int, list[Billed]] = defaultdict(list)
    columns = select(Bill.point_id, Bill.day_from, Bill.day_to, Bill.micro)
    rows = session.execute(columns.where(Bill.point_id.in_(list(points))).order_by(Bill.day_from))
    for point, day_from, day_to, micro in rows:
        found[point].append(Billed(day_from, day_to, micro))
    return dict(found)
