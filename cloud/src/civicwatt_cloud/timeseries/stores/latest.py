"""The newest reading of each point, kept in memory beside an embedded store."""

from collections.abc import Sequence
from typing import Self

import duckdb
import numpy as np

from civicwatt_cloud.timeseries.stores.readings import Batch, Bools, Latest

_LOAD = """
SELECT point, max(ts) AS ts,
    arg_max(coalesce(value, 'NaN'::DOUBLE), ts) AS value, arg_max(reason, ts) AS reason,
    coalesce(max(ts) FILTER (value IS NOT NULL), -1) AS value_ts,
    coalesce(arg_max(value, ts) FILTER (value IS NOT NULL), 'NaN'::DOUBLE) AS last_value
FROM reading GROUP BY point"""


class LatestReadings:
    """Columns indexed by point id; ts -1 = nothing yet."""

    def __init__(self) -> None:
        self._resize(64)

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection) -> Self:
        """From all rows of the store, once at its opening."""
        found = connection.execute(_LOAD).fetchnumpy()
        latest = cls()
        point = found["point"]
        latest.add(Batch(point, found["ts"], found["value"], found["reason"]))
        latest.value_ts[point], latest.last_value[point] = found["value_ts"], found["last_value"]
        return latest

    def add(self, rows: Batch) -> None:
        """Take in rows sorted by point and time."""
        if not len(rows):
            return
        if rows.point.max() >= len(self.ts):
            self._resize(2 * (int(rows.point.max()) + 1))
        newest = rows.take(_last_of_each(rows))
        newest = newest.take(newest.ts_us >= self.ts[newest.point])
        self.ts[newest.point] = newest.ts_us
        self.value[newest.point] = newest.value
        self.reason[newest.point] = newest.reason
        values = rows.take(~np.isnan(rows.value))
        values = values.take(_last_of_each(values))
        values = values.take(values.ts_us >= self.value_ts[values.point])
        self.value_ts[values.point] = values.ts_us
        self.last_value[values.point] = values.value

    def of(self, points: Sequence[int] | None) -> Latest:
        """The points that have a reading, sorted."""
        if points is None:
            known = np.flatnonzero(self.ts >= 0)
        else:
            asked = np.unique(np.asarray(points, np.int64))
            asked = asked[(asked >= 0) & (asked < len(self.ts))]
            known = asked[self.ts[asked] >= 0]
        return Latest(
            known.astype(np.int32),
            self.ts[known],
            self.value[known],
            self.reason[known],
            self.value_ts[known],
            self.last_value[known],
        )

    def _resize(self, size: int) -> None:
        old = {name: column for name, column in vars(self).items() if isinstance(column, np.ndarray)}
        self.ts = np.full(size, -1, np.int64)
        self.value = np.full(size, np.nan)
        self.reason = np.zeros(size, np.uint8)
        self.value_ts = np.full(size, -1, np.int64)
        self.last_value = np.full(size, np.nan)
        for name, column in old.items():
            getattr(self, name)[: len(column)] = column


def _last_of_each(rows: Batch) -> Bools:
    """Per row of a batch sorted by point: whether it is its point's last."""
    last = np.ones(len(rows), np.bool_)
    last[:-1] = rows.point[1:] != rows.point[:-1]
    return last
