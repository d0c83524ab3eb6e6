"""Buildings without any measure: two years of use and weather, whose true saving is therefore zero.

[engineering default] each range: wider than one kind of building, so that no method fits by luck. Noise
remembers the day before, grows with the use or does not; days off differ or do not; stretches are missing.
"""

from typing import NamedTuple

import numpy as np

from civicwatt_cloud.analysis.savings.series import DAY_H, HOUR_US, Floats, Kind, Meter, Temperature

START_US = 1_640_966_400_000_000  # 2022-01-01T00:00+08:00
OFFSET_US = 8 * HOUR_US
BASELINE_DAYS = 365
BILL_DAYS = (27, 34)


class World(NamedTuple):
    """A building, what was read of it, and the moment at which nothing was changed."""

    meter: Meter
    temperature: Temperature
    changed_us: int


def world(seed: int, kind: Kind) -> World:
    """The same for the same seed."""
    rng = np.random.default_rng((seed, list(Kind).index(kind)))
    days = BASELINE_DAYS + int(rng.choice((90, 180, 365)))
    if kind is Kind.BILLING:
        days = 2 * BASELINE_DAYS + 20
    air = _air(rng, days)
    use = _load(rng, air, days) * _noise(rng, days)
    hours = START_US + HOUR_US * np.arange(days * DAY_H)
    temperature = Temperature.of(hours, air)
    changed_us = START_US + BASELINE_DAYS * DAY_H * HOUR_US
    if kind is Kind.HOURLY:
        return World(_meter(hours, _holed(rng, use, DAY_H)), temperature, changed_us)
    daily = use.reshape(days, DAY_H).sum(axis=1)
    if kind is Kind.DAILY:
        return World(_meter(hours[::DAY_H], _holed(rng, daily, 1)), temperature, changed_us)
    edges = np.cumsum(np.concatenate([[0], rng.integers(*BILL_DAYS, size=2 * 13)]))
    edges = edges[edges < days]
    bills = np.append(np.add.reduceat(daily, edges)[:-1], np.nan)
    return World(_meter(hours[::DAY_H][edges], bills), temperature, changed_us)


def _meter(start_us: np.ndarray, value: Floats) -> Meter:
    return Meter.of(start_us.astype(np.int64), value, np.full(len(start_us), OFFSET_US, dtype=np.int64))


def _air(rng: np.random.Generator, days: int) -> Floats:
    """Outdoor temperature [°C]: the year, the weather of some days, the hour."""
    hour = np.arange(days * DAY_H)
    year = rng.uniform(8, 20) - rng.uniform(8, 14) * np.cos(2 * np.pi * (hour / DAY_H - 20) / 365.25)
    spells = np.zeros(days + 1)
    for k in range(1, days + 1):
        spells[k] = 0.75 * spells[k - 1] + rng.normal(0, 2.2)
    weather = np.interp(hour / DAY_H, np.arange(days + 1), spells)
    return np.asarray(year + weather - rng.uniform(2, 6) * np.cos(2 * np.pi * (hour - 2) / DAY_H))


def _load(rng: np.random.Generator, air: Floats, days: int) -> Floats:
    """Use of each hour without noise."""
    heating, cooling = (rng.uniform(0.02, 0.12) * rng.integers(0, 2) for _ in range(2))
    low = rng.uniform(10, 18)
    high = low + rng.uniform(2, 10)
    felt = air
    if rng.random() < 0.5:  # a heavy building feels the day's mean
        felt = np.repeat(air.reshape(days, DAY_H).mean(axis=1), DAY_H)
    load = 1 + heating * np.maximum(low - felt, 0) + cooling * np.maximum(felt - high, 0)
    day = np.arange(days * DAY_H) // DAY_H
    off = (day + 5) % 7 >= 5  # 2022-01-01 was a Saturday
    if rng.random() < 0.5:
        load = load - rng.uniform(0.1, 0.4) * off
    shape = 1 + rng.uniform(0, 0.6) * np.sin(2 * np.pi * (np.arange(DAY_H) - 8) / DAY_H)
    return np.asarray(100 * load * np.tile(shape, days))


def _noise(rng: np.random.Generator, days: int) -> Floats:
    """Factors of mean one: of days, which remember the day before, and of hours."""
    memory, size = rng.choice((0.0, 0.3, 0.6)), rng.uniform(0.03, 0.15)
    daily = np.zeros(days)
    daily[0] = rng.normal()
    for k in range(1, days):
        daily[k] = memory * daily[k - 1] + np.sqrt(1 - memory**2) * rng.normal()
    shape = rng.choice((1.0, 20.0))
    return np.asarray(
        np.repeat(np.exp(size * daily - size**2 / 2), DAY_H) * rng.gamma(shape, 1 / shape, days * DAY_H)
    )


def _holed(rng: np.random.Generator, use: Floats, rows_per_day: int) -> Floats:
    """Up to two missing stretches."""
    found = use.copy()
    for _ in range(rng.integers(0, 3)):
        first = int(rng.integers(0, len(use) // rows_per_day - 12))
        found[first * rows_per_day : (first + int(rng.integers(2, 12))) * rows_per_day] = np.nan
    return found
