"""A score among peers with its interval: what share of the peers uses more.

The interval holds three errors together, by drawing: the institution's own figure is drawn from its error
(of input and model), its place among the peers is read off, and the peers are drawn anew with replacement.
Drawing n peers of which a share p lies below is drawing from the binomial distribution, so no sample is ever
made. The peers' own errors already are in the spread of what they show. Nobody is scored against too few
peers, or with too little measured.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers

# [engineering defaults]; where a rule row gives another, it is passed
LEAST_PEERS = 30
LEAST_COMPLETENESS = 0.9
CONFIDENCE = 0.9
DRAWS = 400  # a quantile of 400 draws at a width of 12 points is known within a point
SEED = 20_200_101  # the same figures give the same interval, today and for whoever recomputes it


class Withheld(IntEnum):
    """Why somebody has no score; 0: there is one."""

    NOT = 0
    UNKNOWN = 1  # no figure
    INCOMPLETE = 2  # measured for less than LEAST_COMPLETENESS of the time
    FEW_PEERS = 3

    @property
    def zh(self) -> str:
        """What the page says."""
        return ("", "没有数据", "完整率不足", "样本不足")[self]

    @property
    def en(self) -> str:
        """What the page says."""
        return ("", "no figure", "not complete enough", "too few peers")[self]


class Scores(NamedTuple):
    """For each institution, shape (n,); NaN where withheld."""

    score: Numbers  # 0 … 100: the share of the peers that uses more
    low: Numbers
    high: Numbers
    peers: NDArray[np.int64]  # that it was compared with
    withheld: NDArray[np.int8]  # Withheld


def scores(
    values: Numbers,
    groups: NDArray[np.int64],
    errors: Numbers,
    completeness: Numbers,
    *,
    least_peers: int = LEAST_PEERS,
    least_completeness: float = LEAST_COMPLETENESS,
) -> Scores:
    """The scores of all institutions, each within its group.

    values: intensities > 0 in one unit, less is better; NaN = unknown. groups: number of the peer group.
    errors: relative standard errors (errors_in.combined). completeness: 0 … 1. All of shape (n,).
    """
    count = len(values)
    score, low, high = np.full((3, count), np.nan)
    found = Scores(
        score, low, high, np.zeros(count, np.int64), withheld(values, completeness, least_completeness)
    )
    for group in np.unique(groups):
        mine = np.flatnonzero((groups == group) & (found.withheld == Withheld.NOT))
        peers = len(mine) - 1
        found.peers[mine] = max(peers, 0)
        if peers < least_peers:
            found.withheld[mine] = Withheld.FEW_PEERS
            continue
        rng = np.random.default_rng((SEED, int(group)))
        score[mine], low[mine], high[mine] = _of_group(np.log(values[mine]), errors[mine], rng)
    return found


def withheld(values: Numbers, completeness: Numbers, least_completeness: float) -> NDArray[np.int8]:
    """Who has no figure, or one that too little was measured for; shape (n,), Withheld."""
    found = np.zeros(len(values), np.int8)
    found[~(completeness >= least_completeness)] = Withheld.INCOMPLETE
    found[~(values > 0)] = Withheld.UNKNOWN
    return found


def drawn_shares(below: Numbers, peers: int, rng: np.random.Generator) -> Numbers:
    """Shares below in peers drawn anew with replacement, one for each share given (0 … 1), any shape."""
    return np.asarray(rng.binomial(peers, below) / peers, dtype=np.float64)


def _of_group(logs: Numbers, errors: Numbers, rng: np.random.Generator) -> tuple[Numbers, Numbers, Numbers]:
    order = np.sort(logs)
    peers = len(logs) - 1
    share = _below(order, logs, logs)
    drawn = logs[:, None] + errors[:, None] * rng.standard_normal((len(logs), DRAWS))
    draws = drawn_shares(_below(order, drawn, logs[:, None]), peers, rng)
    tail = (1.0 - CONFIDENCE) / 2
    low, high = np.quantile(draws, [tail, 1.0 - tail], axis=1)
    # No sample drawn from peers of which none lies beyond holds one that does: there the exact bound of none
    # in n holds (C. J. Clopper and E. S. Pearson, 1934).
    none = 1.0 - tail ** (1.0 / peers)
    high = np.maximum(high, np.where(share * peers < 1.0, none, 0.0))
    low = np.minimum(low, np.where((1.0 - share) * peers < 1.0, 1.0 - none, 1.0))
    return (
        100.0 * (1.0 - share),
        100.0 * (1.0 - np.maximum(high, share)),
        100.0 * (1.0 - np.minimum(low, share)),
    )


def _below(order: Numbers, at: Numbers, own: Numbers) -> Numbers:
    """The share of the others below each value; equal ones count half, oneself not at all."""
    left = np.searchsorted(order, at, side="left").astype(np.float64) - (own < at)
    right = np.searchsorted(order, at, side="right").astype(np.float64) - (own <= at)
    share: Numbers = (left + right) / 2.0 / (len(order) - 1)
    return share
