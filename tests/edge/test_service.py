"""S12: the gateway as a service: unprivileged, in a sandbox, watched; it opens no port."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_edge.commands import install_service
from civicwatt_edge.security_errors import ServiceRefused
from civicwatt_edge.service import notify
from civicwatt_protocols.errors import CivicWattError

CONFIG = """\
[gateway]
id = "gw-01"
division = "429900"
data = "data"

[[bus]]
name = "b0"
url = "{url}"
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build("edge"), ["edge", "install-service", *map(str, arguments)])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "edge.toml"
    path.write_text(CONFIG.format(url="tcp://127.0.0.1:9"))
    return path


def test_s12_a_dry_run_shows_the_unit_and_writes_nothing(config: Path) -> None:
    shown = run("--dry-run", "--config", config)
    assert shown.exception is None
    assert f"ReadWritePaths={config.parent / 'data'}" in shown.output
    assert f"--config {config}" in shown.output
    assert "Type=notify" in shown.output
    assert [path.name for path in config.parent.iterdir()] == ["edge.toml"]


def test_s12_the_unit_is_written_below_a_root_and_not_started_there(config: Path, tmp_path: Path) -> None:
    root = tmp_path / "image"
    assert run("--config", config, "--root", root).exception is None
    unit = (root / "etc/systemd/system/civicwatt-edge.service").read_text()
    assert re.search(r"^User=civicwatt$", unit, re.MULTILINE)
    assert (root / "etc/sysusers.d/civicwatt.conf").read_text().startswith("u civicwatt ")


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:9", "rtu:///dev/ttyS1"])
def test_s12_systemd_finds_the_sandbox_tight(config: Path, tmp_path: Path, url: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: the sandbox is not judged")
    config.write_text(CONFIG.format(url=url))
    run("--config", config, "--root", tmp_path)
    unit = tmp_path / install_service.UNIT_FILE
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    found = re.search(r"exposure level.*?: ([\d.]+)", judged.stdout)
    assert found, judged.stderr
    assert float(found[1]) <= 3.0


def test_s12_a_serial_line_is_the_only_device_it_may_open(config: Path) -> None:
    config.write_text(CONFIG.format(url="rtu:///dev/ttyS1"))
    shown = run("--dry-run", "--config", config).output
    assert "DevicePolicy=closed\nDeviceAllow=/dev/ttyS1 rw\n" in shown
    assert "SupplementaryGroups=dialout" in shown


def test_s12_what_systemd_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ServiceRefused, match="CW-E2048"):
        install_service._do("sh", "-c", "echo Unit is masked >&2; exit 1")
    with pytest.raises(ServiceRefused):
        install_service._do("no-such-program-here")


@pytest.mark.parametrize(
    "tampered",
    [
        '[gateway]\nid = "gw-01/../gw-02"\ndivision = "429900"\ndata = "d"\n',
        '[gateway]\nid = "gw-01"\ndivision = "429900"\ndata = "d"\n[broker]\ntls = {ca = "x"}\n',
        '[gateway]\nid = "gw-01"\ndivision = "429900"\ndata = "d"\nrun = "rm -rf /"\n',
        '[gateway\nid = "gw-01"\n',
        "\x00\xff",
    ],
)
def test_s12_a_tampered_configuration_is_refused_by_line(config: Path, tampered: str) -> None:
    config.write_text(tampered, "latin-1")
    error = CliRunner().invoke(build("edge"), ["edge", "run", "--config", str(config)]).exception
    assert isinstance(error, CivicWattError)
    assert error.exit_code == 3
    assert re.match(rf"{re.escape(str(config))}:\d+$", error.where)


async def test_systemd_hears_ready_and_life_and_nothing_where_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify.tell("READY=1")
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        monkeypatch.setenv("WATCHDOG_USEC", "30000")
        alive = asyncio.create_task(notify.keep_alive())
        loop = asyncio.get_running_loop()
        heard = [await asyncio.wait_for(loop.sock_recv(line, 100), 5) for _ in range(4)]
        alive.cancel()
    assert heard == [b"READY=1", *[b"WATCHDOG=1"] * 3]


