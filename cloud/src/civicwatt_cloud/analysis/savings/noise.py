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
LAGS = 7  # steps back that may be remembered. [engineering default]: a week of days
MEMORY_MOST = 0.95
WARM = 60  # steps after which a series has forgotten its beginning
LEAST = 1e-12  # in place of zero
FLOOR = 0.05  # of the mean use: no spread is taken from less. [engineering default]
STEEPEST = 2.0  # spread in proportion to the use itself


class Noise(NamedTuple):
    """Innovations (steps × parts of a step), and what made them."""

    innovations: Floats
    memory: Floats  # share of the step before, of the one before that …
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


def memory(residual: Floats, taken: float = 1.0) -> Floats:
    """Autoregression of residuals over a week of steps, by Yule and Walker; empty where it is not positive.

    Always the whole week: memory beneath other noise is weak and fades slowly, a shorter order loses it. A
    fit takes memory away with the parameters it finds: what that takes on average is given back.
    """
    count = len(residual)
    if count < ENOUGH:
        return np.zeros(0)
    centred = residual - residual.mean()
    squares = float(centred @ centred)
    if squares == 0.0:
        return np.zeros(0)
    seen = np.array([float(centred[k:] @ centred[: count - k]) / squares for k in range(LAGS + 1)])
    first = min(max(float(seen[1]), 0.0), MEMORY_MOST)
    lost = taken / count * (1 + first) / (1 - first)
    seen = (seen + lost) / (1 + lost)
    at = np.abs(np.subtract.outer(np.arange(LAGS), np.arange(LAGS)))
    found: Floats = np.linalg.solve(seen[at], seen[1:]).astype(np.float64)
    return found * min(1.0, MEMORY_MOST / found.sum()) if found.sum() > 0.0 else np.zeros(0)


def long_run(residual: Floats, kept: Floats) -> float:
    """How much more a sum of residuals varies than if they did not remember, as a ratio of variances."""
    if not len(kept):
        return 1.0
    innovations = remembering(residual[:, None], kept)
    return float(np.var(innovations) / np.var(residual) / (1 - kept.sum()) ** 2)


def remembering(residual: Floats, kept: Floats) -> Floats:
    """Residuals (steps × parts) less what the steps before lead to expect."""
    order = len(kept)
    found = residual[order:].copy()
    for k, share in enumerate(kept, 1):
        found -= share * residual[order - k : len(residual) - k]
    return found


def independent(residual: Floats, taken: float) -> float:
    """How many independent residuals say as much as these."""
    return len(residual) / max(long_run(residual, memory(residual, taken)), 1.0)


def noise(residual: Floats, taken: float) -> Noise:
    """The noise of standardised residuals (steps × parts), widened for the parameters taken of each part."""
    together = residual.mean(axis=1)
    kept = memory(together, taken)
    own = len(residual) / max(long_run(together, kept), 1.0)
    innovations = remembering(residual, kept)
    innovations = innovations - innovations.mean(axis=0)
    freedom = max(own - taken, 1.0)
    widened = innovations * np.sqrt(own / freedom)
    # The long run's variance is known no better than its autoregression: Berk, Annals of Statistics 2 (1974).
    return Noise(widened, kept, min(freedom, len(residual) / (2 * len(kept))) if len(kept) else freedom)


def drawn(source: Noise, count: int, size: int, rng: np.random.Generator) -> Floats:
    """New series (count × size × parts) of the same noise.

    Each is divided by the root of a drawn χ²/freedom: the spread itself is an estimate.
    """
    length = BLOCK if len(source.innovations) >= ENOUGH else 1
    order = len(source.memory)
    warm = WARM if order else 0
    new = source.innovations[_blocks(len(source.innovations), length, (count, size + warm), rng)]
    for k in range(order, size + warm if order else 0):
        for back, share in enumerate(source.memory, 1):
            new[:, k] += share * new[:, k - back]
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
