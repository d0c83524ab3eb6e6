"""What a pyranometer on a roof of the simulated city would have counted."""

from collections.abc import Mapping
from datetime import date

import numpy as np

from civicwatt_sim.steps import STEPS_PER_BLOCK, STEPS_PER_DAY, civil_day, first_step
from civicwatt_sim.weather import weather

STEP_H = 0.25


def months_before(day: date, seed: int) -> Mapping[tuple[int, int], int]:
    """Irradiation of the twelve months that ended last [0.1 kWh/m²], by year and month.

    The simulated plants lie flat, so the plane of the modules is the horizontal.
    """
    end = day.replace(day=1)
    start = end.replace(year=end.year - 1)
    first, last = first_step(start), first_step(end)
    blocks = range(first // STEPS_PER_BLOCK, last // STEPS_PER_BLOCK + 1)
    sun = np.concatenate([weather(seed, block).irradiance_w_m2 for block in blocks])
    offset = first - blocks[0] * STEPS_PER_BLOCK
    days = (
        sun[offset : offset + last - first].reshape(-1, STEPS_PER_DAY).sum(axis=1) * STEP_H / 100
    )  # 0.1 kWh/m²
    found: dict[tuple[int, int], float] = {}
    for number, amount in enumerate(days):
        when = civil_day(first // STEPS_PER_DAY + number)
        found[when.year, when.month] = found.get((when.year, when.month), 0.0) + float(amount)
    return {month: round(amount) for month, amount in found.items()}
