"""Promises of what is written: it is there, once, as it was."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from civicwatt_cloud.timeseries.stores.order import bucketed
from civicwatt_cloud.timeseries.stores.promises.given import MINUTE_US, NAN, TIMEOUT, Opener, T
from civicwatt_cloud.timeseries.stores.promises.histories import random_history
from civicwatt_cloud.timeseries.stores.promises.oracle import (
    Rows,
    agree,
    columns,
    everything,
    expect,
    rows_of,
)
from civicwatt_cloud.timeseries.stores.readings import DAY_US, REASON_CODE, Batch

OLD_DAYS = 1100  # as long as readings are kept by default


def comes_back(opener: Opener) -> None:
    """Values and gaps with their reasons come back as written, in order."""
    store = opener()
    result = store.write(Batch.of([2, 1, 1], [T, T, T + MINUTE_US], [0.123456, 7.0, NAN], [0, 0, TIMEOUT]))
    expect(everything(store), [(1, T, 7.0, 0), (1, T + MINUTE_US, None, TIMEOUT), (2, T, 0.123456, 0)])
    expect((result.inserted, result.accepted.tolist(), result.conflicts.tolist()), (3, [True] * 3, []))
    store.close()


def every_reason(opener: Opener) -> None:
    """Each reason of a gap has its own number, and keeps it."""
    store = opener()
    codes = sorted(REASON_CODE.values())
    times = T + MINUTE_US * np.arange(len(codes))
    store.write(Batch.of(1, times, NAN, codes))
    expect(store.scan([1], T, T + DAY_US).reason.tolist(), codes)
    store.close()


def every_double(opener: Opener) -> None:
    """Negative, huge and tiny doubles come back to the last bit."""
    values = [
        *(0.0, 1.0, -1.0, 0.1, -0.1, 1 / 3, 1e-6, 123456789.123456, 2.0**33 - 1e-6, 8589934592.0, -2.5e-7),
        *(2.0**53, 2.0**53 + 2, -(2.0**62), 1e22, 1.7976931348623157e308, -1.7976931348623157e308),
        *(
            5e-324,
            -5e-324,
            2.2250738585072014e-308,
            9007199254740993.5,
            1.0000000000000002,
            np.pi,
            -np.e * 1e-9,
        ),
    ]
    random = np.random.default_rng(7)
    values += (random.integers(0, 2**33 * 10**6, 40) / 1e6).tolist()
    bits = random.integers(0, 2**63, 40).astype(np.uint64).view(np.float64)
    values += bits[np.isfinite(bits)].tolist()
    store = opener()
    times = T + MINUTE_US * np.arange(len(values))
    expect(bool(store.write(Batch.of(3, times, values)).accepted.all()), True)
    expect(
        [value.hex() for value in store.scan([3], T, T + DAY_US).value.tolist()],
        [value.hex() for value in values],
    )
    again = store.write(Batch.of(3, times, values))
    expect((again.inserted, bool(again.accepted.all())), (0, True))
    store.close()


def after_reopening(opener: Opener) -> None:
    """What write() returned is there for whoever opens the store next."""
    store = opener()
    before_us = time.time_ns() // 1000
    result = store.write(Batch.of([1, 1], [T, T + MINUTE_US], [1.0, NAN], [0, TIMEOUT]))
    expect(before_us <= result.durable_at_us <= time.time_ns() // 1000, True)
    store.close()
    again = opener()
    expect(everything(again), [(1, T, 1.0, 0), (1, T + MINUTE_US, None, TIMEOUT)])
    expect(again.latest().last_value.tolist(), [1.0])
    again.close()


def twice_is_once(opener: Opener) -> None:
    """The same batch again changes nothing, in whole or in part, in any order."""
    store = opener()
    batch = Batch.of([1, 1, 2], [T, T + MINUTE_US, T], [5.0, NAN, 6.0])
    store.write(batch)
    before = everything(store)
    again = store.write(batch.take(np.array([2, 0, 1])))
    expect((again.inserted, bool(again.accepted.all()), len(again.conflicts)), (0, True, 0))
    more = store.write(Batch.join([batch, Batch.of([2], [T + MINUTE_US], [7.0])]))
    expect((more.inserted, bool(more.accepted.all())), (1, True))
    expect(everything(store), [*before, (2, T + MINUTE_US, 7.0, 0)])
    store.close()


def the_first_stays(opener: Opener) -> None:
    """Another value, or a gap, for a place that is taken is reported; the first stays."""
    store = opener()
    store.write(Batch.of([1, 2, 3], T, [5.0, 5.0, NAN]))
    result = store.write(Batch.of([1, 2, 3, 4], T, [6.0, NAN, 5.0, 8.0]))
    expect((result.inserted, result.accepted.tolist()), (1, [False, False, False, True]))
    expect(
        (result.conflicts.tolist(), [str(kept) for kept in result.kept.tolist()]),
        ([0, 1, 2], ["5.0", "5.0", "nan"]),
    )
    expect([row[2] for row in everything(store)], [5.0, 5.0, None, 8.0])
    store.close()


def doubles_in_one_batch(opener: Opener) -> None:
    """Several rows of one place in one batch: the first counts, others of another value are conflicts."""
    store = opener()
    result = store.write(Batch.of(1, [T, T, T, T + MINUTE_US], [1.0, 1.0, 2.0, 3.0]))
    expect((result.inserted, result.accepted.tolist()), (2, [True, True, False, True]))
    expect((result.conflicts.tolist(), result.kept.tolist()), ([2], [1.0]))
    expect([row[2] for row in everything(store)], [1.0, 3.0])
    store.close()


def late_rows(opener: Opener) -> None:
    """A row of long ago is stored, found, and recognised when it comes again."""
    store = opener()
    old = T - OLD_DAYS * DAY_US
    store.write(Batch.of([1, 1], [T, old], [2.0, 1.0]))
    expect(everything(store), [(1, old, 1.0, 0), (1, T, 2.0, 0)])
    again = store.write(Batch.of([1, 1, 1], [T + MINUTE_US, old, old + MINUTE_US], [3.0, 1.5, 1.25]))
    expect((again.inserted, again.conflicts.tolist(), again.kept.tolist()), (2, [1], [1.0]))
    expect(store.latest([1]).last_value.tolist(), [3.0])
    store.close()


def replacing(opener: Opener) -> None:
    """With "replace" values take the place of what is stored, gaps of nothing."""
    store = opener()
    m = MINUTE_US
    store.write(Batch.of(1, [T, T + m, T + 2 * m, T + 3 * m], [1.0, 2.0, NAN, 4.0], [0, 0, TIMEOUT, 0]))
    batch = Batch.of(1, [T, T + m, T + 2 * m, T + 3 * m, T + 4 * m], [1.0, 2.5, 3.0, NAN, 5.0])
    result = store.write(batch, on_conflict="replace")
    expect((result.inserted, result.accepted.tolist()), (3, [True, True, True, False, True]))
    expect([row[2:] for row in everything(store)], [(1.0, 0), (2.5, 0), (3.0, 0), (4.0, 0), (5.0, 0)])
    last = store.write(Batch.of(1, [T + 4 * m] * 3, [6.0, 7.0, NAN]), on_conflict="replace")
    expect((last.accepted.tolist(), store.latest([1]).last_value.tolist()), ([False, True, False], [7.0]))
    store.close()


def two_writers(opener: Opener) -> None:
    """Writers and readers side by side: every row once, every conflict told; embedded: no half batch."""
    store = opener()
    failures: list[object] = []

    def write(mine: int) -> None:
        for tick in range(4):
            shared = Batch.of([1, 1], [T + 2 * tick * 1000, T + (2 * tick + 1) * 1000], [1.0, 1.0])
            own = Batch.of([mine, 9], T + tick * 1000, [float(tick), float(mine)])
            accepted.append(store.write(Batch.join([shared, own])).accepted.tolist())

    def read() -> None:
        for _ in range(8):
            if store.capabilities().embedded and len(store.scan([1], T, T + DAY_US)) % 2:
                failures.append("half a batch")

    accepted: list[list[bool]] = []
    _together([lambda: write(2), lambda: write(3), read], failures)
    expect(failures, [])
    expect([all(row[:3]) for row in accepted], [True] * 8)
    expect(
        sum(row[3] for row in accepted), 4
    )  # of two different values for one place one was taken, each time
    expect(len(everything(store)), 8 + 4 + 4 + 4)
    store.close()


def any_history(opener: Opener) -> None:
    """Random batches, late, repeated, contradicting: what a plain dictionary holds, also after reopening."""
    for seed in range(3):
        store = opener()
        replaces = store.capabilities().replaces
        model: Rows = {}
        for batch, on_conflict in random_history(seed, T, point=10 * seed + 1, replaces=replaces):
            agree(store, model, batch, on_conflict)
        store.close()
        again = opener()
        held = [(*place, *rest) for place, rest in sorted(model.items())]
        expect(rows_of(again.scan(range(10 * seed + 1, 10 * seed + 5), 0, 2**62)), held)
        again.close()


def bigger_batch(opener: Opener) -> None:
    """20,000 rows of 40 points in one batch, then with 20,000 more: none lost, none doubled."""
    store = opener()
    point = np.repeat(np.arange(1, 41, dtype=np.int32), 1000)
    ts = np.tile(T + 60_000_000 * np.arange(1000), 40)
    value = (point * 1_000_000_000 + (ts - T) // 60_000) / 1e6  # whole millionths, as of a meter
    half = Batch.of(point, ts, value).take(np.arange(0, 40_000, 2))
    expect(store.write(half).inserted, 20_000)
    expect(store.write(Batch.of(point, ts, value)).inserted, 20_000)
    found = store.scan(range(1, 41), T, T + DAY_US)
    expect(bool(np.array_equal(found.ts_us, ts) and np.array_equal(found.value, value)), True)
    for t0, t1 in ((0, T + DAY_US), (int(ts[7]), int(ts[900])), (int(ts[7]) + 1, int(ts[900]) + 1)):
        inside = found.take((found.ts_us >= t0) & (found.ts_us < t1))
        for step_us in (t1 - t0, DAY_US // 7):
            answer = store.buckets(range(1, 41), t0, t1, step_us)
            expect(columns(answer), columns(bucketed(inside, t0, step_us)))
    store.close()


def _together(work: Sequence[Callable[[], None]], failures: list[object]) -> None:
    def guarded(step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(step,)) for step in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
