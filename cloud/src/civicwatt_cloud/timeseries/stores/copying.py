"""Bring all readings of one store into another, and compare both at the end."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch, ReadingsStore

POINTS = 2000  # in one window of a day
# Engineering defaults.
PROBE_DAYS = 30
QUIET = 24  # so many months without a reading, and what lies before them is taken in one window


@dataclass(frozen=True)
class Window:
    """Some points, some time."""

    points: Sequence[int]
    t0_us: int
    t1_us: int


@dataclass
class Digest:
    """Rows in order, as a count and a checksum."""

    rows: int = 0
    sha256: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, batch: Batch) -> None:
        """Take in the next rows; zeros have no sign, gaps are all alike."""
        self.rows += len(batch)
        value = np.where(np.isnan(batch.value), np.nan, batch.value + 0.0)
        for column in (batch.point, batch.ts_us, value, batch.reason):
            self.sha256.update(np.ascontiguousarray(column).tobytes())


@dataclass
class Copied:
    """What a copy did, and what stands in both stores now."""

    windows: int = 0
    rows: int = 0  # read
    written: int = 0  # that the target did not have
    conflicts: int = 0  # places where the target holds another value, which was left
    source: Digest = field(default_factory=Digest)
    target: Digest = field(default_factory=Digest)

    @property
    def equal(self) -> bool:
        """Whether the target holds exactly what the source holds."""
        return (self.source.rows, self.source.sha256.digest()) == (
            self.target.rows,
            self.target.sha256.digest(),
        )


def windows(source: ReadingsStore) -> list[Window]:
    """Everything a store holds: days of some thousand points each, and what lies before them."""
    newest = source.latest()
    if not len(newest.point):
        return []
    points, end = newest.point.tolist(), int(newest.ts_us.max()) + 1
    parts = [points[first : first + POINTS] for first in range(0, len(points), POINTS)]
    begin = _begin(source, parts, end)
    days = [(0, begin), *((day, min(day + DAY_US, end)) for day in range(begin, end, DAY_US))]
    return [Window(part, t0, t1) for t0, t1 in days for part in parts]


def _begin(source: ReadingsStore, parts: Sequence[Sequence[int]], end: int) -> int:
    """A day before which there is little, found by looking at one day a month, backwards.

    Buckets would tell exactly, but most engines send every row for them.
    """
    begin = day = end // DAY_US * DAY_US
    quiet = 0
    while day > 0 and quiet < QUIET:
        if any(len(source.scan(part, day, day + DAY_US)) for part in parts):
            begin, quiet = day, 0
        else:
            quiet += 1
        day -= PROBE_DAYS * DAY_US
    return max(0, begin - PROBE_DAYS * DAY_US)


def copy(
    source: ReadingsStore, target: ReadingsStore, todo: Sequence[Window], done: Copied
) -> Iterator[None]:
    """Copy each window and count in `done`; yields after each. What is there already is not written again."""
    for window in todo:
        rows = source.scan(window.points, window.t0_us, window.t1_us)
        if len(rows):
            there = target.scan(window.points, window.t0_us, window.t1_us)
            if not _alike(rows, there):
                result = target.write(rows)
                done.written += result.inserted
                done.conflicts += len(result.conflicts)
        done.windows, done.rows = done.windows + 1, done.rows + len(rows)
        yield


def compare(
    source: ReadingsStore, target: ReadingsStore, todo: Sequence[Window], done: Copied
) -> Iterator[None]:
    """Read both stores once more, into the digests of `done`; yields after each window."""
    for window in todo:
        done.source.add(source.scan(window.points, window.t0_us, window.t1_us))
        done.target.add(target.scan(window.points, window.t0_us, window.t1_us))
        yield


def _alike(a: Batch, b: Batch) -> bool:
    return (
        np.array_equal(a.point, b.point)
        and np.array_equal(a.ts_us, b.ts_us)
        and np.array_equal(a.value, b.value, equal_nan=True)
        and np.array_equal(a.reason, b.reason)
    )
