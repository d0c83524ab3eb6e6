"""Columns of numbers in which NaN stands for what is not known."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def median(values: Numbers, axis: int) -> Numbers:
    """The median along an axis of what is known; NaN where nothing is.

    As numpy.nanmedian, without a warning for what is wholly unknown and in one pass over all of it.
    """
    ordered = np.sort(np.moveaxis(values, axis, 0), axis=0)  # NaN comes last
    known = np.count_nonzero(~np.isnan(ordered), axis=0)
    low = np.take_along_axis(ordered, np.maximum(known - 1, 0)[None] // 2, axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(known // 2, len(ordered) - 1)[None], axis=0)[0]
    middle: Numbers = (low + high) / 2
    return np.where(known == 0, np.nan, middle)
