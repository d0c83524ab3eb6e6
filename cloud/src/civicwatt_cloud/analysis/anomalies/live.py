"""Whole series through the live detector: one row after the other, as they would have come."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.anomalies.detector import Detector
from civicwatt_cloud.analysis.arrays import Numbers

Ints = NDArray[np.int64]


class Series(NamedTuple):
    """Series of meters with the same moments; rows in the order of time."""

    day: Ints  # number of the civil day, 0 a Monday
    hour: Ints  # civil hour 0..23
    value: Numbers  # meters × rows; NaN where missing
    temperature: Numbers | None = None  # °C, as value


class Pass(NamedTuple):
    """What one pass said of each row (meters × rows)."""

    score: Numbers
    why: NDArray[np.int8]
    expected: Numbers


def live(series: Series) -> Pass:
    """Judge every row from itself and the rows before it."""
    meters, rows = series.value.shape
    detector = Detector(meters)
    score, expected = np.zeros((rows, meters)), np.full((rows, meters), np.nan)
    why = np.zeros((rows, meters), np.int8)
    values = np.ascontiguousarray(series.value.T)
    warmth = None if series.temperature is None else np.ascontiguousarray(series.temperature.T)
    for row in range(rows):
        judged = detector.step(
            int(series.day[row]), int(series.hour[row]), values[row], None if warmth is None else warmth[row]
        )
        score[row], why[row], expected[row] = judged
    return Pass(score.T, why.T, expected.T)
