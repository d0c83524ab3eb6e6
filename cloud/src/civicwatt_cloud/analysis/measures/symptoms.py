"""Symptoms in the hours of a building: night and free-day load, late switching off, heating and cooling.

What could be saved is a range from the building's own days: to what it often reaches (the better quarter of
its days), and to the least it has been seen to do. Where it never did better, its data tell no saving, and
that is said. When a symptom is one, the limits say; they are rule rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.arrays import Numbers, median
from civicwatt_cloud.analysis.measures.degrees import Degrees, fitted

YEAR_DAYS = 365
# [engineering defaults]
NIGHT = slice(0, 5)  # hours in which a building that is not used at night is at its base
BY_DAY = slice(9, 17)
DARK_HOURS = 9  # of a day in which the night's load is what is wrong: 21 to 6
AFTERNOON = 12  # from this hour on a switching off is looked for
OFTEN, SELDOM = 0.25, 0.02  # quantiles of the days: what is often reached, and the least that is no fault
LEAST_DAYS = 56
LEAST_COVERED = 0.9


class Kind(StrEnum):
    """What is noticed."""

    NIGHT = "night_load"
    FREE_DAYS = "free_day_load"
    LATE_OFF = "late_switch_off"
    COOLING = "cooling_slope"
    HEATING = "heating_slope"
    EARLY_COOLING = "low_cooling_point"


class Limits(NamedTuple):
    """When a figure is a symptom: rule rows `measures.<name>` (reference/measures.toml)."""

    night_share: float  # of the load by day
    free_day_share: float  # of what a working day adds to the night
    off_hour: float  # o'clock
    cooling_share: float  # of the year's energy
    heating_share: float
    cooling_point_c: float  # outdoor temperature of the day
    set_point_k: float  # by how much a set point is moved

    @classmethod
    def of(cls, value: Callable[[str], Decimal]) -> "Limits":
        """The limits, each asked for by its rule's id."""
        return cls(*(float(value(f"measures.{name}")) for name in cls._fields))


@dataclass(frozen=True, slots=True)
class Symptom:
    """A figure beyond its limit, what it may cost in a year [kWh], and the series that shows it."""

    kind: Kind
    figure: float
    limit: float
    low_kwh: float | None  # None: the building was never seen to do better
    high_kwh: float | None
    evidence: Mapping[
        str, Numbers
    ]  # by name: hours of a typical day, days, or both axes of a cloud of points


def symptoms(
    load: Numbers, worked: Numbers, limits: Limits, temperature_c: Numbers | None = None
) -> list[Symptom]:
    """All symptoms of a building, the dearest first; none where too little was measured.

    load: (days, 24) kWh in each hour of consecutive days, NaN = missing. worked: (days,), 1 = a working day.
    temperature_c: (days,) mean outdoor temperature; without it nothing is said of heating and cooling.
    """
    known = ~np.isnan(load)
    if len(load) < LEAST_DAYS or known.mean() < LEAST_COVERED:
        return []
    on, off = load[worked == 1], load[worked == 0]
    if not len(on) or not len(off):
        return []
    share = len(on) / len(load)
    typical = Levels(
        float(_level(load, NIGHT)),
        float(_level(on, BY_DAY)),
        float(_level(off, BY_DAY)),
        median(on, 0),
        median(off, 0),
    )
    found = [
        _night(load, typical, limits),
        _free_days(off, typical, limits, share),
        _late_off(on, typical, limits, share),
    ]
    if temperature_c is not None:
        found += _weather(load, worked, temperature_c, limits)
    said = [one for one in found if one is not None]
    return sorted(said, key=lambda one: -(one.high_kwh or 0.0))


class Levels(NamedTuple):
    """Typical loads [kWh/h] and days."""

    night: float
    worked: float
    free: float
    working_day: Numbers
    free_day: Numbers


def _level(load: Numbers, hours: slice) -> float:
    return float(median(median(load[:, hours], 1), 0))


def _better(per_day: Numbers) -> tuple[float, float]:
    """How much less than usual a day has often, and has seldom, been."""
    known = per_day[~np.isnan(per_day)]
    usual, often, seldom = np.quantile(known, [0.5, OFTEN, SELDOM])
    return float(usual - often), float(usual - seldom)


def _ranged(low: float, high: float) -> tuple[float | None, float | None]:
    return (low, high) if high > 0 else (None, None)


