"""Orders beside tracks (C3.6): which trip belongs to which order, and what does not fit together. Pure.

Trips are known by vehicle and start, because they are made anew when fixes come late.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from civicwatt_cloud.kit import boundaries
from civicwatt_cloud.kit.business_time import MINUTE_US
from civicwatt_cloud.kit.geo import Area, Point
from civicwatt_cloud.kit.rules import RuleRow
from civicwatt_cloud.modules.fleet.positions.seals import Span


class Order(NamedTuple):
    """A vehicle was sent."""

    id: int
    vehicle_id: int
    out: Span  # from the departure until the return, or now


class Run(NamedTuple):
    """A trip."""

    vehicle_id: int
    started_us: int
    ended_us: int
    distance_m: int


class Halt(NamedTuple):
    """A stop."""

    started_us: int
    ended_us: int
    place: Point

    @property
    def minutes(self) -> int:
        """How long it lasted, in whole minutes."""
        return (self.ended_us - self.started_us) // MINUTE_US


def order_of(run: Run, orders: Iterable[Order], margin_us: int) -> Order | None:
    """The order that a trip belongs to: of those under way when it began the one that departed last."""
    under_way = [
        one
        for one in orders
        if one.vehicle_id == run.vehicle_id
        and one.out.from_us - margin_us <= run.started_us <= one.out.to_us + margin_us
    ]
    return max(under_way, key=lambda one: (one.out.from_us, one.id), default=None)


def differs(claimed_m: int, track_m: int, limit: RuleRow) -> bool:
    """Whether |claimed − track| / track [%] is beyond the limit; exact. Without a track: no."""
    if limit.word is None or track_m <= 0:
        return False
    return boundaries.holds(limit.word, abs(claimed_m - track_m) * 100, limit.value * track_m)


def unplanned(halts: Iterable[Halt], out: Span, route: Area, limit: RuleRow) -> Sequence[Halt]:
    """The stops of a journey that lie off its route and last longer than the limit [min]."""
    return [
        one
        for one in halts
        if out.from_us <= one.started_us < out.to_us
        and limit.word is not None
        and boundaries.holds(limit.word, one.ended_us - one.started_us, limit.value * MINUTE_US)
        and route.outside_m(one.place) > 0
    ]


def is_covered(run: Run, spans: Iterable[Span]) -> bool:
    """Whether a trip began while something else allowed it: a duty, a rental session."""
    return any(one.from_us <= run.started_us < one.to_us for one in spans)
