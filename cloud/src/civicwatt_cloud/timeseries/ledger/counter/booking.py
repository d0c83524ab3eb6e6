"""Which hours of the books a change of readings or facts replaces, and by what. Pure."""

from functools import cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.consumption import Hours, hours_of
from civicwatt_cloud.timeseries.ledger.counter.facts import NO_FACTS, Facts
from civicwatt_cloud.timeseries.ledger.counter.glitches import GLITCH_READINGS, standing, surely_standing
from civicwatt_cloud.timeseries.ledger.counter.line import Held, Steps, held_in, steps_of, thin_in
from civicwatt_cloud.timeseries.ledger.counter.plausibility import Known, Peaks, nothing_remembered
from civicwatt_cloud.timeseries.ledger.counter.profile import (
    LOOK_BACK_H,
    Measured,
    Recalled,
    nothing_recalled,
    weights,
)
from civicwatt_cloud.timeseries.ledger.counter.spans import Usual
from civicwatt_cloud.timeseries.ledger.counter.splice import Series, spliced
from civicwatt_cloud.timeseries.ledger.days import HOUR_S
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.stores.readings import Bools, Ints


class Booking(NamedTuple):
    """What replaces the hours [hour_from, hour_to) of a point after some of its readings changed."""

    hour_from: int
    hour_to: int
    hours: Hours
    held: list[Held]
    thin: list[int]  # UTC µs: booked, and to be booked again when readings near it change


class Memory(Protocol):
    """What the books say of hours outside those that are replaced."""

    def peaks(self, hour_from: int, hour_to: int) -> Peaks:
        """The fastest rise of each hour [from, to), of held ones too."""
        ...

    def measured(self, hour_from: int, hour_to: int) -> Measured:
        """The hours [from, to) that are measured and covered whole."""
        ...


class NoMemory:
    """For a counter all of whose readings are given."""

    def peaks(self, hour_from: int, hour_to: int) -> Peaks:
        """None."""
        return nothing_remembered(hour_from, hour_to)

    def measured(self, hour_from: int, hour_to: int) -> Measured:
        """None."""
        return nothing_recalled(hour_from, hour_to)


NO_MEMORY = NoMemory()


class _Reach(NamedTuple):
    """What may differ after a change, and between which readings everything is known."""

    hour_from: int
    hour_to: int
    from_us: int  # the readings that the replaced hours are made of
    to_us: int
    known_from_us: int
    known_to_us: int

    def replaces(self, hour: Ints) -> Bools:
        """Which hours are booked anew."""
        replaced: Bools = (hour >= self.hour_from) & (hour < self.hour_to)
        return replaced


class Whole(NamedTuple):
    """A counter's line from all its readings."""

    steps: Steps
    held: list[Held]
    usual: Usual


def whole_of(ts_us: Ints, micro: Ints, zone: ZoneInfo, facts: Facts = NO_FACTS) -> Whole:
    """The line of a counter from all its readings (times strictly rising, no gaps), and what is held."""
    series = spliced(ts_us, micro, facts.replacements)
    stands = standing(series)
    line = series.part(stands)
    steps, _ = steps_of(line, facts, NO_MEMORY.peaks, Known())

    linear = cache(lambda: hours_of(steps, facts, _evenly))

    def usual(gap: Ints) -> Ints | None:
        return weights(_measured_before(int(gap[0]), linear(), NO_MEMORY.measured), gap, zone)

    return Whole(steps, held_in(series, stands, line, steps), usual)


def consumption(
    ts_us: Ints, micro: Ints, zone: ZoneInfo, facts: Facts = NO_FACTS
) -> tuple[Hours, list[Held]]:
    """All hours of a counter from all its readings, and what is held."""
    whole = whole_of(ts_us, micro, zone, facts)
    return hours_of(whole.steps, facts, whole.usual), whole.held


