"""From one store into another: everything, once, and compared at the end."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from typer.testing import CliRunner

from civicwatt_cloud.timeseries.stores import cli, copying, victoria_store
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.errors import BadStoreUrl, StoreFailed, StoreUnusable
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.promises import checking
from civicwatt_cloud.timeseries.stores.promises.checking import empty_store
from civicwatt_cloud.timeseries.stores.promises.conformance import PROMISES
from civicwatt_cloud.timeseries.stores.promises.given import T
from civicwatt_cloud.timeseries.stores.promises.oracle import everything
from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch, ReadingsStore
from civicwatt_cloud.timeseries.stores.urls import parse


def some() -> Batch:
    """Values and gaps of three points over three days; one point has only gaps, one begins with them."""
    ts = T - 3 * DAY_US + 900_000_000 * np.arange(260)
    value = np.tile(np.arange(260) / 7, 3)
    value[:300:3] = np.nan
    value[300:400] = np.nan
    value[520:] = np.nan
    return Batch.of(np.repeat([1, 2, 300], 260), np.tile(ts, 3), value, np.isnan(value) * 2)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.duckdb"
    store = DuckDBStore(path)
    store.write(some())
    store.seal(T - DAY_US)
    store.close()
    return path


@contextmanager
def empty(url: str) -> Iterator[ReadingsStore]:
    with empty_store(parse(url)) as opener:
        store = opener()
        yield store
        store.close()


def copied(source: ReadingsStore, target: ReadingsStore, *, broken_off: bool = False) -> copying.Copied:
    todo = copying.windows(source)
    done = copying.Copied()
    for _ in copying.copy(source, target, todo, done):
        if broken_off and done.written:
            return done
    for _ in copying.compare(source, target, todo, done):
        pass
    return done


def test_everything_arrives_once_and_a_broken_copy_is_taken_up_again(url: str, source: Path) -> None:
    store = DuckDBStore(source)
    with empty(url) as target:
        assert copied(store, target, broken_off=True).written > 0
        rest = copied(store, target)
        assert rest.equal
        assert 0 < rest.written < rest.rows == len(some()) == rest.target.rows
        assert everything(target) == everything(store)
        again = copied(store, target)
        assert (again.written, again.equal) == (0, True)
        if parse(url).kind != "duckdb":
            with empty(f"sqlite:{source.parent}/back.db") as back:
                assert copied(target, back).equal  # and from there
                assert everything(back) == everything(store)
    store.close()


@pytest.mark.parametrize(
    "other", [Batch.of([1], [T - DAY_US], [99.0]), Batch.of([1], [T - DAY_US + 1], [1.0])]
)
def test_another_value_or_a_row_too_many_in_the_target_is_told(
    source: Path, tmp_path: Path, other: Batch
) -> None:
    target = open_store(f"sqlite:{tmp_path}/target.db")
    target.write(other)
    target.close()
    ran = CliRunner().invoke(cli.app, ["copy", f"duckdb:{source}", f"sqlite:{tmp_path}/target.db", "--json"])
    told = json.loads(ran.stdout)
    assert (ran.exit_code, told["equal"]) == (1, False)
    assert told["conflicts"] == int(other.value[0] == 99.0)
    assert told["source"]["sha256"] != told["target"]["sha256"]


def test_the_commands_say_what_they_did(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = CliRunner().invoke
    urls = [f"duckdb:{source}", f"sqlite:{tmp_path}/target.db"]
    ran = run(cli.app, ["copy", *urls])
    assert ran.exit_code == 0, ran.output
    assert "一致 equal" in ran.stdout
    assert "复制" in ran.stderr
    told = json.loads(run(cli.app, ["copy", *urls, "--json"]).stdout)
    assert (told["rows"], told["written"], told["equal"]) == (len(some()), 0, True)
    ran = run(cli.app, ["check", urls[1], "--json"])
    told = json.loads(ran.stdout)
    assert (ran.exit_code, told["broken"], told["store"]["name"]) == (0, 0, "sqlite")
    assert {row["state"] for row in told["promises"]} == {"kept"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source.days", "source.duckdb", "target.db"]
    monkeypatch.setattr(checking, "PROMISES", PROMISES[:2])
    ran = run(cli.app, ["check", urls[1]])
    assert ran.exit_code == 0
    assert "✓ 值与缺测原因原样取回" in ran.stdout


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_a_source_that_is_not_there_is_named_and_not_made(tmp_path: Path, kind: str) -> None:
    ran = CliRunner().invoke(cli.app, ["copy", f"{kind}:{tmp_path}/typo", f"sqlite:{tmp_path}/target"])
    assert isinstance(ran.exception, StoreUnusable)
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_not_copied_onto_itself(source: Path) -> None:
    ran = CliRunner().invoke(cli.app, ["copy", f"duckdb:{source}", f"duckdb:{source}"])
    assert isinstance(ran.exception, BadStoreUrl)


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
@pytest.mark.parametrize("name", ["clock.txt", "folder"])
def test_a_file_that_is_no_store_is_named_not_traced(tmp_path: Path, kind: str, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "clock.txt").write_text("no database" * 999)
    with pytest.raises(StoreUnusable) as raised:
        open_store(f"{kind}:{tmp_path / name}")
    assert (raised.value.exit_code, raised.value.where) == (3, str(tmp_path / name))


@pytest.mark.parametrize("url", ["influxdb://127.0.0.1:{}/b", "victoria://127.0.0.1:{}"])
def test_a_server_of_another_kind_is_told_not_traced(url: str) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"<html>")

        do_GET = do_POST  # noqa: N815 - as the library calls it

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            with pytest.raises(StoreFailed), closing(open_store(url.format(server.server_port))) as store:
                store.scan([1], 0, 10**15)
        finally:
            server.shutdown()


def test_a_broken_promise_is_a_row_and_exit_code_1(victoria: object, monkeypatch: pytest.MonkeyPatch) -> None:
    url = str(victoria.url)  # type: ignore[attr-defined]
    monkeypatch.setattr(victoria_store.VictoriaStore, "scan", _half)
    monkeypatch.setattr(checking, "PROMISES", PROMISES[:3])
    ran = CliRunner().invoke(cli.app, ["check", url, "--json"])
    told = json.loads(ran.stdout)
    assert ran.exit_code == 1
    assert told["broken"] > 0
    assert all(row["detail"] for row in told["promises"] if row["state"] == "broken")


def test_a_check_leaves_nothing_behind(influxdb: object, victoria: object) -> None:
    for server in (influxdb, victoria):
        address = parse(str(server.url))  # type: ignore[attr-defined]
        with empty_store(address) as opener:
            store = opener()
            name = store._name  # type: ignore[attr-defined]
            store.write(Batch.of([1], [T], [1.0]))
            assert len(store.latest().point) == 1
            store.close()
        left = open_store(f"{server.url}?name={name}")  # type: ignore[attr-defined]
        assert len(left.latest().point) == 0
        left.close()


_scan = victoria_store.VictoriaStore.scan


def _half(self: victoria_store.VictoriaStore, points: list[int], t0_us: int, t1_us: int) -> Batch:
    rows = _scan(self, points, t0_us, t1_us)
    return replace(rows, value=rows.value / 2)
