"""A data folder with a gateway, a counter and some readings, as a cloud leaves it."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_cloud.kit import identity
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.gateways.authority import Authority
from civicwatt_cloud.operations import parts
from civicwatt_cloud.operations.sealed import Secret
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.points import Gateway, new_point
from civicwatt_cloud.timeseries.stores.readings import Batch

FIRST_US = 1_793_577_600_000_000  # 2026-11-02T00Z
HOURS = 72
KEY = Secret("key file", b"k" * 32)


@pytest.fixture(autouse=True)
def own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command reads the environment and sets up logging for its process; here both are kept apart."""
    for name in [name for name in os.environ if name.startswith("CIVICWATT_")]:
        monkeypatch.delenv(name)
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of an installation on files; nothing is there yet."""
    return Settings(data_dir=tmp_path / "data", mqtt_host=None, web_dist=tmp_path / "web")


@pytest.fixture
def config(settings: Settings, tmp_path: Path) -> Path:
    """The same as a file, for commands."""
    path = tmp_path / "cloud.toml"
    path.write_text(
        f'data_dir = "{settings.data_dir}"\nmqtt_host = "127.0.0.1"\nmqtt_port = 1\nhttp_port = 1\n'
    )
    return path


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "backup.key"
    path.touch(mode=0o600)
    path.write_bytes(KEY.value)
    return path


@pytest.fixture
def cloud(settings: Settings, ran: Path) -> Settings:
    """A cloud that has run: two devices, hourly readings with a gap, booked; an authority; a session."""
    shutil.copytree(ran, settings.data_dir)
    return settings


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of such a cloud, to be copied."""
    folder = tmp_path_factory.mktemp("ran") / "data"
    folder.mkdir()
    settings = Settings(data_dir=folder)
    with ExitStack() as stack:
        database = stack.enter_context(parts.database(settings))
        store = stack.enter_context(parts.readings(settings))
        database.upgrade()
        for device, rate in (("M-1", 1.5), ("M-2", 20.0)):
            point = add_counter(database, device)
            hours = np.arange(HOURS)
            value = np.where(hours == 10, np.nan, rate * hours)
            load(database, store, Batch.of(point, FIRST_US + HOUR_US * hours, value, np.isnan(value)))
        Ledger(database, store, settings.zone).recompute_all()
        with database.session() as session:
            identity.ensure_setup_code(session)
            identity.open_session(session, None, identity.real_now_us())
    Authority.present(settings.authority_path)
    return folder


def add_counter(database: Database, device: str) -> int:
    """A counter that the ledger books."""
    with database.session() as session:
        if session.get(Gateway, "gw-01") is None:
            session.add(Gateway(id="gw-01", online=True))
            session.flush()
        point = new_point("gw-01", device, "import_active_energy", "acrel/adw300")
        point.is_consumption, point.bound_from_us = True, 0
        session.add(point)
        session.flush()
        return point.id


@pytest.fixture
def civicwatt() -> Callable[..., Result]:
    """Run `civicwatt cloud …` in this process; an error of ours leaves with its exit code."""
    return lambda *arguments: CliRunner().invoke(build("cloud"), ["cloud", *map(str, arguments)])
