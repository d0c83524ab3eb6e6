"""Counters to hourly consumption: pure, exact in integers, the same for any order of arrival.

A counter only rises, so an hour's consumption is its value at the hour's end minus its value at the start.
Between two readings it is taken to rise evenly, in a gap as the meter uses to (profile.py); a boundary value
is rounded down, and since the same value ends one hour and starts the next, the hours of a period add up to
the counter's difference, to the digit.

A step down is never booked, nor a rise that the counter's own use does not explain (plausibility.py): the
line is cut there and the step is reported as held. Short dips and spikes (glitches.py) are left out and
reported too. A replaced meter's step is explained by its form (splice.py), a counter that began again at
zero by its span; both, and a change of ratio, are dated facts (facts.py).
"""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.facts import Facts
from civicwatt_cloud.timeseries.ledger.counter.line import Steps
from civicwatt_cloud.timeseries.ledger.counter.plausibility import peaks
from civicwatt_cloud.timeseries.ledger.counter.spans import STRADDLE_US, Spans, Usual, booked_at, spans_of
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.stores.readings import Floats, Ints
from civicwatt_protocols.quantity import MICRO, to_micro

_EXACT_BELOW = 2.0**31  # below, value · 1e6 in double arithmetic is within half a micro of the true product


class Hours(NamedTuple):
    """Consumption by hour in columns; hours of which nothing is known are absent."""

    hour: Ints  # hours since 1970-01-01T00Z
    micro: Ints  # 1e-6 of the counter's unit
    covered_s: Ints
    quality: Ints  # Quality.code
    peak: Ints  # the fastest rise that ends in it [micro/h]


NO_HOURS = Hours(*(np.zeros(0, np.int64) for _ in Hours._fields))


class Slots(NamedTuple):
    """Consumption in slots of one length, columns as of Hours; `slot` is counted from 1970-01-01T00Z."""

    slot: Ints
    micro: Ints
    covered_s: Ints
    quality: Ints


def micro_of(value: Floats) -> Ints:
    """Counter values in the measure's unit as whole micros, half to even; gaps must be gone."""
    micro = np.rint(value * MICRO).astype(np.int64)
    for i in np.flatnonzero(np.abs(value) >= _EXACT_BELOW):
        micro[i] = to_micro(float(value[i]))
    return micro


def hours_of(steps: Steps, facts: Facts, usual: Usual) -> Hours:
    """The hours between the first and the last element of a line."""
    slots = slots_of(steps, facts, usual, HOUR_US)
    found = peaks(steps.rises)
    peak = np.zeros(len(slots.slot), np.int64)
    place = np.searchsorted(found.hour, slots.slot)
    place[place == len(found.hour)] = 0
    if len(found.hour):
        peak = np.where(found.hour[place] == slots.slot, found.rate[place], 0)
    return Hours(*slots, peak)


def slots_of(steps: Steps, facts: Facts, usual: Usual, slot_us: int) -> Slots:
    """The slots between the first and the last element of a line; any length gives the same sums."""
    spans = spans_of(steps, facts.ratios)
    if not len(spans.rise):
        return Slots(*NO_HOURS[:4])
    first, last = int(spans.start_us[0]), int(spans.end_us[-1])
    slot = np.arange(first // slot_us, -(-last // slot_us))
    edges = np.clip(np.append(slot, slot[-1] + 1) * slot_us, first, last)
    covered_us = np.diff(_covered_at(spans, edges))
    known = covered_us > 0
    columns = (
        slot,
        np.diff(booked_at(spans, edges, facts.ratios, usual)),
        covered_us // 1_000_000,
        _quality(spans, edges),
    )
    return Slots(*(column[known].astype(np.int64) for column in columns))


def _covered_at(spans: Spans, edges: Ints) -> Ints:
    """Microseconds between readings up to each edge, those of steps that are not booked left out."""
    span = spans.end_us - spans.start_us
    since = np.concatenate([[0], np.cumsum(np.where(spans.counts, span, 0))])
    at = np.searchsorted(spans.end_us, edges)  # an edge at a reading belongs to the span it ends
    at = np.minimum(at, len(span) - 1)
    into: Ints = np.where(spans.counts[at], edges - spans.start_us[at], 0)
    return since[at] + into


def _quality(spans: Spans, edges: Ints) -> Ints:
    """Interpolated where an edge lies inside a long span; at least the grade of the spans in it."""
    at = np.minimum(np.searchsorted(spans.end_us, edges), len(spans.rise) - 1)
    inside = (edges > spans.start_us[at]) & (edges < spans.end_us[at]) & spans.counts[at]
    between = inside & (spans.end_us[at] - spans.start_us[at] > STRADDLE_US)
    quality = np.where(between[:-1] | between[1:], Quality.INTERPOLATED.code, Quality.MEASURED.code)
    for i in np.flatnonzero(spans.grade).tolist():
        touched = (edges[1:] > spans.start_us[i]) & (edges[:-1] < spans.end_us[i])
        quality[touched] = np.maximum(quality[touched], spans.grade[i])
    return quality
