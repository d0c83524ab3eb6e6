import hashlib
import subprocess
import sys
from datetime import date

import numpy as np
import pytest

from civicwatt_sim import seeded
from civicwatt_sim.calendar import is_workday
from civicwatt_sim.steps import STEPS_PER_BLOCK, block_steps, civil_day, first_step, start_us, step_at
from civicwatt_sim.weather import weather


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 10, 10), True),  # a Saturday made up
        (date(2026, 10, 1), False),
        (date(2026, 11, 23), True),
        (date(2026, 11, 22), False),
        (date(2027, 1, 1), True),  # a Friday: no notice, so the plain week
        (date(2027, 1, 2), False),
    ],
)
def test_working_days_follow_the_notice_and_the_week_where_there_is_none(day, worked):
    assert is_workday(day) is worked


def test_2026_has_the_published_number_of_working_days():
    days = [civil_day(first_step(date(2026, 1, 1)) // 96 + n) for n in range(365)]
    assert days[-1] == date(2026, 12, 31)
    assert sum(is_workday(day) for day in days) == 248


def test_steps_start_at_civil_midnight(us):
    assert start_us(first_step(date(2026, 3, 1))) == us(2026, 3, 1)
    assert step_at(us(2026, 3, 1)) == step_at(us(2026, 3, 1, 0, 14, 59)) == step_at(us(2026, 3, 1, 0, 15)) - 1


def test_a_draw_depends_on_its_index_alone():
    whole = seeded.uniform(5, np.arange(1000))
    assert np.array_equal(seeded.uniform(5, np.arange(300, 700)), whole[300:700])
    assert not np.array_equal(seeded.uniform(6, np.arange(1000)), whole)
    assert 0.45 < whole.mean() < 0.55
    assert whole.min() >= 0
    assert whole.max() < 1


def _year():
    first = first_step(date(2026, 1, 1))
    blocks = range(first // STEPS_PER_BLOCK, (first + 365 * 96) // STEPS_PER_BLOCK + 1)
    steps = np.concatenate([block_steps(block) for block in blocks])
    inside = (steps >= first) & (steps < first + 365 * 96)
    columns = [weather(7, block) for block in blocks]
    temperature = np.concatenate([column.temperature_c for column in columns])[inside]
    sun = np.concatenate([column.irradiance_w_m2 for column in columns])[inside]
    return temperature.reshape(365, 96), sun.reshape(365, 96)


def test_the_weather_is_that_of_hot_summers_and_cold_winters():
    temperature, sun = _year()
    assert 1 < temperature[:31].mean() < 8
    assert 26 < temperature[181:212].mean() < 32
    assert temperature.min() > -10
    assert temperature.max() < 42
    assert 1000 < sun.sum() / 4000 < 1300  # kWh/m² a year
    assert sun[:, :16].max() == 0  # dark until four
    assert sun[:, 88:].max() == 0
    assert np.all(sun.max(axis=1) > 50)


def test_another_process_computes_the_same_weather():
    script = (
        "from civicwatt_sim.weather import weather; import hashlib; w = weather(7, 642);"
        "print(hashlib.sha256(w.temperature_c.tobytes() + w.irradiance_w_m2.tobytes()).hexdigest())"
    )
    here = weather(7, 642)
    digest = hashlib.sha256(here.temperature_c.tobytes() + here.irradiance_w_m2.tobytes()).hexdigest()
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == digest
