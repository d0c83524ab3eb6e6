"""Real InfluxDB and VictoriaMetrics on loopback ports and in folders of their own, to be killed at will."""

import shutil
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import urllib3

from civicwatt.demo.processes import free_port

START_S = 90


@dataclass
class ReadingsServer:
    """One server process; a Debian service of the same program is neither needed nor touched."""

    command: list[str]
    port: int
    url: str  # as civicwatt takes it
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, f"{self.command[0]} did not start"
            threading.Event().wait(0.02)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            answer = urllib3.request("GET", f"http://127.0.0.1:{self.port}/ping", retries=False, timeout=2.0)
        except urllib3.exceptions.HTTPError:
            return False
        return answer.status < 400


def influxdb(folder: Path) -> ReadingsServer | None:
    """InfluxDB 1.x with its own defaults, but for the places; None: it is not installed."""
    program = shutil.which("influxd")
    if program is None:
        return None
    port, rpc = free_port(), free_port()
    config = folder / "influxdb.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\ndir = "{folder}/meta"\n[data]\ndir = "{folder}/data"\nwal-dir = "{folder}/wal"\n'
        f'[http]\nbind-address = "127.0.0.1:{port}"\nlog-enabled = false\n'
    )
    url = f"influxdb://127.0.0.1:{port}/civicwatt"
    return ReadingsServer([program, "run", "-config", str(config)], port, url, folder)


def influxdb_with_logins(folder: Path) -> ReadingsServer | None:
    """The same as docs/operations/influxdb.md sets it up: an administrator, and `civicwatt` who is none."""
    server = influxdb(folder)
    if server is None:
        return None
    server.start()
    for statement in (
        "CREATE USER admin WITH PASSWORD 'an administrators' WITH ALL PRIVILEGES",
        "CREATE DATABASE civicwatt",
        "CREATE USER civicwatt WITH PASSWORD 's3cret'",
        "GRANT ALL ON civicwatt TO civicwatt",
    ):
        query = f"http://127.0.0.1:{server.port}/query?{urlencode({'q': statement})}"
        assert b"error" not in urllib3.request("POST", query).data
    server.kill()
    config = folder / "influxdb.conf"
    config.write_text(config.read_text() + "auth-enabled = true\n")
    server.url = f"influxdb://civicwatt:s3cret@127.0.0.1:{server.port}/civicwatt"
    return server


def victoria(folder: Path, *more: str) -> ReadingsServer | None:
    """VictoriaMetrics as docs/operations/readings-stores.md sets it up; None: it is not installed."""
    program = shutil.which("victoria-metrics")
    if program is None:
        return None
    port = free_port()
    flags = [
        f"-storageDataPath={folder}/data",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-dedup.minScrapeInterval=1ms",
        "-memory.allowedBytes=256MB",
    ]
    return ReadingsServer([program, *flags, *more], port, f"victoria://127.0.0.1:{port}", folder)
