"""Hours of many counters at once, where nothing is out of the ordinary. Pure.

Most stretches of readings have no fall, no gap, no jump and no fact to look up: their hours follow from
columns of all counters together. Whatever is not so plain is named and left to booking.py, one by one; for
the plain ones both give the same rows.
"""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US
from civicwatt_cloud.timeseries.ledger.counter.glitches import GLITCH_READINGS
from civicwatt_cloud.timeseries.ledger.counter.plausibility import Rises, questionable, whole_rate
from civicwatt_cloud.timeseries.ledger.counter.spans import STRADDLE_US
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.stores.readings import Bools, Floats, Ints

_RISE_LIMIT = 2**63 // HOUR_US  # below it, rise · µs of an hour fits 63 bits


class Columns(NamedTuple):
    """Readings of several counters by counter and time, without gaps; a counter's rows are [starts, ends)."""

    ts_us: Ints
    micro: Ints
    starts: Ints
    ends: Ints


class CalmHours(NamedTuple):
    """Rows for the books, by counter and hour; columns as of consumption.Hours."""

    counter: Ints  # its place among Columns.starts
    hour: Ints
    micro: Ints
    covered_s: Ints
    quality: Ints
    peak: Ints


class Calm(NamedTuple):
    """What replaces the hours [hour_from, hour_to) of each counter that is calm."""

    is_calm: Bools
    hour_from: Ints
    hour_to: Ints
    hours: CalmHours


def calm(given: Columns, changed: tuple[int, int], from_first: Bools, to_last: Bools) -> Calm:
    """As booking() for each counter: readings came in [t0, t1), and a stretch around them is given.

    Every counter has a reading at least.
    """
    place, rises = _Place.of(given), _rises(given)
    hour_from, hour_to, is_calm = _replaced(place, changed, from_first, to_last)
    is_calm[_unruly(given, rises)] = False
    calm_ones = np.flatnonzero(is_calm)
    return Calm(is_calm, hour_from, hour_to, _hours(place, rises.rate, calm_ones, hour_from, hour_to))


class _Place(NamedTuple):
    """Finds rows by counter and time."""

    given: Columns
    first_us: int
    length_us: int
    keys: Ints  # of each row: one number that sorts by counter and time

    @classmethod
    def of(cls, given: Columns) -> "_Place":
        first, last = int(given.ts_us.min()) - 1, int(given.ts_us.max()) + 1
        length = last - first + 1
        shift = np.repeat(np.arange(len(given.starts)) * length - first, given.ends - given.starts)
        return cls(given, first, length, given.ts_us + shift)

    def count_before(self, counter: Ints, at_us: Ints, *, included: bool) -> Ints:
        """Rows before a moment of a counter, all rows of the counters before it counted too."""
        at = np.clip(at_us - self.first_us, 0, self.length_us - 1)
        return np.searchsorted(self.keys, counter * self.length_us + at, side="right" if included else "left")


def _rises(given: Columns) -> Rises:
    """From each row to the next; nothing rises from one counter's last reading to the next one's first."""
    rise, span = np.diff(given.micro), np.diff(given.ts_us)
    between = given.ends[:-1] - 1
    rise[between], span[between] = 0, HOUR_US
    return Rises.of(given.ts_us[1:], rise, span)


def _unruly(given: Columns, rises: Rises) -> Ints:
    """The counters in which something is out of the ordinary."""
    is_odd = (rises.rise < 0) | (rises.rise >= _RISE_LIMIT) | (rises.span_us > HOUR_US)
    rows = np.concatenate([np.flatnonzero(is_odd), questionable(rises, given.starts, given.ends - 1)])
    return np.unique(np.searchsorted(given.starts, rows, side="right") - 1)


def _replaced(
    place: _Place, changed: tuple[int, int], from_first: Bools, to_last: Bools
) -> tuple[Ints, Ints, Bools]:
    """The hours that may differ after the change, as booking() draws them, and where that can be told."""
    starts, ends, ts, reach = place.given.starts, place.given.ends, place.given.ts_us, GLITCH_READINGS
    counter = np.arange(len(starts))
    first, end = (place.count_before(counter, np.full(len(starts), at), included=False) for at in changed)

    sure = np.minimum(np.where(from_first, starts, starts + reach), ends - 1)
    before = first - reach - 1
    has_before = before >= sure
    hour_from = ts[np.where(has_before, before, starts)] // HOUR_US
    is_begun = has_before & (ts[sure] <= hour_from * HOUR_US)

    sure = np.maximum(np.where(to_last, ends, ends - reach) - 1, starts)
    after = end + reach
    has_after = after <= sure
    hour_to = -(-ts[np.where(has_after, after, ends - 1)] // HOUR_US)
    is_ended = has_after & (ts[sure] >= hour_to * HOUR_US)
    latest = np.where(has_after, 0, -(-changed[1] // HOUR_US))
    hour_to = np.where(is_ended, hour_to, np.maximum(latest, ts[ends - 1] // HOUR_US + 1))
    return hour_from, hour_to, (is_begun | from_first) & (is_ended | to_last)


def _hours(place: _Place, rate: Floats, counters: Ints, hour_from: Ints, hour_to: Ints) -> CalmHours:
    """The rows of these counters between their first and last readings."""
    given = place.given
    begin, end = given.ts_us[given.starts[counters]], given.ts_us[given.ends[counters] - 1]
    first = np.maximum(hour_from[counters], begin // HOUR_US)
    count = np.maximum(np.minimum(hour_to[counters], -(-end // HOUR_US)) - first, 0)
    of = np.repeat(np.arange(len(counters)), count + 1)
    since = np.cumsum(count + 1) - (count + 1)
    hour = first[of] + np.arange(len(of)) - since[of]
    edge = np.clip(hour * HOUR_US, begin[of], end[of])
    row = place.count_before(counters[of], edge, included=True) - 1
    at = np.minimum(row, given.ends[counters[of]] - 2)
    into = edge - given.ts_us[at]
    span = np.maximum(given.ts_us[at + 1] - given.ts_us[at], 1)  # 0: one reading alone, which has no hours
    counted = given.micro[at] + (given.micro[at + 1] - given.micro[at]) * into // span
    between = (into > 0) & (into < span) & (span > STRADDLE_US)
    covered_us = np.diff(edge)
    keeps = np.flatnonzero((of[1:] == of[:-1]) & (covered_us > 0))
    worse = between[keeps] | between[keeps + 1]
    # the rises that end after an edge and not after the next: from its row to the next one's
    fastest = np.maximum.reduceat(np.append(rate, 0.0), row) if len(row) else rate[:0]
    peak = np.where(row[keeps + 1] > row[keeps], fastest[keeps], 0.0)
    return CalmHours(
        counters[of[keeps]],
        hour[keeps],
        np.diff(counted)[keeps],
        covered_us[keeps] // SECOND_US,
        np.where(worse, Quality.INTERPOLATED.code, Quality.MEASURED.code),
        whole_rate(peak),
    )
