"""A curve on few points: the smallest and the largest value of each pixel, at their own times.

Largest-triangle-three-buckets keeps one point a bucket, the one that makes the best-looking line; a short
peak beside a taller neighbour is lost. Minimum and maximum of a pixel are what a line through all points
would cover there, no extreme ever disappears, and pixels can be filled piece by piece in constant memory.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.stores.readings import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """By pixel: extremes and their times (NaN: a hole), and how much is known."""

    start_us: int
    pixel_us: int
    low: Floats
    low_us: Ints
    high: Floats
    high_us: Ints
    known: Floats  # in whatever `add` was told

    @classmethod
    def empty(cls, start_us: int, pixel_us: int, pixels: int) -> Self:
        """All holes."""
        low, high = (np.full(pixels, np.nan) for _ in range(2))
        low_us, high_us = (np.zeros(pixels, np.int64) for _ in range(2))
        return cls(start_us, pixel_us, low, low_us, high, high_us, np.zeros(pixels))

    def add(self, ts_us: Ints, value: Floats, known: Floats) -> None:
        """Take in values in the order of time, NaN = none; `known` is how much each of them stands for."""
        real = ~np.isnan(value)
        ts_us, value, known = ts_us[real], value[real], known[real]
        if not len(value):
            return
        pixel = (ts_us - self.start_us) // self.pixel_us
        firsts = np.append(0, np.flatnonzero(np.diff(pixel)) + 1)
        lengths, at = np.diff(np.append(firsts, len(pixel))), pixel[firsts]
        self.known[at] += np.add.reduceat(known, firsts)
        for of_pixel, extreme, extreme_us in (
            (np.minimum.reduceat(value, firsts), self.low, self.low_us),
            (np.maximum.reduceat(value, firsts), self.high, self.high_us),
        ):
            equal = np.flatnonzero(value == np.repeat(of_pixel, lengths))
            earliest = equal[np.append(True, np.diff(pixel[equal]) > 0)]
            beyond = of_pixel < extreme[at] if extreme is self.low else of_pixel > extreme[at]
            wins = beyond | np.isnan(extreme[at])
            extreme[at[wins]], extreme_us[at[wins]] = of_pixel[wins], ts_us[earliest[wins]]

    def points(self) -> tuple[Ints, Floats, Ints]:
        """Times, values and pixels of the curve: a hole is one NaN at its pixel's start."""
        pixels = np.arange(len(self.low))
        hole = np.isnan(self.low)
        first_us = np.where(
            hole, self.start_us + pixels * self.pixel_us, np.minimum(self.low_us, self.high_us)
        )
        is_low_first = self.low_us <= self.high_us
        two = ~hole & (self.low_us != self.high_us)
        ts = np.concatenate([first_us, np.maximum(self.low_us, self.high_us)[two]])
        value = np.concatenate(
            [np.where(is_low_first, self.low, self.high), np.where(is_low_first, self.high, self.low)[two]]
        )
        pixel = np.concatenate([pixels, pixels[two]])
        order = np.lexsort((ts, pixel))
        return ts[order], value[order], pixel[order]
