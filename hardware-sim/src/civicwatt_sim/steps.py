"""The simulator's time: quarter hours counted in China's business zone.

A step starts at `step * STEP_US - ZONE_US` UTC µs; 96 steps make a civil day, since UTC+8 has had no
daylight saving time since 1991. Series are computed in whole blocks, always the same ones: a vector
function of numpy may round its last bit by position, and two processes must agree to the last digit.
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

STEP_US = 900_000_000
STEPS_PER_DAY = 96
STEPS_PER_BLOCK = 32 * STEPS_PER_DAY
ZONE_US = 8 * 3_600_000_000

_EPOCH = date(1970, 1, 1)


def step_at(t_us: int) -> int:
    """The step that holds a UTC instant [µs]."""
    return (t_us + ZONE_US) // STEP_US


def start_us(step: int) -> int:
    """The UTC instant [µs] at which a step starts."""
    return step * STEP_US - ZONE_US


def first_step(day: date) -> int:
    """The step that starts a civil day."""
    return (day - _EPOCH).days * STEPS_PER_DAY


def civil_day(number: int) -> date:
    """The date of a day number (days since 1970-01-01 in the business zone)."""
    return _EPOCH + timedelta(days=number)


def date_at(t_us: int) -> date:
    """The civil day of a UTC instant [µs]."""
    return civil_day(step_at(t_us) // STEPS_PER_DAY)


def block_steps(block: int) -> NDArray[np.int64]:
    """The steps of a block."""
    return np.arange(block * STEPS_PER_BLOCK, (block + 1) * STEPS_PER_BLOCK, dtype=np.int64)
