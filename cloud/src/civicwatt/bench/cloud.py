"""`civicwatt bench cloud`: the cloud's figures one after the other, so that none disturbs another."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from civicwatt.bench import cloud_ingest, cloud_ledger, cloud_queries
from civicwatt.bench.figures import Figure


@dataclass(frozen=True)
class Sizes:
    """How much is run."""

    b4: tuple[cloud_ingest.Load, ...] = cloud_ingest.SHORT
    b5: cloud_ledger.Sizes = cloud_ledger.SHORT
    b6_b7: cloud_queries.Sizes = cloud_queries.SHORT


SHORT = Sizes()
FULL = Sizes(cloud_ingest.FULL, cloud_ledger.FULL, cloud_queries.FULL)


def run(sizes: Sizes) -> dict[str, Figure]:
    """Measure all; the folder of databases and logs goes when it is done."""
    with tempfile.TemporaryDirectory(prefix="civicwatt-bench-") as name:
        folder = Path(name)
        return {
            "B4": cloud_ingest.measure(folder, sizes.b4),
            "B5": cloud_ledger.measure(folder, sizes.b5),
            "B6": cloud_queries.measure_report(folder, sizes.b6_b7),
            "B7": cloud_queries.measure_ranking(folder, sizes.b6_b7),
        }
