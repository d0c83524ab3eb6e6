"""Journey D2: an integrator's first thirty minutes with a gateway, typed at a terminal, in order.

32 simulated meters of 6 models, one dead, one at a wrong address, one with swapped words; the real cloud, its
own Mosquitto with mutual TLS. The row before these, installing the lean wheel: tests/edge/test_lean_wheel.py.
"""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import d2_site
import pytest
from d2_site import DEAD, MISADDRESSED, PLANNED, REPLACED, SWAPPED, WRONG_UNIT, model_of
from terminal import Terminal

from civicwatt.demo import broker
from civicwatt.demo.plant import DIRECTORY_COLUMNS
from civicwatt.demo.processes import free_port
from civicwatt_cloud.kit.db import one_transaction
from civicwatt_cloud.kit.identity import Purpose, issue_code, real_now_us
from civicwatt_cloud.kit.settings import Settings
from civicwatt_edge.commands import gateway
from civicwatt_edge.config import load

CIVICWATT = (sys.executable, "-m", "civicwatt")
EDGE = (*CIVICWATT, "edge")
CLOUD = """\
data_dir = "{folder}/cloud"
http_port = {web}
demo = true
"""
DIRECTORY = (
    *("JX01", "荆襄市第一行政中心", "党政机关", "市级", "429900", "荆襄市", "B1", "主楼"),
    *("20000", "2025-01-01", "房产证", "300", "2025-01-01", "编制文件"),
)
LIMIT_S = 120


@dataclass
class World:
    """Where everything is."""

    folder: Path
    bus: int
    broker: int
    web: int
    slow: str  # a web server whose clock says that ours is three hours slow
    meters: "subprocess.Popen[str]"

    @property
    def cloud(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.bus}"

    def status(self) -> dict:
        return gateway.ask(load(self.folder / "edge.toml"), "status")


def told(command: Sequence[object], folder: Path) -> "subprocess.CompletedProcess[str]":
    """A command without a terminal."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=60
    )


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "CIVICWATT_EDGE_CONFIG": str(folder / "edge.toml"),
        "NO_COLOR": "1",
        "TERM": "xterm",
        "PYTHONUNBUFFERED": "1",
    }


def until(condition: Callable[[], bool], seconds: float = 30) -> float:
    """Wait for a condition; how long it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + seconds, "not in time"
        threading.Event().wait(0.05)
    return time.monotonic() - began


