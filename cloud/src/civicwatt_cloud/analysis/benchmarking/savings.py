"""What somebody would save at the level of the peers or of a quota, with its interval."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers
from civicwatt_cloud.analysis.benchmarking.ranks import APART
from civicwatt_cloud.analysis.benchmarking.scores import DRAWS, LEAST_PEERS, SEED


class Potential(NamedTuple):
    """Energy a period, in the unit of `energy`, shape (n,); NaN: unknown. A low of 0: perhaps nothing."""

    expected: Numbers
    low: Numbers
    high: Numbers


def to_limit(energy: Numbers, values: Numbers, errors: Numbers, limit: Numbers) -> Potential:
    """What is above a limit that is exactly known, such as a quota in the unit of `values`; shape (n,) each.

    The energy is taken for true (it is what was paid for); the intensity may be off by its error.
    """
    reach = APART * errors
    return Potential(*(_above(energy, values * np.exp(z), limit) for z in (0.0 * reach, -reach, reach)))


def to_peers(
    energy: Numbers, values: Numbers, errors: Numbers, groups: NDArray[np.int64], quantile: float = 0.5
) -> Potential:
    """What is above the peers' quantile, which is drawn anew with the peers; NaN below LEAST_PEERS others."""
    found = Potential(*(np.full(len(values), np.nan) for _ in range(3)))
    known = values > 0
    for group in np.unique(groups[known]):
        mine = np.flatnonzero((groups == group) & known)
        if len(mine) - 1 < LEAST_PEERS:
            continue
        rng = np.random.default_rng((SEED, int(group)))
        logs = np.sort(np.log(values[mine]))
        # the quantile of a sample drawn with replacement: the order statistic at a beta's draw
        at = rng.beta(quantile * (len(mine) + 1), (1 - quantile) * (len(mine) + 1), DRAWS)
        spread = float(np.std(np.interp(at * len(mine) - 0.5, np.arange(len(mine)), logs)))
        limit = np.full(len(mine), np.exp(np.quantile(logs, quantile)))
        own = np.sqrt(np.square(errors[mine]) + spread**2)
        for column, one in zip(found, to_limit(energy[mine], values[mine], own, limit), strict=True):
            column[mine] = one
    return found


def _above(energy: Numbers, value: Numbers, limit: Numbers) -> Numbers:
    above: Numbers = energy * np.clip(1.0 - limit / value, 0.0, None)
    return above
