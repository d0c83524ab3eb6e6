"""Meter replacements taken out of a counter's readings: the counter as if one meter had always stood there.

A replacement says what the old meter showed last and the new one first, at one moment. Both are one element
of the series; readings after it are moved by the difference. So the rise up to it is `old_final` minus the
last reading, the rise after it the first reading minus `new_initial`; nothing else of the arithmetic changes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.stores.readings import Bools, Ints

OVERTAKE_US = 24 * HOUR_US  # no meter counts more in it than an old one has in its life [engineering default]


class Replacement(NamedTuple):
    """A meter was replaced: what the counters of the old and the new one showed [micro]."""

    at_us: int
    old_final: int
    new_initial: int

    def is_doubtful(self, before: "Shown", after: "Shown") -> bool:
        """Whether one meter counted on from `before` to `after`: it was replaced at another moment.

        The counter should have stepped down but did not, and stayed below where it is said to have ended; or
        it went beyond, sooner than a new meter can overtake an old one.
        """
        if self.new_initial >= self.old_final or after.micro < before.micro:
            return False
        return after.micro <= self.old_final or after.at_us - before.at_us <= OVERTAKE_US


class Shown(NamedTuple):
    """What a meter showed at a moment [micro]."""

    at_us: int
    micro: int


class Series(NamedTuple):
    """Readings and replacements of a counter in columns, by time."""

    ts_us: Ints
    value: Ints  # goes on through replacements; only differences mean something
    offset: Ints  # value − what the meter shows that is in place after this element
    is_replacement: Bools

    def part(self, rows: slice | Bools) -> "Series":
        """Some of the elements."""
        return Series(self.ts_us[rows], self.value[rows], self.offset[rows], self.is_replacement[rows])


def spliced(ts_us: Ints, micro: Ints, replacements: Sequence[Replacement] = ()) -> Series:
    """One series from readings (times strictly rising) and the replacements between the first and the last.

    A replacement outside of them explains no difference yet. A reading at its very moment may be of either
    meter: the form stands in its place.
    """
    between = sorted(one for one in replacements if len(ts_us) and ts_us[0] < one.at_us < ts_us[-1])
    if not between:
        return Series(ts_us, micro, np.zeros(len(micro), np.int64), np.zeros(len(micro), np.bool_))
    at, old_final, new_initial = np.array(between, np.int64).T
    offset = np.concatenate([[0], np.cumsum(old_final - new_initial)])
    others = ~np.isin(ts_us, at)
    ts_us, micro = ts_us[others], micro[others]
    moved = offset[np.searchsorted(at, ts_us, side="right")]
    ts_all = np.concatenate([ts_us, at])
    order = np.argsort(ts_all)
    return Series(
        ts_all[order],
        np.concatenate([micro + moved, new_initial + offset[1:]])[order],
        np.concatenate([moved, offset[1:]])[order],
        np.concatenate([np.zeros(len(ts_us), np.bool_), np.ones(len(at), np.bool_)])[order],
    )


def doubted(standing: Series) -> Bools:
    """Replacements that the elements around them contradict, see Replacement.is_doubtful."""
    ts_us, value, offset = standing.ts_us, standing.value, standing.offset
    found = np.zeros(len(value), np.bool_)
    for i in np.flatnonzero(standing.is_replacement):
        before = Shown(int(ts_us[i - 1]), int(value[i - 1] - offset[i - 1]))
        after = Shown(int(ts_us[i + 1]), int(value[i + 1] - offset[i]))
        form = Replacement(int(ts_us[i]), int(value[i] - offset[i - 1]), int(value[i] - offset[i]))
        found[i] = form.is_doubtful(before, after)
    return found
