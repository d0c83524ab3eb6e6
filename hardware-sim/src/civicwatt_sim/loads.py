"""How much of its rating a meter's load takes in each step.

Simulation assumptions, no measurement: the shapes are set so that the yearly intensities lie near the
averages Guangdong published for 2021 (offices some 90 kWh/m², hospitals 130, schools 27, venues 80).
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from civicwatt_sim.occupancy import occupancy
from civicwatt_sim.scenario import EndUse, InstitutionKind
from civicwatt_sim.steps import STEPS_PER_DAY, block_steps
from civicwatt_sim.weather import Weather, weather

Column = NDArray[np.float64]

COOLING_FROM_C, COOLING_FULL_C = 23.5, 36.0
HEATING_FROM_C, HEATING_FULL_C = 13.0, -4.0
PV_PERFORMANCE = 0.84  # yield of a plant against its rating at 1,000 W/m² and 25 °C
PV_LOSS_PER_K = 0.0038


@lru_cache(maxsize=512)
def load_share(end_use: EndUse, kind: InstitutionKind, seed: int, block: int) -> Column:
    """Share of the rating taken in each step of a block, about 0..1."""
    return _SHAPES[end_use](occupancy(kind, block), weather(seed, block), block)


def _lighting(present: Column, sky: Weather, block: int) -> Column:
    dark = np.clip(1.0 - sky.irradiance_w_m2 / 350.0, 0.0, 1.0)
    return 0.06 + present * (0.72 + 0.22 * dark)


def _hvac(present: Column, sky: Weather, block: int) -> Column:
    """Degree difference × people; a building with few people is conditioned in part."""
    t = sky.temperature_c
    cooling = np.clip((t - COOLING_FROM_C) / (COOLING_FULL_C - COOLING_FROM_C), 0.0, 1.0)
    heating = np.clip((HEATING_FROM_C - t) / (HEATING_FROM_C - HEATING_FULL_C), 0.0, 1.0)
    served = np.clip(present * 1.25 - 0.05, 0.0, 1.0)
    return 0.015 + served * (0.95 * np.sqrt(cooling) + 0.75 * np.sqrt(heating))


def _power(present: Column, sky: Weather, block: int) -> Column:
    """Lifts follow people and their coming and going, pumps run on."""
    moving = np.abs(np.diff(present, prepend=present[:1]))
    return 0.10 + 0.62 * present + 0.9 * np.minimum(moving * 3.0, 0.3)


def _special(present: Column, sky: Weather, block: int) -> Column:
    """A data room: flat, with the cooling of a warm day and a little more work by day."""
    warm = np.clip((sky.temperature_c - 10.0) / 26.0, 0.0, 1.0)
    return 0.68 + 0.16 * warm + 0.06 * present


def _pv(present: Column, sky: Weather, block: int) -> Column:
    sun = sky.irradiance_w_m2
    cell_c = sky.temperature_c + 0.03 * sun
    return np.maximum(sun / 1000.0 * PV_PERFORMANCE * (1.0 - PV_LOSS_PER_K * (cell_c - 25.0)), 0.0)


def _water(present: Column, sky: Weather, block: int) -> Column:
    """People, with a small flow at night and more from a cooling tower on hot days."""
    hour = (block_steps(block) % STEPS_PER_DAY) * 24 / STEPS_PER_DAY
    noon = np.exp(-(((hour - 12.0) / 1.2) ** 2))
    hot = np.clip((sky.temperature_c - 26.0) / 10.0, 0.0, 1.0)
    return 0.03 + present * (0.55 + 0.25 * noon + 0.15 * hot)


_SHAPES: dict[EndUse, Callable[[Column, Weather, int], Column]] = {
    EndUse.LIGHTING: _lighting,
    EndUse.HVAC: _hvac,
    EndUse.POWER: _power,
    EndUse.SPECIAL: _special,
    EndUse.PV: _pv,
    EndUse.WATER: _water,
}
