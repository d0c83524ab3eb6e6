"""Real databases for a drill, each in a folder of its own, to be stopped and started at will."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

from civicwatt.demo.processes import Process, free_port
from civicwatt.drill.cloud.listening import listens
from civicwatt.drill.stage import until

READY_S = 60.0
ROLE = "drill"


class Server(Protocol):
    """A database server."""

    name: str
    options: dict[str, str]  # the cloud's settings for it
    port: int

    async def start(self) -> None:
        """Start it, first or again, and wait until it serves."""
        ...

    async def stop(self) -> None:
        """End it as a crash does."""
        ...

    def remove(self) -> None:
        """End it, and delete what it has."""
        ...


class _ReadingsServer:
    def __init__(self, name: str, command: list[str], folder: Path, port: int, url: str) -> None:
        self.name, self.port, self.options = name, port, {"readings_url": url}
        self._process = Process(name, command, folder / f"{name}.log")

    async def start(self) -> None:
        self._process.start()
        await until(lambda: listens(self.port), self.name, READY_S)

    async def stop(self) -> None:
        self._process.kill()

    def remove(self) -> None:
        self._process.kill()


def victoria(folder: Path) -> Server | None:
    """VictoriaMetrics; None: it is not installed."""
    program = shutil.which("victoria-metrics")
    if program is None:
        return None
    port = free_port()
    command = [
        program,
        f"-storageDataPath={folder}/victoria",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-dedup.minScrapeInterval=1ms",
        "-memory.allowedBytes=128MB",
    ]
    return _ReadingsServer("victoria-metrics", command, folder, port, f"victoria://127.0.0.1:{port}")


def influxdb(folder: Path) -> Server | None:
    """InfluxDB 1.x; None: it is not installed."""
    program = shutil.which("influxd")
    if program is None:
        return None
    port, rpc = free_port(), free_port()
    config = folder / "influxdb.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\ndir = "{folder}/meta"\n[data]\ndir = "{folder}/data-i"\nwal-dir = "{folder}/wal"\n'
        f'[http]\nbind-address = "127.0.0.1:{port}"\nlog-enabled = false\n'
    )
    url = f"influxdb://127.0.0.1:{port}/civicwatt"
    return _ReadingsServer("influxdb", [program, "run", "-config", str(config)], folder, port, url)


class _PostgreSQL:
    def __init__(self, programs: Path, log: Path) -> None:
        self.name, self.port = "postgresql", free_port()
        self.options = {"database_url": f"postgresql://{ROLE}@127.0.0.1:{self.port}/postgres"}
        self._home = Path(tempfile.mkdtemp(prefix="cw-drill-pg-"))
        self._as = _unprivileged()
        if self._as:
            owner = pwd.getpwnam(self._as[2])
            os.chown(self._home, owner.pw_uid, owner.pw_gid)
        data = str(self._home / "data")
        initdb = [str(programs / "initdb"), "-D", data, "-U", ROLE, "-A", "trust", "-E", "UTF8"]
        subprocess.run(
            [*self._as, *initdb, "--locale=C.UTF-8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=self._home,
        )
        options = [f"--port={self.port}", "--listen_addresses=127.0.0.1", "--max_connections=50"]
        options += [f"--unix_socket_directories={self._home}", "--shared_buffers=32MB"]
        self._process = Process(
            "postgresql", [*self._as, str(programs / "postgres"), "-D", data, *options], log
        )

    async def start(self) -> None:
        self._process.start()
        await until(lambda: listens(self.port), self.name, READY_S)

    async def stop(self) -> None:
        """SIGQUIT to the postmaster: its children end with it, nothing is written any more."""
        if self._process.alive:
            assert self._process.pid is not None  # noqa: S101 it runs
            os.kill(self._process.pid, signal.SIGQUIT)
            await until(lambda: not self._process.alive, self.name, READY_S)

    def remove(self) -> None:
        if self._process.alive:
            assert self._process.pid is not None  # noqa: S101 it runs
            os.kill(self._process.pid, signal.SIGQUIT)
            self._process.stop()
        shutil.rmtree(self._home, ignore_errors=True)


def postgresql(folder: Path) -> Server | None:
    """PostgreSQL; None: it is not installed, or cannot be run by this user."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = str(installed[-1]) if installed else shutil.which("initdb")
    if found is None or (os.getuid() == 0 and shutil.which("setpriv") is None):
        return None
    return _PostgreSQL(Path(found).resolve().parent, folder / "postgresql.log")


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root: how to become somebody else."""
    if os.getuid() != 0:
        return []
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in known else "nobody"
    return ["setpriv", "--reuid", user, "--regid", str(pwd.getpwnam(user).pw_gid), "--clear-groups",
            "--pdeathsig", "QUIT"]  # fmt: skip
