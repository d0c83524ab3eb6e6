"""A process that writes, seals and dies: at a named step of sealing, or whenever its parent kills it.

Arguments: the store's address, the step (or "none"), before|after. Prints each batch's number once stored.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from civicwatt_cloud.timeseries.stores import sealing
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch
from civicwatt_cloud.timeseries.stores.sealing import SealedDays

BATCHES = 8
POINTS = 20
T = 20_000 * DAY_US


def batch(number: int) -> Batch:
    """Batch k: a quarter of a day of all points; every fourth also repeats, and brings late rows of day 0."""
    ts = T + (number * 24 + np.arange(24)) * 900_000_000
    point, times = np.repeat(np.arange(1, POINTS + 1), 24), np.tile(ts, POINTS)
    rows = Batch.of(point, times, point * 1000 + (times - T) / 1e9)
    if number % 4 == 3:
        late = Batch.of(np.arange(1, POINTS + 1), T + number, number)
        rows = Batch.join([rows, late, rows])
    return rows


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(step: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    """The step, with a death before or after its nth call."""
    calls = 0

    def wrapped(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            die()
        result = step(*arguments)
        if calls == nth and when == "after":
            die()
        return result

    return wrapped


def main() -> None:
    url, step, when = sys.argv[1:]
    if step == "_sync":
        sealing._sync = dying(sealing._sync, when, 3)
    elif step != "none":
        setattr(SealedDays, step, dying(getattr(SealedDays, step), when, 2))
    store = open_store(url)
    for number in range(BATCHES):
        store.write(batch(number))
        print(number, flush=True)
        if number % 2 and isinstance(store, DuckDBStore):
            store.seal(T + 10 * DAY_US)
    print("done", flush=True)
    while step == "none":  # until the parent ends it
        for number in range(BATCHES):
            store.write(batch(number))


if __name__ == "__main__":
    main()
