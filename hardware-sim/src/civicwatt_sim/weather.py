"""A seeded weather for a city in Hubei: hot humid summer, cold winter, much cloud.

All coefficients are simulation assumptions, set so that the monthly means look like those of a city at
31° N, 112° E (January about 4 °C, July about 29 °C, some 1,100 kWh/m² of sun a year); no station's data.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from civicwatt_sim import seeded
from civicwatt_sim.steps import STEPS_PER_DAY, block_steps

Column = NDArray[np.float64]

LATITUDE = np.radians(31.0)
SOLAR_LAG_H = (120.0 - 112.0) / 15.0  # Beijing time follows 120° E
MEAN_C, SWING_C, DAILY_SWING_C = 16.8, 12.3, 3.8
COLDEST_DAY, WARMEST_HOUR = 20.0, 15.0


@dataclass(frozen=True, slots=True)
class Weather:
    """One block of weather, a value for the middle of each step."""

    temperature_c: Column
    irradiance_w_m2: Column


@lru_cache(maxsize=64)
def weather(seed: int, block: int) -> Weather:
    """The weather of a block of steps."""
    days = (block_steps(block) + 0.5) / STEPS_PER_DAY
    cloud = _cloud(seed, days)
    return Weather(_temperature(seed, days, cloud), _clear_sky(days) * (1.0 - 0.75 * cloud**3.4))


def _temperature(seed: int, days: Column, cloud: Column) -> Column:
    season = -np.cos(2 * np.pi * (days - COLDEST_DAY) / 365.2425)
    hour = (days % 1.0) * 24
    daily = np.cos(2 * np.pi * (hour - WARMEST_HOUR) / 24) * (1.25 - 0.6 * cloud)
    spell = 8.0 * (seeded.smooth(seeded.key(seed, "spell"), days / 5.0) - 0.5)
    mood = 4.0 * (seeded.smooth(seeded.key(seed, "mood"), days) - 0.5)
    return MEAN_C + SWING_C * season + DAILY_SWING_C * daily + spell + mood


def _cloud(seed: int, days: Column) -> Column:
    """Cloud cover 0..1: fronts of days, days, and hours within them."""
    front = seeded.smooth(seeded.key(seed, "front"), days / 3.0)
    day = seeded.smooth(seeded.key(seed, "cloud day"), days)
    hour = seeded.smooth(seeded.key(seed, "cloud hour"), days * 24)
    return np.clip(0.44 + 0.50 * front + 0.42 * day + 0.30 * (hour - 0.5), 0.0, 1.0)


def _clear_sky(days: Column) -> Column:
    """Irradiance on a horizontal surface under a clear sky [W/m²].

    Sources: Haurwitz 1945 for the clear sky, Kasten and Czeplak 1980 for the cloud (1 - 0.75 N^3.4).
    """
    declination = np.radians(-23.44) * np.cos(2 * np.pi * (days + 10) / 365.2425)
    hour_angle = 2 * np.pi * ((days % 1.0) - SOLAR_LAG_H / 24 - 0.5)
    height = np.sin(LATITUDE) * np.sin(declination)
    height = height + np.cos(LATITUDE) * np.cos(declination) * np.cos(hour_angle)
    up = np.maximum(height, 1e-3)
    return np.where(height > 0, 1098.0 * up * np.exp(-0.057 / up), 0.0)
