"""The model of hourly readings: the hour of the week and the temperature, in straight pieces.

use an hour = base[hour of the week] + Σ slope_k · (degrees above knot k), slopes apart for hours in use.
Source: time of week and temperature: Mathieu, Price, Kiliccote and Piette, IEEE Trans. Smart Grid 2 (2011).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.savings import noise
from civicwatt_cloud.analysis.savings.classes import day_off, weekday, weekend
from civicwatt_cloud.analysis.savings.daily import WEIGHT_MOST, criterion
from civicwatt_cloud.analysis.savings.series import DAY_H, HOUR_US, Floats, Ints, Meter, Temperature

KNOTS = 6  # Source: Mathieu et al. (2011), six pieces
EDGE = 0.05  # share of the temperatures beyond the outermost knots: a piece needs hours of its own
IN_USE = 0.65  # an hour of the week this often above the temperature's own line is in use. Source: as above
LEAST = 4  # hours of one kind. [engineering default]
HOURS = ("hour", "day", "both")  # the temperature of the hour, the mean of the last 24, or both
ALIKE_KINDS = 1e-8  # columns that differ by less than this share are one
NONE = np.zeros(0)


def _alike(meter: Meter) -> Ints:
    return np.zeros(len(meter.value), dtype=np.int64)


def _hour_of_day(meter: Meter) -> Ints:
    return meter.local_hour


def _hour_by_weekend(meter: Meter) -> Ints:
    return weekend(meter.local_day) * DAY_H + meter.local_hour


def _hour_by_day_off(meter: Meter) -> Ints:
    return day_off(meter.local_day) * DAY_H + meter.local_hour


def _hour_of_week(meter: Meter) -> Ints:
    return weekday(meter.local_day) * DAY_H + meter.local_hour


class Week(NamedTuple):
    """Kinds of hours, each with a base of its own."""

    kinds: int
    of: Callable[[Meter], Ints]


ALIKE = "all_hours_alike"
WEEKS = {
    ALIKE: Week(1, _alike),
    "hour_of_day": Week(DAY_H, _hour_of_day),
    "hour_by_weekend": Week(2 * DAY_H, _hour_by_weekend),
    "hour_by_day_off": Week(2 * DAY_H, _hour_by_day_off),
    "hour_of_week": Week(7 * DAY_H, _hour_of_week),
}


class Form(NamedTuple):
    """What is settled before a fit; without knots the temperature plays no part."""

    week: str
    hours: str
    knots: tuple[Floats, ...] = ()  # for each of the temperatures
    in_use: Floats = NONE  # by hour of the week, 0 or 1; empty: slopes are alike


@dataclass(frozen=True, slots=True)
class Profile:
    """A fitted model; the influence of each baseline hour on it is linear."""

    form: Form
    base: Floats
    slopes: Floats
    means: Floats  # of the temperature's columns, by kind of hour
    share: Floats  # of each baseline hour in the mean of its kind
    solver: Floats  # slopes = solver @ use
    meter: Meter
    temperature: Temperature

    @property
    def name(self) -> str:
        """As it is printed."""
        if not self.form.knots:
            return self.form.week
        return f"{self.form.week} temperature_{self.form.hours}" + (
            "_in_use" if len(self.form.in_use) else ""
        )

    @property
    def parameters(self) -> int:
        """How many come from the data."""
        return len(self.base) + len(self.slopes)

    @property
    def taken(self) -> float:
        """A slope is of all hours of a day, a base of one of them."""
        return len(self.slopes) + len(self.base) / DAY_H

    @property
    def uses_temperature(self) -> bool:
        """Whether it depends on the weather."""
        return bool(self.form.knots)

    def expected(self, meter: Meter) -> Floats:
        """Use of hours by the model; their temperatures are known."""
        kinds = WEEKS[self.form.week].of(meter)
        return np.asarray(self.base[kinds] + columns(meter, self.temperature, self.form) @ self.slopes)

    def totals(self, use: Floats, meter: Meter) -> Floats:
        """What models refitted to other baselines (hours × series) say of the total of these hours."""
        week = WEEKS[self.form.week]
        often = np.bincount(week.of(meter), minlength=week.kinds).astype(np.float64)
        more = columns(meter, self.temperature, self.form).sum(axis=0) - often @ self.means
        influence = often[week.of(self.meter)] * self.share + more @ self.solver
        return np.asarray(influence @ use)

    def coefficients(self) -> dict[str, object]:
        """Bases, knots and slopes, for a reader."""
        return {
            "base_per_hour": self.base.tolist(),
            "knots": [knots.tolist() for knots in self.form.knots],
            "slopes": self.slopes.tolist(),
        }


def columns(meter: Meter, temperature: Temperature, form: Form) -> Floats:
    """Of each temperature itself and its degrees above each knot, hours × columns."""
    seen = temperatures(meter, temperature, form.hours) if form.knots else []
    found = [
        part
        for one, knots in zip(seen, form.knots, strict=True)
        for part in (one[:, None], np.maximum(one[:, None] - knots, 0.0))
    ]
    if not found:
        return np.zeros((len(meter.value), 0))
    every = np.concatenate(found, axis=1)
    if not len(form.in_use):
        return every
    on = form.in_use[_hour_of_week(meter)][:, None]
    return np.concatenate([every * on, every * (1 - on)], axis=1)


def temperatures(meter: Meter, temperature: Temperature, hours: str) -> list[Floats]:
    """The temperature of each hour, or the mean of the 24 hours up to its end, or both; NaN where unknown."""
    at = meter.start_us // HOUR_US - temperature.first_hour
    inside = (at >= 0) & (at < len(temperature.value))
    at = np.clip(at, 0, len(temperature.value) - 1)
    own = np.where(inside, temperature.value[at], np.nan)
    if hours == "hour":
        return [own]
    known = np.isfinite(temperature.value)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, temperature.value, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    first = np.maximum(at - DAY_H + 1, 0)
    count = counts[at + 1] - counts[first]
    mean = (sums[at + 1] - sums[first]) / np.maximum(count, 1)
    mean = np.where(inside & (count > 0), mean, np.nan)
    return [mean] if hours == "day" else [own, mean]


def model(meter: Meter, temperature: Temperature) -> Profile:
    """The model of these hours, all of which are known; first plain, then weighted as the errors ask."""
    plain = _chosen(meter, temperature)
    said = plain.expected(meter)
    steep = min(noise.power(meter.value - said, said), WEIGHT_MOST)
    if steep == 0.0:
        return plain
    level = noise.floored(said)
    return _fitted(meter, temperature, (level.mean() / level) ** steep, plain.form)


def _chosen(meter: Meter, temperature: Temperature) -> Profile:
    """Step by step: the kinds of hours, which temperature, whether hours in use differ; each if it pays."""
    even = np.ones(len(meter.value))
    ways = [
        name
        for name, week in WEEKS.items()
        if np.bincount(week.of(meter), minlength=week.kinds).min() >= LEAST
    ]
    hours = HOURS if temperature.by_the_hour else ("day",)

    def tried(week: str, which: str, in_use: Floats = NONE) -> Profile:
        seen = temperatures(meter, temperature, which)
        knots = tuple(_knots(one) for one in seen)
        return _fitted(meter, temperature, even, Form(week, which, knots, in_use))

    best = _best(
        [_fitted(meter, temperature, even, Form(way, hours[0])) for way in ways]
        + [tried(way, hours[0]) for way in ways]
    )
    if not best.form.knots:
        return best
    week = best.form.week
    best = _best([best, *(tried(week, one) for one in hours[1:])])
    line = _fitted(meter, temperature, even, best.form._replace(week=ALIKE))
    in_use = _in_use(line)
    return _best([best, tried(week, best.form.hours, in_use)]) if 0 < in_use.sum() < len(in_use) else best


def _knots(seen: Floats) -> Floats:
    low, high = np.quantile(seen, (EDGE, 1 - EDGE))
    return np.linspace(low, high, KNOTS)


def _best(found: list[Profile]) -> Profile:
    """The least criterion; how many hours are independent is judged by the richest: by hours, and by days."""
    errors = [one.meter.value - one.expected(one.meter) for one in found]
    squares = [float(error @ error) for error in errors]
    richest = errors[int(np.argmin(squares))]
    day = found[0].meter.local_day
    days = np.bincount(day - day.min(), richest).astype(np.float64)
    count = len(richest)
    spread = float(np.var(richest)) + noise.LEAST
    together = max(float(np.var(days)) / (count / len(days)) / spread, 1.0)  # hours of a day err alike
    independent = count / together * noise.independent(days, 1.0) / len(days)
    least = 1e-12 * float(found[0].meter.value @ found[0].meter.value) + noise.LEAST
    counts = np.array([one.parameters for one in found])
    judged = criterion(np.maximum(np.array(squares), least), count, independent, counts)
    return found[int(np.argmin(judged))]


def _in_use(line: Profile) -> Floats:
    """Hours of the week in which the use lies above the line of the temperature alone, most of the time."""
    above = line.meter.value > line.expected(line.meter)
    kinds = _hour_of_week(line.meter)
    often = np.bincount(kinds, minlength=7 * DAY_H)
    return np.asarray((np.bincount(kinds, above, 7 * DAY_H) > IN_USE * np.maximum(often, 1)) * 1.0)


def _fitted(meter: Meter, temperature: Temperature, weight: Floats, form: Form) -> Profile:
    week = WEEKS[form.week]
    kinds = week.of(meter)
    share = weight / np.bincount(kinds, weight, week.kinds)[kinds]
    matrix = columns(meter, temperature, form)
    means = np.zeros((week.kinds, matrix.shape[1]))
    np.add.at(means, kinds, share[:, None] * matrix)
    root = np.sqrt(weight)
    centred = (matrix - means[kinds]) * root[:, None]
    solver = np.asarray(np.linalg.pinv(centred, rcond=ALIKE_KINDS) * root, dtype=np.float64)
    slopes = np.asarray(solver @ meter.value, dtype=np.float64)
    base = np.bincount(kinds, share * meter.value, week.kinds) - means @ slopes
    return Profile(form, base, slopes, means, share, solver, meter, temperature)
