"""What is wrong with a plant's readings before anything is concluded from them."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers, median

Rows = NDArray[np.bool_]

# [engineering defaults]
LEAST_ROWS = 6  # in a row: as pvanalytics counts (window = 6)
SAME = 1e-5  # of the larger of two values: less than any meter's step
DARK = 0.01  # of the largest value: at night the same value is right
NEIGHBOURS = 2  # on either side of a row
OVER_NEIGHBOURS = 0.2  # of the rating: what a row may stand out of its neighbours, besides their own span
NEGATIVE = 0.02  # of the rating: what an inverter takes at night


def stale(values: Numbers) -> Rows:
    """Rows of at least LEAST_ROWS equal readings by day, shape (n,), NaN = missing; all rows of the run."""
    same = np.abs(np.diff(values)) <= SAME * np.maximum(np.abs(values[1:]), np.abs(values[:-1]))
    return _runs(same & (values[1:] > DARK * _top(values)), LEAST_ROWS - 1, 1)


def interpolated(values: Numbers) -> Rows:
    """Rows of at least LEAST_ROWS readings on a straight line that is not level; all rows of the run."""
    steps = np.diff(values)
    bent = np.abs(np.diff(steps)) <= SAME * np.maximum(np.abs(values[2:]), np.abs(values[:-2]))
    moving = np.abs(steps[1:]) > SAME * np.abs(values[2:])
    return _runs(bent & moving, LEAST_ROWS - 2, 2)


def outliers(values: Numbers, rated: float) -> Rows:
    """Single rows far outside both their neighbours' span and what a plant can give, shape (n,).

    values and rated in one unit (power, or energy of an interval). Clouds come and go within a quarter of an
    hour, so a row must stand out of two rows on either side by more than these differ among themselves.
    """
    padded = np.pad(values, NEIGHBOURS, mode="edge")
    around = sliding_window_view(padded, 2 * NEIGHBOURS + 1)
    beside = np.delete(around, NEIGHBOURS, axis=1)
    typical = median(beside, axis=1)
    highest = np.where(np.isnan(beside), -np.inf, beside).max(axis=1)
    lowest = np.where(np.isnan(beside), np.inf, beside).min(axis=1)
    apart = np.abs(values - typical) > OVER_NEIGHBOURS * rated + (highest - lowest)
    return np.asarray((apart | (values < -NEGATIVE * rated)) & ~np.isnan(values))


def _top(values: Numbers) -> float:
    return float(np.max(np.where(np.isnan(values), 0.0, np.abs(values)), initial=0.0))


def _runs(steps: Rows, least: int, width: int) -> Rows:
    """The rows that runs of at least `least` true steps reach; a step joins `width` + 1 rows."""
    edges = np.diff(np.concatenate([[False], steps, [False]]).astype(np.int8))
    rows = np.zeros(len(steps) + width, np.bool_)
    for start, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if end - start >= least:
            rows[start : end + width] = True
    return rows
