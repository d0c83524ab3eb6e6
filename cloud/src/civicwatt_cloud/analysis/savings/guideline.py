"""The uncertainty of a saving by formula, shown beside the bootstrap for comparison only."""

import numpy as np

from civicwatt_cloud.analysis.savings.series import Floats

# Quantiles of the normal distribution for two-sided levels.
NORMAL = {0.68: 0.994, 0.8: 1.282, 0.9: 1.645, 0.95: 1.960}


def half_width(
    residual: Floats, adjusted: float, cvrmse: float, periods: int, *, level: float, with_memory: bool
) -> float:
    """Half of the interval: t · 1.26 · cvrmse · adjusted · √(n/n′ · (1 + 2/n′) / m).

    n′ = n (1 − ρ) / (1 + ρ) with memory, else n; m periods in the reporting period.
    Source: ASHRAE Guideline 14—2002, annex B (from secondary sources); it underestimates, and more so for
    hours than for days: Touzani, Granderson, Jump and Rebello, Applied Energy (2019).
    """
    count = len(residual)
    first = float(np.corrcoef(residual[1:], residual[:-1])[0, 1]) if with_memory else 0.0
    own = count * (1 - first) / (1 + first)
    return float(
        NORMAL[level] * 1.26 * cvrmse * abs(adjusted) * np.sqrt(count / own * (1 + 2 / own) / periods)
    )
