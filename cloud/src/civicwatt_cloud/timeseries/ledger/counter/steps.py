"""Where a counter steps, and what it showed around a moment: what a form is checked against. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.timeseries.ledger.counter.splice import Replacement, Series, Shown

STEP_FACTOR = 10  # use between two readings may be so many times the largest seen [engineering default]


class Around(NamedTuple):
    """What was shown last before a moment and first after it; None where nothing was."""

    before: Shown | None
    after: Shown | None


def around(line: Series, others: Iterable[Replacement], at_us: int) -> Around:
    """By what stands in the line, and by replacements; those outside its readings show counters too."""
    ts, value, offset = line.ts_us.tolist(), line.value.tolist(), line.offset.tolist()
    i = int(np.searchsorted(line.ts_us, at_us))
    j = int(np.searchsorted(line.ts_us, at_us, side="right"))
    outside = [one for one in others if not ts or not ts[0] < one.at_us < ts[-1]]
    before = [Shown(one.at_us, one.new_initial) for one in outside if one.at_us < at_us]
    after = [Shown(one.at_us, one.old_final) for one in outside if one.at_us > at_us]
    if i:
        before.append(Shown(ts[i - 1], value[i - 1] - offset[i - 1]))
    if j < len(ts):
        after.append(Shown(ts[j], value[j] - offset[max(j - 1, 0)]))
    return Around(max(before, default=None), min(after, default=None))


def step_of(line: Series, form: Replacement) -> tuple[Shown, Shown] | None:
    """The newest two neighbours with a step that such counters explain, whatever the form's moment.

    Where there are none it is the newest fall, if the final is nearer to what was shown before it than to the
    newest reading: then a counter is mistyped, and the fall can say which.
    """
    steps = _neighbours(line)
    for before, after in steps:
        is_step = after.micro < before.micro or form.new_initial > form.old_final
        if is_step and before.micro <= form.old_final and after.micro >= form.new_initial:
            return before, after
    for before, after in steps:
        if after.micro < before.micro:
            newest = steps[0][1].micro
            is_near = abs(before.micro - form.old_final) < abs(newest - form.old_final)
            return (before, after) if is_near else None
    return None


def most_plausible(history: Series, span_us: int) -> int | None:
    """The most that the counter can be thought to rise in this time [micro]; None: nothing to tell by.

    Its largest rate between two readings of its history, STEP_FACTOR times, and one step of its resolution
    as the readings show it. A counter that stood still all along can rise by nothing.
    """
    readings = history.part(~history.is_replacement)
    rises, spans = np.diff(readings.value), np.diff(readings.ts_us)
    spans, rises = spans[rises >= 0], rises[rises >= 0]
    if not len(rises):
        return None
    fastest = int(np.argmax(rises / spans))
    peak = int(rises[fastest]) * span_us * STEP_FACTOR // int(spans[fastest])
    return peak + int(np.gcd.reduce(rises))


def _neighbours(line: Series) -> list[tuple[Shown, Shown]]:
    """Each two that follow one another, the newest first; both as one meter showed them."""
    ts, shown = line.ts_us, line.value - line.offset
    after = line.value[1:] - line.offset[:-1]
    rows = zip(ts[:-1].tolist(), shown[:-1].tolist(), ts[1:].tolist(), after.tolist(), strict=True)
    return [(Shown(t0, first), Shown(t1, last)) for t0, first, t1, last in rows if t1 - t0 > 1][::-1]
