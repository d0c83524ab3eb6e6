"""Booked hours in quarters of an hour, for prices that change at half past. Pure, exact in integers."""

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.stores.readings import Floats, Ints

QUARTER_S = 900
_QUARTER_US = HOUR_US // 4


def quarters(hour: Ints, micro: Ints, ts_us: Ints, value: Floats) -> tuple[Ints, Ints]:
    """Starts [µs] and micros of the quarters of booked hours.

    What an hour holds is the ledger's; the counter's readings (times rising) only place it, evenly where they
    say nothing. So Σ quarters = hour, whatever the readings are.
    """
    edges = hour[:, np.newaxis] * HOUR_US + np.arange(5) * _QUARTER_US
    rises = np.zeros((len(hour), 4))
    if len(ts_us):
        rises = np.maximum(np.diff(np.interp(edges, ts_us, value), axis=1), 0)
    weights = np.rint(rises * 1_000_000).astype(np.int64)
    weights[weights.sum(axis=1) == 0] = 1
    running = np.cumsum(weights, axis=1).astype(object)
    whole = micro[:, np.newaxis].astype(object) * running // running[:, -1:]
    parts = np.diff(whole, axis=1, prepend=0)
    return edges[:, :4].ravel(), parts.ravel().astype(np.int64)
