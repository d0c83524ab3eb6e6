"""What a detector keeps of the past: eight weeks of hours that taught it, for many meters at once."""

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers

WEEKS, DAYS, HOURS = 8, 56, 24
ARCHIVED = 52  # two days of each of 26 weeks: a term before the vacation
WHOLE_DAY_H = 20
Flags = NDArray[np.bool_]


class Past:
    """Rings of days. The slot of a day is its number modulo 56, so a slot keeps its day of the week."""

    def __init__(self, meters: int) -> None:
        shape = (meters, DAYS, HOURS)
        self.archived = np.full((meters, ARCHIVED, HOURS), np.nan)
        self.taught = np.full(shape, np.nan)  # values that were not judged anomalous
        self.seen = np.full(shape, np.nan)  # all values outside runs of equal ones
        self.error_own = np.full(shape, np.nan)  # |value - what the day class led to expect|
        self.error_near = np.full(shape, np.nan)  # |value - what days like this one led to expect|
        self.repeats = np.full(shape, np.nan)  # 1 where a value repeated the one before it
        self.zeros = np.full(shape, np.nan)  # 1 where a value was zero
        self.negatives = np.full(shape, np.nan)
        self.temperature = np.full(shape, np.nan)
        self.lows = np.full((meters, DAYS), np.nan)
        self.highs = np.full((meters, DAYS), np.nan)
        self.steps = np.full((meters, DAYS), np.nan)  # the smallest change from row to row
        # runs of equal values that ended on the day: other than zero, of zeros
        self.longest = np.full((2, meters, DAYS), np.nan)

    def archive(self, week: int) -> None:
        """Keep the fullest and the emptiest day of the week that is over for half a year."""
        days = self.taught[:, (week * 7 + np.arange(7)) % DAYS]
        whole = np.count_nonzero(~np.isnan(days), axis=2) >= WHOLE_DAY_H
        total = np.nansum(days, axis=2)
        at = np.arange(len(days))
        for number, pick in enumerate(
            (np.where(whole, total, -np.inf).argmax(1), np.where(whole, total, np.inf).argmin(1))
        ):
            self.archived[:, (week * 2 + number) % ARCHIVED] = np.where(
                whole.any(1)[:, None], days[at, pick], np.nan
            )

    def clear(self, slot: int) -> None:
        """Forget what stood in a slot eight weeks ago."""
        for name, ring in vars(self).items():
            if name == "longest":
                ring[:, :, slot] = np.nan
            elif name != "archived":
                ring[:, slot] = np.nan

    def relearn(self, which: Flags, newest: int, days: int) -> None:
        """Take what was seen in the last days for the new normal, and forget what was before."""
        if not which.any():
            return
        recent = np.zeros(DAYS, np.bool_)
        recent[(newest - np.arange(days)) % DAYS] = True
        taught = np.where(recent[None, :, None], self.seen[which], np.nan)
        self.taught[which] = taught
        for ring in (self.error_own, self.error_near):
            ring[which] = np.nan
        self.lows[which], self.highs[which] = extremes(taught)


def extremes(values: Numbers) -> tuple[Numbers, Numbers]:
    """Smallest and largest along the last axis; NaN where nothing is known."""
    known = ~np.isnan(values)
    some = known.any(-1)
    low = np.where(known, values, np.inf).min(-1)
    high = np.where(known, values, -np.inf).max(-1)
    return np.where(some, low, np.nan), np.where(some, high, np.nan)


def weighted_median(ordered: Numbers, weights: Numbers, axis: int) -> Numbers:
    """The weighted median of values in ascending order; NaN where no weight is."""
    gathered = np.cumsum(weights, axis=axis)
    total = np.take(gathered, [-1], axis=axis)
    at = np.argmax(gathered >= 0.5 * total, axis=axis, keepdims=True)
    middle = np.take_along_axis(ordered, at, axis=axis)
    found: Numbers = np.where(total > 0, middle, np.nan).squeeze(axis)
    return found


def from_top(ring: Numbers, share: float) -> tuple[Numbers, Numbers]:
    """The value below which `share` of the known days of a ring lie, and how many days are known."""
    ordered = np.sort(ring, axis=-1)
    known = np.count_nonzero(~np.isnan(ordered), axis=-1)
    at = np.clip(np.floor(share * (known - 1) + 0.5), 0, None).astype(int)
    return np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0], known.astype(float)
