"""What the tests of several parts share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings
from mosquitto import Mosquitto

from civicwatt.demo import broker
from civicwatt.demo.processes import free_port

settings.register_profile("house", deadline=None)  # a busy machine is no failure
settings.load_profile("house")


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """A command that ran in this process has its log set up: no later test shall depend on it."""
    structlog.reset_defaults()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running broker; the test is skipped by name where mosquitto is not installed."""
    program = broker.mosquitto()
    if program is None:
        pytest.skip("mosquitto is not installed: delivery over a real broker is not tested")
    running = Mosquitto(program, free_port(), tmp_path)
    running.start()
    yield running
    running.kill()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest begin first: what runs beside them ends about when they do."""
    items.sort(key=lambda item: "/e2e/" not in item.path.as_posix())
