"""A plain dictionary that says what a store must hold, and the comparison of the two."""

import numpy as np

from civicwatt_cloud.timeseries.stores.order import bucketed, in_order
from civicwatt_cloud.timeseries.stores.readings import Batch, Buckets, Latest, OnConflict, ReadingsStore

Row = tuple[int, int, float | None, int]
Rows = dict[tuple[int, int], tuple[float | None, int]]
POINTS = range(1, 600)
HOUR_US = 3600 * 1_000_000
_ALL = (0, 2**62)


class Broken(Exception):
    """A store did not keep a promise."""


def expect(found: object, wanted: object) -> None:
    """Errors: Broken, unless both are equal."""
    if found != wanted:
        raise Broken(f"found {found!r}, wanted {wanted!r}"[:2000])


def rows_of(batch: Batch) -> list[Row]:
    """A batch as rows; None = gap."""
    columns = zip(batch.point, batch.ts_us, batch.value, batch.reason, strict=True)
    return [(int(p), int(t), None if np.isnan(v) else float(v), int(r)) for p, t, v, r in columns]


def everything(store: ReadingsStore) -> list[Row]:
    """All rows of the points that promises use."""
    return rows_of(store.scan(POINTS, *_ALL))


def agree(store: ReadingsStore, model: Rows, batch: Batch, on_conflict: OnConflict) -> None:
    """Write the batch to both and compare what is said and what is then held."""
    accepted, inserted = _written(model, rows_of(batch), on_conflict)
    result = store.write(batch, on_conflict)
    expect((result.inserted, result.accepted.tolist()), (inserted, accepted))
    kept = [model[int(batch.point[i]), int(batch.ts_us[i])][0] for i in np.flatnonzero(~result.accepted)]
    expect([None if np.isnan(v) else v for v in result.kept.tolist()], kept)
    points = sorted({point for point, _ in model})
    held = [(point, ts, *rest) for (point, ts), rest in sorted(model.items())]
    expect(rows_of(store.scan(points, *_ALL)), held)
    _same_answers(store, held, points)


def _written(model: Rows, rows: list[Row], on_conflict: OnConflict) -> tuple[list[bool], int]:
    """Write rows to the dictionary; per row whether it holds that value now, and how many places changed."""
    before = dict(model)
    for point, ts, value, reason in rows:
        held = model.get((point, ts))
        if held is None or (on_conflict == "replace" and value is not None and held[0] != value):
            model[point, ts] = (value, reason)
    changed = sum(before.get(place) != held for place, held in model.items())
    return [model[point, ts][0] == value for point, ts, value, _ in rows], changed


def _same_answers(store: ReadingsStore, held: list[Row], points: list[int]) -> None:
    """latest() and buckets() are what follows from the rows."""
    if not held:
        return
    latest = store.latest(points)
    last = {row[0]: row for row in held}
    expect(rows_of(Batch(latest.point, latest.ts_us, latest.value, latest.reason)), list(last.values()))
    expect(_values(latest), {row[0]: row[1:3] for row in held if row[2] is not None})
    t0 = held[0][1] - 7_000_000
    t1 = max(row[1] for row in held)
    rows = in_order(
        Batch.of(*zip(*((p, t, np.nan if v is None else v, r) for p, t, v, r in held), strict=True))
    )
    inside = rows.take((rows.ts_us >= t0) & (rows.ts_us < t1))
    for step_us in (HOUR_US, 3 * (t1 - t0) + 1000):
        expect(columns(store.buckets(points, t0, t1, step_us)), columns(bucketed(inside, t0, step_us)))


def _values(latest: Latest) -> dict[int, tuple[int, float]]:
    columns = zip(latest.point.tolist(), latest.value_ts_us.tolist(), latest.last_value.tolist(), strict=True)
    return {point: (ts, value) for point, ts, value in columns if ts >= 0}


def columns(found: Buckets) -> list[list[float]]:
    """Sums may be added up in another order: they are compared to 12 digits."""
    exact = (found.point, found.start_us, found.first, found.first_us, found.last, found.last_us)
    sums = [float(f"{value:.12g}") for value in found.sum.tolist()]
    return [column.tolist() for column in (*exact, found.min, found.max, found.count)] + [sums]
