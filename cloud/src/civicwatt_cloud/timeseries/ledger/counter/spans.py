"""What a counter has counted up to any moment: its spans between readings, rated and placed. Pure."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.facts import Ratio
from civicwatt_cloud.timeseries.ledger.counter.line import Steps
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.stores.readings import Bools, Ints

STRADDLE_US = HOUR_US // 4  # readings this close around a moment count as read there [engineering default]

Usual = Callable[[Ints], Ints | None]  # weights of a gap's hours by the meter's own use; None: not known


class Spans(NamedTuple):
    """The stretches between neighbouring readings in columns, cut where the ratio changes."""

    start_us: Ints
    end_us: Ints
    rise: Ints  # micro as the counter shows it; 0 where it is not booked
    counts: Bools  # whether it is booked
    grade: Ints  # Quality.code that its hours have at best


def spans_of(steps: Steps, ratios: Sequence[Ratio]) -> Spans:
    """The steps of a line, cut at changes of ratio.

    A change between two readings takes its part of the rise by time: if they lie far apart it is an estimate.
    """
    rise = np.where(steps.counts, steps.rise, 0)
    spans = Spans(steps.start_us, steps.end_us, rise, steps.counts, np.zeros(len(rise), np.int64))
    for ratio in ratios:
        spans = _cut(spans, ratio.from_us)
    return spans


def _cut(spans: Spans, at_us: int) -> Spans:
    i = int(np.searchsorted(spans.start_us, at_us)) - 1
    if i < 0 or at_us >= spans.end_us[i]:
        return spans
    start, end, rise = int(spans.start_us[i]), int(spans.end_us[i]), int(spans.rise[i])
    before = rise * (at_us - start) // (end - start)
    grade = Quality.ESTIMATED.code if end - start > STRADDLE_US else int(spans.grade[i])
    halves = ([start, at_us], [at_us, end], [before, rise - before], [bool(spans.counts[i])] * 2, [grade] * 2)
    return Spans(
        *(
            np.concatenate([column[:i], np.array(pair, column.dtype), column[i + 1 :]])
            for column, pair in zip(spans, halves, strict=True)
        )
    )


def booked_at(spans: Spans, moments: Ints, ratios: Sequence[Ratio], usual: Usual) -> Ints:
    """Micro counted from the first span's start up to each moment, rounded down; exact at every reading.

    The moments lie between the start of the first span and the end of the last.
    """
    since = np.concatenate([[0], np.cumsum(spans.rise)])
    at = np.clip(np.searchsorted(spans.start_us, moments, side="right") - 1, 0, len(spans.rise) - 1)
    ends = moments >= spans.end_us[at]
    booked = since[at] + np.where(ends, spans.rise[at], 0)
    inner = np.flatnonzero(~ends & (moments > spans.start_us[at]) & (spans.rise[at] > 0))
    shares = zip(inner.tolist(), _shares(spans, at[inner], moments[inner], usual), strict=True)
    if not ratios:
        for i, (part, whole) in shares:
            booked[i] += int(spans.rise[at[i]]) * part // whole
        return booked
    raw = [Fraction(one) for one in booked.tolist()]
    for i, (part, whole) in shares:
        raw[i] += Fraction(int(spans.rise[at[i]]) * part, whole)
    return _rated(spans, since, at, raw, ratios)


def _rated(spans: Spans, since: Ints, at: Ints, raw: list[Fraction], ratios: Sequence[Ratio]) -> Ints:
    """Counted amounts multiplied by the ratio of their time; rounded down where a ratio ends, too."""
    factors = [Fraction(1), *(ratio.factor for ratio in ratios)]
    of_span = np.searchsorted([ratio.from_us for ratio in ratios], spans.start_us, side="right")
    begins = np.flatnonzero(np.diff(of_span, prepend=-1))  # the first span of each ratio
    bases, base = [], 0
    for n, first in enumerate(begins.tolist()):
        bases.append(base)
        if n + 1 < len(begins):
            base += int(factors[of_span[first]] * int(since[begins[n + 1]] - since[first]))
    which = np.searchsorted(begins, at, side="right") - 1
    return np.array(
        [
            bases[n] + int(factors[of_span[begins[n]]] * (amount - int(since[begins[n]])))
            for n, amount in zip(which.tolist(), raw, strict=True)
        ],
        np.int64,
    )


def _shares(spans: Spans, at: Ints, moments: Ints, usual: Usual) -> list[tuple[int, int]]:
    """Which part of its span's rise each moment has seen: as the meter uses to, else evenly."""
    shares: list[tuple[int, int]] = []
    known: dict[int, _Gap | None] = {}
    for i, moment in zip(at.tolist(), moments.tolist(), strict=True):
        start, end = int(spans.start_us[i]), int(spans.end_us[i])
        if i not in known:
            known[i] = _Gap.of(start, end, usual) if end - start > HOUR_US else None
        gap = known[i]
        shares.append(gap.share(moment) if gap else (moment - start, end - start))
    return shares


class _Gap(NamedTuple):
    """A long span whose hours have weights."""

    edges_us: list[int]
    weight: list[int]
    since: list[int]  # weight · µs up to each edge

    @classmethod
    def of(cls, start_us: int, end_us: int, usual: Usual) -> "_Gap | None":
        hours = np.arange(start_us // HOUR_US, -(-end_us // HOUR_US))
        weights = usual(hours)
        if weights is None:
            return None
        edges = np.clip(np.append(hours, hours[-1] + 1) * HOUR_US, start_us, end_us).tolist()
        weight, since = weights.tolist(), [0]
        for n, one in enumerate(weight):
            since.append(since[-1] + one * (edges[n + 1] - edges[n]))
        return cls(edges, weight, since) if since[-1] else None

    def share(self, moment_us: int) -> tuple[int, int]:
        """The part of the gap's rise up to a moment in it, and the whole."""
        n = moment_us // HOUR_US - self.edges_us[0] // HOUR_US
        return self.since[n] + self.weight[n] * (moment_us - self.edges_us[n]), self.since[-1]
