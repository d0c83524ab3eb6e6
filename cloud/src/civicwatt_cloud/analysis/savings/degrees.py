"""Degrees below and above balance points, as means over periods [K, or the temperature's unit]."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from civicwatt_cloud.analysis.savings.series import DAY_US, Floats, Ints, Mask, Meter, Temperature

TEMPERATURE_COVERAGE = 0.9  # of a period's hours. Source: CalTRACK (eemeter: min_daily_coverage)


class Basis(StrEnum):
    """What is held against a balance point: each hour's temperature, or each day's mean.

    A light building follows the hours; a heavy one, or one with set hours, the day. Daily means see no
    degree on a day whose night is cold and whose noon is warm: near the balance points the two differ.
    """

    HOUR = "degree_hours"
    DAY = "degree_days"


@dataclass(frozen=True, slots=True)
class Weather:
    """Temperatures of periods, cut into slices (hours, or days of the meter's own clock)."""

    slices: Floats
    hours: Floats  # of each slice with a temperature
    first: Ints  # slice that a period begins with
    mean: Floats  # by period; NaN where too little is known

    @property
    def known(self) -> Mask:
        """Periods whose temperature is known well enough."""
        return np.isfinite(self.mean)

    def below(self, points: Floats) -> Floats:
        """Mean degrees below each point, by point and period."""
        return self._mean(np.maximum(points[:, None] - self.slices, 0.0))

    def above(self, points: Floats) -> Floats:
        """Mean degrees above each point, by point and period."""
        return self._mean(np.maximum(self.slices - points[:, None], 0.0))

    def _mean(self, degrees: Floats) -> Floats:
        total = np.add.reduceat(degrees * self.hours, self.first, axis=1)
        return np.asarray(total / np.maximum(np.add.reduceat(self.hours, self.first), 1e-9))


def weather(temperature: Temperature, meter: Meter, basis: Basis) -> Weather:
    """The temperatures of a meter's periods, days counted from each period's own start."""
    low, high = temperature.between(meter.start_us, meter.end_us)
    span = np.maximum(high - low, 1)
    days = np.maximum(1, np.rint((meter.end_us - meter.start_us) / DAY_US)).astype(np.int64)
    parts = span if basis is Basis.HOUR else np.minimum(days, span)
    first = np.concatenate([[0], np.cumsum(parts)[:-1]])
    of = np.repeat(np.arange(len(parts)), parts)
    nth = np.arange(int(parts.sum())) - first[of]
    begin = low[of] + nth * span[of] // parts[of]
    end = np.minimum(low[of] + (nth + 1) * span[of] // parts[of], high[of])
    known = np.isfinite(temperature.value)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, temperature.value, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    end = np.maximum(end, begin)
    begin = np.minimum(begin, len(known))
    end = np.minimum(end, len(known))
    hours = (counts[end] - counts[begin]).astype(np.float64)
    slices = np.where(hours > 0, (sums[end] - sums[begin]) / np.maximum(hours, 1.0), 0.0)
    covered = np.add.reduceat(hours, first) * 3_600e6 / (meter.end_us - meter.start_us)
    mean = np.add.reduceat(slices * hours, first) / np.maximum(np.add.reduceat(hours, first), 1.0)
    return Weather(slices, hours, first, np.where(covered >= TEMPERATURE_COVERAGE, mean, np.nan))
