"""Meters of a city with a year of hours each, drawn from a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from civicwatt_sim import seeded
from civicwatt_sim.hourly.archetypes import ARCHETYPES, Archetype, Curve, Span
from civicwatt_sim.hourly.calendars import CALENDARS, workdays
from civicwatt_sim.hourly.faults import Column, FaultSort, Injected, inject

_GAP_HOURS = 24  # between two faults of a meter
_CHANGED = 0.25  # of a fault's rows, at least
_PUT_IN = tuple(sort for sort in FaultSort if sort is not FaultSort.MISSING)


@dataclass(frozen=True, slots=True)
class FaultyMeter:
    """A year of a meter: what it shows, what it would have shown, and what was wrong."""

    name: str
    archetype: str
    first: date  # the first row is this day's hour 0
    value: Column  # kWh of each hour (water: m³); nan where missing
    sound: Column
    temperature: Column  # °C
    truth: tuple[Injected, ...]

    def faulty(self) -> NDArray[np.bool_]:
        """Whether each row lies inside a fault."""
        rows = np.zeros(len(self.value), np.bool_)
        for one in self.truth:
            rows[one.start : one.end] = True
        return rows


def meters(
    names: Sequence[str], count: int, seed: int, *, faults: int = 5, days: int = 365
) -> list[FaultyMeter]:
    """`count` meters of each archetype named."""
    return [meter(name, number, seed, faults=faults, days=days) for name in names for number in range(count)]


def meter(
    archetype: str,
    number: int,
    seed: int,
    *,
    faults: int = 5,
    days: int = 365,
    sorts: Sequence[FaultSort] = _PUT_IN,
) -> FaultyMeter:
    """One meter with up to `faults` faults after its first weeks; the same for the same arguments."""
    rng = np.random.default_rng(seeded.key("hourly", archetype, number, seed))
    kind = ARCHETYPES[archetype]
    calendar = CALENDARS[int(rng.integers(len(CALENDARS)))]
    first = date(2024, 1, 1) if calendar == "cn" else date(2016, 1, 1)
    worked = workdays(calendar, first, days)
    temperature = _temperature(days, rng)
    sound = _load(kind, first, worked, temperature, rng)
    shown = sound.copy()
    truth = _put_in(shown, np.repeat(~worked, 24), faults, sorts, rng)
    _lose(shown, rng)
    return FaultyMeter(f"{archetype}-{number}", archetype, first, shown, sound, temperature, tuple(truth))


def _between(span: Span, rng: np.random.Generator) -> float:
    return float(rng.uniform(*span))


def _temperature(days: int, rng: np.random.Generator) -> Column:
    hours = np.arange(days * 24)
    season = -np.cos(2 * np.pi * (hours / 24 - rng.uniform(10, 30)) / 365.25)
    daily = np.cos(2 * np.pi * (hours % 24 - 15) / 24)
    spells = _slow(len(hours), 60.0, rng) * rng.uniform(2.0, 4.5)
    mean, swing = rng.uniform(8, 20), rng.uniform(6, 14)
    return np.asarray(mean + swing * season + rng.uniform(2.5, 6.0) * daily + spells)


def _slow(count: int, hours: float, rng: np.random.Generator) -> Column:
    """Noise of unit spread that is remembered for some hours."""
    keep = np.exp(-1.0 / hours)
    white = rng.standard_normal(count + 500) * np.sqrt(1 - keep**2)
    weights = keep ** np.arange(min(count, int(hours * 6) + 1))
    length = 1 << int(np.ceil(np.log2(len(white) + len(weights))))
    smooth = np.fft.irfft(np.fft.rfft(white, length) * np.fft.rfft(weights, length), length)
    return np.asarray(smooth[500 : 500 + count])


def _load(
    kind: Archetype, first: date, worked: NDArray[np.bool_], temperature: Column, rng: np.random.Generator
) -> Column:
    days = len(worked)
    hours = np.arange(days * 24)
    present = _present(kind, first, worked, rng)
    base = _between(kind.base, rng)
    hot = np.clip((temperature - rng.uniform(16, 23)) / 14.0, 0.0, 1.4)
    cold = np.clip((rng.uniform(10, 16) - temperature) / 18.0, 0.0, 1.4)
    conditioned = (hot * _between(kind.cooling, rng) + cold * _between(kind.heating, rng)) * (
        0.1 + 0.9 * present
    )
    daylight = np.sin(2 * np.pi * (hours / 24 - 80) / 365.25)
    evening = kind.evening_light * np.exp(-((((hours % 24) - 19.0) / 2.0) ** 2)) * (1 - 0.6 * daylight)
    people = 0.0 if kind.plant_only else (1.0 - base) * present + evening * (0.3 + present)
    season = 1.0 + rng.uniform(0.0, 0.15) * _slow(len(hours), 24 * 30.0, rng)
    day_mood = 1.0 + rng.uniform(0.0, 0.08) * np.repeat(rng.standard_normal(days), 24)
    load = base + (people + conditioned) * day_mood
    load = load * season * (1.0 + _noise(len(hours), _between(kind.noise, rng), rng))
    if kind.pv[1]:
        cloud = np.repeat(rng.beta(2.0, 1.2, days), 24) * rng.uniform(0.75, 1.0, len(hours))
        sun = np.clip(np.sin(np.pi * ((hours % 24) - 5.5) / 13.0), 0, None) * (0.75 + 0.25 * daylight)
        sun[(hours % 24 < 5.5) | (hours % 24 > 18.5)] = 0.0
        load = load - _between(kind.pv, rng) * sun * cloud
    if not kind.exports:
        load = np.clip(load, 0.0, None)
    if rng.random() < 0.15:  # another use of the building from some day on: no fault
        load[int(rng.uniform(0.3, 0.9) * len(load)) :] *= rng.uniform(0.7, 1.4)
    step = float(rng.choice(kind.resolution))
    return np.asarray(np.round(load * _between(kind.level, rng) / step) * step)


def _noise(count: int, spread: float, rng: np.random.Generator) -> Column:
    """Slow, quick and seldom large: what real loads have beside their plan."""
    slow = _slow(count, rng.uniform(3.0, 24.0), rng)
    quick = rng.standard_t(4, count) / 1.4
    return np.clip(spread * (0.7 * slow + 0.7 * quick), -0.9, 3.0)


def _present(kind: Archetype, first: date, worked: NDArray[np.bool_], rng: np.random.Generator) -> Column:
    shift = rng.uniform(-1.0, 1.0)
    at_work, off = _hourly(kind.worked, shift), _hourly(kind.free, shift)
    rows = np.where(worked[:, None], at_work, off)
    weekday = (first.weekday() + np.arange(len(worked))) % 7
    rows[weekday == 5] = kind.saturday * at_work + (1 - kind.saturday) * rows[weekday == 5]
    moved = int(rng.integers(-10, 10))
    for start, end in kind.vacations:
        rows[max(0, start + moved) : end + moved] *= rng.uniform(0.1, 0.4)
    overtime = (rng.random(len(worked)) < 0.02) & ~worked
    rows[overtime] = np.maximum(rows[overtime], 0.5 * at_work)
    return rows.ravel()


def _hourly(curve: Curve, shift: float) -> Column:
    at, share = zip(*curve, strict=True)
    return np.asarray(np.interp((np.arange(24) + 0.5 - shift) % 24, at, share))


def _put_in(
    value: Column, free: NDArray[np.bool_], faults: int, sorts: Sequence[FaultSort], rng: np.random.Generator
) -> list[Injected]:
    truth: list[Injected] = []
    at = int(rng.uniform(14, 40)) * 24
    for _ in range(int(rng.integers(faults + 1)) if len(sorts) > 1 else faults):
        sort = sorts[int(rng.integers(len(sorts)))]
        start = at + int(rng.exponential(50 * 24))
        if start > len(value) - 200:
            break
        before = value.copy()
        one = inject(sort, value, free, start, rng)
        if _shows(before[one.start : one.end], value[one.start : one.end]):
            truth.append(one)
            at = one.end + _GAP_HOURS
        else:
            value[:] = before
    return truth


def _shows(sound: Column, shown: Column) -> bool:
    """Whether a fault changed anything: a zero put into a night of zeros is none."""
    return float(np.mean(np.abs(shown - sound) > 0.1 * np.abs(sound) + 1e-9)) > _CHANGED


def _lose(value: Column, rng: np.random.Generator) -> None:
    """Readings that never came: single hours, now and then a day or more."""
    value[rng.random(len(value)) < rng.choice([0.0, 0.0, 0.002, 0.02])] = np.nan
    for _ in range(int(rng.integers(0, 4))):
        start = int(rng.integers(len(value)))
        value[start : start + int(np.exp(rng.uniform(0.0, 5.5)))] = np.nan
