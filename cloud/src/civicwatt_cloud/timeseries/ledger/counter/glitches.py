"""Short dips and spikes of a counter: readings that their neighbours contradict. Pure."""

import numpy as np

from civicwatt_cloud.timeseries.ledger.counter.splice import Series
from civicwatt_cloud.timeseries.stores.readings import Bools, Ints

GLITCH_READINGS = 5  # a dip or spike is at most this long [engineering default]


def standing(series: Series) -> Bools:
    """Which elements stand: forms do; a reading that does not lies outside two neighbours that agree.

    A reading r falls when there are a before and b after it, with at most GLITCH_READINGS between them,
    value[a] <= value[b], and value[r] below or above both. The nearest pairs speak first, of dips before
    spikes, and who has fallen is heard no more: so two zeros do not overrule the readings between them.
    It depends on the next neighbours only, not on time or on the order of arrival.
    """
    micro = series.value
    stands = np.ones(len(micro), np.bool_)
    falls = np.flatnonzero(micro[1:] < micro[:-1])
    if not len(falls):
        return stands
    near = np.arange(1 - GLITCH_READINGS, GLITCH_READINGS + 1)
    suspects = np.unique(falls[:, None] + near)
    suspects = suspects[(suspects >= 0) & (suspects < len(micro))]
    suspects = suspects[~series.is_replacement[suspects]]
    for apart in range(2, GLITCH_READINGS + 2):
        stands[_contradicted(micro, stands, suspects, apart, dips=True)] = False
        stands[_contradicted(micro, stands, suspects, apart, dips=False)] = False
    return stands


def _contradicted(micro: Ints, stands: Bools, suspects: Ints, apart: int, *, dips: bool) -> Ints:
    """The suspects below, or above, two readings that stand, agree and are this many places apart."""
    found = []
    for before in range(1, apart):
        after = apart - before
        r = suspects[(suspects >= before) & (suspects < len(micro) - after)]
        a, b = r - before, r + after
        agree = stands[a] & stands[b] & (micro[a] <= micro[b])
        found.append(r[agree & (micro[r] < micro[a] if dips else micro[r] > micro[b])])
    return np.concatenate(found)


def surely_standing(micro: Ints, *, from_first: bool, to_last: bool) -> Bools:
    """Readings that stand whatever lies outside the stretch: no fall within reach on either side."""
    n, reach = len(micro), GLITCH_READINGS
    falls = np.concatenate([[0], np.cumsum(micro[1:] < micro[:-1])]) if n else np.zeros(0, np.int64)
    place = np.arange(n)
    sure: Bools = falls[np.minimum(place + reach, n - 1)] == falls[np.maximum(place - reach, 0)]
    if not from_first:
        sure &= place >= reach
    if not to_last:
        sure &= place < n - reach
    return sure