def listening_ports(pid: int) -> list[str]:
    """Local addresses of sockets that wait for connections, by the process that holds them."""
    held = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            held.add(os.readlink(link))
        except OSError:
            continue
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = row.split()
            waits = fields[3] == "0A" or table.startswith("udp")
            if waits and f"socket:[{fields[9]}]" in held:
                found.append(f"{table} {fields[1]}")
    return found


def read_one_meter(config: Path, port: int) -> None:
    device = '[[bus.device]]\nid = "M-1"\nunit = 1\ntemplate = "acrel/adw300"\ninterval_s = 1\n'
    config.write_text(CONFIG.format(url=f"tcp://127.0.0.1:{port}") + device)


async def test_s12_a_running_gateway_opens_no_port_and_tells_systemd_that_it_lives(
    config: Path, meter: object, until: Callable[..., object]
) -> None:
    read_one_meter(config, meter.port)  # type: ignore[attr-defined]
    with socket.socket() as own:  # the scan finds what there is
        own.bind(("127.0.0.1", 0))
        own.listen()
        assert listening_ports(os.getpid())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(config.parent / "notify"))
        heard: list[bytes] = []
        asyncio.get_running_loop().add_reader(line, lambda: heard.append(line.recv(100)))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "civicwatt", "edge", "run", "--config", str(config)),
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | {"NOTIFY_SOCKET": line.getsockname(), "WATCHDOG_USEC": "30000"},
        )
        try:
            await until(lambda: len(meter.served) >= 2, 20)  # type: ignore[attr-defined]
            assert listening_ports(process.pid) == []
        finally:
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 20) == 0
        await until(lambda: b"STOPPING=1" in heard)  # type: ignore[misc]
        asyncio.get_running_loop().remove_reader(line)
    assert heard[0] == b"READY=1"
    assert heard.count(b"WATCHDOG=1") >= 3


def calls_of(*names: str) -> set[str]:
    """The system calls of systemd's sets (@system-service) and of single names."""
    found = {name for name in names if not name.startswith("@")}
    for name in set(names) - found:
        listed = subprocess.run(
            ["systemd-analyze", "syscall-filter", name],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        ).stdout
        inside = [line.strip() for line in listed.splitlines()[1:]]
        found |= calls_of(*(line for line in inside if line and not line.startswith("#")))
    return found


async def test_s12_the_sandbox_allows_every_system_call_that_a_gateway_makes(
    config: Path, tmp_path: Path, meter: object, until: Callable[..., object]
) -> None:
    if shutil.which("strace") is None or shutil.which("systemd-analyze") is None:
        pytest.skip("strace or systemd-analyze is not installed: the sandbox's calls are not compared")
    read_one_meter(config, meter.port)  # type: ignore[attr-defined]
    trace = tmp_path / "trace"
    process = await asyncio.create_subprocess_exec(
        *("strace", "-f", "-qq", "-o", str(trace), sys.executable, "-m", "civicwatt"),
        *("edge", "run", "--config", str(config)),
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await until(lambda: len(meter.served) >= 2, 30)  # type: ignore[attr-defined]
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 20)
    lines = read(trace)
    made = set(re.findall(r"^\d+ +(\w+)\(", lines, re.MULTILINE))
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", install_service.UNIT, re.MULTILINE):
        named = calls_of(*line.removeprefix("~").split())
        allowed = allowed - named if line.startswith("~") else allowed | named
    assert {"openat", "connect", "fdatasync"} < made
    assert made - allowed <= {"fchown"}  # SQLite's, as root only
    assert not re.search(r"mprotect\(.*PROT_EXEC|PROT_WRITE\|PROT_EXEC", lines)  # MemoryDenyWriteExecute


def read(path: Path) -> str:
    return path.read_text(errors="replace")
