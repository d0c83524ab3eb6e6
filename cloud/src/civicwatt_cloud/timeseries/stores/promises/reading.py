"""Promises of what is asked: all of it, and nothing else."""

import numpy as np

from civicwatt_cloud.timeseries.stores.promises.given import MINUTE_US, NAN, REFUSED, TIMEOUT, Opener, T
from civicwatt_cloud.timeseries.stores.promises.oracle import everything, expect, rows_of
from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch


def empty_batch(opener: Opener) -> None:
    """An empty batch, no points, an empty time: nothing, and no error."""
    store = opener()
    result = store.write(Batch.join([]))
    expect((result.inserted, len(result.accepted), len(store.latest().point)), (0, 0, 0))
    store.write(Batch.of([1], [T], [1.0]))
    expect(
        [len(store.scan([], T, T + 9)), len(store.scan([1], T, T)), len(store.scan([2], T, T + 9))], [0, 0, 0]
    )
    expect([len(store.buckets([], T, T + 9, 9).point), len(store.latest([]).point)], [0, 0])
    store.close()


def half_open(opener: Opener) -> None:
    """[t0, t1) includes t0 and not t1; only the asked points; sorted by point and time."""
    store = opener()
    m = MINUTE_US
    store.write(
        Batch.of([30, 1, 1, 2, 1, 4], [T + m, T + 3 * m, T + m, T + m, T + 2 * m, T], [1, 2, 3, 4, 5, 6])
    )
    wanted = [(1, T + m, 3.0, 0), (1, T + 2 * m, 5.0, 0), (30, T + m, 1.0, 0)]
    expect(rows_of(store.scan([30, 1, 77, 1, 4], T + m, T + 3 * m)), wanted)
    expect(
        rows_of(store.scan([1], T + m + 1, T + 3 * m + 1)), [(1, T + 2 * m, 5.0, 0), (1, T + 3 * m, 2.0, 0)]
    )
    store.close()


def buckets(opener: Opener) -> None:
    """Buckets are half open, start at t0 + k · step, and leave gaps out."""
    store = opener()
    s = 1_000_000
    store.write(Batch.of(1, T + s * np.array([5, 9, 10, 19, 20, 31]), [4.0, 2.0, NAN, 8.0, 6.0, 9.0]))
    store.write(Batch.of(2, [T + 7 * s], [NAN]))
    found = store.buckets([2, 1], T + 5 * s, T + 31 * s, 10 * s)
    expect((found.point.tolist(), found.start_us.tolist()), ([1, 1], [T + 5 * s, T + 15 * s]))
    expect((found.first.tolist(), found.first_us.tolist()), ([4.0, 8.0], [T + 5 * s, T + 19 * s]))
    expect((found.last.tolist(), found.last_us.tolist()), ([2.0, 6.0], [T + 9 * s, T + 20 * s]))
    expect((found.min.tolist(), found.max.tolist()), ([2.0, 6.0], [4.0, 8.0]))
    expect((found.sum.tolist(), found.count.tolist()), ([6.0, 14.0], [2, 2]))
    store.close()


def newest(opener: Opener) -> None:
    """latest() tells the newest row and the newest value, of points asked for or of all."""
    store = opener()
    m = MINUTE_US
    store.write(Batch.of([1, 1, 500], [T + m, T + 2 * m, T], [1.0, NAN, NAN], [0, TIMEOUT, REFUSED]))
    store.write(Batch.of([1], [T], [0.5]))  # late: not the newest
    for found in (store.latest([500, 1, 3, 10_000]), store.latest()):
        expect((found.point.tolist(), found.ts_us.tolist()), ([1, 500], [T + 2 * m, T]))
        expect((bool(np.isnan(found.value).all()), found.reason.tolist()), (True, [TIMEOUT, REFUSED]))
        expect((found.value_ts_us.tolist(), str(found.last_value.tolist())), ([T + m, -1], "[1.0, nan]"))
    store.close()


def retaining(opener: Opener) -> None:
    """retain() deletes what is older, and nothing else."""
    store = opener()
    times = [T - 40 * DAY_US, T - DAY_US, T - 1000, T, T + 1000]
    store.write(Batch.of(1, times, [1.0, 2.0, 3.0, 4.0, 5.0]))
    store.write(Batch.of(2, times[:2], [1.0, NAN]))
    expect(store.retain(T), 5)
    expect(everything(store), [(1, T, 4.0, 0), (1, T + 1000, 5.0, 0)])
    expect(store.latest().point.tolist(), [1])
    expect(store.retain(T), 0)
    store.close()
