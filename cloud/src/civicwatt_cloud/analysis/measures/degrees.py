"""A day's energy against its temperature: heating below a point, cooling above another, and two bases."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.arrays import Numbers

# [engineering defaults]
COOLING_POINTS_C = np.arange(14.0, 29.0, 1.0)
HEATING_POINTS_C = np.arange(2.0, 19.0, 1.0)
LEAST_DAYS = 56
LEAST_FIT = 0.3  # share of the variation that the model explains; below it nothing is said
REACH = 1.645  # source: normal distribution, both tails of 90 %


@dataclass(frozen=True, slots=True)
class Degrees:
    """One side of the model."""

    point_c: float
    slope: float  # kWh a day and K
    low: float  # its interval of 90 %
    high: float
    degrees: Numbers  # of each day [K]
    outdoor: Numbers

    @property
    def energy(self) -> float:
        """What the days used for it [kWh]."""
        return max(0.0, self.slope) * float(self.degrees.sum())

    def less(self, by_k: float, only_below: float = np.inf) -> float:
        """Degree-days saved when the point moves by some kelvins, on days below a temperature only."""
        days = self.degrees[self.outdoor < only_below]
        return float(np.sum(days - np.clip(days - by_k, 0.0, None)))


class Model(NamedTuple):
    """Both sides."""

    heating: Degrees
    cooling: Degrees
    explained: float


def fitted(days: Numbers, worked: Numbers, outdoor: Numbers) -> Model | None:
    """The model with the least squares over all pairs of points; None where it explains too little.

    days [kWh], worked (1 or 0), outdoor [°C]: shape (days,), NaN = missing.
    The slopes' errors are those of least squares at the points found; the residuals' correlation from day to
    day is taken into account. Source: ASHRAE Guideline 14, five-parameter model.
    """
    known = ~(np.isnan(days) | np.isnan(outdoor))
    if known.sum() < LEAST_DAYS:
        return None
    y, at_work, t = days[known], worked[known].astype(np.float64), outdoor[known]
    best: tuple[float, float, float, Numbers] | None = None
    for heating in HEATING_POINTS_C:
        for cooling in COOLING_POINTS_C[heating <= COOLING_POINTS_C]:
            design = _design(at_work, t, float(heating), float(cooling))
            solution: Numbers = np.asarray(np.linalg.lstsq(design, y, rcond=None)[0], dtype=np.float64)
            error = float(np.sum((y - design @ solution) ** 2))
            if best is None or error < best[0]:
                best = (error, float(heating), float(cooling), solution)
    if best is None:
        return None
    error, heating_c, cooling_c, solution = best
    explained = 1.0 - error / float(np.sum((y - y.mean()) ** 2)) if np.ptp(y) > 0 else 0.0
    if explained < LEAST_FIT:
        return None
    design = _design(at_work, t, heating_c, cooling_c)
    spread = _errors(design, y - design @ solution)
    sides = [
        Degrees(
            point,
            float(solution[column]),
            float(solution[column] - REACH * spread[column]),
            float(solution[column] + REACH * spread[column]),
            design[:, column],
            t,
        )
        for point, column in ((heating_c, 2), (cooling_c, 3))
    ]
    return Model(sides[0], sides[1], explained)


def _design(worked: Numbers, t: Numbers, heating: float, cooling: float) -> Numbers:
    return np.stack(
        [worked, 1.0 - worked, np.clip(heating - t, 0, None), np.clip(t - cooling, 0, None)], axis=1
    )


def _errors(design: Numbers, rest: Numbers) -> Numbers:
    """Standard errors; residuals that resemble the day before count as fewer days."""
    alike = float(np.clip(np.corrcoef(rest[1:], rest[:-1])[0, 1], 0.0, 0.9)) if np.ptp(rest) > 0 else 0.0
    days = len(rest) * (1 - alike) / (1 + alike)
    variance = float(np.sum(rest**2)) / max(1.0, days - design.shape[1])
    inverse = np.linalg.pinv(design.T @ design)
    return np.asarray(np.sqrt(variance * np.clip(np.diag(inverse), 0, None) * len(rest) / max(days, 1.0)))
