"""Balance of the tree of meters 总分表: Σ parts + other = whole, and whether the meters' errors explain it.

Per parent over some days: other 其他 = whole − Σ parts, exactly; known only where all of them are wholly
covered. Parts may exceed their whole by the errors of the meters, (|whole| · class + Σ |part| · class), and
no more: beyond, it is an alarm. Meters of a day are those that stand below the parent on that day.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.timeseries.ledger.days import seconds_of
from civicwatt_cloud.timeseries.ledger.queries import booked
from civicwatt_cloud.timeseries.ledger.tree.models import TreeMeter
from civicwatt_cloud.timeseries.ledger.tree.places import in_force, percent_of


class Amount(NamedTuple):
    """What a meter used in a period, and how much of the period it covers."""

    micro: int
    covered_s: int


class Place(NamedTuple):
    """A meter of the tree: its point and its greatest error [%]."""

    point: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """A parent beside its parts [micro]; `other` is None where a meter of `missing` is not wholly covered."""

    parent: int
    whole: int
    parts: int
    other: int | None
    tolerance: int
    missing: tuple[int, ...] = ()

    @property
    def is_alarm(self) -> bool:
        """Whether the parts exceed the whole by more than the meters' errors."""
        return self.other is not None and self.other < -self.tolerance


_NOTHING = Amount(0, 0)


def balance(parent: Place, parts: Sequence[Place], amounts: Mapping[int, Amount], length_s: int) -> Balance:
    """The balance of one parent in one period of `length_s` seconds."""
    missing = tuple(
        place.point for place in (parent, *parts) if amounts.get(place.point, _NOTHING).covered_s < length_s
    )
    whole = amounts.get(parent.point, _NOTHING).micro
    sum_of_parts = sum(amounts.get(place.point, _NOTHING).micro for place in parts)
    tolerance = sum(
        abs(amounts.get(place.point, _NOTHING).micro) * Fraction(place.percent) / 100
        for place in (parent, *parts)
    )
    other = None if missing else whole - sum_of_parts
    return Balance(parent.point, whole, sum_of_parts, other, int(tolerance), missing)


def balances(session: Session, start: date, end: date, zone: ZoneInfo) -> list[Balance]:
    """Each parent's balance over the business days [start, end), by point."""
    places = list(session.scalars(select(TreeMeter)))
    points = {one.point_id for one in places} | {one.parent_id for one in places if one.parent_id is not None}
    amounts: dict[int, dict[int, Amount]] = defaultdict(dict)
    for row in booked(session, "day", sorted(points), day_number(start), day_number(end)):
        amounts[row.period][row.point_id] = Amount(row.micro, row.covered_s)
    found: dict[int, list[Balance]] = defaultdict(list)
    for n in range((end - start).days):
        day = start + timedelta(days=n)
        here = {
            one.point_id: (one.parent_id, Place(one.point_id, percent_of(one.accuracy_class)))
            for one in in_force(places, day)
        }
        for parent in sorted(
            {parent for parent, _ in here.values() if parent is not None and parent in here}
        ):
            parts = [place for above, place in here.values() if above == parent]
            of_day = amounts.get(day_number(day), {})
            found[parent].append(balance(here[parent][1], parts, of_day, seconds_of(day, zone)))
    return [_together(parent, days) for parent, days in sorted(found.items())]


def _together(parent: int, days: Sequence[Balance]) -> Balance:
    """Several days as one."""
    others = [day.other for day in days if day.other is not None]
    return Balance(
        parent,
        sum(day.whole for day in days),
        sum(day.parts for day in days),
        sum(others) if len(others) == len(days) else None,
        sum(day.tolerance for day in days),
        tuple(sorted({point for day in days for point in day.missing})),
    )
