"""Random histories of batches: late, repeated, contradicting rows, from a seed."""

from collections.abc import Iterator

import numpy as np

from civicwatt_cloud.timeseries.stores.readings import Batch, OnConflict

BATCHES = 5
ROWS = 30
_STEP_US = 15 * 60 * 1_000_000


def random_history(seed: int, t_us: int, point: int, *, replaces: bool) -> Iterator[tuple[Batch, OnConflict]]:
    """Batches of a few points from `point` on, over some days up to t."""
    random = np.random.default_rng(seed)
    choices = np.array([0.0, -12.5, 123456.789012, 123456.789013, 1e300, 3.5e-310, np.nan, np.nan])
    seen = Batch.join([])
    for number in range(BATCHES):
        count = int(random.integers(0, ROWS)) if number else 0
        ticks = random.integers(0, 40, count) * int(random.choice([1, 37]))
        value = random.choice(choices, count)
        reason = np.where(np.isnan(value), random.integers(0, 3, count), 0)
        batch = Batch.of(point + random.integers(0, 4, count), t_us - ticks * _STEP_US, value, reason)
        again = seen.take(random.permutation(len(seen))[: ROWS // 3])
        batch = Batch.join([batch, again])
        batch = batch.take(random.permutation(len(batch)))
        seen = Batch.join([seen, batch])
        yield batch, "replace" if replaces and random.random() < 0.3 else "keep"
