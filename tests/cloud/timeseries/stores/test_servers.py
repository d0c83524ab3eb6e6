"""What only a server can do: die, be away, refuse, keep too little, be written to by somebody else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import readings_servers
from readings_servers import ReadingsServer

from civicwatt_cloud.timeseries.stores import victoria_store
from civicwatt_cloud.timeseries.stores.errors import (
    NotOffered,
    RowsNotThere,
    StoreFailed,
    StoreUnreachable,
    TooFine,
)
from civicwatt_cloud.timeseries.stores.influx_store import InfluxStore
from civicwatt_cloud.timeseries.stores.line_writer import LineWriter
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.promises.given import T
from civicwatt_cloud.timeseries.stores.promises.oracle import everything, rows_of
from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch
from civicwatt_cloud.timeseries.stores.urls import parse
from civicwatt_cloud.timeseries.stores.victoria_store import VictoriaStore

MINUTE_US = 60_000_000
SERVERS = {
    "influxdb": readings_servers.influxdb,
    "victoria-metrics": readings_servers.victoria,
}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadingsServer]:
    """A server of its own, to be killed."""
    made = SERVERS[request.param](tmp_path)
    if made is None:
        pytest.skip(f"{request.param} is not installed: its death is not tested")
    made.start()
    yield made
    made.kill()


def test_f10_what_write_returned_survives_kill_9_and_the_store_serves_again(server: ReadingsServer) -> None:
    store = open_store(server.url)
    acked = []
    for number in range(5):
        ts = T + MINUTE_US * (20 * number + np.arange(20))
        batch = Batch.of(np.arange(20) % 4 + 1, ts, ts / 1e7, 0)
        assert store.write(batch).inserted == 20
        acked += rows_of(batch)
        if number == 2:
            server.kill()
            with pytest.raises(StoreUnreachable):
                store.write(batch)
            server.start()
    server.kill()
    server.start()
    assert everything(store) == sorted(acked)
    again = store.write(batch)
    assert (again.inserted, bool(again.accepted.all())) == (0, True)
    store.close()


def test_a_database_that_somebody_dropped_is_told_and_nothing_is_called_stored(
    influxdb: ReadingsServer,
) -> None:
    store = InfluxStore(replace(parse(influxdb.url), path="dropped"))
    store._query('DROP DATABASE "dropped"')
    with pytest.raises(StoreFailed, match="database not found"):
        store.write(Batch.of([1], [T], [1.0]))
    store.close()


@pytest.fixture
def influxdb_with_logins(tmp_path: Path) -> Iterator[ReadingsServer]:
    """One that lets accounts in only, and whose url names one that is no administrator."""
    made = readings_servers.influxdb_with_logins(tmp_path)
    if made is None:
        pytest.skip("influxdb is not installed: an account's rights are not tested")
    made.start()
    yield made
    made.kill()


def test_an_account_that_is_no_administrator_does_all_that_is_asked_of_a_store(
    influxdb_with_logins: ReadingsServer,
) -> None:
    store = InfluxStore(parse(influxdb_with_logins.url))
    store.write(Batch.of([1, 1, 2], [T, T + 1, T], [1.0, 2.0, 3.0]))
    assert store.retain(T + 1) == 2
    assert store.latest().point.tolist() == [1]
    store.drop()
    assert len(store.latest().point) == 0
    store.close()


def test_two_databases_and_two_names_are_strangers(influxdb: ReadingsServer) -> None:
    address = parse(influxdb.url)
    stores = [
        InfluxStore(one)
        for one in (replace(address, path="a"), replace(address, path="b"), replace(address, name="c"))
    ]
    stores[0].write(Batch.of([1], [T], [1.0]))
    assert [len(store.latest().point) for store in stores] == [1, 0, 0]
    for store in stores:
        store.close()


def test_influxdb_keeps_times_to_the_microsecond(influxdb: ReadingsServer) -> None:
    store = InfluxStore(replace(parse(influxdb.url), name="fine"))
    times = [T + 1, T + 2, T + 999_999]
    store.write(Batch.of([1], times, [1.0, 2.0, 3.0]))
    assert store.scan([1], T + 2, T + 999_999).ts_us.tolist() == [T + 2]
    store.close()


@pytest.fixture
def victoria_of_a_month(tmp_path: Path) -> Iterator[ReadingsServer]:
    made = readings_servers.victoria(tmp_path, "-retentionPeriod=1")
    if made is None:
        pytest.skip("victoria-metrics is not installed: its retention is not tested")
    made.start()
    yield made
    made.kill()


def test_rows_that_a_server_accepts_and_drops_are_not_called_stored(
    victoria_of_a_month: ReadingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(victoria_store, "SEEN_S", 0.3)
    store = open_store(victoria_of_a_month.url)
    with pytest.raises(RowsNotThere) as raised:
        store.write(Batch.of([1, 1], [T, T - 90 * DAY_US], [1.0, 2.0]))
    assert raised.value.facts["rows"] == 1
    assert everything(store) == [(1, T, 1.0, 0)]
    store.close()


def test_victoria_says_what_it_cannot_do(victoria: ReadingsServer) -> None:
    store = VictoriaStore(replace(parse(victoria.url), name="limits"))
    with pytest.raises(NotOffered):
        store.write(Batch.of([1], [T], [1.0]), on_conflict="replace")
    with pytest.raises(TooFine) as raised:
        store.write(Batch.of([1, 1], [T, T + 1], [1.0, 2.0]))
    assert raised.value.facts["rows"] == 1
    assert len(store.latest().point) == 0
    assert store.retain(T) == 0
    store.close()


def test_two_values_that_two_processes_wrote_at_once_read_alike_for_all(victoria: ReadingsServer) -> None:
    address = replace(parse(victoria.url), name="race")
    store = VictoriaStore(address)
    writer = LineWriter(f"http://{address.hosts[0]}", "", "", "civicwatt", "ms")
    for value in (7.0, 5.0):  # as another process would, that had looked before we wrote
        writer.write([f"race,point=1 micro={value * 1e6:.0f} {T // 1000}"])
    writer.write([f"race,point=1 gap=2 {T // 1000}"])
    writer.close()
    (held,) = store._seen(Batch.of([1], [T], [7.0])).tolist()
    assert held in {5.0, 7.0}  # the server's deduplication leaves one of them
    result = store.write(Batch.of([1, 1], [T, T + 1000], [12.0 - held, 5.0]))
    assert (result.accepted.tolist(), result.kept.tolist()) == ([False, True], [held])
    store.close()


def test_a_value_that_another_process_got_in_first_is_a_conflict(
    victoria: ReadingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = VictoriaStore(replace(parse(victoria.url), name="raced"))
    write, other = store._writer.write, f"raced,point=1 micro=9000000 {T // 1000}"
    monkeypatch.setattr(store._writer, "write", lambda _: write([other]))
    result = store.write(Batch.of([1, 1], [T, T], [5.0, 9.0]))
    assert (result.inserted, result.accepted.tolist(), result.kept.tolist()) == (0, [False, True], [9.0])
    store.close()


def test_the_newest_is_found_however_long_ago_it_was(victoria: ReadingsServer) -> None:
    store = VictoriaStore(replace(parse(victoria.url), name="longago"))
    days = np.array([2, 30, 400, 3000])
    store.write(Batch.of(np.arange(1, 5), T - days * DAY_US, days / 7))
    store.write(Batch.of([2, 5], [T, T - 50 * DAY_US], np.nan, [1, 2]))
    found = store.latest()
    assert found.point.tolist() == [1, 2, 3, 4, 5]
    assert found.value_ts_us.tolist() == [*(T - days * DAY_US).tolist(), -1]
    assert found.last_value.tolist()[:4] == (days / 7).tolist()
    assert found.reason.tolist() == [0, 1, 0, 0, 2]
    exact = 2.0**33 - 1e-6
    store.write(Batch.of([6], [T], [exact]))
    assert store.latest([6]).last_value.tolist() == [exact]
    assert store.latest([3, 9]).point.tolist() == [3]
    store.close()
