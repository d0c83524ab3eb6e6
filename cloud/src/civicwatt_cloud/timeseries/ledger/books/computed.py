"""Points that no meter serves: what bills and virtual meters have in the books."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.ledger.bills.billed import billed
from civicwatt_cloud.timeseries.ledger.bills.spread import days
from civicwatt_cloud.timeseries.ledger.books.bookings import NewHours, Replaced
from civicwatt_cloud.timeseries.ledger.counter.consumption import Hours
from civicwatt_cloud.timeseries.ledger.days import Days, day_of, hours_of_days
from civicwatt_cloud.timeseries.ledger.virtual.definitions import Definition, definitions, rows_of
from civicwatt_cloud.timeseries.points import Source

_ALL_DAYS = (19700101, 21061231)
Ranges = Mapping[int, Sequence[tuple[int, int]]]  # dirty hours [from, to) by point


class NewDays(NamedTuple):
    """New days of a point in the place of the days first to last, both included."""

    point: int
    first: int
    last: int
    days: Days


class Computed(NamedTuple):
    """By hours where there are hours, else by days."""

    hours: list[NewHours]
    days: list[NewDays]


def computed(session: Session, ranges: Ranges, source: Mapping[int, str], zone: ZoneInfo) -> Computed:
    """What the books get for these points, which are bills or virtual meters."""
    found = Computed([], [])
    if not source:
        return found
    accounts = [point for point, of in source.items() if of == Source.BILL]
    bills = billed(session, accounts)
    found.days.extend(NewDays(point, *_ALL_DAYS, days(bills.get(point, []), zone)) for point in accounts)
    known = definitions(session)
    for point in (one for one in known if source.get(one) == Source.VIRTUAL):
        for hour_from, hour_to in ranges[point]:
            _virtual(session, found, (point, known[point]), (hour_from, hour_to), zone)
    return found


def _virtual(
    session: Session,
    found: Computed,
    meter: tuple[int, Definition],
    changed: tuple[int, int],
    zone: ZoneInfo,
) -> None:
    """A virtual meter's whole days around a change: its rounding begins anew with each."""
    point, definition = meter
    first, last = day_of(changed[0], zone), day_of(changed[1] - 1, zone)
    step, rows = rows_of(session, definition, first, last, zone)
    if step == "day":
        found.days.append(NewDays(point, first, last, Days(*rows)))
        return
    replaced = [Replaced(point, *hours_of_days(first, last, zone))]
    columns = (np.asarray(column, np.int64) for column in (*rows, np.zeros(len(rows.period))))
    found.hours.append(NewHours(replaced, np.full(len(rows.period), point), Hours(*columns), [], []))
