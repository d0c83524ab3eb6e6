"""Counters to hourly consumption: pure, exact in integers, the same for any order of arrival.

A counter only rises, so an hour's consumption is its value at the hour's end minus its value at the start.
Between two readings it is taken to rise evenly; a boundary value is rounded down, and since the same value
ends one hour and starts the next, the hours of a period add up to the counter's difference, to the digit.

A step down is never booked: the series is cut there and the step is reported as held. Short dips and spikes
(a zero while the meter boots, a frame gone wrong) are readings outside what their neighbours allow; they are
left out and reported too, so that neither the step out nor the step back is booked.

A replaced meter's step is explained by its form (splice.py); without one it is held like any other, and so
is a form that the readings contradict.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.splice import Replacement, Series, doubted, spliced
from civicwatt_cloud.timeseries.stores.readings import Bools, Floats, Ints
from civicwatt_protocols.quantity import MICRO, to_micro

STRADDLE_US = 900_000_000  # readings this close around a boundary count as read there [engineering default]
GLITCH_READINGS = 5  # a dip or spike is at most this long [engineering default]

_EXACT_BELOW = 2.0**31  # below, value · 1e6 in double arithmetic is within half a micro of the true product


class Held(NamedTuple):
    """A step that is not booked: a counter that fell, a reading or a form that its neighbours contradict."""

    ts_us: int  # of the reading after the step, or of what is contradicted
    kind: Literal["fall", "glitch", "form"]
    before_micro: int  # the last reading that stands; of a form the old meter's counter
    after_micro: int  # of a form the new meter's


class Hours(NamedTuple):
    """Consumption by hour in columns; hours of which nothing is known are absent."""

    hour: Ints  # hours since 1970-01-01T00Z
    micro: Ints  # 1e-6 of the counter's unit
    covered_s: Ints
    quality: Ints  # Quality.code


class Booking(NamedTuple):
    """What replaces the hours [hour_from, hour_to) of a point after some of its readings changed."""

    hour_from: int
    hour_to: int
    hours: Hours
    held: list[Held]


def micro_of(value: Floats) -> Ints:
    """Counter values in the measure's unit as whole micros, half to even; gaps must be gone."""
    micro = np.rint(value * MICRO).astype(np.int64)
    for i in np.flatnonzero(np.abs(value) >= _EXACT_BELOW):
        micro[i] = to_micro(float(value[i]))
    return micro


def standing(micro: Ints) -> Bools:
    """Which readings stand; the others lie outside two neighbours that agree with each other.

    A reading r falls when there are a before and b after it, with at most GLITCH_READINGS between them,
    value[a] <= value[b], and value[r] below or above both. It depends on the next neighbours only, not on
    time or on the order of arrival.
    """
    stands = np.ones(len(micro), np.bool_)
    falls = np.flatnonzero(micro[1:] < micro[:-1])
    if not len(falls):
        return stands
    near = np.arange(1 - GLITCH_READINGS, GLITCH_READINGS + 1)
    suspects = np.unique(falls[:, None] + near)
    suspects = suspects[(suspects >= 0) & (suspects < len(micro))]
    for before in range(1, GLITCH_READINGS + 1):
        for after in range(1, GLITCH_READINGS + 2 - before):
            r = suspects[(suspects >= before) & (suspects < len(micro) - after)]
            a, b = micro[r - before], micro[r + after]
            stands[r] &= ~((a <= b) & ((micro[r] < a) | (micro[r] > b)))
    return stands


def standing_in(series: Series) -> Bools:
    """Which elements stand: forms do, readings by their neighbours."""
    return standing(series.value) | series.is_replacement


def consumption(
    ts_us: Ints, micro: Ints, replacements: Sequence[Replacement] = ()
) -> tuple[Hours, list[Held]]:
    """All hours of a counter from all its readings (times strictly rising, no gaps)."""
    series = spliced(ts_us, micro, replacements)
    return _between(series, standing_in(series))


