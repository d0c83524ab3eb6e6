"""Every promise of the readings stores, over every engine that can be started here."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from civicwatt_cloud.timeseries.stores.promises.checking import capabilities, empty_store
from civicwatt_cloud.timeseries.stores.promises.conformance import PROMISES, Promise
from civicwatt_cloud.timeseries.stores.promises.oracle import Broken
from civicwatt_cloud.timeseries.stores.readings import (
    REASON_CODE,
    Batch,
    OnConflict,
    ReadingsStore,
    WriteResult,
    reason_of,
)
from civicwatt_cloud.timeseries.stores.sqlite_store import SQLiteStore
from civicwatt_cloud.timeseries.stores.urls import parse
from civicwatt_protocols.uplink import GapReason


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)
def test_every_engine_keeps_every_promise(url: str, promise: Promise) -> None:
    address = parse(url)
    if promise.needs and not getattr(capabilities(address), promise.needs):
        pytest.skip(f"{address.kind} does not offer {promise.needs}, and says so")
    with empty_store(address) as opener:
        promise.keep(opener)


def test_every_reason_of_a_gap_has_its_own_number() -> None:
    assert [reason_of(REASON_CODE[reason]) for reason in GapReason] == list(GapReason)
    assert reason_of(0) is None


class Forgetful(SQLiteStore):
    """Says "stored" of a row that it does not store."""

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        result = super().write(batch, on_conflict)
        self._connection.execute("DELETE FROM reading WHERE ts = (SELECT max(ts) FROM reading)")
        return result


class Overwriting(SQLiteStore):
    """The last value stays instead of the first."""

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        super().write(batch, "replace")
        return super().write(batch, on_conflict)


class Rounding(SQLiteStore):
    """Keeps 15 digits of a double."""

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        rows = super().scan(points, t0_us, t1_us)
        return Batch.of(rows.point, rows.ts_us, [float(f"{v:.15g}") for v in rows.value], rows.reason)


class Closed(SQLiteStore):
    """[t0, t1] instead of [t0, t1)."""

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        return super().scan(points, t0_us, t1_us + 1)


class Unsorted(SQLiteStore):
    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        rows = super().scan(points, t0_us, t1_us)
        return rows.take(np.arange(len(rows))[::-1])


@pytest.mark.parametrize(
    ("wrong", "noticed"),
    [
        (Forgetful, {"comes_back", "after_reopening", "any_history"}),
        (Overwriting, {"the_first_stays", "any_history"}),
        (Rounding, {"every_double"}),
        (Closed, {"half_open"}),
        (Unsorted, {"half_open", "any_history"}),
    ],
    ids=lambda part: part.__name__ if isinstance(part, type) else "",
)
def test_a_store_that_does_it_wrong_is_noticed(
    wrong: Callable[[Path], ReadingsStore], noticed: set[str], tmp_path: Path
) -> None:
    broken = set()
    for promise in (one for one in PROMISES if one.name in noticed):
        path = tmp_path / promise.name
        try:
            promise.keep(lambda path=path: wrong(path))
        except Broken:
            broken.add(promise.name)
    assert broken == noticed
