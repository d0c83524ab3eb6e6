"""From judged rows to findings: from when to when, of what kind, how sure, how much energy."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.anomalies.detector import THRESHOLD
from civicwatt_cloud.analysis.arrays import Numbers

Ints = NDArray[np.int64]


class Kind(StrEnum):
    """What a finding looks like."""

    STUCK = "stuck"
    MISSING = "missing"  # told by missing.py, never by the detector
    ZERO = "zero"
    NEGATIVE = "negative"
    REVERSED = "reversed"
    JUMP = "jump"  # another unit or factor
    SPIKE = "spike"
    NIGHT = "night_load"
    WEEKEND = "weekend_load"
    HIGH = "high"
    LOW = "low"


# [engineering default] each
MOSTLY = 0.7  # of the rows, or of the energy
SPIKE_ROWS = 6
UNIT_HIGH, UNIT_LOW = 5.0, 0.02  # ten times as much with a margin; a thousandth with one
REVERSED_ROWS = 24
NIGHT_FROM, NIGHT_TO = 21, 7
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """An anomaly: rows [start, end) of the series."""

    kind: Kind
    start: int
    end: int
    deviation: float  # value less what was expected, summed over the rows [the series' unit]
    peak: float  # the highest score
    confidence: float  # 0..1


def findings(score: Numbers, value: Numbers, expected: Numbers, day: Ints, hour: Ints) -> list[Finding]:
    """Each run of rows at or above the threshold; `day` counts civil days from a Monday."""
    inside = np.concatenate(([0], (score >= THRESHOLD).astype(np.int8), [0]))
    edges = np.diff(inside)
    found = []
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        rows = slice(int(start), int(end))
        apart = np.nan_to_num(value[rows] - expected[rows])
        peak = float(score[rows].max())
        kind = _kind(value[rows], expected[rows], apart, day[rows] % 7, hour[rows])
        found.append(Finding(kind, rows.start, rows.stop, float(apart.sum()), peak, _confidence(peak)))
    return found


def _confidence(peak: float) -> float:
    """Half at the threshold, rising to one."""
    return 1.0 - 0.5 * THRESHOLD / peak


def _kind(value: Numbers, expected: Numbers, apart: Numbers, weekday: Ints, hour: Ints) -> Kind:
    there = ~np.isnan(value)
    known = value[there]
    if np.mean(known < 0) >= 0.5 and np.nanmedian(np.r_[expected[there], 0.0]) >= 0:
        return _below_zero(known, expected[there])
    if np.mean(known == 0) >= MOSTLY:
        return Kind.ZERO
    if len(known) > 2 and np.mean(np.diff(known) == 0) >= MOSTLY:
        return Kind.STUCK
    ratio = _ratio(known, expected[there])
    if apart.sum() >= 0:
        return _above(ratio, len(known), apart, weekday, hour)
    return Kind.JUMP if 0 < ratio <= UNIT_LOW else Kind.LOW


def _below_zero(known: Numbers, expected: Numbers) -> Kind:
    alike = 0.5 <= -_ratio(known, expected) <= 2.0
    return Kind.REVERSED if alike and len(known) >= REVERSED_ROWS else Kind.NEGATIVE


def _ratio(known: Numbers, expected: Numbers) -> float:
    """The middle of value over expectation; 1 where nothing was expected."""
    usable = np.abs(np.nan_to_num(expected)) > 1e-9
    return float(np.median(known[usable] / expected[usable])) if usable.any() else 1.0


def _above(ratio: float, rows: int, apart: Numbers, weekday: Ints, hour: Ints) -> Kind:
    if rows <= SPIKE_ROWS:
        return Kind.SPIKE
    if ratio >= UNIT_HIGH:
        return Kind.JUMP
    more = np.maximum(apart, 0.0)
    total = more.sum() or 1.0
    if more[weekday >= SATURDAY].sum() >= MOSTLY * total:
        return Kind.WEEKEND
    if more[(hour >= NIGHT_FROM) | (hour < NIGHT_TO)].sum() >= MOSTLY * total:
        return Kind.NIGHT
    return Kind.HIGH


def flags(score: Numbers) -> NDArray[np.bool_]:
    """Whether each row lies inside an anomaly."""
    return np.asarray(score >= THRESHOLD)
