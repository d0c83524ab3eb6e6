"""Addresses as people write them, and what is said of a wrong one."""

import subprocess
import sys
from pathlib import Path

import pytest

from civicwatt_cloud.timeseries.stores.errors import BadStoreUrl
from civicwatt_cloud.timeseries.stores.urls import Address, parse


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("duckdb:data/readings.duckdb", Address("duckdb", "data/readings.duckdb")),
        ("duckdb:///var/lib/r.duckdb", Address("duckdb", "/var/lib/r.duckdb")),
        ("sqlite:/r.db", Address("sqlite", "/r.db")),
        ("influxdb://10.0.0.5:8086/energy", Address("influxdb", "energy", ("10.0.0.5:8086",))),
        (
            "influxdb://cw:p%40ss@[::1]:8086/energy?name=readings&tls=true",
            Address("influxdb", "energy", ("[::1]:8086",), "cw", "p@ss", "readings", tls=True),
        ),
        ("influxdb2://org:token@db:8086/b", Address("influxdb2", "b", ("db:8086",), "org", "token")),
        ("victoria://db:8428", Address("victoria", "", ("db:8428",))),
        (
            "victoria-cluster://ins:8480,sel:8481/0:0?storage=s1:8482,s2:8482",
            Address("victoria-cluster", "0:0", ("ins:8480", "sel:8481"), storage=("s1:8482", "s2:8482")),
        ),
        (
            "victoria-cluster://ins:8480,sel:8481/7?flush_s=20",
            Address("victoria-cluster", "7", ("ins:8480", "sel:8481"), flush_s=20.0),
        ),
    ],
)
def test_what_an_address_means(url: str, address: Address) -> None:
    assert parse(url) == address


def test_a_secret_comes_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("abc\n")
    monkeypatch.setenv("INFLUX_TOKEN", "def")
    monkeypatch.setenv("VM_KEY", "ghi")
    assert parse(f"influxdb2://org@h:1/b?secret_file={tmp_path}/token").secret == "abc"
    assert parse("influxdb2://org@h:1/b?secret_env=INFLUX_TOKEN").secret == "def"
    assert parse("victoria://h:1?auth_key_env=VM_KEY").auth_key == "ghi"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "readings.duckdb",
        "duckdb:",
        "mysql://h:1/b",
        "influxdb://h/b",
        "influxdb://h:8086",
        'influxdb://h:8086/a"b',
        "influxdb://a:1,b:2/c",
        "influxdb2://org:s3cret@h:1/b?tokne=x",
        "influxdb2://org:s3cret@h:1/b?name=a-b",
        "influxdb2://org@h:1/b?secret_file=/nowhere/at/all",
        "influxdb2://org@h:1/b?secret_env=NOT_SET_ANYWHERE",
        "victoria-cluster://ins:8480/0",
        "victoria-cluster://ins:8480,sel:8481/0?flush_s=soon",
        "victoria://h:8428?storage=a:1",
        "influxdb2://org:s3cret@[::1/b",
        "influxdb2://org:s3/cret@h:1/b",
        "influxdb2://org:a@s3cret@h:1",
        "influxdb2:org:s3cret@h:1/b",
        "influxdb2://org@h:1/b?token=s3cret",
        "influxdb2://org:?s3cret@h:1/b",
    ],
)
def test_a_wrong_address_is_refused_without_repeating_a_secret(url: str) -> None:
    with pytest.raises(BadStoreUrl) as raised:
        parse(url)
    assert "s3cret" not in str(raised.value)
    assert raised.value.exit_code == 3


def test_a_small_site_loads_neither_duckdb_nor_a_client_of_a_server(tmp_path: Path) -> None:
    """DuckDB needs a newer processor than SQLite does."""
    program = (
        "import sys, civicwatt_cloud.app, civicwatt_cloud.timeseries.stores.promises.checking as checking\n"
        "from civicwatt_cloud.timeseries.stores.urls import parse\n"
        f"assert all(row.state == 'kept' for row in checking.check(parse('sqlite:{tmp_path}/r.db')))\n"
        "sys.exit(str({'duckdb', 'influxdb_client', 'urllib3'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stderr.strip() == "set()"
