"""Places in a ranking that say who can be told apart.

Two institutions are told apart where their figures differ by more than both errors together; a place is one
more than the number of those that are demonstrably better. So all that cannot be told from the best share
place 1, and ties are shown as ties. The order within them is the order of the figures, with its interval.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.analysis.benchmarking.scores import (
    CONFIDENCE,
    DRAWS,
    LEAST_COMPLETENESS,
    SEED,
    Withheld,
    withheld,
)

APART = 1.645  # source: normal distribution, both tails of 90 %
CHUNK = 4_000_000  # draws that are sorted at once, to stay below 100 MB


class Ranks(NamedTuple):
    """For each institution, shape (n,); 0 where it is not ranked."""

    order: NDArray[np.int64]  # by the figure alone; equal figures share a place (1, 2, 2, 4)
    low: NDArray[np.int64]  # the order's interval from the errors of all
    high: NDArray[np.int64]
    place: NDArray[np.int64]  # 1 + those demonstrably better
    tied: NDArray[np.int64]  # others that it cannot be told from
    withheld: NDArray[np.int8]  # Withheld


def ranks(
    values: Numbers,
    groups: NDArray[np.int64],
    errors: Numbers,
    completeness: Numbers,
    *,
    least_completeness: float = LEAST_COMPLETENESS,
) -> Ranks:
    """The places of all institutions, each within its group; arguments as for `scores.scores`."""
    count = len(values)
    places = np.zeros((5, count), np.int64)
    kept_back = withheld(values, completeness, least_completeness)
    for group in np.unique(groups):
        mine = np.flatnonzero((groups == group) & (kept_back == Withheld.NOT))
        if len(mine):
            rng = np.random.default_rng((SEED, int(group)))
            places[:, mine] = _of_group(np.log(values[mine]), errors[mine], rng)
    order, low, high, place, tied = places
    return Ranks(order, low, high, place, tied, kept_back)


def _of_group(logs: Numbers, errors: Numbers, rng: np.random.Generator) -> NDArray[np.int64]:
    count = len(logs)
    order = np.searchsorted(np.sort(logs), logs, side="left") + 1
    low, high = _interval(logs, errors, rng)
    place, tied = np.empty(count, np.int64), np.empty(count, np.int64)
    for start in range(0, count, max(1, CHUNK // count)):
        rows = slice(start, start + max(1, CHUNK // count))
        apart = logs[rows, None] - logs[None, :]
        reach = APART * np.sqrt(np.square(errors[rows, None]) + np.square(errors[None, :]))
        place[rows] = 1 + (apart > reach).sum(axis=1)
        tied[rows] = (np.abs(apart) <= reach).sum(axis=1) - 1
    return np.stack([order, np.minimum(low, order), np.maximum(high, order), place, tied])


def _interval(
    logs: Numbers, errors: Numbers, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Quantiles of the order when all figures are drawn from their errors."""
    count = len(logs)
    drawn = np.empty((DRAWS, count), np.int32)
    step = max(1, CHUNK // count)
    for start in range(0, DRAWS, step):
        rows = min(step, DRAWS - start)
        values = logs + errors * rng.standard_normal((rows, count))
        sequence = np.argsort(values, axis=1)
        np.put_along_axis(
            drawn[start : start + rows], sequence, np.arange(1, count + 1, dtype=np.int32)[None], axis=1
        )
    tail = (1.0 - CONFIDENCE) / 2
    drawn.sort(axis=0)
    first, last = int(tail * (DRAWS - 1)), int(np.ceil((1.0 - tail) * (DRAWS - 1)))
    return drawn[first].astype(np.int64), drawn[last].astype(np.int64)
