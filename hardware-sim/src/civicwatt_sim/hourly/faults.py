"""Faults put into an hourly series, each with its interval in the truth.

A fault changes what the meter shows; the truth says from which row to before which row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]


class FaultSort(StrEnum):
    """What is wrong with the meter, or with how the building is run."""

    STUCK = "stuck"
    ZERO = "zero"
    MISSING = "missing"
    SPIKE = "spike"
    NEGATIVE = "negative"
    REVERSED = "reversed"
    JUMP = "jump"  # another unit: ten times as much, or a thousandth
    DROP = "drop"  # a phase or a feeder is lost
    DRIFT = "drift"
    NIGHT_LOAD = "night_load"
    WEEKEND_LOAD = "weekend_load"
    SCHEDULE_SHIFT = "schedule_shift"
    NO_SETBACK = "no_setback"
    LEAK = "leak"


QUICK = (FaultSort.STUCK, FaultSort.ZERO, FaultSort.NEGATIVE, FaultSort.JUMP)


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault: rows [start, end)."""

    sort: FaultSort
    start: int
    end: int


# hours that a fault lasts, drawn evenly in the logarithm
_HOURS = {
    FaultSort.STUCK: (8, 500), FaultSort.ZERO: (4, 700), FaultSort.MISSING: (4, 400), FaultSort.SPIKE: (1, 3),
    FaultSort.NEGATIVE: (2, 100), FaultSort.REVERSED: (48, 400), FaultSort.JUMP: (4, 400),
    FaultSort.DROP: (6, 500), FaultSort.DRIFT: (700, 1500), FaultSort.NIGHT_LOAD: (120, 500),
    FaultSort.WEEKEND_LOAD: (24, 48), FaultSort.SCHEDULE_SHIFT: (72, 300), FaultSort.NO_SETBACK: (170, 500),
    FaultSort.LEAK: (120, 600),
}  # fmt: skip


def inject(
    sort: FaultSort, value: Column, free: NDArray[np.bool_], start: int, rng: np.random.Generator
) -> Injected:
    """Put a fault into `value` from row `start`; `free`: hours of days off. Returns its truth."""
    low, high = _HOURS[sort]
    hours = round(float(np.exp(rng.uniform(np.log(low), np.log(high)))))
    if sort is FaultSort.WEEKEND_LOAD:
        start = _next_free_day(free, start)
    elif sort in {FaultSort.NIGHT_LOAD, FaultSort.SCHEDULE_SHIFT, FaultSort.NO_SETBACK}:
        start -= start % 24
        hours = max(24, hours - hours % 24)
    end = min(start + hours, len(value))
    rows = slice(start, end)
    value[rows] = _SHAPES[sort](value, rows, free, rng)
    return Injected(sort, start, end)


def _next_free_day(free: NDArray[np.bool_], start: int) -> int:
    days = np.flatnonzero(free[start::24][:30])
    return start - start % 24 + (int(days[0]) * 24 if len(days) else 0)


def _typical(value: Column) -> float:
    return float(np.nanmedian(np.abs(value))) + 1e-6


def _stuck(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    before = value[: rows.start][~np.isnan(value[: rows.start])]
    return np.full(rows.stop - rows.start, before[-1] if len(before) else 1.0)


def _zero(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    return np.zeros(rows.stop - rows.start)


def _missing(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    return np.full(rows.stop - rows.start, np.nan)


def _spike(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    top = float(np.nanquantile(value, 0.98))
    return value[rows] + (top + _typical(value)) * rng.uniform(1.0, 8.0)


def _negative(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    return -np.abs(value[rows]) - _typical(value) * rng.uniform(0.1, 2.0)


def _reversed(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    return -value[rows]


def _jump(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    return value[rows] * float(rng.choice([10.0, 0.001]))


def _drop(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    return value[rows] * rng.uniform(0.02, 0.6)


def _drift(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    grown = 1.0 + np.linspace(0.0, rng.uniform(0.5, 1.0), rows.stop - rows.start) * rng.choice([1.0, -0.7])
    return np.asarray(value[rows] * grown)


def _night(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    hour = np.arange(rows.start, rows.stop) % 24
    return value[rows] * np.where((hour < 6) | (hour >= 21), 1.6, 1.0)


def _weekend(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    return _of_days(value, rows, ~free, value[rows] * 1.6)


def _shifted(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    shift = int(rng.choice([-4, -3, 3, 4]))
    return np.roll(value[rows], shift)


def _no_setback(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    shown = value[rows].copy()
    off = free[rows]
    shown[off] = _of_days(value, rows, ~free, value[rows] * 1.6)[off]
    return shown


def _of_days(value: Column, rows: slice, wanted: NDArray[np.bool_], otherwise: Column) -> Column:
    """The same hours of the wanted day that comes last before the fault."""
    at = np.arange(rows.start)
    profile = np.full(24, np.nan)
    for hour in range(24):
        there = value[: rows.start][wanted[: rows.start] & (at % 24 == hour)]
        there = there[~np.isnan(there)]
        if len(there):
            profile[hour] = np.median(there[-5:])
    shown = profile[np.arange(rows.start, rows.stop) % 24]
    return np.where(np.isnan(shown), otherwise, shown)


def _leak(value: Column, rows: slice, free: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    hours = np.arange(rows.stop - rows.start)
    return value[rows] + _typical(value) * rng.uniform(0.5, 1.2) * np.minimum(1.0, hours / 12.0 + 0.2)


_SHAPES: dict[FaultSort, Callable[[Column, slice, NDArray[np.bool_], np.random.Generator], Column]] = {
    FaultSort.STUCK: _stuck, FaultSort.ZERO: _zero, FaultSort.MISSING: _missing, FaultSort.SPIKE: _spike,
    FaultSort.NEGATIVE: _negative, FaultSort.REVERSED: _reversed, FaultSort.JUMP: _jump,
    FaultSort.DROP: _drop, FaultSort.DRIFT: _drift, FaultSort.NIGHT_LOAD: _night,
    FaultSort.WEEKEND_LOAD: _weekend, FaultSort.SCHEDULE_SHIFT: _shifted,
    FaultSort.NO_SETBACK: _no_setback, FaultSort.LEAK: _leak,
}  # fmt: skip
