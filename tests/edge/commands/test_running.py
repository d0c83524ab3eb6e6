"""The commands that ask a running gateway, and the doctor, which also does without one."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from civicwatt.demo.processes import free_port
from civicwatt_edge.commands import checks, drill
from civicwatt_edge.commands import gateway as control
from civicwatt_edge.config import load
from civicwatt_edge.errors import GatewayAway
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import BadValue


@pytest.fixture
def command(edge):
    """A command in a thread, beside the gateway in this one."""

    async def command(*arguments: object):
        return await asyncio.to_thread(edge, *arguments)

    return command


async def test_status_shows_each_device_and_says_with_its_code_that_one_is_silent(
    tmp_path, meter, mosquitto, cloud, until, gateway, command
) -> None:
    meter.silent.add(2)
    async with gateway(mosquitto.port, meter.port):
        await until(lambda: len(cloud.records) >= 30)
        ran = await command("status")
        told = await command("status", "--json")
    assert ran.code == told.code == 6
    for word in ("网关 gw-01", "已连接", "M-1", "m³", "M-2", "设备无应答", "断开 open"):
        assert word in ran.out
    assert [device["breaker"] for device in told.json["devices"]] == ["closed", "open"]


async def test_without_a_gateway_the_commands_say_so(edge, tmp_path) -> None:
    assert (
        edge("init", "--yes", "--id", "g", "--division", "429900", "--broker", "h", "--bus", "h:1").code == 0
    )
    for arguments in (
        ("status",),
        ("drill", "offline", "3s", "--yes"),
        ("drill", "kill", "--yes"),
        ("handover",),
    ):
        ran = edge(*arguments)
        assert ran.code == 4
        assert "CW-E2065" in ran.err


async def test_a_drill_offline_counts_what_was_read_and_what_arrived(
    tmp_path, meter, mosquitto, cloud, until, gateway, command
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await until(lambda: len(cloud.records) >= 10)
        ran = await command("drill", "offline", "1s", "--yes", "--json", "--within", 20)
    assert ran.code == 0, ran.err
    told = ran.json
    assert told["accepted"] == told["stored"] >= 10
    assert [told[key] for key in ("doubled", "lost", "open", "missed", "counted_by")] == [
        0,
        0,
        0,
        0,
        "outbox",
    ]
    (kept,) = drill.results(load(tmp_path / "edge.toml"))
    assert kept == told


async def test_a_drill_fails_where_the_cloud_acknowledges_nothing(
    tmp_path, meter, mosquitto, cloud, until, gateway, command
) -> None:
    cloud.acks = False
    async with gateway(mosquitto.port, meter.port):
        await until(lambda: len(cloud.records) >= 4)
        ran = await command("drill", "offline", "1s", "--yes", "--within", 1)
    assert ran.code == 1
    assert "CW-E2069" in ran.err


async def test_a_drill_needs_consent(tmp_path, meter, mosquitto, gateway, ready, command) -> None:
    async with gateway(mosquitto.port, meter.port):
        await ready()
        for kind in (("offline", "1h"), ("kill",)):
            ran = await command("drill", *kind)
            assert ran.code == 2
            assert "CW-E2060" in ran.err
        told = await command("status", "--json")
    assert told.json["offline_s"] == 0


async def test_a_cut_shorter_than_the_polling_interval_is_refused(
    tmp_path, meter, mosquitto, gateway, ready, command
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await ready()
        ran = await command("drill", "offline", "0.5s", "--yes")
        told = await command("status", "--json")
    assert ran.code == 3
    assert "CW-C1003" in ran.err
    assert "shorter than the polling interval of 1 s" in ran.err
    assert told.json["offline_s"] == 0


async def test_ctrl_c_in_a_drill_opens_the_uplink_again(
    tmp_path, meter, mosquitto, gateway, until, ready, command, monkeypatch
) -> None:
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(drill, "_wait", interrupted)
    async with gateway(mosquitto.port, meter.port):
        await ready()
        ran = await command("drill", "offline", "1h", "--yes")
        told = await command("status", "--json")
    assert ran.code == 130
    assert "上行已恢复" in ran.err
    assert told.json["offline_s"] == 0


async def test_a_second_drill_is_refused_while_one_runs(
    tmp_path, meter, mosquitto, gateway, ready, command
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await ready()
        config = load(tmp_path / "edge.toml")
        await asyncio.to_thread(control.ask, config, "offline", seconds=60)
        ran = await command("drill", "offline", "2s", "--yes")
        told = await command("status", "--json")
    assert ran.code == 1
    assert "CW-E2071" in ran.err
    assert told.json["offline_s"] > 50


STATUS = {
    "gateway": "gw-01",
    "version": "1",
    "pid": 4_000_000_000,
    "running_s": 1.0,
    "now_us": 0,
    "last_seq": 0,
    "outbox": {"waiting": 0, "lag_s": 0, "used": 0, "quota": 1, "error": "", "lost": 0, "dropped": 0},
    "offline_s": 0,
    "upstreams": [],
    "devices": [],
}


@pytest.fixture
def one_meter(edge):
    edge("init", "--yes", "--id", "g", "--division", "429900", "--broker", "h", "--bus", "h:1")
    edge("add", "--unit", 7, "--template", "acrel/adw300", "--bus", "tcp://h:1", "--yes")


def test_a_gateway_that_nothing_restarts_is_told_of_before_and_after_the_kill(
    edge, one_meter, monkeypatch
) -> None:
    killed: list[int] = []

    def ask(config, do, **_):
        if killed:
            raise GatewayAway("data", detail="gone")
        return STATUS

    monkeypatch.setattr(control, "ask", ask)
    monkeypatch.setattr(drill.os, "kill", lambda pid, _: killed.append(pid))
    monkeypatch.setattr(drill, "KILL_WINDOW_S", 0)
    monkeypatch.setattr(drill, "_last", lambda _: 1)
    ran = edge("drill", "kill")
    assert ran.code == 2
    assert "maybe nothing restarts it" in ran.err
    assert killed == []
    ran = edge("drill", "kill", "--yes", "--within", 1)
    assert killed == [STATUS["pid"]]
    assert ran.code == 1
    for word in ("CW-E2070", "nobody started it again in 1 s", "civicwatt edge run --config"):
        assert word in ran.err


def test_a_process_that_a_person_started_is_no_service() -> None:
    assert not drill.is_service(os.getpid())
    assert not drill.is_service(4_000_000_000)


def test_status_names_meters_not_read_yet_and_shows_no_empty_columns(edge, one_meter, monkeypatch) -> None:
    monkeypatch.setattr(control, "ask", lambda *_: STATUS)
    ran = edge("status")
    assert ran.code == 0
    assert "M-07" in ran.out
    assert ran.out.endswith("等待首次抄读 · waiting for the first reading\n")
    assert "断路" not in ran.out
    assert "原因" not in ran.out


def test_in_a_pipe_no_name_is_cut_off(edge, one_meter, monkeypatch) -> None:
    silent = {"device": "M-" + 50 * "7", "template": "acrel/adw300", "age_s": None, "failed": 1.0}
    silent |= {"breaker": "open", "reason": "timeout", "values": {}}
    monkeypatch.setattr(control, "ask", lambda *_: STATUS | {"devices": [silent]})
    monkeypatch.delenv("COLUMNS")
    ran = edge("status")
    assert silent["device"] in ran.out
    assert "…" not in ran.out


def test_an_export_that_ends_before_it_begins_is_refused(edge, tmp_path) -> None:
    (tmp_path / "data").mkdir()
    days = ("--from", "2026-03-02", "--to", "2026-03-01")
    ran = edge("export", "--data", "data", "--out", "x.csv", *days)
    assert ran.code == 3
    assert "CW-C1003" in ran.err
    assert not list(tmp_path.glob("x.csv*"))


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_a_terminal_without_our_signs_ends_no_command(tmp_path, encoding) -> None:
    (tmp_path / "edge.toml").write_text("[gateway]\nid = 1\n")
    ran = subprocess.run(
        [sys.executable, "-c", "from civicwatt_edge.command import run; run()", "edge", "doctor"],
        env=os.environ | {"PYTHONIOENCODING": encoding, "CIVICWATT_EDGE_CONFIG": str(tmp_path / "edge.toml")},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 3
    assert b"edge.toml:2" in ran.stdout
    assert b"Traceback" not in ran.stderr


def test_slots_that_passed_while_the_gateway_was_down_are_counted(edge, tmp_path) -> None:
    edge("init", "--yes", "--id", "g", "--division", "429900", "--broker", "h", "--bus", "h:1")
    edge("add", "--unit", 7, "--template", "acrel/adw300", "--bus", "tcp://h:1", "--interval-s", 60, "--yes")
    minute = 60_000_000
    slots = {("M-07", number * minute) for number in (1, 2, 5, 6)} | {("M-99", minute), ("M-07", minute + 1)}
    assert drill.missed(load(tmp_path / "edge.toml"), slots) == 2
    assert drill.missed(load(tmp_path / "edge.toml"), set()) == 0


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("3m", 180), ("0.5h", 1800)])
def test_a_time_is_written_as_people_do(text, seconds) -> None:
    assert drill.span_of(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "-3m", "3 weeks", "1e9"])
def test_a_time_that_is_none_is_refused(text) -> None:
    with pytest.raises(BadValue):
        drill.span_of(text)


async def test_the_hand_over_sheet_has_meters_readings_drills_hashes_and_places_to_sign(
    tmp_path, meter, mosquitto, cloud, until, gateway, command
) -> None:
    meter.silent.add(2)
    async with gateway(mosquitto.port, meter.port):
        await until(lambda: len(cloud.records) >= 30)
        assert (await command("drill", "offline", "1s", "--yes", "--within", 20)).code == 0
        ran = await command("handover", "--site", "<主楼>", "--json")
        epoch = (await command("status", "--json")).json["epoch"]
    assert ran.code == 0
    page = (tmp_path / "handover.html").read_text()
    for word in ("M-1", "m³", "设备无应答", "断网演练", "未做", "&lt;主楼&gt;", "签字", epoch):
        assert word in page
    assert ran.json["config_sha256"] in page
    assert "$" not in page
    assert page.count("<figure>") == 2


async def test_the_doctor_finds_nothing_wrong_beside_a_running_gateway(
    tmp_path, meter, mosquitto, cloud, until, gateway, command
) -> None:
    async with gateway(mosquitto.port, meter.port, Clock(time.time_ns() // 1000, 4)):
        await until(lambda: len(cloud.records) >= 4)
        ran = await command("doctor", "--json")
        shown = await command("doctor")
    assert ran.code == 0
    assert ran.json["ok"]
    titles = [one["check_zh"] for one in ran.json["checks"]]
    assert titles == ["配置", "数据目录", "待发箱", "时钟", "上行", "总线", "网关"]
    assert "✗" not in shown.out
    assert "gw-01" in shown.out


def test_the_doctor_names_each_fault_with_its_code_and_remedy(edge, tmp_path) -> None:
    here = f"127.0.0.1:{free_port()}"
    bus = f"127.0.0.1:{free_port()}"
    edge(
        "init", "--yes", "--id", "g", "--division", "429900", "--broker", here, "--bus", bus, "--data", "data"
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "outbox.db").write_bytes(b"no database" * 100)
    ran = edge("doctor")
    assert ran.code == 1
    for code in ("CW-E2012", "CW-E2062"):
        assert code in ran.out
    assert ran.out.count("✗") == 3
    assert ran.out.count("→") == 3
    assert "未运行" in ran.out


def test_the_doctor_tells_a_serial_port_that_is_not_there_and_a_disk_that_is_nearly_full(
    edge, tmp_path, monkeypatch
) -> None:
    edge("init", "--yes", "--id", "g", "--division", "429900", "--broker", "h", "--bus", "/dev/ttyNONE")
    config = load(tmp_path / "edge.toml")
    assert config.bus[0].url == "rtu:///dev/ttyNONE"
    error = checks.bus(config.bus[0]).error
    assert error is not None
    assert str(error).startswith("CW-C1004 /dev/ttyNONE")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    error = next(iter(checks.storage(config))).error
    assert str(error).startswith("CW-E2068")
    assert "5 MB" in str(error)


def test_a_wrong_configuration_ends_the_visit(edge, tmp_path) -> None:
    (tmp_path / "edge.toml").write_text("[gateway]\nid = 1\n")
    ran = edge("doctor", "--json")
    assert ran.code == 3
    (check,) = ran.json["checks"]
    assert check["error"]["code"].startswith("CW-C")
    assert "edge.toml:2" in check["error"]["where"]


@pytest.fixture
def ahead() -> Iterator[str]:
    """A web server whose clock is three hours ahead of this machine's: this machine is slow."""

    class Ahead(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(204)
            self.send_header("Date", formatdate(time.time() + 3 * 3600, usegmt=True))
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Ahead)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/healthz"
    server.shutdown()
    server.server_close()


