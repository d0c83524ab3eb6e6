"""A cloud on a real socket with one energy manager, and gateways that want to be let in."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cloud.gateways.broker_site import Site
from fastapi import FastAPI
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt.demo import broker as demo_broker
from civicwatt.demo.processes import free_port
from civicwatt_cloud.app import create_app
from civicwatt_cloud.cli import page_socket
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways import enrolment

DIVISION = "429900"
EDGE = """\
# 本机配置，人工编写
[gateway]
id = "{gateway}"  # 编号
division = "000000"
data = "data"

[broker]
host = "127.0.0.1"   # 待注册
port = 1883
"""


@dataclass
class Cloud:
    """A running cloud."""

    url: str
    app: FastAPI
    settings: Settings

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    def code(self, gateway: str, division: str = DIVISION, *, now_us: int | None = None) -> str:
        """As the command on the server makes it."""
        with self.database.session() as session:
            return enrolment.issue_code(session, gateway, division, now_us or identity.real_now_us())


@contextmanager
def _serving(app: FastAPI, **options: Any) -> Iterator[int]:
    """The application on a loopback port, in a thread."""
    listener = page_socket(0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, **options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the cloud did not start"
        thread.join(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture(scope="session")
def serve() -> Callable[..., object]:
    """The same application at another port, beside the one that runs its lifespan."""
    return lambda app, **options: _serving(app, lifespan="off", **options)


@pytest.fixture(scope="module")
def cloud(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, books_by_hand: None
) -> Iterator[Cloud]:
    """One for the tests of a file: each uses a gateway of its own."""
    folder = tmp_path_factory.mktemp("cloud")
    (folder / "web").mkdir()
    (folder / "data").mkdir()
    shutil.copy(sqlite_template, folder / "data/civicwatt.sqlite")
    settings = Settings(data_dir=folder / "data", mqtt_host=None, web_dist=folder / "web")
    app = create_app(settings, modules=())
    with _serving(app, lifespan="on") as port:
        yield Cloud(f"http://127.0.0.1:{port}", app, settings)


@pytest.fixture
def edge(tmp_path: Path) -> Path:
    """A gateway's configuration, not yet enrolled."""
    path = tmp_path / "edge.toml"
    path.write_text(EDGE.format(gateway="gw-01"))
    return path


@pytest.fixture(scope="session")
def run() -> object:
    """Run `civicwatt edge …` in this process."""
    return lambda *arguments: CliRunner().invoke(build("edge"), ["edge", *map(str, arguments)])


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Site]]:
    """Makes sites, each with its own authority and its own running broker."""
    program = demo_broker.mosquitto()
    if program is None:
        pytest.skip("mosquitto is not installed: the shipped configuration is not tested")
    made: list[Site] = []

    def make() -> Site:
        site = Site(tmp_path_factory.mktemp("site"), program, free_port())
        made.append(site)
        site.write()
        site.start()
        return site

    yield make
    for site in made:
        site.kill()
