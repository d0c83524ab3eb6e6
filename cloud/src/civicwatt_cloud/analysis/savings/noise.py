"""What a model leaves unexplained, and series drawn anew from it: a block bootstrap of the innovations.

Residuals are first made alike (their spread grows with the use), then freed of their memory of the step
before (autoregression), then drawn in blocks of random length, which keeps the week's pattern; memory and
spread are given back. Blocks alone would lose the memory at every seam: their intervals are too narrow.
Sources: Politis and Romano, The stationary bootstrap, JASA 89 (1994); Bühlmann, Sieve bootstrap for time
series, Bernoulli 3 (1997).
"""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.savings.series import Floats, Ints

BLOCK = 7  # mean length of a block [steps]. [engineering default]: a week of days
ENOUGH = 40  # steps from which memory and spread are estimated. [engineering default]
MEMORY_MOST = 0.95
LEAST = 1e-12  # in place of zero
FLOOR = 0.05  # of the mean use: no spread is taken from less. [engineering default]
STEEPEST = 2.0  # spread in proportion to the use itself


class Noise(NamedTuple):
    """Innovations (steps × parts of a step), and what made them."""

    innovations: Floats
    memory: float
    freedom: float


def power(residual: Floats, use: Floats) -> float:
    """How the spread grows with the use: variance ∝ use^power, 0–2; by regression of log error squares."""
    if len(use) < ENOUGH:
        return 0.0
    level = np.log(floored(use))
    spread = np.var(level)
    if spread < 1e-4:
        return 0.0
    seen = np.log(residual**2 + 1e-6 * np.mean(residual**2))
    return float(np.clip(np.mean((level - level.mean()) * seen) / spread, 0.0, STEEPEST))


def floored(use: Floats) -> Floats:
    """Use that a spread can be taken from."""
    return np.maximum(np.abs(use), max(FLOOR * float(np.mean(np.abs(use))), LEAST))


def memory(residual: Floats) -> float:
    """Correlation of a residual with the one before, its bias for short series taken out."""
    count = len(residual)
    if count < ENOUGH:
        return 0.0
    centred = residual - residual.mean()
    power_ = float(centred @ centred)
    if power_ == 0.0:
        return 0.0
    found = float(centred[1:] @ centred[:-1]) / power_
    return float(np.clip(found + (1 + 4 * found) / count, 0.0, MEMORY_MOST))


def noise(residual: Floats, parameters: int) -> Noise:
    """The noise of standardised residuals (steps × parts), widened for the parameters taken from them."""
    together = residual.mean(axis=1)
    count = len(residual)
    kept = memory(together)
    innovations = residual[1:] - kept * residual[:-1] if count >= ENOUGH else residual
    innovations = innovations - innovations.mean(axis=0)
    taken = parameters / residual.shape[1]
    independent = count * (1 - kept) / (1 + kept)
    widened = np.sqrt(count / max(count - taken, 1.0))
    return Noise(innovations * widened, kept, max(independent - taken, 1.0))


def drawn(source: Noise, count: int, size: int, rng: np.random.Generator) -> Floats:
    """New series (count × size × parts) of the same noise.

    Each is divided by the root of a drawn χ²/freedom: the spread itself is an estimate.
    """
    length = BLOCK if len(source.innovations) >= ENOUGH else 1
    warm = 0 if source.memory == 0.0 else 60
    new = source.innovations[_blocks(len(source.innovations), length, (count, size + warm), rng)]
    if source.memory:
        for k in range(1, size + warm):
            new[:, k] += source.memory * new[:, k - 1]
    scale = np.sqrt(source.freedom / rng.chisquare(source.freedom, count))
    return np.asarray(new[:, warm:] * scale[:, None, None])


def _blocks(source: int, length: int, shape: tuple[int, int], rng: np.random.Generator) -> Ints:
    """Indices of blocks of geometric length, the source taken as a ring."""
    fresh = rng.random(shape) < 1 / length
    fresh[:, 0] = True
    start = rng.integers(0, source, shape)
    at = np.broadcast_to(np.arange(shape[1]), shape)
    begun = np.maximum.accumulate(np.where(fresh, at, 0), axis=1)
    return np.asarray((np.take_along_axis(start, begun, axis=1) + at - begun) % source)