def booking(
    ts_us: Ints,
    micro: Ints,
    changed: tuple[int, int],
    zone: ZoneInfo,
    *,
    from_first: bool,
    to_last: bool,
    facts: Facts = NO_FACTS,
    memory: Memory = NO_MEMORY,
    first_hour: int = 0,
) -> Booking | None:
    """The hours to replace after readings or facts came in `changed` = [t0, t1).

    Hours before the first reading are left alone: readings are dropped after some years, books are not.
    The books begin with `first_hour`; what was before teaches nothing.

    The readings given are all there are in one stretch around `changed`; `from_first` and `to_last` say
    whether the stretch begins with the counter's first reading and ends with its last. None: the stretch
    is too short to tell which hours differ.
    """
    series = spliced(ts_us, micro, facts.replacements)
    reach = _reach(series, changed, from_first=from_first, to_last=to_last)
    if reach is None:
        return None
    stands = standing(series)
    line = series.part(stands)
    known = Known(
        None if from_first else reach.known_from_us, None if to_last else reach.known_to_us, first_hour
    )

    def remembered(hour_from: int, hour_to: int) -> Peaks:
        found = memory.peaks(max(hour_from, first_hour), hour_to)
        keeps = ~reach.replaces(found.hour)
        return Peaks(found.hour[keeps], found.rate[keeps])

    def measured(hour_from: int, hour_to: int) -> Measured:
        found = memory.measured(max(hour_from, first_hour), hour_to)
        keeps = ~reach.replaces(found.hour)
        return Measured(found.hour[keeps], found.micro[keeps])

    steps, undecided = steps_of(line, facts, remembered, known)
    first, last = np.searchsorted(steps.end_us, (reach.from_us, reach.to_us), side="right")
    if undecided[first:last].any():
        return None

    @cache
    def linear() -> Hours:
        found = hours_of(steps, facts, _evenly)
        return Hours(*(column[found.hour >= first_hour] for column in found))

    def usual(gap: Ints) -> Ints | None:
        return weights(_measured_before(int(gap[0]), linear(), measured), gap, zone)

    hours = hours_of(Steps(*(column[first:last] for column in steps)), facts, usual)
    inside = reach.replaces(hours.hour)
    held = held_in(series, stands, line, steps)
    span = range(reach.hour_from, reach.hour_to)
    return Booking(
        reach.hour_from,
        reach.hour_to,
        Hours(*(column[inside] for column in hours)),
        [one for one in held if one.ts_us // HOUR_US in span],
        [ts_us for ts_us in thin_in(steps) if ts_us // HOUR_US in span],
    )


def _reach(series: Series, changed: tuple[int, int], *, from_first: bool, to_last: bool) -> _Reach | None:
    ts_us, is_form = series.ts_us, series.is_replacement
    n, reach = len(ts_us), GLITCH_READINGS
    first = int(np.searchsorted(ts_us, changed[0]))
    end = int(np.searchsorted(ts_us, changed[1]))
    # A new first or last reading lets the replacements next to it count.
    while 0 < first < n and is_form[first - 1]:
        first -= 1
    while end < n and is_form[end]:
        end += 1
    sure = np.flatnonzero(surely_standing(series.value, from_first=from_first, to_last=to_last) & ~is_form)
    hour_from, hour_to = changed[0] // HOUR_US, -(-changed[1] // HOUR_US)
    from_us, to_us = (int(ts_us[0]), int(ts_us[-1])) if n else (0, 0)
    # Readings up to `reach` before the change may stand or fall by it; one that surely stands before them
    # is where the difference begins, and another one at or before that hour's start makes the hour whole.
    before = sure[sure < first - reach]
    if len(before):
        hour_from = int(ts_us[before[-1]]) // HOUR_US
        before = before[ts_us[before] <= hour_from * HOUR_US]
    if len(before):
        from_us = int(ts_us[before[-1]])
    elif not from_first:
        return None
    else:
        hour_from = from_us // HOUR_US if n else hour_to
    after = sure[sure >= end + reach]
    if len(after):
        hour_to = -(-int(ts_us[after[0]]) // HOUR_US)
        after = after[ts_us[after] >= hour_to * HOUR_US]
    if len(after):
        to_us = int(ts_us[after[0]])
    elif not to_last:
        return None
    elif n:
        hour_to = max(hour_to, to_us // HOUR_US + 1)
    known = (int(ts_us[sure[0]]), int(ts_us[sure[-1]])) if len(sure) else (from_us, to_us)
    return _Reach(hour_from, hour_to, from_us, to_us, *known)


def _evenly(_gap: Ints) -> None:
    """No weights."""


def _measured_before(gap_from: int, here: Hours, recalled: Recalled) -> Measured:
    """The measured hours of the weeks before a gap, from the readings given and else from the books."""
    earliest = gap_from - LOOK_BACK_H
    good = (here.quality == Quality.MEASURED.code) & (here.covered_s == HOUR_S)
    good &= (here.hour >= earliest) & (here.hour < gap_from)
    known = recalled(earliest, gap_from)
    new = ~np.isin(known.hour, here.hour[good])
    return Measured(
        np.concatenate([here.hour[good], known.hour[new]]),
        np.concatenate([here.micro[good], known.micro[new]]),
    )