def listens(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310 - our own
            return answer.status == 200
    except OSError:
        return False


@contextmanager
def process(*command: object, **options: object) -> Iterator["subprocess.Popen[bytes]"]:
    running = subprocess.Popen([str(word) for word in command], **options)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(20)


@contextmanager
def three_hours_ahead() -> Iterator[str]:
    class Ahead(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response_only(204)
            self.send_header("Date", formatdate(time.time() + 3 * 3600, usegmt=True))
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Ahead)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def service(folder: Path) -> Iterator[None]:
    """What systemd does with the unit: keep the gateway running, whatever ends it."""
    over, running = threading.Event(), []

    def keep() -> None:
        with (folder / "gateway.log").open("ab") as log:
            while not over.is_set():
                running.append(subprocess.Popen([*EDGE, "run", "--config", folder / "edge.toml"], stderr=log))
                running[-1].wait()

    thread = threading.Thread(target=keep)
    thread.start()
    until((folder / "data" / "control.sock").exists)
    yield
    over.set()
    running[-1].terminate()
    thread.join(20)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """The site and the cloud as the integrator finds them; nothing of the gateway."""
    program = broker.mosquitto()
    if program is None:
        pytest.skip("mosquitto is not installed: the journey needs a broker")
    ports = free_port(), free_port(), free_port()
    settings = tmp_path / "cloud.toml"
    settings.write_text(CLOUD.format(folder=tmp_path, web=ports[2]))
    with (tmp_path / "directory.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([DIRECTORY_COLUMNS, DIRECTORY])
    server = [
        (*CIVICWATT, "directory", "import", tmp_path / "directory.csv", "--config", settings),
        (
            *(*CIVICWATT, "cloud", "broker-config", tmp_path / "broker", "--config", settings),
            *("--host", "127.0.0.1", "--port", str(ports[1]), "--bind", "127.0.0.1"),
        ),
    ]
    for command in server:
        ran = told(command, tmp_path)
        assert ran.returncode == 0, ran.stderr
    settings.write_text(settings.read_text() + ran.stdout)
    config = tmp_path / "broker" / "mosquitto.conf"
    if os.geteuid() == 0:  # else it becomes a user who may not read this folder
        config.write_text(config.read_text() + "user root\n")
    with ExitStack() as stack:
        stack.enter_context(process(program, "-c", config, stderr=subprocess.DEVNULL))
        log = stack.enter_context((tmp_path / "cloud.log").open("wb"))
        stack.enter_context(
            process(*CIVICWATT, "cloud", "serve", "--config", settings, stderr=log, stdout=log)
        )
        meters = stack.enter_context(d2_site.running(ports[0], tmp_path / "truth.jsonl"))
        slow = stack.enter_context(three_hours_ahead())
        until(lambda: listens(f"http://127.0.0.1:{ports[2]}"))
        yield World(tmp_path, *ports, slow, meters)


class Manager:
    """The energy manager, looking at the cloud's pages."""

    def __init__(self, world: World) -> None:
        with one_transaction(Settings(data_dir=world.folder / "cloud")) as session:
            code = issue_code(session, Purpose.DEMO, real_now_us())
        self._opener, self._cloud = (
            urllib.request.build_opener(urllib.request.HTTPCookieProcessor()),
            world.cloud,
        )
        self._ask("session", {"code": code})

    def _ask(self, path: str, body: dict | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own
            f"{self._cloud}/api/v1/{path}", data, {"Content-Type": "application/json", "Origin": self._cloud}
        )
        with self._opener.open(request, timeout=10) as answer:
            return json.load(answer)

    def gateway(self) -> dict:
        rows = [one for one in self._ask("gateways")["gateways"] if one["id"] == "gw-01"]
        return rows[0] if rows else {"online": False, "devices": 0, "devices_answering": 0}


def display(world: World, unit: int) -> str:
    """What a meter's display shows: its counter, from the truth ledger of what it served last."""
    answers = map(json.loads, (world.folder / "truth.jsonl").read_text().splitlines())
    mine = [one["values"] for one in answers if one["device"] == f"M-{unit:02d}"]
    shown = [values["import_active_energy"] for values in mine if "import_active_energy" in values]
    return f"{shown[-1] / 1e6:.1f}"


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_d2_an_integrator_hands_a_gateway_over_in_thirty_minutes(world: World) -> None:
    screen = Terminal(world.folder, environment(world.folder))
    wrong = [unit for unit in range(1, WRONG_UNIT + 1) if unit in (DEAD, MISADDRESSED)]
    inverters = ",".join(str(unit) for unit in range(1, PLANNED + 1) if model_of(unit).startswith("huawei"))

    said = screen.type(
        "3 init",
        (*EDGE, "init", "--data", "data"),
        {
            "网关编号": "gw-01",
            "行政区划代码": "429900",
            "消息服务器": f"127.0.0.1:{world.broker}",
            "总线": f"127.0.0.1:{world.bus}",
        },
    )
    assert "已写" in said
    assert "# 网关编号" in (world.folder / "edge.toml").read_text()

    said = screen.type("5 doctor", (*EDGE, "doctor", "--clock-from", world.slow), code=1)
    assert "时钟慢 3 h：先校时" in said
    assert "timedatectl set-ntp true" in said
    assert screen.type("5 doctor", (*EDGE, "doctor")).count("✓") == 7

    scan = (*EDGE, "scan", world.url, "--units", f"1-{WRONG_UNIT}", "--timeout-ms", 300, "--pause-ms", 5)
    said = screen.type("6 scan", scan, {"继续": "y"}, code=6)
    assert f"{PLANNED - 1}/{WRONG_UNIT}" in said
    assert "未应答 " + ", ".join(map(str, wrong)) in said
    assert f"33/{WRONG_UNIT}" in said  # the progress bar at its end

    tried = (*EDGE, "try", SWAPPED, "--bus", world.url, "--template", model_of(SWAPPED))
    said = screen.type("11 try", tried, code=6)
    assert "字序疑似相反" in said
    assert "--order CDAB" in said
    shown = display(world, SWAPPED)
    live = (*EDGE, "try", SWAPPED, "--live", "--times", 2, "--expect", shown)
    said = screen.type("11 try", live)
    assert f"表显 {shown}" in said
    assert all(word in said for word in ("一致", "kWh", " V ", " A ", "功率因数"))

    (world.folder / "bad.toml").write_text(
        (world.folder / "scan.toml").read_text().replace("unit = 5\n", "unit = 4\n")
    )
    before = (world.folder / "edge.toml").read_bytes()
    said = screen.type("14 add", (*EDGE, "add", "--from", "bad.toml", "--yes"), code=3)
    assert "bad.toml:" in said
    binding = ("--bind", "JX01/B1/power", "--bind", f"{inverters}=JX01/B1/pv", "--interval-s", 1)
    added = (*EDGE, "add", "--from", "scan.toml", *binding)
    said = screen.type("14 add", (*added, "--dry-run"))
    assert said.count("+[[bus.device]]") == PLANNED - 1
    assert (world.folder / "edge.toml").read_bytes() == before
    screen.type("14 add", added, {"写入": "y"})

    settings = ("--config", world.folder / "cloud.toml")
    code = told((*CIVICWATT, "cloud", "gateway-code", "gw-01", *settings), world.folder).stdout.strip()
    enroll = (*EDGE, "enroll", "--url", world.cloud, "--code")
    said = screen.type("17 enroll", (*enroll, "AAAA-AAAA-AAAA-AAAA"), code=5)
    assert "注册码" in said
    screen.type("17 enroll", (*enroll, code))
    assert (world.folder / "data" / "identity" / "key.pem").stat().st_mode & 0o777 == 0o600
    manager = Manager(world)

    with service(world.folder):
        screen.type("19 install-service", (*EDGE, "install-service", "--root", world.folder / "root"))
        unit = (world.folder / "root/etc/systemd/system/civicwatt-edge.service").read_text()
        assert "User=civicwatt" in unit
        first_value_s = until(lambda: manager.gateway()["devices_answering"] > 0)
        assert first_value_s <= 10
        said = screen.type("19 doctor", (*EDGE, "doctor"))
        assert said.count("✓") == 8  # with TLS, and the days that the certificate has left
        assert "天 · days left" in said
        said = screen.type("17 bind", (*EDGE, "bind"))
        assert f"新增 {PLANNED - 1}" in said

        pid = world.status()["pid"]
        dead = ("--unit", DEAD, "--template", model_of(DEAD), "--bus", world.url, "--interval-s", 1)
        said = screen.type("20 add, running", (*EDGE, "add", *dead, "--bind", "JX01/B1/pv", "--yes"))
        assert "新增 1" in said
        until(lambda: [one["breaker"] for one in world.status()["devices"]].count("open") == 1)
        assert world.status()["pid"] == pid

        said = screen.type("20 status", (*EDGE, "status", "--live", "--times", 2), code=6)
        assert "设备无应答" in said
        assert "断开 open" in said
        assert f"云端 · cloud: {world.cloud}" in said
        assert "▀" in said  # the code to scan

        for kind in (("offline", "5s"), ("kill",)):
            said = screen.type(f"22 drill {kind[0]}", (*EDGE, "drill", *kind, "--within", 40, "--yes"))
            report = next(line for line in said.splitlines() if "采集" in line and "入云" in line)
            accepted, stored = (int(part.split()[1].replace(",", "")) for part in report.split(" / ")[:2])
            assert accepted == stored >= PLANNED * 5
            assert "重复 0 / 丢失 0（云端计数" in report
        assert world.status()["pid"] != pid

        world.meters.send_signal(signal.SIGUSR1)
        assert world.meters.stdout
        final, initial = world.meters.stdout.readline().split()
        until(lambda: values_of(world.status(), REPLACED)["import_active_energy"] < 1)
        replaced = (*EDGE, "replace", REPLACED, "--old-final", final, "--new-initial", initial)
        said = screen.type("26 replace", replaced, {"登记": "y"})
        assert "换表单 HB-" in said

        screen.type("28 handover", (*EDGE, "handover", "--site", "主楼"))
        page = (world.folder / "handover.html").read_text()
        assert page.count("<figure>") == PLANNED
        for word in ("断网演练", "强杀演练", "云端 · cloud", "签字", "设备无应答", "JX01/B1/power"):
            assert word in page
        assert "未做" not in page

        until(lambda: manager.gateway()["devices"] == PLANNED)
        seen = manager.gateway()
    assert (seen["online"], seen["devices_answering"], seen["devices"]) == (True, PLANNED - 1, PLANNED)

    for row, seconds in screen.rows.items():
        sys.stdout.write(f"{row:22} {seconds:6.1f} s\n")
    sys.stdout.write(f"{'all':22} {sum(screen.rows.values()):6.1f} s\n")
    assert sum(screen.rows.values()) <= LIMIT_S


def values_of(status: dict, unit: int) -> dict:
    return next(one["values"] for one in status["devices"] if one["device"] == f"M-{unit:02d}")
