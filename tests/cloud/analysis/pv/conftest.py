"""Third-party PV data, where it is at hand."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).parents[5] / "shared" / "data" / "pv"


def rows(name: str) -> list[list[str]]:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the third-party file {name} is not here")
    with gzip.open(path, "rt") as file:
        return list(csv.reader(file))


@pytest.fixture
def pvwatts() -> np.ndarray:
    """NREL PVWatts, 4 kW in Denver: an hour a row; columns as in the file from Month on."""
    lines = rows("pvwatts_8760_rackmount.csv.gz")
    return np.array([[float(cell) for cell in line] for line in lines if len(line) > 5 and line[0].isdigit()])


@pytest.fixture
def inverter() -> tuple[np.ndarray, np.ndarray]:
    """A real inverter's quarter hours as shares of its rating, and which of them are labelled outliers."""
    lines = rows("ac_power_inv_7539_outliers.csv.gz")[1:]
    return np.array([float(line[1]) for line in lines]), np.array([line[2] == "TRUE" for line in lines])


@pytest.fixture
def rsf() -> np.ndarray:
    """NREL's RSF II, January 2022, quarter hours: AC power [kW]."""
    return np.array([float(line[1]) for line in rows("nrel_RSF_II.csv.gz")[1:]])
