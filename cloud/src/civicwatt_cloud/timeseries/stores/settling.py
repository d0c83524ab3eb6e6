"""What becomes of a batch, whatever the engine: one row for each place, and what is said of every row."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.timeseries.stores.order import places
from civicwatt_cloud.timeseries.stores.readings import Batch, Bools, Floats, OnConflict, WriteResult

_TOGETHER_US = 3600 * 1_000_000  # rows this close in time are looked up in one go

Scan = Callable[[Sequence[int], int, int], Batch]


class Places:
    """The places (point, time) of a batch, each with the one row that counts.

    With "keep" that is the first of the batch, with "replace" its last value, or its first gap.
    """

    def __init__(self, batch: Batch, on_conflict: OnConflict) -> None:
        self._batch, self._keep = batch, on_conflict == "keep"
        order, starts = places(batch)
        self._order = np.arange(len(batch)) if order is None else order
        self._place_of = np.cumsum(starts) - 1
        first = np.flatnonzero(starts)
        self.rows = batch.take(self._order[first if self._keep else self._counting(first)])  # in order

    def _counting(self, first: NDArray[np.intp]) -> NDArray[np.intp]:
        """Of each place the last value, or its first row where there is none."""
        row = np.arange(len(self._batch))
        valued = np.where(np.isnan(self._batch.value[self._order]), -1, row)
        last = np.maximum.reduceat(valued, first) if len(first) else first
        return np.where(last < 0, first, last)

    def fresh(self, there: Bools, stored: Floats) -> Bools:
        """Which rows are to be written, given which places were taken and by what."""
        if self._keep:
            return ~there
        value = self.rows.value
        fresh: Bools = ~there | (~np.isnan(value) & (value != stored))
        return fresh

    def result(self, there: Bools, stored: Floats) -> WriteResult:
        """What to answer once the fresh rows are durable."""
        final = np.where(self.fresh(there, stored), self.rows.value, stored)
        accepted = np.empty(len(self._batch), np.bool_)
        accepted[self._order] = same(final[self._place_of], self._batch.value[self._order])
        places = np.empty(len(self._batch), np.intp)
        places[self._order] = self._place_of
        conflicts = np.flatnonzero(~accepted)
        return WriteResult(
            inserted=int(self.fresh(there, stored).sum()),
            accepted=accepted,
            conflicts=conflicts,
            kept=final[places[conflicts]],
            durable_at_us=time.time_ns() // 1000,
        )


def same(a: Floats, b: Floats) -> Bools:
    """Equal values; a gap equals a gap."""
    equal: Bools = (a == b) | (np.isnan(a) & np.isnan(b))
    return equal


def clusters(ts_us: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    """The rows by time, in groups that lie close: for a late row the time since is not looked through."""
    if not len(ts_us):
        return
    order = np.argsort(ts_us, kind="stable")
    times = ts_us[order]
    yield from np.split(order, np.flatnonzero(np.diff(times) > _TOGETHER_US) + 1)


def looked_up(rows: Batch, scan: Scan) -> tuple[Bools, Floats]:
    """Which of the rows' places are taken, and by what, as a scan of a server tells."""
    there, stored = np.zeros(len(rows), np.bool_), np.full(len(rows), np.nan)
    for members in clusters(rows.ts_us):
        part = rows.take(members)
        points = np.unique(part.point).tolist()
        found = scan(points, int(part.ts_us[0]), int(part.ts_us[-1]) + 1)
        there[members], stored[members] = matched(part, found)
    return there, stored


def matched(rows: Batch, found: Batch) -> tuple[Bools, Floats]:
    """Of rows with one of each place: which are among the found, and with what value."""
    there, stored = np.zeros(len(rows), np.bool_), np.full(len(rows), np.nan)
    if len(found):
        point, ts = np.append(found.point, rows.point), np.append(found.ts_us, rows.ts_us)
        order = np.lexsort((ts, point))  # stable: of a pair the found one comes first
        point, ts = point[order], ts[order]
        pairs = np.flatnonzero((point[1:] == point[:-1]) & (ts[1:] == ts[:-1]))
        mine = order[pairs + 1] - len(found)
        there[mine] = True
        stored[mine] = found.value[order[pairs]]
    return there, stored
