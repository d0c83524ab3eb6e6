"""Power at the ticks of one grid, from readings that come each at its meter's own interval."""

import numpy as np

from civicwatt_cloud.timeseries.figures.steps import Ints
from civicwatt_cloud.timeseries.stores.readings import Floats

HELD = 1.5  # a reading stands for so many of its meter's intervals [engineering default]: slots jitter
SHORTEST_US = 1_000_000


def interval_us(ts_us: Ints) -> int | None:
    """The usual time between readings, gaps with a reason included; None for fewer than two."""
    if len(ts_us) < 2:
        return None
    return max(SHORTEST_US, int(np.median(np.diff(ts_us))))


def at_ticks(ticks_us: Ints, ts_us: Ints, value: Floats, interval: int) -> Floats:
    """The newest reading at each tick, NaN where it is a gap or too old. `ts_us` ascending."""
    if not len(ts_us):
        return np.full(len(ticks_us), np.nan)
    newest = np.searchsorted(ts_us, ticks_us, side="right") - 1
    age = ticks_us - ts_us[newest]
    held = (newest >= 0) & (age < interval * HELD)
    return np.where(held, value[newest], np.nan)


def mean_kw(micro: Ints, covered_s: Ints) -> Floats:
    """Mean power of booked energy [kW] over the time it covers; NaN where none is."""
    known = covered_s > 0
    mean: Floats = np.where(known, micro * 3600.0 / np.maximum(covered_s, 1) / 1e6, np.nan)
    return mean
