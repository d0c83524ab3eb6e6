"""`civicwatt bench peers`: what the peers are told and what the rows say; no peer is needed or run."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from civicwatt.bench import cost, peers, peers_config, peers_kinds
from civicwatt.bench.cli import app
from civicwatt.bench.peers_rig import Observed
from civicwatt_protocols import templates
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload, encode

PLANT = cost.plant(buses=2, units=3)
ADDRESSES = {
    register.measure: register.address
    for register in templates.load(PLANT.template).registers
    if register.measure in PLANT.measures
}


def test_without_peers_every_row_is_skipped_with_its_reason() -> None:
    done = CliRunner().invoke(app, ["peers", "--json"])
    assert done.exit_code == 0
    rows = json.loads(done.stdout)
    assert list(rows) == ["civicwatt", "thingsboard-gateway", "modpoll"]
    assert [one["value"] for one in rows.values()] == [None, None, None]
    assert "bench edge" in rows["civicwatt"]["skipped"]
    assert rows["modpoll"]["skipped"] == rows["thingsboard-gateway"]["skipped"] == "no path given"
    assert CliRunner().invoke(app, ["peers"]).stdout.count("no path given") == 2


def test_without_a_broker_every_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers.broker, "mosquitto", lambda: None)
    rows = peers.run(PLANT, 1, {"modpoll": Path("modpoll")})
    assert {one["skipped"] for one in rows.values()} == {"mosquitto is not installed"}


def test_a_path_that_leads_nowhere_fails_and_one_not_given_is_skipped(tmp_path: Path) -> None:
    missing = peers._given("modpoll", PLANT, tmp_path, 1, tmp_path / "nowhere")
    assert "no such file" in missing["failed"]
    rows = {
        "modpoll": missing,
        "thingsboard-gateway": peers._given("thingsboard-gateway", PLANT, tmp_path, 1, None),
    }
    assert "skipped" in rows["thingsboard-gateway"]
    assert "失败 failed: no such file" in peers.table(rows)


def test_thingsboard_writes_into_its_own_folder_and_calls_nobody(tmp_path: Path) -> None:
    start = peers_kinds.PEERS["thingsboard-gateway"].commands
    assert start is not None
    ((env, *settings, executable),) = start(Path("/peer"))(PLANT, tmp_path, 1500, 1883)
    assert (env, executable) == ("env", "/peer")
    assert f"--chdir={tmp_path}" in settings
    assert f"https_proxy={peers_kinds.CLOSED}" in settings
    main = json.loads((tmp_path / "tb_gateway.json").read_text())
    assert (main["thingsboard"]["host"], main["thingsboard"]["port"]) == ("127.0.0.1", 1883)
    assert (tmp_path / main["connectors"][0]["configuration"]).exists()


def test_modpoll_asks_as_our_gateway_does() -> None:
    rows = list(csv.reader(peers_config.modpoll_csv(PLANT, bus=1).splitlines()))
    assert [row[1:] for row in rows if row[0] == "device"] == [
        ["M-0004", "1"],
        ["M-0005", "2"],
        ["M-0006", "3"],
    ]
    assert [row[1:] for row in rows if row[0] == "poll"] == [
        ["input_register", str(block.address), str(block.count), "BE_BE"]
        for _ in range(3)
        for block in peers_config.blocks(PLANT)
    ]
    assert {row[1]: int(row[2]) for row in rows if row[0] == "ref"} == ADDRESSES
    assert {row[3] for row in rows if row[0] == "ref"} == {"float32"}


def test_thingsboard_reads_exactly_the_same_registers() -> None:
    slaves = peers_config.thingsboard_modbus(PLANT, 1500)["master"]["slaves"]
    where = [(one["port"], one["unitId"], one["deviceName"]) for one in slaves]
    assert where[:4] == [(1500, 1, "M-0001"), (1500, 2, "M-0002"), (1500, 3, "M-0003"), (1501, 1, "M-0004")]
    assert len(where) == 6
    for slave in slaves:
        ranges = [one["address"].split("-") for one in slave["timeseries"]]
        read = [address for first, last in ranges for address in range(int(first), int(last), 2)]
        assert sorted(read) == sorted(ADDRESSES.values())
        assert len({one["tag"] for one in slave["timeseries"]}) == len(ranges)  # it keeps answers by tag


def test_values_are_counted_in_each_gateways_own_words() -> None:
    points = [Metric(alias=1, datatype=DataType.DOUBLE, value=230.0), Metric(alias=2, is_null=True)]
    own = Metric(name="cw/seq", datatype=DataType.INT64, value=1)
    assert peers_kinds.sparkplug_values(encode(Payload(1, [own, *points], 0))) == 1
    assert peers_kinds.modpoll_values(b'{"frequency": 50.0, "voltage_l1": 230.0}') == 2
    telemetry = {"M-1": [{"ts": 1, "values": {"a": 1, "b": 2}}, {"ts": 2, "values": {"a": 1}}], "M-2": []}
    assert peers_kinds.thingsboard_values(json.dumps(telemetry).encode()) == 3


def test_a_row_divides_processor_time_by_the_values_that_arrived() -> None:
    observed = Observed([b'{"a": 1}', b'{"a": 1, "b": 2}'], 0.0003, 0.1, 12.5, 2)
    row = peers.row(observed, peers_kinds.modpoll_values, PLANT)
    assert (row["value"], row["values_per_s"], row["asked_values_per_s"]) == (100.0, 30, PLANT.values)
    assert (row["rss_mb"], row["processes"]) == (12.5, 2)
    assert "failed" in peers.row(Observed([], 0.1, 1.0, 1.0, 1), peers_kinds.modpoll_values, PLANT)
