"""`civicwatt bench records` asks what it says, of as many rows as it says."""

from civicwatt.bench import records


def test_a_small_registry_is_measured_whole() -> None:
    found = records.run(rows=600)
    assert {key: one["total"] for key, one in found.items() if "total" in one} == {
        "records_first_page": 600,
        "records_last_page": 600,
        "records_search": 100,
        "records_filtered": 172,
    }
    assert found["records_export"]["rows"] == 600
