from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from civicwatt_cloud.analysis.savings.series import DAY_H, HOUR_US, Floats, Meter, Temperature

START_US = 1_735_660_800_000_000  # 2025-01-01T00:00+08:00, a Wednesday
OFFSET_US = 8 * HOUR_US


@pytest.fixture(scope="session")
def shared_mv() -> Path:
    folder = Path(__file__).parents[5] / "shared" / "data" / "mv"
    if not folder.is_dir():
        pytest.skip("the public meters with a known saving (../shared/data/mv) are not here")
    return folder


@pytest.fixture(scope="session")
def air() -> Floats:
    """Two years of outdoor temperature by the hour [°C]."""
    hour = np.arange(730 * DAY_H)
    rng = np.random.default_rng(11)
    spells = np.interp(hour / DAY_H, np.arange(731), rng.normal(0, 2.5, 731))
    return (
        16
        - 11 * np.cos(2 * np.pi * (hour / DAY_H - 20) / 365)
        + spells
        - 4 * np.cos(2 * np.pi * hour / DAY_H)
    )


@pytest.fixture(scope="session")
def temperature(air: Floats) -> Temperature:
    return Temperature.of(START_US + HOUR_US * np.arange(len(air)), air)


@pytest.fixture(scope="session")
def rows() -> Callable[[Floats, int], Meter]:
    """A meter of values that are so many hours apart."""

    def of(value: Floats, hours: int = DAY_H) -> Meter:
        start = START_US + hours * HOUR_US * np.arange(len(value))
        return Meter.of(start, value, np.full(len(value), OFFSET_US))

    return of
