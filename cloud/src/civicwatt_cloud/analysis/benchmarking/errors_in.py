"""How far off an intensity may be: the relative errors of what it was made from."""

import numpy as np

from civicwatt_cloud.analysis.arrays import Numbers


def combined(*parts: Numbers | float) -> Numbers:
    """The relative standard error of a quotient or product of independent parts: the root of their squares.

    Each part is a share of 1, a number or one for each institution, shape (n,): the meter's, the floor area's
    or the head count's, and the model's, where a figure was corrected for climate or use.
    Source: JCGM 100 (GUM), 5.1.6.
    """
    squares: Numbers = np.asarray(sum(np.square(part) for part in parts), dtype=np.float64)
    return np.sqrt(squares)


def of_completeness(completeness: Numbers, error: float) -> Numbers:
    """The relative error of energy of which a part was not measured but taken like the rest.

    completeness: share of the time covered, (0, 1]; error: how far a missing part may be from its like.
    """
    missing: Numbers = (1.0 - completeness) * error / completeness
    return missing