def test_f15_a_slow_clock_is_told_with_the_command_that_sets_it(edge, tmp_path, ahead) -> None:
    edge(
        "init",
        "--yes",
        "--id",
        "g",
        "--division",
        "429900",
        "--broker",
        "h",
        "--bus",
        "h:1",
        "--data",
        "data",
    )
    finding = checks.clock(load(tmp_path / "edge.toml"), ahead)
    assert finding.error is not None
    assert str(finding.error).startswith("CW-E2067: 时钟慢 3 h：先校时")
    assert "timedatectl set-ntp true" in str(finding.error)
    fast = checks.clock(load(tmp_path / "edge.toml"), ahead, time.time() + 5 * 3600)
    assert "快 2 h" in str(fast.error)
    good = checks.clock(load(tmp_path / "edge.toml"), ahead, time.time() + 3 * 3600)
    assert good.error is None


async def test_f15_a_clock_before_this_release_or_the_newest_reading_is_slow(
    tmp_path, meter, mosquitto, cloud, until, gateway
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await until(lambda: len(cloud.records) >= 10)
    config = load(tmp_path / "edge.toml")
    newest_s = max(record.slot_us for record in cloud.records.values()) / 1_000_000
    assert checks.clock(config, "", newest_s).error is None
    assert "慢 3 h" in str(checks.clock(config, "", newest_s - 3 * 3600 - 120).error)
    assert "慢" in str(checks.clock(config, "", 0.0).error)


def test_commands_about_the_cloud_ask_for_enrolment_first(edge, tmp_path: Path) -> None:
    edge(
        "init",
        "--yes",
        "--id",
        "g",
        "--division",
        "429900",
        "--broker",
        "h",
        "--bus",
        "h:1",
        "--data",
        "data",
    )
    edge("add", "--unit", 7, "--template", "acrel/adw300", "--bus", "tcp://h:1", "--yes")
    for arguments in (("bind",), ("replace", "7", "--old-final", "1", "--new-initial", "0", "--yes")):
        ran = edge(*arguments)
        assert ran.code == 5
        assert "CW-E2064" in ran.err
    ran = edge("replace", "8", "--old-final", "1", "--new-initial", "0", "--yes")
    assert ran.code == 3


def test_the_drills_on_file_are_read_oldest_first(edge, tmp_path: Path) -> None:
    edge(
        "init",
        "--yes",
        "--id",
        "g",
        "--division",
        "429900",
        "--broker",
        "h",
        "--bus",
        "h:1",
        "--data",
        "data",
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / drill.FILE).write_text("".join(json.dumps({"kind": kind}) + "\n" for kind in "ab"))
    assert [one["kind"] for one in drill.results(load(tmp_path / "edge.toml"))] == ["a", "b"]
