"""`civicwatt edge install-service`: a systemd unit that runs the gateway unprivileged and in a sandbox."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from civicwatt_edge.commands.console import CONFIG, ConfigFile
from civicwatt_edge.config import Config, load
from civicwatt_edge.security_errors import ServiceRefused

NAME, USER = "civicwatt-edge.service", "civicwatt"
UNIT_FILE, USERS_FILE = Path("etc/systemd/system") / NAME, Path("etc/sysusers.d/civicwatt.conf")
SYSTEMD_RUNS = Path("/run/systemd/system")  # sd_booted(3)
HOMES = ("/home", "/root", "/run/user")
WATCHDOG_S = 60  # engineering default

USERS = f'u {USER} - "CivicWatt gateway" -\n'
UNIT = """\
# Written by `civicwatt edge install-service`.
[Unit]
Description=CivicWatt gateway: polls meters, keeps what the cloud has not acknowledged
After=network.target
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={program} edge run --config {config}
ExecReload=kill -HUP $MAINPID
WatchdogSec={watchdog_s}
Restart=always
RestartSec=2
User={user}
UMask=0077
ReadWritePaths={data}
{devices}
# Nothing but its data is written, no privilege is held or gained, no port is opened.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome={homes}
PrivateTmp=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
KeyringMode=private
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
# to ask, not to set: whether a time server has set the clock
SystemCallFilter=adjtimex clock_adjtime
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""
NO_DEVICES = "PrivateDevices=yes\nPrivateUsers=yes"


def install_service(
    config: ConfigFile = CONFIG,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只显示，不写入 · show, write nothing")] = False,
    root: Annotated[Path, typer.Option(help="写入到该根目录之下 · write below this root")] = Path("/"),
) -> None:
    """安装为系统服务：非特权用户、看门狗、沙箱 · a systemd service: unprivileged, watched, in a sandbox."""
    read = load(config)
    text = unit(read, config)
    if dry_run:
        typer.echo(f"# /{UNIT_FILE}\n{text}\n# /{USERS_FILE}\n{USERS}", nl=False)
        return
    for path, content in ((UNIT_FILE, text), (USERS_FILE, USERS)):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")
        typer.echo(f"已写入 · written: {root / path}")
    if root != Path("/") or not SYSTEMD_RUNS.exists():
        typer.echo("systemd 未在此运行，服务未启动 · systemd does not run here: not started")
        return
    start(Path(read.gateway.data))
    typer.echo(f"{NAME}: 运行中，开机自启 · active, and after each boot")


def unit(config: Config, path: Path) -> str:
    """The unit of a gateway with this configuration file."""
    program, data = _program(), Path(config.gateway.data).resolve()
    paths = [str(one) for one in (program, data, path.resolve(), Path(sys.prefix))]
    in_home = any(one.startswith(f"{home}/") for one in paths for home in HOMES)
    serial = serial_devices(config)
    return UNIT.format(
        program=program,
        config=path.resolve(),
        watchdog_s=WATCHDOG_S,
        user=USER,
        data=data,
        devices=_allow(serial) if serial else NO_DEVICES,
        homes="read-only" if in_home else "yes",
    )


def serial_devices(config: Config) -> list[str]:
    """The serial lines that the buses name."""
    return sorted({bus.where.path for bus in config.bus if bus.where.is_serial})


def start(data: Path) -> None:
    """Make the user, give it the data, enable and start. Errors: ServiceRefused."""
    _do("systemd-sysusers", str(Path("/") / USERS_FILE))
    data.mkdir(parents=True, exist_ok=True)
    for path in (data, *data.rglob("*")):
        shutil.chown(path, USER, USER)
    _do("systemctl", "daemon-reload")
    _do("systemctl", "enable", NAME)
    _do("systemctl", "restart", NAME)  # which waits until the gateway says that it is ready


def _allow(serial: list[str]) -> str:
    lines = ["SupplementaryGroups=dialout", "DevicePolicy=closed"]
    return "\n".join([*lines, *(f"DeviceAllow={path} rw" for path in serial)])


def _program() -> Path:
    """The command as it was called, else the one beside the interpreter."""
    called = Path(sys.argv[0]).absolute()
    if called.name == "civicwatt" and os.access(called, os.X_OK):
        return called
    return Path(sys.executable).with_name("civicwatt")


def _do(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ServiceRefused(command[0], detail=error) from error
    if done.returncode:
        raise ServiceRefused(" ".join(command), detail=done.stderr.strip() or done.returncode)
