"""The rows of `civicwatt bench cloud` at small sizes: what they ask is answered right, however fast."""

from pathlib import Path

import pytest

from civicwatt.bench import cloud_ledger, cloud_queries
from civicwatt.bench.cloud_queries import Sizes


def test_b5_books_every_hour_exactly_and_says_how_it_grows(tmp_path: Path) -> None:
    sizes = cloud_ledger.Sizes(counters=20, more=cloud_ledger.Sizes(counters=40))
    found = cloud_ledger.measure(tmp_path, sizes)
    assert (found["exact"], found["complete"], found["points"]) == (True, True, 20)
    assert found["readings"] == 20 * 1441
    assert 0 < found["rss_before_mb"] <= found["rss_peak_mb"]
    assert (found["more"]["hours"], found["more"]["exact"]) == (40 * 24, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("measure", "size"),
    [(cloud_queries.measure_report, "buildings"), (cloud_queries.measure_ranking, "institutions")],
)
def test_b6_and_b7_ask_a_real_database(tmp_path: Path, measure: object, size: str) -> None:
    assert callable(measure)
    found = measure(tmp_path, Sizes(b6_buildings=2, b7_institutions=120, runs=2))
    assert len(found["runs"]) == 2
    assert found["value"] == pytest.approx(sum(found["runs"]) / 2, abs=1e-3)
    assert found["answer_bytes"] > 10_000
    assert found[size] in {2, 120}
    assert list(tmp_path.iterdir()) == []
