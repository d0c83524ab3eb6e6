"""The application on PostgreSQL: set up, signed in, read, refused; the rest of its tests run on SQLite."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.settings import Settings

DEADLINE_S = 90


@pytest.fixture
async def app(tmp_path: Path, web: Path, postgresql_url: str) -> AsyncIterator[FastAPI]:
    settings = Settings(data_dir=tmp_path / "data", database_url=postgresql_url, mqtt_host=None, web_dist=web)
    made = create_app(settings)
    async with made.router.lifespan_context(made):
        yield made


async def test_accounts_are_named_sign_in_and_see_their_part(
    client: AsyncClient, accounts: dict[Role, dict[str, str]]
) -> None:
    manager = (await client.post("/api/v1/session", json=accounts[Role.ENERGY_MANAGER])).json()
    assert [one["key"] for one in manager["roles"]] == [Role.ENERGY_MANAGER]
    for path in ("overview", "live", "health", "gateways"):
        answer = await client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
    assert (await client.delete("/api/v1/session")).status_code == 204
    assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_text_that_the_database_does_not_take_is_the_callers_fault(
    client: AsyncClient, accounts: dict[Role, dict[str, str]]
) -> None:
    wrong = {"username": "li\0", "password": "x"}
    answer = await client.post("/api/v1/session", json=wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "CW-A1008")


def test_commands_work_beside_the_server_and_a_second_server_of_the_database_is_refused(
    tmp_path: Path, postgresql_url: str, unused_tcp_port_factory: Callable[[], int]
) -> None:
    port, other = unused_tcp_port_factory(), unused_tcp_port_factory()
    with running("serve", tmp_path / "a", postgresql_url, port) as first:
        assert first.stdout is not None
        code = first.stdout.readline().split()[-1]
        until(lambda: answers(port))
        session = httpx.post(f"http://127.0.0.1:{port}/api/v1/session", json={"code": code})
        assert session.status_code == 200, session.text
        asked = ("gw-01", "--division", "429900")
        with running("gateway-code", tmp_path / "a", postgresql_url, None, *asked) as one:
            out, log = one.communicate(timeout=DEADLINE_S)
            assert (one.returncode, len(out.strip())) == (0, 19), log
        with running("serve", tmp_path / "b", postgresql_url, other) as second:
            _, log = second.communicate(timeout=DEADLINE_S)
        assert second.returncode == 1
        assert log.startswith("CW-A1013")
        first.send_signal(signal.SIGTERM)
        _, log = first.communicate(timeout=DEADLINE_S)
    assert first.returncode in {0, -signal.SIGTERM}
    assert "Traceback" not in log


@contextmanager
def running(
    command: str, data: Path, url: str, port: int | None, *more: str
) -> Iterator[subprocess.Popen[str]]:
    """`civicwatt cloud …` on this database."""
    data.mkdir(exist_ok=True)
    config = data / "cloud.toml"
    config.write_text(f'data_dir = "{data}"\nhttp_port = {port or 0}\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "civicwatt", "cloud", command, *more, "--config", str(config)],
        env={**os.environ, "CIVICWATT_DATABASE_URL": url, "CIVICWATT_MQTT_PORT": "9"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.05)
