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
OWN_PRIOR = 3.0  # hours of all days beside those of a day of the week
NATS = 10.0  # a run this surprising is an anomaly: one in 20,000
NEGATIVE_NATS = 3.5
ZERO_AGAIN = 0.5  # of the surprise of a first zero, for each more in a meter that is never zero
SAME = 1e-9  # relative


class Runs:
    """The run of equal values that each meter is in."""

    def __init__(self, meters: int) -> None:
        self.last = np.full(meters, np.nan)
        self.length = np.zeros(meters)
        self.nats = np.zeros(meters)
        self.longest_before = np.zeros(meters)
        self.longest_zero = np.zeros(meters)
        self.ended = np.zeros(
            (2, meters)
        )  # the longest run that ended on this day: other than zero, of zeros
        self.step_today = np.full(meters, np.nan)  # the smallest

    def begin(self, past: Past) -> None:
        """Learn from the past how often values repeat, are zero, are negative."""
        self.repeat = _often(past.repeats, PRIOR_REPEAT)
        self.zero = _often(past.zeros, PRIOR_ZERO)
        self.negative = _often(past.negatives, PRIOR_NEGATIVE)
        self.resolution = np.nan_to_num(median(past.steps, 1))
        self.step_today = np.full_like(self.step_today, np.nan)
        ordered = np.sort(np.nan_to_num(past.longest), axis=2)
        self.longest_before, self.longest_zero = ordered[:, :, -2]  # twice is a habit
        self.ended = np.zeros_like(self.ended)

    def step(self, hour: int, value: Numbers) -> tuple[Numbers, Numbers, Flags]:
        """Surprise of the run up to this value, and of its being negative; whether it repeats the last."""
        there = ~np.isnan(value)
        same = there & (np.abs(value - self.last) <= SAME * np.maximum(np.abs(value), 1e-6))
        zero = there & (value == 0.0)
        moved = there & ~same & ~np.isnan(self.last)
        which = np.where(self.last == 0.0, 1, 0)
        for kind, ended in enumerate(self.ended):
            self.ended[kind] = np.where(moved & (which == kind), np.maximum(ended, self.length), ended)
        step = np.where(moved, np.abs(value - self.last), np.nan)
        self.step_today = np.fmin(self.step_today, step)
        first = np.where(zero, -np.log(self.zero[:, hour]), 0.0)
        more = -np.log(self.repeat[:, hour])
        more = np.where(zero, np.maximum(more, ZERO_AGAIN * first), more)
        self.nats = np.where(there, np.where(same, self.nats + more, first), self.nats)
        self.length = np.where(there, np.where(same, self.length + 1.0, 1.0), self.length)
        self.last = np.where(there, value, self.last)
        usual = np.where(zero, self.longest_zero, self.longest_before)
        longer = np.clip(self.length / (1.25 * usual + 1.0), 0.0, 1.0)
        run = np.where(there, self.nats * longer / NATS, 0.0)
        negative = np.where(there & (value < 0), -np.log(self.negative[:, hour]) / NEGATIVE_NATS, 0.0)
        return run, negative, same


def _often(ring: Numbers, prior: float) -> Numbers:
    """Share of past days (meters × 24), of the day of the week that had it most: any day may be a day off."""
    there = ~np.isnan(ring)
    happened = np.where(there, ring, 0.0)
    every = (happened.sum(1) + prior * PRIOR_DAYS) / (there.sum(1) + PRIOR_DAYS)
    own, own_days = (
        _around(ring.reshape(-1, WEEKS, 7, HOURS).sum(1)) for ring in (happened, there.astype(float))
    )
    share = ((own + every[:, None] * OWN_PRIOR) / (own_days + OWN_PRIOR)).max(1)
    return np.asarray(np.clip(share, 1.0 / (2 * DAYS), 0.999))


def _around(counted: Numbers) -> Numbers:
    """With the hours before and after, a day's ends apart."""
    wide = np.pad(counted, ((0, 0), (0, 0), (1, 1)))
    return np.asarray(wide[..., :-2] + wide[..., 1:-1] + wide[..., 2:])
