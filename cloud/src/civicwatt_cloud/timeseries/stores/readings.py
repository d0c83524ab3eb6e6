"""What a readings store does: six columnar operations, no joins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from civicwatt_protocols.uplink import GapReason

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OnConflict = Literal["keep", "replace"]

DAY_US = 86_400 * 1_000_000  # of UTC

# Up to here a double tells millionths apart (civicwatt_protocols.quantity); no meter counts so far.
VALUE_LIMIT = 2.0**33

# The number of a reason in the store: append only, never reorder. 0 = a value, or a gap nobody explained.
_REASONS = (
    None,
    GapReason.TIMEOUT,
    GapReason.DISCONNECTED,
    GapReason.REFUSED,
    GapReason.BAD_FRAME,
    GapReason.INVALID,
    GapReason.LATE,
    GapReason.THINNED,
)
REASON_CODE = {reason: code for code, reason in enumerate(_REASONS)}


def reason_of(code: int) -> GapReason | None:
    """Why there is no value; None where there is one, or where no reason was given."""
    return _REASONS[code]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Readings in columns of one length, in any order."""

    point: NDArray[np.int32]
    ts_us: Ints  # UTC µs
    value: Floats  # in the measure's unit, finite; NaN = gap
    reason: NDArray[np.uint8]  # REASON_CODE, 0 with a value

    def __len__(self) -> int:
        return len(self.point)

    @classmethod
    def of(cls, point: object, ts_us: object, value: object, reason: object = 0) -> Self:
        """A batch from numbers and columns; a number stands for a whole column."""
        return cls(
            *np.broadcast_arrays(
                np.atleast_1d(np.asarray(point, np.int32)),
                np.asarray(ts_us, np.int64),
                np.asarray(value, np.float64),
                np.asarray(reason, np.uint8),
            )
        )

    @classmethod
    def join(cls, batches: Sequence["Batch"]) -> Self:
        """The batches one after the other."""
        if not batches:
            return cls.of([], [], [], [])
        if len(batches) == 1:
            return cls(batches[0].point, batches[0].ts_us, batches[0].value, batches[0].reason)
        columns = ((b.point, b.ts_us, b.value, b.reason) for b in batches)
        point, ts_us, value, reason = (np.concatenate(column) for column in zip(*columns, strict=True))
        return cls(point, ts_us, value, reason)

    def take(self, rows: Bools | NDArray[np.intp]) -> "Batch":
        """The rows that a mask or a list of places picks."""
        return Batch(self.point[rows], self.ts_us[rows], self.value[rows], self.reason[rows])


@dataclass(frozen=True, slots=True, eq=False)
class WriteResult:
    """What became of a batch; everything counted here is durable when write() returns."""

    inserted: int  # rows that were new (with "replace": or that took a new value)
    accepted: Bools  # per row of the batch: the store now holds exactly this value
    conflicts: NDArray[np.intp]  # rows whose place holds another value, which was kept
    kept: Floats  # that other value, for each of `conflicts`
    durable_at_us: int  # real time, UTC µs


@dataclass(frozen=True, slots=True, eq=False)
class Latest:
    """The newest row of each point, and its newest value; points without readings are left out."""

    point: NDArray[np.int32]
    ts_us: Ints
    value: Floats  # NaN: the newest row is a gap
    reason: NDArray[np.uint8]
    value_ts_us: Ints  # of the newest value that is no gap; -1 = there is none
    last_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Values of [start, start + step) per point, gaps left out; sorted by point and start."""

    point: NDArray[np.int32]
    start_us: Ints
    first: Floats
    first_us: Ints
    last: Floats
    last_us: Ints
    min: Floats
    max: Floats
    sum: Floats
    count: Ints


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one backend is and can do."""

    name: str
    version: str
    replaces: bool  # on_conflict="replace" is offered
    embedded: bool  # lives in this process: nobody else can open it
    retains: bool = True  # retain() deletes; otherwise only the server's own retention period does
    step_us: int = 1  # times must be multiples of this


@runtime_checkable
class SealsDays(Protocol):
    """A store that wants a quiet hour to put closed days into files."""

    def seal(self, before_us: int) -> int:
        """Move the UTC days that ended before this time; returns how many rows moved."""
        ...


class ReadingsStore(Protocol):
    """Readings by (point, ts_us). Thread safe; every backend keeps what promises/ lists."""

    def write(self, batch: Batch, on_conflict: OnConflict = "keep") -> WriteResult:
        """Store the batch idempotently; returns when it is durable.

        "keep": what is stored stays. "replace": values take the place of what is stored, gaps of nothing.
        """
        ...

    def latest(self, points: Sequence[int] | None = None) -> Latest:
        """Newest row and newest value of the points (all without an argument), sorted by point."""
        ...

    def scan(self, points: Sequence[int], t0_us: int, t1_us: int) -> Batch:
        """All rows in [t0, t1), sorted by point and time."""
        ...

    def buckets(self, points: Sequence[int], t0_us: int, t1_us: int, step_us: int) -> Buckets:
        """Aggregates of the values in [t0, t1), in buckets that start at t0 + k · step."""
        ...

    def retain(self, before_us: int) -> int:
        """Delete the rows before `before_us`; returns how many."""
        ...

    def capabilities(self) -> Capabilities:
        """What this backend is."""
        ...

    def close(self) -> None:
        """Release the store."""
        ...
