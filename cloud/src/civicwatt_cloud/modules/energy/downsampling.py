"""A curve on few points: the smallest and the largest value of each pixel, at their own times.

Largest-triangle-three-buckets keeps one point a bucket, the one that makes the best-looking line; a short
peak beside a taller neighbour is lost. Minimum and maximum of a pixel are what a line through all points
would cover there, no extreme ever disappears, and pixels can be filled piece by piece in constant memory.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from civicwatt_cloud.modules.energy.steps import Ints
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
        """Take in values, NaN = none; `known` is how much each of them stands for."""
        real = ~np.isnan(value)
        ts_us, value, known = ts_us[real], value[real], known[real]
        if not len(value):
            return
        pixel = (ts_us - self.start_us) // self.pixel_us
        np.add.at(self.known, pixel, known)
        for sign, extreme, extreme_us in ((1, self.low, self.low_us), (-1, self.high, self.high_us)):
            order = np.lexsort((ts_us, sign * value, pixel))  # of equal ones the earliest
            first = order[np.append(0, np.flatnonzero(np.diff(pixel[order])) + 1)]
            first = first[~(sign * extreme[pixel[first]] <= sign * value[first])]  # also where a hole was
            extreme[pixel[first]], extreme_us[pixel[first]] = value[first], ts_us[first]

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
