"""All readings of a store in slices that fit into memory, and a slice as bytes; for every backend."""

import struct
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.intake.reader import ANCIENT_US
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore

SPAN_US = 24 * HOUR_US  # UTC days: the embedded store keeps a file for each
POINTS = 1000  # with a reading a minute a slice has 1.4 million rows, 30 MB [engineering default]
_HEAD = struct.Struct(">dI")


class Slice(NamedTuple):
    """Some rows, sorted by point and time, and how much of the whole is done with them, 0…1."""

    done: float
    rows: Batch


def slices(store: ReadingsStore, last_point: int) -> Iterator[Slice]:
    """Every row of the points up to `last_point`, gaps too; some that come meanwhile may be among them."""
    newest = store.latest()
    known = newest.point <= last_point
    points = newest.point[known].tolist()
    if not points:
        return
    spans = _spans(store, points, int(newest.ts_us[known].max()) + 1)
    for number, (t0, t1) in enumerate(spans, 1):
        for first in range(0, len(points), POINTS):
            rows = store.scan(points[first : first + POINTS], t0, t1)
            if len(rows):
                yield Slice(number / len(spans), rows)


def _spans(store: ReadingsStore, points: list[int], end_us: int) -> list[tuple[int, int]]:
    """Where to look, each short enough. A server would have to send all rows to say when they begin."""
    if store.capabilities().embedded:
        firsts = store.buckets(points, 0, end_us, end_us).first_us
        start_us = int(firsts.min()) // SPAN_US * SPAN_US if len(firsts) else end_us
        edges = [0, *range(start_us, end_us, SPAN_US), end_us]  # before the first value a few gaps at most
    else:
        months = np.arange("2000-01", "2020-01", dtype="M8[M]").astype("M8[us]").astype(np.int64).tolist()
        edges = [0, *months, *range(ANCIENT_US, end_us, SPAN_US), end_us]
    return [(t0, t1) for t0, t1 in pairwise(edges) if t0 < t1]


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
