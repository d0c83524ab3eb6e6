"""From the store's readings to what replaces the dirty hours of counters."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.booking import Booking, Memory, booking
from civicwatt_cloud.timeseries.ledger.counter.calm import Columns, calm
from civicwatt_cloud.timeseries.ledger.counter.consumption import Hours, micro_of
from civicwatt_cloud.timeseries.ledger.counter.facts import NO_FACTS, Facts
from civicwatt_cloud.timeseries.ledger.counter.line import Held
from civicwatt_cloud.timeseries.stores.earlier import with_value_before
from civicwatt_cloud.timeseries.stores.readings import VALUE_LIMIT, Batch, Bools, Ints, ReadingsStore

_MARGIN_H = 6  # read this far around a change first; farther only where that cannot tell


class Replaced(NamedTuple):
    """Hours [hour_from, hour_to) of a point that are replaced."""

    point: int
    hour_from: int
    hour_to: int


class NewHours(NamedTuple):
    """New hours of some points by point and hour, and what they replace."""

    replaced: list[Replaced]
    point: Ints
    hours: Hours
    held: list[tuple[int, Held]]  # with its point
    thin: list[tuple[int, int]]  # with its point: UTC µs of counter.booking.Booking


class Counters(NamedTuple):
    """What is known of the points to book, and what the books remember of them."""

    zone: ZoneInfo
    first_hour: Mapping[int, int]  # from which on a point is booked
    facts: Mapping[int, Facts]  # of the points that have any
    memory: Callable[[int], Memory]


def book(
    store: ReadingsStore, counters: Counters, points: Sequence[int], changed: tuple[int, int]
) -> Iterator[NewHours]:
    """Book the dirty hours [from, to) of points, reading as far around them as it takes to tell."""
    margin = _MARGIN_H
    newest = store.latest(points)
    last = dict(zip(newest.point.tolist(), newest.value_ts_us.tolist(), strict=True))
    while points:
        window = (max(0, (changed[0] - margin) * HOUR_US), (changed[1] + margin) * HOUR_US)
        stretch = _Stretch.read(store, points, window, last)
        change = (changed[0] * HOUR_US, changed[1] * HOUR_US)
        plain, others = _plain(stretch, counters, change)
        yield plain
        found, points = _one_by_one(stretch, counters, others, change)
        yield found
        margin *= 8


class _Stretch:
    """All readings of some points in a window of time."""

    def __init__(self, batch: Batch, points: Sequence[int], from_first: Bools, to_last: Bools) -> None:
        self.points = np.array(sorted(points), np.int64)
        self.from_first, self.to_last = from_first, to_last
        is_value = np.abs(batch.value) <= VALUE_LIMIT  # a gap is none
        batch = batch if is_value.all() else batch.take(is_value)
        self.ts_us, self.micro = batch.ts_us, micro_of(batch.value)
        self.starts = np.searchsorted(batch.point, self.points)
        self.ends = np.searchsorted(batch.point, self.points, side="right")

    @classmethod
    def read(
        cls, store: ReadingsStore, points: Sequence[int], window: tuple[int, int], last: Mapping[int, int]
    ) -> "_Stretch":
        ordered = sorted(points)
        batch = store.scan(ordered, *window)
        to_last = np.array([last.get(point, -1) < window[1] for point in ordered])
        earlier = with_value_before(store, ordered, window[0])
        from_first = np.array([point not in earlier for point in ordered])
        return cls(batch, ordered, from_first, to_last)

    def of(self, place: int) -> slice:
        return slice(int(self.starts[place]), int(self.ends[place]))


def _plain(stretch: _Stretch, counters: Counters, change: tuple[int, int]) -> tuple[NewHours, list[int]]:
    """The counters without anything particular, all at once; the places of the others."""
    has_facts = np.isin(stretch.points, list(counters.facts))
    asked = np.flatnonzero((stretch.ends - stretch.starts > 0) & ~has_facts)
    others = np.setdiff1d(np.arange(len(stretch.points)), asked).tolist()
    if not len(asked):
        return _nothing(), others
    rows = Columns(stretch.ts_us, stretch.micro, stretch.starts[asked], stretch.ends[asked])
    found = calm(_only(rows), change, stretch.from_first[asked], stretch.to_last[asked])
    points = stretch.points[asked]
    places = np.flatnonzero(found.is_calm)
    replaced = [
        Replaced(*row)
        for row in zip(
            points[places].tolist(),
            found.hour_from[places].tolist(),
            found.hour_to[places].tolist(),
            strict=True,
        )
    ]
    booked = NewHours(replaced, points[found.hours.counter], Hours(*found.hours[1:]), [], [])
    others += asked[~found.is_calm].tolist()
    return _begun(booked, counters.first_hour), sorted(others)


def _only(rows: Columns) -> Columns:
    """The same without the readings that belong to none of the counters."""
    length = rows.ends - rows.starts
    if int(length.sum()) == len(rows.ts_us):
        return rows
    ends = np.cumsum(length)
    keeps = np.repeat(rows.starts - (ends - length), length) + np.arange(int(length.sum()))
    return Columns(rows.ts_us[keeps], rows.micro[keeps], ends - length, ends)


def _one_by_one(
    stretch: _Stretch, counters: Counters, places: Collection[int], change: tuple[int, int]
) -> tuple[NewHours, list[int]]:
    """The counters at these places; the points that a longer stretch is needed for."""
    found: list[tuple[int, Booking]] = []
    undecided = []
    for place in places:
        point, mine = int(stretch.points[place]), stretch.of(place)
        one = booking(
            stretch.ts_us[mine],
            stretch.micro[mine],
            change,
            counters.zone,
            from_first=bool(stretch.from_first[place]),
            to_last=bool(stretch.to_last[place]),
            facts=counters.facts.get(point, NO_FACTS),
            memory=counters.memory(point),
            first_hour=counters.first_hour[point],
        )
        if one is None:
            undecided.append(point)
        else:
            found.append((point, one))
    return _begun(_joined(found), counters.first_hour), undecided


def _joined(found: Sequence[tuple[int, Booking]]) -> NewHours:
    if not found:
        return _nothing()
    counts = [len(one.hours.hour) for _, one in found]
    return NewHours(
        [Replaced(point, one.hour_from, one.hour_to) for point, one in found],
        np.repeat([point for point, _ in found], counts),
        Hours(*(np.concatenate(column) for column in zip(*(one.hours for _, one in found), strict=True))),
        [(point, step) for point, one in found for step in one.held],
        [(point, ts_us) for point, one in found for ts_us in one.thin],
    )


def _nothing() -> NewHours:
    empty = np.zeros(0, np.int64)
    return NewHours([], empty, Hours(*[empty] * len(Hours._fields)), [], [])


def _begun(booked: NewHours, first_hour: Mapping[int, int]) -> NewHours:
    """What lies before a point's binding is nobody's."""
    if not any(first_hour[one.point] > one.hour_from for one in booked.replaced):
        return booked
    points, places = np.unique(booked.point, return_inverse=True)
    begin = np.array([first_hour[point] for point in points.tolist()], np.int64)
    keeps = booked.hours.hour >= begin[places]
    return booked._replace(
        point=booked.point[keeps],
        hours=Hours(*(column[keeps] for column in booked.hours)),
        held=[(point, step) for point, step in booked.held if step.ts_us >= first_hour[point] * HOUR_US],
        thin=[(point, ts_us) for point, ts_us in booked.thin if ts_us >= first_hour[point] * HOUR_US],
    )
