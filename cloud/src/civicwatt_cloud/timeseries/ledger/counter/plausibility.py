"""Which rises a counter's own use explains. Pure.

A rise is plausible when at least SUPPORT other rises of the counter come near its rate: within a day of it
one by one, farther away one an hour. A meter that is replaced, or that sends nonsense, shows a rate never
seen again; a kitchen that starts in the morning is followed by others like it. Where there are few others
one that comes near is enough, and with fewer than SUPPORT nothing is called implausible. What is thought
plausible on so little is thin: more readings may show otherwise.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.stores.readings import Bools, Floats, Ints

# Engineering defaults.
PEAK_FACTOR = 10  # a rate is near another that is up to so many times smaller
SUPPORT = 3  # so many others make it plausible
FEW = 12  # with fewer others than this one of them does
LONGEST_US = HOUR_US // 4  # a rise may be taken to have lasted so long
NEAR_US = 24 * HOUR_US
FAR_H = 35 * 24

_AROUND = 12  # so many rises on either side are looked at first
_RATE_LIMIT = 2.0**62


class Rises(NamedTuple):
    """Rises between neighbouring readings in columns, by time."""

    end_us: Ints
    rise: Ints  # micro, never negative
    span_us: Ints
    rate: Floats  # micro an hour

    @classmethod
    def of(cls, end_us: Ints, rise: Ints, span_us: Ints) -> "Rises":
        """With their rates."""
        return cls(end_us, rise, span_us, rise * (HOUR_US / span_us))

    def lasting(self, i: int, among: slice) -> float:
        """The rate of one, taken to last as long as those among it stands mostly do, a quarter hour at most.

        One pulse of a coarse counter between two readings that happen to be close is no jump.
        """
        usual = min(float(np.median(self.span_us[among])), LONGEST_US)
        return float(self.rise[i]) * (HOUR_US / max(float(self.span_us[i]), usual))


class Peaks(NamedTuple):
    """The fastest rise that ends in each hour [micro/h, rounded up], hours without an end left out."""

    hour: Ints
    rate: Ints


class Known(NamedTuple):
    """Two readings between which all rises are given, and the hour from which on they teach something."""

    from_us: int | None = None  # None: the counter's first reading
    to_us: int | None = None  # None: its last
    first_hour: int = 0

    def whole(self, here: Peaks) -> Peaks:
        """The hours whose every rise is given."""
        whole = here.hour >= self.first_hour
        if self.from_us is not None:
            whole &= here.hour * HOUR_US >= self.from_us
        if self.to_us is not None:
            whole &= (here.hour + 1) * HOUR_US <= self.to_us
        return Peaks(here.hour[whole], here.rate[whole])

    def is_short(self, first_us: int, last_us: int) -> bool:
        """Whether rises that end in [first, last] may be missing."""
        is_begun = self.from_us is None or self.from_us < first_us
        return not (is_begun and (self.to_us is None or self.to_us >= last_us))


Remembered = Callable[[int, int], Peaks]  # the peaks of hours [from, to) that lie outside the readings given


def nothing_remembered(_hour_from: int, _hour_to: int) -> Peaks:
    """For a counter all of whose readings are given."""
    return Peaks(np.zeros(0, np.int64), np.zeros(0, np.int64))


def whole_rate(rate: Floats) -> Ints:
    """Rates rounded up, as the books keep them; what no table can hold is cut off."""
    return np.ceil(np.minimum(rate, _RATE_LIMIT)).astype(np.int64)


def peaks(rises: Rises) -> Peaks:
    """The peak of each hour in which a rise ends; a reading at the full hour ends the hour before."""
    hour = (rises.end_us - 1) // HOUR_US
    hours, starts = np.unique(hour, return_index=True)
    if not len(hours):
        return nothing_remembered(0, 0)
    return Peaks(hours, np.maximum.reduceat(whole_rate(rises.rate), starts))


def questionable(rises: Rises, starts: Ints, ends: Ints) -> Ints:
    """The places of rises that those around them do not make plausible at once: look at these.

    The columns may hold several counters, each in [start, end).
    """
    place = _unlike_neighbours(rises)
    which = np.searchsorted(starts, place, side="right") - 1
    around = place[:, None] + np.arange(-_AROUND, _AROUND + 1)
    inside = (around >= starts[which][:, None]) & (around < ends[which][:, None])
    around = np.where(inside, around, place[:, None])
    inside &= np.abs(rises.end_us[around] - rises.end_us[place][:, None]) <= NEAR_US
    near = inside & (rises.rate[around] >= rises.rate[place][:, None] / PEAK_FACTOR)
    found: Ints = place[near.sum(axis=1) <= SUPPORT]  # each is near itself
    return found


def _unlike_neighbours(rises: Rises) -> Ints:
    """A quick look: rises that the one before and the two after do not come near, and those at the ends."""
    rate, asked = rises.rate, rises.rise > 0
    if len(rate) > SUPPORT:
        near = np.minimum(rate[:-3], rate[2:-1])
        np.minimum(near, rate[3:], out=near)
        near *= PEAK_FACTOR
        asked[1:-2] &= (rate[1:-2] > near) | (rises.end_us[3:] - rises.end_us[:-3] > NEAR_US)
    return np.flatnonzero(asked)


class Judged(NamedTuple):
    """Per rise."""

    is_implausible: Bools
    is_thin: Bools  # plausible so far
    is_undecided: Bools  # the readings given are too few to tell


def judge(rises: Rises, remembered: Remembered, known: Known) -> Judged:
    """Which rises the others explain."""
    wrong, thin, undecided = np.zeros((3, len(rises.rise)), np.bool_)
    asked = questionable(rises, np.zeros(1, np.int64), np.array([len(rises.rise)]))
    here = known.whole(peaks(rises)) if len(asked) else nothing_remembered(0, 0)
    for i in asked.tolist():
        end = int(rises.end_us[i])
        first, last = end - NEAR_US, end + NEAR_US
        if known.is_short(first, last):
            undecided[i] = True
            continue
        lo, hi = np.searchsorted(rises.end_us, (first, last + 1)).tolist()
        near = rises.lasting(i, slice(lo, hi)) / PEAK_FACTOR
        support, others = int((rises.rate[lo:hi] >= near).sum()) - 1, hi - lo - 1
        if support >= SUPPORT:
            continue
        around = _around(end // HOUR_US, here, remembered)
        far = (around.hour * HOUR_US > last) | ((around.hour + 1) * HOUR_US <= first)
        support += int((around.rate[far] >= near).sum())
        others += int(far.sum())
        if support < SUPPORT:
            wrong[i] = others >= FEW or (others >= SUPPORT and not support)
            thin[i] = not wrong[i]
    return Judged(wrong, thin, undecided)


def _around(hour: int, here: Peaks, remembered: Remembered) -> Peaks:
    """The peaks of the hours around one, from the readings given and else from memory."""
    window = (hour - FAR_H, hour + FAR_H + 1)
    inside = (here.hour >= window[0]) & (here.hour < window[1])
    known = remembered(*window)
    new = ~np.isin(known.hour, here.hour)
    return Peaks(
        np.concatenate([here.hour[inside], known.hour[new]]),
        np.concatenate([here.rate[inside], known.rate[new]]),
    )
