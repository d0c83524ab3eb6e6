"""What to expect of an hour: from days of its class, and from days that went like this one so far."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.anomalies.past import DAYS, HOURS, WEEKS, Flags, Past, weighted_median
from civicwatt_cloud.analysis.arrays import Numbers, median

Ints = NDArray[np.int64]

# [engineering default] each: set on simulated buildings, on none of those that are held out
MEMORY_DAYS = 28.0  # a day weighs 1/e of yesterday after four weeks: seasons move
CLASS_SPREAD = 0.9  # two days of the week are of one class when their profiles differ by less than the noise
OTHER_CLASS = (
    0.08  # what a day of another class weighs among the days like this one: a holiday is like a Sunday
)
MATCH_KEEP = 0.85  # of the likeness so far, from hour to hour: some six hours decide
MATCH_SHARP = 5.0
MATCH_MOST = 4.0  # one hour cannot make a day unlike by more than this many scales
TEMPERATURE_SPREAD_C = 4.0
ERROR_SHARE = 0.03  # of the expectation: no meter of class 1 or 2 on a changing load is known better
SWING_SHARE = 0.15  # of the meter's usual range, where that is less: a temperature moves about a large number
TYPICAL_SHARE = 0.015  # of the meter's typical value
TO_SIGMA = 1.4826  # median absolute deviation to standard deviation of a normal distribution
NEIGHBOUR = 2  # the third: what came three times in eight weeks is not new
UNKNOWN_DAYS = 5.0  # so many days of the wide first guess stand beside what was learned
WEEKEND = 5


class Expected:
    """The expectation of a day's hours; made anew each day, matched anew each hour."""

    def __init__(self, meters: int) -> None:
        self.meters = meters
        self.unlike = np.zeros((meters, DAYS))
        self.matched = np.zeros(meters)
        self.typical = np.full(meters, np.nan)
        self.swing = np.full(meters, np.nan)
        self.own_scale = np.zeros((meters, HOURS))
        self.resolution = np.zeros(meters)

    def begin(self, past: Past, day: int, weekday: int) -> None:
        """Look at the past from the start of a day that is like this day of the week."""
        slots = np.arange(DAYS)
        age = (day - 1 - slots) % DAYS + 1.0
        self.recent = np.exp(-age / MEMORY_DAYS)
        low, quarter, three, high = shares_of(past.taught.reshape(self.meters, -1), (0.1, 0.25, 0.75, 0.9))
        self.typical, self.swing, spread = (
            np.fmax(np.abs(low), np.abs(high)),
            high - low,
            (three - quarter) / 2,
        )
        self.by_hour, self.order, self.ordered = _ordered(past.taught)
        self.weighty = ~np.isnan(self.ordered)
        self.days = np.count_nonzero(self.weighty, axis=2).astype(float)  # of each hour
        self.classes = median(past.taught.reshape(self.meters, WEEKS, 7, HOURS), 1)
        self.base = _class_weights(past, self.classes, weekday, self.own_scale) * self.recent
        weights = np.take_along_axis(self.base[:, None, :], self.order, axis=2) * self.weighty
        self.own = weighted_median(self.ordered, weights, 2)
        self.own_scale = self._scale(past.error_own, spread, self.base)
        self.near_scale = self._scale(past.error_near, spread)
        self.unlike = np.roll(self.unlike, 1, axis=1)
        self.archived = past.archived
        self.worked = self.classes.max(1)
        self.temperature = past.temperature

    def _scale(self, errors: Numbers, spread: Numbers, weights: Numbers | None = None) -> Numbers:
        """Typical error of each hour of the day (meters × 24), wide while little is known."""
        weight = self.recent[None, :] if weights is None else weights + 0.15 * self.recent
        _, order, ordered = _ordered(errors)
        each = np.take_along_axis(np.broadcast_to(weight, errors.shape[:2])[:, None, :], order, axis=2)
        there = ~np.isnan(ordered)
        middle = weighted_median(ordered, each * there, 2)
        known = np.count_nonzero(there, axis=2).astype(float)
        around = (np.roll(middle, 1, 1) + middle + np.roll(middle, -1, 1)) / 3.0
        middle = np.nan_to_num(np.fmax(middle, around))
        guess = UNKNOWN_DAYS * np.nan_to_num(spread)[:, None]
        return np.asarray(TO_SIGMA * (known * middle + guess) / (known + UNKNOWN_DAYS))

    def near(self, hour: int, temperature: Numbers | None) -> Numbers:
        """What days like this one so far (and as warm) had at the hour."""
        like = self.unlike - self.unlike.min(1, keepdims=True)
        sharp = MATCH_SHARP * np.minimum(self.matched, 4.0) / np.maximum(self.matched, 1e-9)
        weights = (self.base + OTHER_CLASS * self.recent) * np.exp(-like * sharp[:, None])
        if temperature is not None:
            apart = (self.temperature[:, :, hour] - temperature[:, None]) / TEMPERATURE_SPREAD_C
            weights = weights * np.nan_to_num(np.exp(-0.5 * np.minimum(apart**2, 9.0)), nan=0.05)
        order, there = self.order[:, hour], self.weighty[:, hour]
        return weighted_median(self.ordered[:, hour], np.take_along_axis(weights, order, 1) * there, 1)

    def nearest(self, hour: int, value: Numbers) -> Numbers:
        """How far the value is from the few nearest that this hour of the day ever had."""
        apart = np.abs(self.ordered[:, hour] - value[:, None])
        lately = np.partition(np.nan_to_num(apart, nan=np.inf), NEIGHBOUR, axis=1)[:, NEIGHBOUR]
        once = np.abs(self.archived[:, :, hour] - value[:, None])
        once = np.partition(np.nan_to_num(once, nan=np.inf), NEIGHBOUR, axis=1)[:, NEIGHBOUR]
        return np.asarray(np.minimum(lately, once))

    def inside(self, hour: int, value: Numbers) -> Flags:
        """Whether the value lies between what this hour had at least twice on days of the past."""
        ordered = self.ordered[:, hour]
        known = np.count_nonzero(self.weighty[:, hour], axis=1)
        high = np.take_along_axis(ordered, np.maximum(known - 2, 0)[:, None], axis=1)[:, 0]
        return np.asarray((value >= ordered[:, 1]) & (value <= high))

    def floor(self, expected: Numbers) -> Numbers:
        """No error smaller than this is an error."""
        typical = np.nan_to_num(self.typical)
        least = np.maximum(ERROR_SHARE * np.abs(expected), TYPICAL_SHARE * typical)
        least = np.minimum(least, SWING_SHARE * np.nan_to_num(self.swing, nan=np.inf))
        return np.asarray(np.maximum(least, 1.0 * self.resolution) + 1e-9)

    def close(self, hour: int, value: Numbers) -> None:
        """An hour is over: compare it with the same hour of each past day."""
        there = ~np.isnan(value)
        scale = np.maximum(self.own_scale[:, hour], self.floor(np.nan_to_num(self.own[:, hour])))
        apart = np.abs(value[:, None] - self.by_hour[:, hour]) / scale[:, None]
        apart = np.nan_to_num(np.minimum(apart, MATCH_MOST), nan=1.5)
        self.unlike = np.where(
            there[:, None], MATCH_KEEP * self.unlike + (1 - MATCH_KEEP) * apart, self.unlike
        )
        self.matched = np.where(there, np.minimum(self.matched + 1.0, 6.0), self.matched)


