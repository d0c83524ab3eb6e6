"""The next day by the hour, from the past alone: nothing is trained and nothing is kept.

Simple forecasts stand side by side: the median of the last days of the same class, of the last one up to the
last eight, as it is and corrected to the level of the last two such days; with a temperature also the median
of the days of the class that were as warm. Each is weighed by its own errors of the last weeks, for each
series and for worked and free days apart, so that a museum that is closed on Mondays, a school on holiday and
a data room each follow the ones that suit them.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from civicwatt_cloud.analysis.arrays import Numbers, median
from civicwatt_cloud.analysis.forecast.day_classes import Classes

WORKED, WEEKDAY = 0, 1  # columns of Classes

# [engineering defaults], chosen once on the simulated city of seed 7 and kept:
MEMORY = 0.95  # of a squared error, by day of the class: some three weeks of working days count
FAVOUR = 4  # power of the inverse error in the weights: the best lead, close ones share
LEVEL_DAYS = 2  # days of the class that tell the present level
LEVEL_SHARE = 0.7  # of the deviation of the level that is followed, as a power
LEVEL_LIMITS = (0.3, 3.0)  # a level outside them is a fault, not a level
AGE_C = 0.03  # a day's age counts as this much difference of temperature [°C]
LOOK_BACK = 120  # days that `tomorrow` reads: eight weeks to learn the weights, eight weeks before them


class _Recent(NamedTuple):
    column: int
    days: int
    levelled: bool


class _AsWarm(NamedTuple):
    column: int
    window: int
    days: int


_RECENT = (
    *(_Recent(WORKED, days, False) for days in (1, 4, 8)),
    *(_Recent(WEEKDAY, days, False) for days in (4, 8)),
    *(_Recent(WORKED, days, True) for days in (2, 8)),
    *(_Recent(WEEKDAY, days, True) for days in (2, 8)),
)
_AS_WARM = (_AsWarm(WORKED, 60, 3), _AsWarm(WORKED, 400, 4), _AsWarm(WEEKDAY, 400, 3))


def tomorrow(load: Numbers, classes: Classes, temperature_c: Numbers | None = None) -> Numbers:
    """The next day of each series, shape (series, hours), in the unit of `load`; NaN where nothing is known.

    load: (series, days, hours) of consecutive days, NaN = missing. classes: (days + 1, 2), tomorrow last.
    temperature_c: (days + 1, hours), tomorrow's as forecast; without it the weather is taken as it was.
    """
    first = max(0, load.shape[1] - LOOK_BACK) if temperature_c is None else 0
    outdoor = None if temperature_c is None else temperature_c[first:]
    return rolling(load[:, first:], classes[first:], outdoor)[:, -1]


def rolling(load: Numbers, classes: Classes, temperature_c: Numbers | None = None) -> Numbers:
    """Each day as it was forecast at its first midnight: shape (series, days + 1, hours), as `tomorrow`."""
    series, days, hours = load.shape
    found = np.full((series, days + 1, hours), np.nan)
    weights = _Weights(series, len(_RECENT) + (0 if temperature_c is None else len(_AS_WARM)))
    levels: dict[int, deque[tuple[int, Numbers]]] = {0: deque(maxlen=LEVEL_DAYS), 1: deque(maxlen=LEVEL_DAYS)}
    for today in range(days + 1):
        worked = int(classes[today, WORKED])
        plain = np.stack([_recent(load, classes, today, one) for one in _RECENT])
        said = _levelled(plain, load, levels[worked])
        if temperature_c is not None:
            warm = [_as_warm(load, classes, temperature_c, today, one) for one in _AS_WARM]
            said = np.concatenate([said, np.stack(warm)])
        found[:, today] = weights.mean(worked, said)
        if today < days:
            weights.learn(worked, said, load[:, today])
            levels[worked].append((today, plain))
    return found


def _like(classes: Classes, today: int, column: int, since: int = 0) -> NDArray[np.int64]:
    """Earlier days of today's class; where none is of its weekday yet, those worked or free as today."""
    alike = np.flatnonzero(classes[since:today, column] == classes[today, column])
    if not len(alike):
        alike = np.flatnonzero(classes[since:today, WORKED] == classes[today, WORKED])
    return alike + since


def _recent(load: Numbers, classes: Classes, today: int, one: _Recent) -> Numbers:
    return _median_of(load, _like(classes, today, one.column)[-one.days :])


def _as_warm(load: Numbers, classes: Classes, outdoor: Numbers, today: int, one: _AsWarm) -> Numbers:
    alike = _like(classes, today, one.column, max(0, today - one.window))
    apart = np.sqrt(np.mean((outdoor[alike] - outdoor[today]) ** 2, axis=1)) + AGE_C * (today - alike)
    return _median_of(load, alike[np.argsort(apart, kind="stable")[: one.days]])  # NaN comes last


def _median_of(load: Numbers, days: NDArray[np.int64]) -> Numbers:
    if not len(days):
        return np.full((load.shape[0], load.shape[2]), np.nan)
    return median(load[:, days], axis=1)


def _levelled(plain: Numbers, load: Numbers, levels: deque[tuple[int, Numbers]]) -> Numbers:
    """The forecasts that follow the level: × how the last days of the class came out against them."""
    follow = [place for place, one in enumerate(_RECENT) if one.levelled]
    came = said = np.zeros((len(follow), load.shape[0]))
    for day, before in levels:
        both = ~np.isnan(before[follow]) & ~np.isnan(load[:, day])
        came = came + np.where(both, load[:, day], 0.0).sum(axis=2)
        said = said + np.where(both, before[follow], 0.0).sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.clip(came / said, *LEVEL_LIMITS) ** LEVEL_SHARE
    done = plain.copy()
    done[follow] *= np.where(said > 0, level, 1.0)[..., None]
    return done


@dataclass(slots=True)
class _Weights:
    """How far each forecast was off: squared errors by class, fading."""

    series: int
    forecasts: int
    _off: Numbers = field(init=False)

    def __post_init__(self) -> None:
        self._off = np.zeros((2, self.forecasts, self.series))

    def mean(self, worked: int, said: Numbers) -> Numbers:
        """The weighed mean of what is said, shape (series, hours)."""
        off = self._off[worked]
        best = off.min(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(off == best, 1.0, (off / best) ** -FAVOUR)  # of nothing off: the others nothing
        known = ~np.isnan(said)
        weight = shares[..., None] * known
        total = weight.sum(axis=0)
        with np.errstate(invalid="ignore"):
            found: Numbers = np.where(known, said * weight, 0.0).sum(axis=0) / np.where(
                total > 0, total, np.nan
            )
        return found

    def learn(self, worked: int, said: Numbers, came: Numbers) -> None:
        """Take a day's errors in; hours without a reading teach nothing."""
        error = (said - came) ** 2
        known = ~np.isnan(error)
        hours = known.sum(axis=2)
        mean = np.where(known, error, 0.0).sum(axis=2) / np.maximum(hours, 1)
        worst = np.max(mean, axis=0, initial=0.0)
        # a forecast that had nothing to say where others had is taken for the worst of them
        missed = np.where(hours > 0, mean, np.where((hours > 0).any(axis=0), worst, 0.0))
        self._off[worked] = self._off[worked] * MEMORY + missed
