"""All readings of a store in slices that fit into memory, and a slice as bytes; for every backend."""

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.timeseries.stores.copying import windows
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore

_HEAD = struct.Struct(">dI")


class Slice(NamedTuple):
    """Some rows, sorted by point and time, and how much of the whole is done with them, 0…1."""

    done: float
    rows: Batch


def slices(store: ReadingsStore, last_point: int) -> Iterator[Slice]:
    """Every row of the points up to `last_point`, gaps too; some that come meanwhile may be among them."""
    todo = windows(store)
    for number, window in enumerate(todo, 1):
        points = [point for point in window.points if point <= last_point]
        rows = store.scan(points, window.t0_us, window.t1_us)
        if len(rows):
            yield Slice(number / len(todo), rows)


def packed(rows: Batch) -> bytes:
    """Four arrays in NumPy's format; times as differences, which compress well."""
    file = BytesIO()
    for column in (rows.point, np.diff(rows.ts_us, prepend=np.int64(0)), rows.value, rows.reason):
        np.save(file, column, allow_pickle=False)
    return file.getvalue()


def unpacked(data: bytes) -> Batch:
    """The rows again. Errors: ValueError."""
    file = BytesIO(data)
    point, steps, value, reason = (np.load(file, allow_pickle=False) for _ in range(4))
    return Batch(point, np.cumsum(steps), value, reason)


def framed(one: Slice) -> bytes:
    """A slice with its length before it, for a stream."""
    data = packed(one.rows)
    return _HEAD.pack(one.done, len(data)) + data


END = _HEAD.pack(1.0, 0)  # of a stream of slices; without it the stream was cut
HEAD_BYTES = _HEAD.size


def head(data: bytes) -> tuple[float, int]:
    """How much is done, and how many bytes follow; 0: the end."""
    done, length = _HEAD.unpack(data)
    return done, length
