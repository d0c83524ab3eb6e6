"""How well a model tells its own baseline. Sources: ASHRAE Guideline 14; GB/T 28750—2012."""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.savings.series import Floats, Kind


class Limit(NamedTuple):
    """What a model of this kind of reading may miss at most, as shares."""

    cvrmse: float
    nmbe: float


# Source: ASHRAE Guideline 14 (monthly 15 % and 5 %, hourly 30 % and 10 %), from secondary sources; it names
# none for days: those of hours are held against them.
LIMITS = {Kind.BILLING: Limit(0.15, 0.05), Kind.DAILY: Limit(0.30, 0.10), Kind.HOURLY: Limit(0.30, 0.10)}


class Goodness(NamedTuple):
    """Shares, not percent."""

    cvrmse: float | None  # None where the mean use is zero
    nmbe: float | None
    r_squared: float | None


def goodness(use: Floats, said: Floats, days: Floats, parameters: int) -> Goodness:
    """Of use and model by period, each period weighted by its length.

    cvrmse = √(Σ(y − ŷ)² / (n − p)) / ȳ, nmbe = Σ(y − ŷ) / ((n − p) · ȳ), with y a day.
    """
    count = len(use)
    share = days / days.mean()
    rate, error = use / days, (use - said) / days
    spare = max(count - parameters, 1)
    mean = float(share @ rate) / count
    squares = float(share @ error**2)
    all_squares = float(share @ (rate - mean) ** 2)
    explained = 1 - squares / all_squares if all_squares > 0 else None
    if mean == 0.0:
        return Goodness(None, None, explained)
    return Goodness(
        float(np.sqrt(squares / spare)) / abs(mean), float(share @ error) / (spare * mean), explained
    )