def booking(
    ts_us: Ints,
    micro: Ints,
    changed: tuple[int, int],
    *,
    from_first: bool,
    to_last: bool,
    replacements: Sequence[Replacement] = (),
) -> Booking | None:
    """The hours to replace after readings or replacements came in `changed` = [t0, t1).

    Hours before the first reading are left alone: readings are dropped after some years, books are not.

    The readings given are all there are in one stretch around `changed`; `from_first` and `to_last` say
    whether the stretch begins with the counter's first reading and ends with its last. None: the stretch
    is too short to tell which hours differ.
    """
    series = spliced(ts_us, micro, replacements)
    ts_us, is_form = series.ts_us, series.is_replacement
    n, reach = len(ts_us), GLITCH_READINGS
    first = int(np.searchsorted(ts_us, changed[0]))
    end = int(np.searchsorted(ts_us, changed[1]))
    # A new first or last reading lets the replacements next to it count.
    while 0 < first < n and is_form[first - 1]:
        first -= 1
    while end < n and is_form[end]:
        end += 1
    sure = np.flatnonzero(_surely_standing(series.value, from_first=from_first, to_last=to_last) & ~is_form)
    lo, hi = 0, n
    hour_from, hour_to = changed[0] // HOUR_US, -(-changed[1] // HOUR_US)
    # Readings up to `reach` before the change may stand or fall by it; one that surely stands before them
    # is where the difference begins, and another one at or before that hour's start makes the hour whole.
    before = sure[sure < first - reach]
    if len(before):
        hour_from = int(ts_us[before[-1]]) // HOUR_US
        before = before[ts_us[before] <= hour_from * HOUR_US]
    if len(before):
        lo = int(before[-1])
    elif not from_first:
        return None
    else:
        hour_from = int(ts_us[0]) // HOUR_US if n else hour_to
    after = sure[sure >= end + reach]
    if len(after):
        hour_to = -(-int(ts_us[after[0]]) // HOUR_US)
        after = after[ts_us[after] >= hour_to * HOUR_US]
    if len(after):
        hi = int(after[0]) + 1
    elif not to_last:
        return None
    elif n:
        hour_to = max(hour_to, int(ts_us[-1]) // HOUR_US + 1)
    hours, held = _between(series.part(slice(lo, hi)), standing_in(series)[lo:hi])
    inside = (hours.hour >= hour_from) & (hours.hour < hour_to)
    return Booking(
        hour_from,
        hour_to,
        Hours(*(column[inside] for column in hours)),
        [step for step in held if hour_from <= step.ts_us // HOUR_US < hour_to],
    )


def _surely_standing(micro: Ints, *, from_first: bool, to_last: bool) -> Bools:
    """Readings that stand whatever lies outside the stretch: no fall within reach on either side."""
    n, reach = len(micro), GLITCH_READINGS
    falls = np.concatenate([[0], np.cumsum(micro[1:] < micro[:-1])]) if n else np.zeros(0, np.int64)
    place = np.arange(n)
    sure: Bools = falls[np.minimum(place + reach, n - 1)] == falls[np.maximum(place - reach, 0)]
    if not from_first:
        sure &= place >= reach
    if not to_last:
        sure &= place < n - reach
    return sure


def _between(series: Series, stands: Bools) -> tuple[Hours, list[Held]]:
    """Hours between the first and the last element that stands."""
    line = series.part(stands)
    in_doubt = doubted(line)
    held = _held(series, stands, in_doubt)
    ts = line.ts_us
    if len(ts) < 2:
        nothing = np.zeros(0, np.int64)
        return Hours(nothing, nothing, nothing, nothing), held
    span, step = np.diff(ts), np.diff(line.value)
    counts = (step >= 0) & ~(in_doubt[1:] | in_doubt[:-1])
    rise = np.where(counts, step, 0)
    booked = np.concatenate([[0], np.cumsum(rise)])  # at each reading: all rises so far
    covered = np.concatenate([[0], np.cumsum(np.where(counts, span, 0))])  # and the time they cover
    hour = np.arange(ts[0] // HOUR_US, -(-int(ts[-1]) // HOUR_US))
    edge = np.append(hour, hour[-1] + 1) * HOUR_US
    edge = np.clip(edge, ts[0], ts[-1])
    at = np.minimum(np.searchsorted(ts, edge, side="right") - 1, len(span) - 1)  # segment of each edge
    into = edge - ts[at]
    booked_at = booked[at] + _share(rise[at], into, span[at])
    covered_at = covered[at] + np.where(counts[at], into, 0)
    between = (into > 0) & (into < span[at]) & counts[at] & (span[at] > STRADDLE_US)
    quality = np.where(between[:-1] | between[1:], Quality.INTERPOLATED.code, Quality.MEASURED.code)
    covered_us = np.diff(covered_at)
    known = covered_us > 0
    columns = (hour, np.diff(booked_at), covered_us // 1_000_000, quality)
    return Hours(*(column[known].astype(np.int64) for column in columns)), held


def _share(rise: Ints, into: Ints, span: Ints) -> Ints:
    """floor(rise · into / span); the product of two of them can pass 63 bits, so those are Python's."""
    share = np.where(into == span, rise, 0)
    for i in np.flatnonzero((into > 0) & (into < span) & (rise > 0)):
        share[i] = int(rise[i]) * int(into[i]) // int(span[i])
    return share


def _held(series: Series, stands: Bools, in_doubt: Bools) -> list[Held]:
    """Falls between standing elements, forms in doubt, and the readings that do not stand, by time.

    The values are those that the meters showed.
    """
    line = series.part(stands)
    ts, shown = line.ts_us, line.value - line.offset
    held = [
        Held(int(ts[i + 1]), "fall", int(shown[i]), int(line.value[i + 1] - line.offset[i]))
        for i in np.flatnonzero(line.value[1:] < line.value[:-1])
    ]
    for i in np.flatnonzero(in_doubt):
        held.append(Held(int(ts[i]), "form", int(line.value[i] - line.offset[i - 1]), int(shown[i])))
    for i in np.flatnonzero(~stands):
        before = max(int(np.searchsorted(ts, series.ts_us[i])) - 1, 0)
        after = int(series.value[i] - series.offset[i])
        held.append(Held(int(series.ts_us[i]), "glitch", int(shown[before]), after))
    return sorted(held)
