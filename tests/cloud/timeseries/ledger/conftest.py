"""A ledger that must add up after every test."""

from collections.abc import Iterator

import pytest
from cloud.timeseries.ledger.bench import Bench

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore


@pytest.fixture
def bench(db: Database, store: ReadingsStore, ledger: Ledger) -> Iterator[Bench]:
    yield Bench(db, store, ledger)
    with db.reading() as session:
        assert violations(session) == []
