"""The conformance suite of readings stores: runs over every entry of BACKENDS in conftest.py."""

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civicwatt_cloud.timeseries.stores.readings import REASON_CODE, Batch, ReadingsStore, reason_of
from civicwatt_protocols.uplink import GapReason

NAN = float("nan")
TIMEOUT = REASON_CODE[GapReason.TIMEOUT]
Opener = Callable[[], ReadingsStore]


def rows_of(batch: Batch) -> list[tuple[int, int, float | None, int]]:
    columns = zip(batch.point, batch.ts_us, batch.value, batch.reason, strict=True)
    return [(int(p), int(t), None if np.isnan(v) else float(v), int(r)) for p, t, v, r in columns]


def everything(store: ReadingsStore) -> list[tuple[int, int, float | None, int]]:
    return rows_of(store.scan(range(1, 100), -(2**62), 2**62))


def test_a_reading_comes_back_as_it_was_written(store: ReadingsStore) -> None:
    result = store.write(Batch.of([2, 1], [60, 60], [0.123456, 7.0]))
    assert everything(store) == [(1, 60, 7.0, 0), (2, 60, 0.123456, 0)]
    assert (result.inserted, result.accepted.tolist(), result.conflicts.tolist()) == (2, [True, True], [])


def test_what_write_returned_is_there_after_a_restart(open_store: Opener) -> None:
    store = open_store()
    before = time.time_ns() // 1000
    result = store.write(Batch.of([1, 1], [1, 2], [1.0, NAN], [0, TIMEOUT]))
    assert before <= result.durable_at_us <= time.time_ns() // 1000
    store.close()
    again = open_store()
    assert everything(again) == [(1, 1, 1.0, 0), (1, 2, None, TIMEOUT)]
    assert again.latest().last_value.tolist() == [1.0]
    again.close()


def test_every_reason_of_a_gap_has_its_own_number() -> None:
    assert [reason_of(REASON_CODE[reason]) for reason in GapReason] == list(GapReason)
    assert reason_of(0) is None


def test_f12_the_same_batch_again_changes_nothing(store: ReadingsStore) -> None:
    batch = Batch.of([1, 1, 2], [1, 2, 1], [5.0, NAN, 6.0])
    store.write(batch)
    before = everything(store)
    again = store.write(batch)
    assert everything(store) == before
    assert (again.inserted, again.accepted.all(), len(again.conflicts)) == (0, True, 0)


@pytest.mark.parametrize(("first", "second"), [(5.0, 6.0), (5.0, NAN), (NAN, 5.0)])
def test_another_value_for_the_same_time_is_reported_and_the_first_stays(
    store: ReadingsStore, first: float, second: float
) -> None:
    store.write(Batch.of([1], [1], [first]))
    result = store.write(Batch.of([1, 1], [1, 2], [second, 8.0]))
    assert (result.inserted, result.accepted.tolist(), result.conflicts.tolist()) == (1, [False, True], [0])
    np.testing.assert_equal(result.kept, [first])
    np.testing.assert_equal(store.scan([1], 0, 9).value, [first, 8.0])


def test_duplicates_inside_one_batch_are_settled_too(store: ReadingsStore) -> None:
    result = store.write(Batch.of([1, 1, 1, 1], [5, 5, 5, 6], [1.0, 1.0, 2.0, 3.0]))
    assert everything(store) == [(1, 5, 1.0, 0), (1, 6, 3.0, 0)]
    assert (result.inserted, result.accepted.tolist()) == (2, [True, True, False, True])
    assert (result.conflicts.tolist(), result.kept.tolist()) == ([2], [1.0])


def test_replace_takes_the_new_value_and_counts_only_what_changed(store: ReadingsStore) -> None:
    store.write(Batch.of([1, 1, 1], [1, 2, 3], [1.0, 2.0, 3.0]))
    result = store.write(Batch.of([1, 1, 1], [1, 2, 4], [1.0, 2.5, 4.0]), on_conflict="replace")
    assert (result.inserted, result.accepted.all()) == (2, True)
    assert [row[2] for row in everything(store)] == [1.0, 2.5, 3.0, 4.0]
    last = store.write(Batch.of([1, 1], [4, 4], [5.0, 6.0]), on_conflict="replace")
    assert (last.accepted.tolist(), store.latest([1]).last_value.tolist()) == ([False, True], [6.0])


