"""The requests to a cluster and to InfluxDB 2, answered by the servers there are.

This proves paths, names, logins and what follows from the answers; not how those products behave.
"""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from readings_servers import ReadingsServer
from rewriting import passing_on

from civicwatt_cloud.timeseries.stores import victoria_store
from civicwatt_cloud.timeseries.stores.open import open_server
from civicwatt_cloud.timeseries.stores.promises.checking import empty_store
from civicwatt_cloud.timeseries.stores.promises.conformance import PROMISES
from civicwatt_cloud.timeseries.stores.promises.given import T
from civicwatt_cloud.timeseries.stores.readings import Batch
from civicwatt_cloud.timeseries.stores.urls import Address, parse

TENANT = "7:3"
SOME = [
    promise for promise in PROMISES if promise.name in {"comes_back", "the_first_stays", "newest", "buckets"}
]


def keeps(address: Address) -> None:
    for promise in SOME:
        with empty_store(address) as opener:
            promise.keep(opener)


def test_a_cluster_is_asked_at_the_paths_of_its_parts(
    victoria: ReadingsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = f"http://127.0.0.1:{victoria.port}"
    parts = {
        f"/insert/{TENANT}/influx/": "/",
        f"/select/{TENANT}/prometheus/": "/",
        f"/delete/{TENANT}/prometheus/": "/",
    }

    def single(path: str) -> str:
        for prefix, wanted in parts.items():
            if path.startswith(prefix):
                return real + wanted + path.removeprefix(prefix)
        assert path.startswith(("/snapshot/", "/internal/force_flush", "/metrics")), path  # of a storage node
        return real + path

    with passing_on(single) as (port, asked):
        host = f"127.0.0.1:{port}"
        url = f"victoria-cluster://cw:pw@{host},{host}/{TENANT}"
        keeps(parse(f"{url}?storage={host}"))
        paths = {urlsplit(path).path for path, _ in asked}
        assert f"/insert/{TENANT}/influx/api/v2/write" in paths
        assert f"/select/{TENANT}/prometheus/api/v1/export" in paths
        assert f"/delete/{TENANT}/prometheus/api/v1/admin/tsdb/delete_series" in paths
        assert {"/snapshot/create", "/snapshot/delete", "/internal/force_flush"} <= paths
        assert {login for _, login in asked} == {"Basic Y3c6cHc="}
        waited: list[float] = []
        store = open_server(parse(f"{url}?flush_s=20"))  # its storage nodes are not named
        monkeypatch.setattr(victoria_store.time, "sleep", waited.append)
        store._bring_to_disk()  # type: ignore[union-attr]
        store.close()
        assert waited == [20.0]


def test_influxdb_2_is_written_by_its_own_api_and_read_in_influxql(influxdb: ReadingsServer) -> None:
    real = f"http://127.0.0.1:{influxdb.port}"

    def version_1(path: str) -> str:
        parts = urlsplit(path)
        if parts.path != "/api/v2/write":
            return real + path
        asked = {key: value[0] for key, value in parse_qs(parts.query).items()}
        assert asked == {"org": "authority", "bucket": "civicwatt", "precision": "us"}
        return f"{real}/write?db=civicwatt&precision=u"

    influx = open_server(parse(influxdb.url))  # makes the database; a bucket is made by hand
    influx.close()
    with passing_on(version_1) as (port, asked):
        keeps(parse(f"influxdb2://authority:s3cret@127.0.0.1:{port}/civicwatt"))
        assert {urlsplit(path).path for path, _ in asked} == {"/ping", "/query", "/api/v2/write"}
        assert {login for _, login in asked} == {"Token s3cret"}


def test_a_login_goes_with_every_request(influxdb: ReadingsServer) -> None:
    with passing_on(lambda path: f"http://127.0.0.1:{influxdb.port}{path}") as (port, asked):
        address = replace(
            parse(influxdb.url), hosts=(f"127.0.0.1:{port}",), user="cw", secret="pw", name="login"
        )
        store = open_server(address)
        store.write(Batch.of([1], [T], [1.0]))
        store.drop()
        store.close()
        assert {urlsplit(path).path for path, _ in asked} == {"/ping", "/query", "/write"}
        assert {login for _, login in asked} == {"Basic Y3c6cHc="}
