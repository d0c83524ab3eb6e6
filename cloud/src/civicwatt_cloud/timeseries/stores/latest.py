"""The newest reading of each point, kept in memory beside an embedded store."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.timeseries.stores.order import last_of_each
from civicwatt_cloud.timeseries.stores.readings import Batch, Ints, Latest


class LatestReadings:
    """Columns indexed by point id; ts -1 = nothing yet."""

    def __init__(self) -> None:
        self._resize(64)

    def load(self, found: Latest) -> None:
        """Take in what another look found; at equal times it counts more than what is here."""
        self.add(Batch(found.point, found.ts_us, found.value, found.reason))
        newer = (found.value_ts_us >= 0) & (found.value_ts_us >= self.value_ts[found.point])
        point = found.point[newer]
        self.value_ts[point], self.last_value[point] = found.value_ts_us[newer], found.last_value[newer]

    def forget(self, before_us: int) -> None:
        """Let go what lies before this time."""
        gone = self.value_ts < before_us
        self.value_ts[gone], self.last_value[gone] = -1, np.nan
        self.ts[self.ts < before_us] = -1

    def add(self, rows: Batch) -> None:
        """Take in rows sorted by point and time."""
        if not len(rows):
            return
        if rows.point.max() >= len(self.ts):
            self._resize(2 * (int(rows.point.max()) + 1))
        newest = rows.take(last_of_each(rows))
        newest = newest.take(newest.ts_us >= self.ts[newest.point])
        self.ts[newest.point] = newest.ts_us
        self.value[newest.point] = newest.value
        self.reason[newest.point] = newest.reason
        values = rows.take(~np.isnan(rows.value))
        values = values.take(last_of_each(values))
        values = values.take(values.ts_us >= self.value_ts[values.point])
        self.value_ts[values.point] = values.ts_us
        self.last_value[values.point] = values.value

    def newest_us(self, point: NDArray[np.int32]) -> Ints:
        """Per point the time of its newest row, -1 = it has none."""
        known = np.full(len(point), -1, np.int64)
        inside = point < len(self.ts)
        known[inside] = self.ts[point[inside]]
        return known

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