def test_an_empty_batch_is_nothing(store: ReadingsStore) -> None:
    result = store.write(Batch.join([]))
    assert (result.inserted, len(result.accepted), len(store.latest().point)) == (0, 0, 0)


def test_scan_is_half_open_sorted_and_of_the_asked_points_only(store: ReadingsStore) -> None:
    store.write(Batch.of([3, 1, 1, 2, 1], [10, 30, 10, 10, 20], [1, 2, 3, 4, 5]))
    assert rows_of(store.scan([1, 3, 77], 10, 30)) == [(1, 10, 3.0, 0), (1, 20, 5.0, 0), (3, 10, 1.0, 0)]
    assert len(store.scan([], 0, 99)) == 0


def test_buckets_are_half_open_and_leave_gaps_out(store: ReadingsStore) -> None:
    store.write(Batch.of(1, [5, 9, 10, 19, 20, 31], [4.0, 2.0, NAN, 8.0, 6.0, 9.0]))
    store.write(Batch.of(2, [7], [NAN]))
    found = store.buckets([1, 2], 5, 31, 10)
    assert found.point.tolist() == [1, 1]
    assert found.start_us.tolist() == [5, 15]
    assert (found.first.tolist(), found.first_us.tolist()) == ([4.0, 8.0], [5, 19])
    assert (found.last.tolist(), found.last_us.tolist()) == ([2.0, 6.0], [9, 20])
    assert (found.min.tolist(), found.max.tolist()) == ([2.0, 6.0], [4.0, 8.0])
    assert (found.sum.tolist(), found.count.tolist()) == ([6.0, 14.0], [2, 2])


def test_latest_tells_the_newest_row_and_the_newest_value(store: ReadingsStore) -> None:
    store.write(Batch.of([1, 1, 500], [10, 20, 5], [1.0, NAN, NAN], [0, TIMEOUT, TIMEOUT]))
    store.write(Batch.of([1], [5], [0.5]))  # late: not the newest
    found = store.latest([500, 1, 3, 10_000])
    assert (found.point.tolist(), found.ts_us.tolist()) == ([1, 500], [20, 5])
    assert np.isnan(found.value).all()
    assert found.reason.tolist() == [TIMEOUT, TIMEOUT]
    assert found.value_ts_us.tolist() == [10, -1]
    np.testing.assert_equal(found.last_value, [1.0, NAN])
    assert store.latest().point.tolist() == [1, 500]


def test_retain_deletes_what_is_older(store: ReadingsStore) -> None:
    store.write(Batch.of([1, 1, 2], [10, 20, 10], [1.0, 2.0, 3.0]))
    assert store.retain(20) == 2
    assert everything(store) == [(1, 20, 2.0, 0)]
    assert store.latest().point.tolist() == [1]


def test_readers_and_writers_in_many_threads_see_whole_batches(store: ReadingsStore) -> None:
    failures: list[object] = []

    def write(point: int) -> None:
        for ts in range(20):
            store.write(Batch.of(point, [2 * ts, 2 * ts + 1], [1.0, 1.0]))

    def read() -> None:
        for _ in range(20):
            if len(store.scan(range(1, 5), 0, 100)) % 2:
                failures.append("half a batch")

    work = [threading.Thread(target=write, args=(point,)) for point in range(1, 5)]
    work += [threading.Thread(target=read) for _ in range(2)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert not failures
    assert len(everything(store)) == 160


VALUE = st.sampled_from([1.0, 2.0, NAN])
ROW = st.tuples(st.integers(1, 3), st.integers(0, 4), VALUE)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(ROW, max_size=8), max_size=5))
def test_any_batches_give_what_a_dictionary_gives(
    batches: list[list[tuple[int, int, float]]], store: ReadingsStore
) -> None:
    store.retain(2**62)
    model: dict[tuple[int, int], float] = {}
    for rows in batches:
        accepted = []
        for point, ts, value in rows:
            kept = model.setdefault((point, ts), value)
            accepted.append(kept == value or (np.isnan(kept) and np.isnan(value)))
        columns = zip(*rows, strict=True) if rows else ([], [], [])
        assert store.write(Batch.of(*columns)).accepted.tolist() == accepted
    expected = [(p, t, None if np.isnan(v) else v, 0) for (p, t), v in sorted(model.items())]
    assert everything(store) == expected
    assert store.latest().ts_us.tolist() == [
        max(t for p, t in model if p == point) for point in sorted({p for p, _ in model})
    ]
