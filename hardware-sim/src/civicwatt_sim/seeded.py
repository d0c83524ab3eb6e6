"""Counter-based random numbers: the draw of an index needs no earlier draw.

So any window of a simulated series can be computed alone, by any process, and is the same.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 2.0**-53


def key(*parts: object) -> int:
    """64 bits that stand for `parts` in every process and on every machine."""
    text = "/".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def uniform(key: int, index: NDArray[np.int64]) -> NDArray[np.float64]:
    """One draw from [0, 1) for each index.

    Source: splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
    """
    z = index.astype(np.uint64) * _GOLDEN + np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * _TO_UNIT


def smooth(key: int, position: NDArray[np.float64]) -> NDArray[np.float64]:
    """A continuous curve in [0, 1) through one draw at each whole position."""
    left = np.floor(position)
    index = left.astype(np.int64)
    share = position - left
    return uniform(key, index) * (1.0 - share) + uniform(key, index + 1) * share


def one(key: int, low: float, high: float) -> float:
    """A single draw from [low, high)."""
    return low + (high - low) * float(uniform(key, np.zeros(1, np.int64))[0])