def shares_of(values: Numbers, shares: Sequence[float]) -> list[Numbers]:
    """The values below which these shares of each row's known values lie."""
    ordered = np.sort(values, axis=1)
    last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=1) - 1, 0)
    rows = np.arange(len(ordered))
    return [ordered[rows, np.floor(share * last).astype(np.int64)] for share in shares]


def _ordered(ring: Numbers) -> tuple[Numbers, Ints, Numbers]:
    """A ring as meters × hours × days: as it is, its ascending order, and in that order."""
    by_hour = np.ascontiguousarray(ring.transpose(0, 2, 1))
    order = np.argsort(by_hour, axis=2)
    return by_hour, order, np.take_along_axis(by_hour, order, axis=2)


def _class_weights(past: Past, profiles: Numbers, today: int, scale: Numbers) -> Numbers:
    """How much each past day is of today's class, 0..1, learned from the profiles of the days of the week."""
    by_weekday = past.taught.reshape(-1, WEEKS, 7, HOURS)
    known = np.count_nonzero(~np.isnan(by_weekday).all(3), axis=1)  # meters × 7
    floor = 0.03 * np.abs(np.nan_to_num(profiles)) + 1e-9
    apart = np.abs(profiles - profiles[:, today, None]) / np.maximum(scale[:, None, :], floor)
    there = ~np.isnan(apart)
    distance = np.where(there, np.minimum(apart, 6.0), 0.0).sum(2) / np.maximum(there.sum(2), 1)
    weekday = np.arange(7)
    plain = np.where((weekday >= WEEKEND) == (today >= WEEKEND), 0.5, 2.0)
    enough = (known >= 2) & (known[:, today, None] >= 2)
    distance = np.where(enough, distance, plain)
    distance[:, today] = 0.0
    weights: Numbers = np.exp(-0.5 * (distance / CLASS_SPREAD) ** 2)
    return weights[:, np.arange(DAYS) % 7]