def _night(load: Numbers, typical: Levels, limits: Limits) -> Symptom | None:
    if not typical.worked > 0 or typical.night / typical.worked < limits.night_share:
        return None
    nights = median(load[:, NIGHT], 1)
    often, seldom = _better(nights)
    hours = DARK_HOURS * YEAR_DAYS
    evidence = {"night_kwh_h": nights, "working_day_kwh_h": typical.working_day}
    share = typical.night / typical.worked
    return Symptom(Kind.NIGHT, share, limits.night_share, *_ranged(often * hours, seldom * hours), evidence)


def _free_days(off: Numbers, typical: Levels, limits: Limits, worked: float) -> Symptom | None:
    adds = typical.worked - typical.night
    share = (typical.free - typical.night) / adds if adds > 0 else 0.0
    if share < limits.free_day_share:
        return None
    by_day = median(off[:, BY_DAY], 1)
    often, seldom = _better(by_day)
    hours = (BY_DAY.stop - BY_DAY.start) * YEAR_DAYS * (1 - worked)
    seldom = min(seldom, typical.free - typical.night)  # below the night's load is another matter
    evidence = {"free_day_kwh_h": by_day, "typical_free_day_kwh_h": typical.free_day}
    return Symptom(
        Kind.FREE_DAYS,
        share,
        limits.free_day_share,
        *_ranged(min(often, seldom) * hours, seldom * hours),
        evidence,
    )


def _late_off(on: Numbers, typical: Levels, limits: Limits, worked: float) -> Symptom | None:
    """The hour after which a working day stays below the middle between its day and its night."""
    halfway = (typical.worked + typical.night) / 2
    above = on[:, AFTERNOON:] > halfway
    hours = AFTERNOON + above.shape[1] - np.argmax(above[:, ::-1], axis=1)
    went_off = np.where(above.any(axis=1), hours, AFTERNOON).astype(np.float64)
    usual, often = np.quantile(went_off, [0.5, OFTEN])
    if usual < limits.off_hour or typical.worked <= typical.night:
        return None
    over = np.clip(np.where(np.isnan(on), typical.night, on) - typical.night, 0.0, None)
    later = [float(np.mean(np.sum(over * (np.arange(24) >= hour), axis=1))) for hour in (usual, often)]
    days = YEAR_DAYS * worked
    evidence = {"off_hour": went_off, "working_day_kwh_h": typical.working_day}
    return Symptom(
        Kind.LATE_OFF, float(usual), limits.off_hour, *_ranged(later[0] * days, later[1] * days), evidence
    )


def _weather(load: Numbers, worked: Numbers, outdoor: Numbers, limits: Limits) -> list[Symptom | None]:
    """Slopes against the outdoor temperature; a set point that is moved moves the point where they begin."""
    days = np.sum(load, axis=1)  # a day with a gap is left out
    model = fitted(days, worked, outdoor)
    if model is None:
        return []
    evidence = {"temperature_c": outdoor, "day_kwh": days}
    per_year = YEAR_DAYS / int(np.count_nonzero(~np.isnan(days)))
    total = float(np.nansum(days))
    cooling, heating = (
        _slope(
            kind,
            part,
            total=total,
            limit=limit,
            moved_k=limits.set_point_k,
            per_year=per_year,
            evidence=evidence,
        )
        for kind, part, limit in (
            (Kind.COOLING, model.cooling, limits.cooling_share),
            (Kind.HEATING, model.heating, limits.heating_share),
        )
    )
    return [cooling, heating, _early(model.cooling, limits, per_year, evidence)]


def _slope(
    kind: Kind,
    part: Degrees,
    *,
    total: float,
    limit: float,
    moved_k: float,
    per_year: float,
    evidence: Mapping[str, Numbers],
) -> Symptom | None:
    share = part.energy / total if total > 0 else 0.0
    if share < limit:
        return None
    low, high = (max(0.0, slope) * part.less(moved_k) * per_year for slope in (part.low, part.high))
    return Symptom(kind, share, limit, *_ranged(low, high), evidence)


def _early(part: Degrees, limits: Limits, per_year: float, evidence: Mapping[str, Numbers]) -> Symptom | None:
    """Cooling on days on which outdoor air alone would do."""
    if part.energy <= 0 or part.point_c >= limits.cooling_point_c:
        return None
    late = part.less(limits.cooling_point_c - part.point_c, only_below=limits.cooling_point_c)
    low, high = (max(0.0, slope) * late * per_year for slope in (part.low, part.high))
    return Symptom(Kind.EARLY_COOLING, part.point_c, limits.cooling_point_c, *_ranged(low, high), evidence)
