"""What every engine shares: order, the settling of a batch, aggregates; against plain Python."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.timeseries.stores.order import bucketed, in_order
from civicwatt_cloud.timeseries.stores.promises.oracle import rows_of
from civicwatt_cloud.timeseries.stores.readings import Batch, OnConflict
from civicwatt_cloud.timeseries.stores.settling import Places, clusters, looked_up, matched

VALUE = st.sampled_from([0.0, -0.0, 1.5, -2.0, 1e300, math.nan])
NEAR = st.tuples(st.integers(1, 4), st.integers(0, 9), VALUE)
FAR = st.tuples(st.sampled_from([0, 1, 2**31 - 1]), st.sampled_from([-(2**61), 0, 1, 2**61]), VALUE)
ROWS = st.one_of(st.lists(NEAR, max_size=30), st.lists(FAR, max_size=30))  # far: no 64 bits hold both


def batch_of(rows: list[tuple[int, int, float]]) -> Batch:
    return Batch.of(*zip(*rows, strict=True)) if rows else Batch.join([])


@settings(deadline=None)
@given(ROWS)
def test_rows_are_sorted_and_the_last_of_a_place_stays(rows: list[tuple[int, int, float]]) -> None:
    held = {(point, ts): value for point, ts, value in rows}
    wanted = [(*place, None if math.isnan(value) else value, 0) for place, value in sorted(held.items())]
    assert rows_of(in_order(batch_of(rows))) == wanted
    assert rows_of(in_order(in_order(batch_of(rows)))) == wanted


@settings(deadline=None)
@given(ROWS, ROWS, st.sampled_from(["keep", "replace"]))
def test_a_batch_is_settled_as_one_row_after_the_other(
    stored: list[tuple[int, int, float]], rows: list[tuple[int, int, float]], on_conflict: OnConflict
) -> None:
    held = {(point, ts): value for point, ts, value in stored}
    before = dict(held)
    for point, ts, value in rows:
        old = held.setdefault((point, ts), value)
        if on_conflict == "replace" and not math.isnan(value) and old != value:
            held[point, ts] = value
    places = Places(batch_of(rows), on_conflict)
    there, old_values = matched(places.rows, in_order(batch_of(stored)))
    result = places.result(there, old_values)
    final = [held[point, ts] for point, ts, _ in rows]
    accepted = [repr(kept + 0.0) == repr(row[2] + 0.0) for kept, row in zip(final, rows, strict=True)]
    assert result.accepted.tolist() == accepted
    assert [repr(v + 0.0) for v in result.kept.tolist()] == [
        repr(kept + 0.0) for kept, fine in zip(final, accepted, strict=True) if not fine
    ]
    fresh = places.rows.take(places.fresh(there, old_values))
    assert result.inserted == len(fresh)
    written = before | {(p, t): math.nan if v is None else v for p, t, v, _ in rows_of(fresh)}
    assert {place: repr(v + 0.0) for place, v in written.items()} == {
        place: repr(v + 0.0) for place, v in held.items()
    }


@settings(deadline=None)
@given(ROWS)
def test_a_look_up_through_scans_finds_what_is_there(rows: list[tuple[int, int, float]]) -> None:
    stored = in_order(batch_of(rows))
    asked = in_order(Batch.join([stored, Batch.of([1, 2], [3, 10**9], 7.0)]))

    def scan(points: list[int], t0_us: int, t1_us: int) -> Batch:
        inside = np.isin(stored.point, points) & (stored.ts_us >= t0_us) & (stored.ts_us < t1_us)
        return stored.take(inside)

    there, values = looked_up(asked, scan)
    held = {(p, t): v for p, t, v, _ in rows_of(stored)}
    assert there.tolist() == [(p, t) in held for p, t, _, _ in rows_of(asked)]
    assert [None if np.isnan(v) else v for v in values.tolist()] == [
        held.get((p, t)) for p, t, _, _ in rows_of(asked)
    ]


@given(st.lists(st.integers(0, 10**11), max_size=30))
def test_clusters_hold_every_row_once_and_no_long_silence(times: list[int]) -> None:
    ts = np.array(times, np.int64)
    groups = [group.tolist() for group in clusters(ts)]
    assert sorted(row for group in groups for row in group) == list(range(len(times)))
    for group in groups:
        assert all(np.diff(ts[group]) <= 3_600_000_000)


@settings(deadline=None)
@given(st.lists(NEAR, max_size=30), st.integers(-3, 3), st.integers(1, 12))
def test_buckets_are_what_a_loop_makes_of_them(
    rows: list[tuple[int, int, float]], t0: int, step: int
) -> None:
    ordered = in_order(batch_of(rows))
    ordered = ordered.take(ordered.ts_us >= t0)
    groups: dict[tuple[int, int], list[tuple[int, float]]] = {}
    for point, ts, value, _ in rows_of(ordered):
        if value is not None:
            groups.setdefault((point, t0 + (ts - t0) // step * step), []).append((ts, value))
    found = bucketed(ordered, t0, step)
    assert list(zip(found.point.tolist(), found.start_us.tolist(), strict=True)) == list(groups)
    members = list(groups.values())
    assert found.first_us.tolist() == [group[0][0] for group in members]
    assert found.last_us.tolist() == [group[-1][0] for group in members]
    assert found.first.tolist() == [group[0][1] for group in members]
    assert found.last.tolist() == [group[-1][1] for group in members]
    assert found.min.tolist() == [min(value for _, value in group) for group in members]
    assert found.max.tolist() == [max(value for _, value in group) for group in members]
    assert found.count.tolist() == [len(group) for group in members]
