"""`civicwatt bench cloud`: the cloud's figures one after the other, so that none disturbs another."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from civicwatt.bench import cloud_ingest
from civicwatt.bench.figures import Figure


@dataclass(frozen=True)
class Sizes:
    """How much is run."""

    b4: tuple[cloud_ingest.Load, ...] = cloud_ingest.SHORT


SHORT = Sizes()
FULL = Sizes(b4=cloud_ingest.FULL)


def run(sizes: Sizes) -> dict[str, Figure]:
    """Measure all; the folder of databases and logs goes when it is done."""
    with tempfile.TemporaryDirectory(prefix="civicwatt-bench-") as name:
        folder = Path(name)
        return {"B4": cloud_ingest.measure(folder, sizes.b4)}
