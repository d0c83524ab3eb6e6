"""Runs of equal values, zeros and negative values: how surprising they are for this meter at this hour.

Surprise is counted in nats, -ln of how often it happened in the past at this hour, and added up over the run.
So an hour that repeats the one before is nothing on a coarse small meter at night, and much on a fine one.
"""

import numpy as np

from civicwatt_cloud.analysis.anomalies.past import DAYS, HOURS, WEEKS, Flags, Past
from civicwatt_cloud.analysis.arrays import Numbers, median

# [engineering default] each
PRIOR_REPEAT, PRIOR_ZERO, PRIOR_NEGATIVE = 0.3, 0.1, 0.01  # of a meter of which nothing is known
PRIOR_DAYS = 1.0
NATS = 11.0  # a run this surprising is an anomaly: about one in 60,000
NEGATIVE_NATS = 3.5
SAME = 1e-9  # relative


class Runs:
    """The run of equal values that each meter is in."""

    def __init__(self, meters: int) -> None:
        self.last = np.full(meters, np.nan)
        self.length = np.zeros(meters)
        self.nats = np.zeros(meters)
        self.longest_before = np.zeros(meters)
        self.ended = np.zeros(meters)  # the longest run that ended on this day
        self.step_today = np.full(meters, np.nan)  # the smallest

    def begin(self, past: Past) -> None:
        """Learn from the past how often values repeat, are zero, are negative."""
        self.repeat = _often(past.repeats, PRIOR_REPEAT)
        self.zero = _often(past.zeros, PRIOR_ZERO)
        self.negative = _often(past.negatives, PRIOR_NEGATIVE)
        self.resolution = np.nan_to_num(median(past.steps, 1))
        self.step_today = np.full_like(self.step_today, np.nan)
        ordered = np.sort(np.nan_to_num(past.longest), axis=1)
        self.longest_before = ordered[:, -2]  # twice is a habit
        self.ended = np.zeros_like(self.ended)

    def step(self, hour: int, value: Numbers) -> tuple[Numbers, Numbers, Flags]:
        """Surprise of the run up to this value, and of its being negative; whether it repeats the last."""
        there = ~np.isnan(value)
        same = there & (np.abs(value - self.last) <= SAME * np.maximum(np.abs(value), 1e-6))
        zero = there & (value == 0.0)
        moved = there & ~same & ~np.isnan(self.last)
        self.ended = np.where(moved, np.maximum(self.ended, self.length), self.ended)
        step = np.where(moved, np.abs(value - self.last), np.nan)
        self.step_today = np.fmin(self.step_today, step)
        first = np.where(zero, -np.log(self.zero[:, hour]), 0.0)
        more = -np.log(self.repeat[:, hour])
        self.nats = np.where(there, np.where(same, self.nats + more, first), self.nats)
        self.length = np.where(there, np.where(same, self.length + 1.0, 1.0), self.length)
        self.last = np.where(there, value, self.last)
        longer = np.clip(self.length / (1.25 * self.longest_before + 1.0), 0.0, 1.0)
        run = np.where(there, self.nats * longer / NATS, 0.0)
        negative = np.where(there & (value < 0), -np.log(self.negative[:, hour]) / NEGATIVE_NATS, 0.0)
        return run, negative, same


def _often(ring: Numbers, prior: float) -> Numbers:
    """Share of past days (meters × 24), of the day of the week that had it most: any day may be a day off."""
    there = ~np.isnan(ring)
    happened = np.where(there, ring, 0.0)
    every = (happened.sum(1) + prior * PRIOR_DAYS) / (there.sum(1) + PRIOR_DAYS)
    own = happened.reshape(-1, WEEKS, 7, HOURS).sum(1) + every[:, None] * PRIOR_DAYS
    share = (own / (there.reshape(-1, WEEKS, 7, HOURS).sum(1) + PRIOR_DAYS)).max(1)
    around = (np.roll(share, 1, 1) + 2.0 * share + np.roll(share, -1, 1)) / 4.0
    return np.asarray(np.clip(np.maximum(share, around), 1.0 / (2 * DAYS), 0.999))
