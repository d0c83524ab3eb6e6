"""The integrator's commands in this process, and the site they are used on."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import d2_site
import pytest
from typer.testing import CliRunner

from civicwatt.demo.processes import free_port
from civicwatt_edge import agent
from civicwatt_edge.cli import app
from civicwatt_edge.config_file import ConfigFile
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import CivicWattError


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it told programs; a gateway in this process may have logged before and after."""
        return json.loads(self.out[self.out.index("{\n") : self.out.rindex("\n}") + 2])


Edge = Callable[..., Ran]


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Edge:
    """`civicwatt edge …` in an empty folder with 120 columns; a known error is told as the command would."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("CIVICWATT_EDGE_CONFIG", str(tmp_path / "edge.toml"))

    def run(*arguments: object, answers: str | None = None) -> Ran:
        result = CliRunner().invoke(app, [str(one) for one in arguments], input=answers)
        error = result.exception
        if isinstance(error, CivicWattError):
            return Ran(error.exit_code, result.stdout, f"{result.stderr}{error}\n{error.text('en')}\n")
        if error is not None and not isinstance(error, SystemExit):
            raise error
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@dataclass
class Tap:
    """A way to the site that notes every request: unit, function."""

    port: int
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the 32 meters of journey D2."""
    port = free_port()
    with d2_site.running(port, tmp_path_factory.mktemp("site") / "truth.jsonl"):
        yield port


@pytest.fixture
def tap(site: int) -> Iterator[Tap]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        tap = Tap(server.getsockname()[1])
        threading.Thread(target=_accept, args=(server, site, tap.asked), daemon=True).start()
        yield tap


def _accept(server: socket.socket, site: int, asked: list[tuple[int, int]]) -> None:
    while True:
        try:
            here, _ = server.accept()
        except OSError:
            return
        there = socket.create_connection(("127.0.0.1", site))
        threading.Thread(target=_pump, args=(here, there, asked), daemon=True).start()
        threading.Thread(target=_pump, args=(there, here, None), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, asked: list[tuple[int, int]] | None) -> None:
    with source, target:
        try:
            while data := source.recv(4096):
                if asked is not None:
                    asked.append((data[6], data[7]))
                target.sendall(data)
        except OSError:
            return


CONFIG = """
[gateway]
id = "gw-01"
division = "429900"
data = "data"
[broker]
port = {broker}
[[bus]]
name = "b0"
url = "tcp://127.0.0.1:{bus}"
timeout_ms = 100
[[bus.device]]
id = "M-1"
unit = 1
interval_s = 1
template = "simulated/water_counter"
[[bus.device]]
id = "M-2"
unit = 2
interval_s = 1
template = "simulated/water_counter"
"""


@pytest.fixture
def gateway(tmp_path: Path) -> Callable[..., contextlib.AbstractAsyncContextManager[None]]:
    """The agent in this process, on a broker's and a bus's port; its clock runs ten times as fast."""

    @contextlib.asynccontextmanager
    async def running(broker: int, bus: int, clock: Clock | None = None) -> AsyncIterator[None]:
        (tmp_path / "edge.toml").write_text(CONFIG.format(broker=broker, bus=bus))
        stop = asyncio.Event()
        clock = clock or Clock(1_800_000_000_000_000, 10)
        task = asyncio.create_task(agent.run(ConfigFile(tmp_path / "edge.toml"), clock, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)

    return running


@pytest.fixture
def ready(tmp_path, until):
    async def ready() -> None:
        await until((tmp_path / "data" / "control.sock").exists)

    return ready
