"""Rows in order of point and time, and what follows from that order."""

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.timeseries.stores.readings import Batch, Bools, Buckets, Ints


def in_order(batch: Batch) -> Batch:
    """Sorted by point and time with one row of each place; of several the last one counts.

    Rows that come as sorted runs, as sealed days and written batches do, are merged rather than sorted.
    """
    order, new = places(batch)
    if order is None:
        return batch
    if new.all():
        return batch.take(order)
    return batch.take(order[np.append(new[1:], True)])


def places(batch: Batch) -> tuple[NDArray[np.intp] | None, Bools]:
    """The order by point and time, and which rows of it begin another place; None: each is in its place."""
    if not len(batch):
        return None, np.zeros(0, np.bool_)
    key = _key(batch)
    if key is None:
        order = np.lexsort((batch.ts_us, batch.point))
        point, ts = batch.point[order], batch.ts_us[order]
        return order, np.append(True, (point[1:] != point[:-1]) | (ts[1:] != ts[:-1]))
    new = np.append(True, key[1:] > key[:-1])
    if new.all():
        return None, new
    order = np.argsort(key, kind="stable")  # finds runs
    key = key[order]
    return order, np.append(True, key[1:] > key[:-1])


def _key(batch: Batch) -> Ints | None:
    """One number that sorts by point and time; None where 64 bits do not hold it."""
    first_point, first_us = int(batch.point.min()), int(batch.ts_us.min())
    span = int(batch.ts_us.max()) - first_us + 1
    if (int(batch.point.max()) - first_point + 1) * span >= 2**63:
        return None
    key: Ints = (batch.point.astype(np.int64) - first_point) * span + (batch.ts_us - first_us)
    return key


def last_of_each(rows: Batch) -> Bools:
    """Per row of a batch sorted by point: whether it is its point's last."""
    last = np.ones(len(rows), np.bool_)
    last[:-1] = rows.point[1:] != rows.point[:-1]
    return last


def bucketed(rows: Batch, t0_us: int, step_us: int) -> Buckets:
    """Aggregates of rows in order, in buckets that start at t0 + k · step; gaps are left out."""
    rows = rows.take(~np.isnan(rows.value))
    start = t0_us + (rows.ts_us - t0_us) // step_us * step_us
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows.point[1:] != rows.point[:-1]) | (start[1:] != start[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(rows)) - 1 if len(rows) else first
    value = rows.value
    return Buckets(
        point=rows.point[first],
        start_us=start[first],
        first=value[first],
        first_us=rows.ts_us[first],
        last=value[last],
        last_us=rows.ts_us[last],
        min=np.minimum.reduceat(value, first) if len(rows) else value,
        max=np.maximum.reduceat(value, first) if len(rows) else value,
        sum=np.add.reduceat(value, first) if len(rows) else value,
        count=last - first + 1,
    )
