"""`civicwatt bench edge`: B1, B2 and B3 one after the other, so that none disturbs another."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from civicwatt.bench import cost, cycle, requests
from civicwatt.bench.figures import Figure


@dataclass(frozen=True)
class Sizes:
    """How much is run."""

    b1_buses: int = 10
    b1_units: int = 10
    b1_seconds: int = 12
    b1_runs: int = 3
    b2_devices: int = 1000
    b2_cycles: int = 12
    b2_runs: int = 5
    b3_meters: int = 20
    b3_cycles: int = 60
    b3_interval_s: int = 1


SHORT = Sizes()
FULL = Sizes(b1_seconds=60, b2_cycles=30, b2_runs=9, b3_interval_s=10)


def run(sizes: Sizes) -> dict[str, Figure]:
    """Measure all; the folder of databases and logs goes when it is done."""
    with tempfile.TemporaryDirectory(prefix="civicwatt-bench-") as name:
        folder = Path(name)
        many = cost.plant(sizes.b1_buses, sizes.b1_units)
        bus = requests.plant(sizes.b3_interval_s, sizes.b3_meters)
        return {
            "B1": cost.measure(folder, many, sizes.b1_seconds, sizes.b1_runs),
            "B2": cycle.measure(folder, sizes.b2_devices, sizes.b2_cycles, sizes.b2_runs),
            "B3": requests.measure(folder, bus, sizes.b3_cycles),
        }
