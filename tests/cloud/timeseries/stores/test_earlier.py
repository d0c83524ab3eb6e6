"""The cheap way to ask whether there is a value before a time says what the dear one says."""

from pathlib import Path

import numpy as np
import pytest

from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.earlier import with_value_before
from civicwatt_cloud.timeseries.stores.promises.given import T
from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch

POINTS = range(1, 9)
BACK_DAYS = (0, 0.5, 1, 20, 32, 33, 400)


def test_it_says_which_points_have_a_value_before(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "r.duckdb")
    for point, days in zip(POINTS, BACK_DAYS, strict=False):
        store.write(Batch.of([point, point], [T - int(days * DAY_US), T - 900 * DAY_US], [1.0, np.nan]))
    for before_us in (0, 1, T - 401 * DAY_US, T - 33 * DAY_US, T - 1, T, T + 1, T + 40 * DAY_US):
        dear = store.buckets(POINTS, 0, before_us, before_us).point.tolist() if before_us else []
        assert sorted(with_value_before(store, POINTS, before_us)) == dear
    store.close()


def test_points_that_were_read_yesterday_are_not_looked_for_farther_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DuckDBStore(tmp_path / "r.duckdb")
    store.write(Batch.of(list(POINTS), T - 1, 1.0))
    asked: list[int] = []
    buckets = store.buckets
    monkeypatch.setattr(store, "buckets", lambda *known: asked.append(known[1]) or buckets(*known))
    assert with_value_before(store, POINTS, T) == set(POINTS)
    assert asked == [T - DAY_US]
    store.close()
