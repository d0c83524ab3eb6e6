"""What runs beside the routes: commands, the ledger loop, the nightly housekeeping, a graceful end."""

import asyncio
import contextlib
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import Result
from fastapi import FastAPI
from httpx import AsyncClient, HTTPError, get, post
from sqlalchemy import func, select
from structlog.testing import capture_logs
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_cloud import app as application
from civicwatt_cloud.housekeeping import housekeeping
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.identity import OneTimeCode, Purpose, issue_code
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger.models import LedgerHour
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_cloud.timeseries.stores.readings import Batch

HEADER = (
    "单位编码,单位名称,单位类型,层级,区划代码,楼栋编码,楼栋名称,建筑面积,面积起始,面积依据,"
    "用能人数,人数起始,人数依据\n"
)
GOOD = "JX01,财政局,党政机关,市级,429900,JX01-1,办公楼,{area},2020-01-01,产权证,290,2020-01-01,核定\n"
METERS = """\
网关,设备,名称,模板,楼栋编码,分项,启用日期
gw-01,M-1,照明,acrel/adw300,JX01-1,照明插座,2026-01-01
"""
DEADLINE_S = 90


@pytest.fixture(autouse=True)
def own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command reads the environment and sets up logging for its process; here both are kept apart."""
    for name in [name for name in os.environ if name.startswith("CIVICWATT_")]:
        monkeypatch.delenv(name)
    handlers = logging.root.handlers[:]
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers


def counter(app: FastAPI) -> int:
    """A consumption counter bound to nothing but the ledger."""
    with app.state.database.session() as session:
        session.add(Gateway(id="g", online=False))
        session.flush()
        point = Point(
            gateway="g", device="d", measure="import_active_energy", is_counter=True, is_consumption=True
        )
        point.bound_from_us = 0
        session.add(point)
        session.flush()
        return point.id


def booked(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerHour)) or 0


async def test_readings_are_booked_while_the_application_runs(app: FastAPI) -> None:
    point = counter(app)
    load(app.state.database, app.state.store, Batch.of(point, [0, HOUR_US, 2 * HOUR_US], [1.0, 2.0, 4.0]))
    deadline = time.monotonic() + DEADLINE_S
    while booked(app.state.database) < 2:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_a_ledger_that_fails_once_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "LEDGER_PAUSE_S", 0.0)
    calls = 0
    tried_again = asyncio.Event()

    class Failing:
        def recompute(self) -> object:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise OSError("disk full")
            loop.call_soon_threadsafe(tried_again.set)
            return application.Recomputed(0, 0)

    loop = asyncio.get_running_loop()
    with capture_logs() as logs:
        task = asyncio.create_task(application._keep_books(Failing()))
        await asyncio.wait_for(tried_again.wait(), DEADLINE_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert logs[0]["event"] == "ledger_failed"


def test_housekeeping_drops_what_is_over_and_checks_the_books(app: FastAPI) -> None:
    state = app.state
    point = counter(app)
    now_us = state.clock.now_us()
    old = now_us - 1101 * 24 * HOUR_US
    state.store.write(Batch.of(point, [old, now_us - HOUR_US], [1.0, 2.0]))
    with state.database.session() as session:
        issue_code(session, Purpose.SETUP, 0)
        session.add(LedgerHour(point_id=point, hour=1, day=19700101, micro=5, covered_s=3600, quality=0))
    with capture_logs() as logs:
        housekeeping(state.database, state.store, state.settings, state.clock)
    told = {row["event"]: row for row in logs}
    assert {"ledger_does_not_add_up", "housekeeping_done"} <= told.keys()
    done = told["housekeeping_done"]
    assert (done["sessions"], done["readings"]) == (1, 1)
    with state.database.reading() as session:
        assert session.scalars(select(OneTimeCode)).all() == []


async def test_health_names_the_gateways(
    app: FastAPI, client: AsyncClient, accounts: dict[Role, dict[str, str]]
) -> None:
    counter(app)
    await client.post("/api/v1/session", json=accounts[Role.SYSTEM_ADMIN])
    health = (await client.get("/api/v1/health")).json()
    assert health["gateways"] == [
        {
            "id": "g",
            "division": None,
            "online": False,
            "last_seen_at": None,
            "last_slot_at": None,
            "ack_lag_s": None,
        }
    ]
    assert (health["quarantined"], health["is_broker_connected"], health["store"]["name"]) == (
        0,
        False,
        "duckdb",
    )


def config(folder: Path, **more: object) -> Path:
    path = folder / "cloud.toml"
    values = {"data_dir": str(folder / "data")} | more
    path.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()))
    return path


def test_the_import_commands_tell_what_they_did_and_exit_6_when_rows_are_bad(tmp_path: Path) -> None:
    settings = str(config(tmp_path))
    directory, meters = tmp_path / "名录.csv", tmp_path / "表计.csv"

    def run(group: str, *arguments: str) -> Result:
        return CliRunner().invoke(build(group), [group, "import", *arguments, "--config", settings])

    directory.write_text(HEADER + GOOD.format(area="-5"))
    bad = run("directory", str(directory))
    assert bad.exit_code == 6
    assert "CW-D1016 名录!H2: 建筑面积不能为负" in bad.stdout
    directory.write_text(HEADER + GOOD.format(area="9800"))
    good = run("directory", str(directory), "--json")
    assert good.exit_code == 0
    assert json.loads(good.stdout) == {"rows": 1, "kept": 1, "added": 5, "changed": 0, "problems": []}
    meters.write_text(METERS)
    bound = run("meters", str(meters), "--json")
    assert json.loads(bound.stdout) == {"rows": 1, "kept": 1, "changed": 1, "problems": []}


def test_serve_prints_a_setup_code_listens_on_this_machine_only_and_ends_gracefully(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    with served(tmp_path, unused_tcp_port) as (process, _):
        process.send_signal(signal.SIGTERM)
        out, log = process.communicate(timeout=DEADLINE_S)
    assert process.returncode in {0, -signal.SIGTERM}
    code = re.search(r"one-time code: (\S{14})\n", out)
    assert code
    assert code[1] not in log
    assert "Traceback" not in log
    assert all(json.loads(line) for line in log.splitlines())


@pytest.mark.parametrize(("same", "code"), [("data", "CW-A1013"), ("port", "CW-A1014")])
def test_a_second_server_is_refused_and_the_firsts_code_still_works(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], same: str, code: str
) -> None:
    port, other = unused_tcp_port_factory(), unused_tcp_port_factory()
    with served(tmp_path, port) as (process, url):
        more = (
            {"http_port": other} if same == "data" else {"http_port": port, "data_dir": str(tmp_path / "b")}
        )
        second = config(tmp_path, **more)
        command = [sys.executable, "-m", "civicwatt", "cloud", "serve", "--config", str(second)]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
        assert process.stdout is not None
        setup_code = process.stdout.readline().split()[-1]
        assert post(f"{url}/api/v1/session", json={"code": setup_code}).status_code == 200
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(code)
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("behind_proxy", [False, True])
def test_s03_an_address_that_the_client_made_up_does_not_open_the_lock(
    tmp_path: Path, unused_tcp_port: int, behind_proxy: bool
) -> None:
    with served(tmp_path, unused_tcp_port, behind_proxy=behind_proxy) as (_, url):
        statuses = [
            post(f"{url}/api/v1/session", json={"code": "x"}, headers={"X-Forwarded-For": f"10.0.0.{i}"})
            for i in range(6)
        ]
    assert [one.status_code for one in statuses] == [401] * 5 + [401 if behind_proxy else 429]


@contextlib.contextmanager
def served(
    folder: Path, port: int, *, behind_proxy: bool = False
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The cloud's process while it serves; no broker listens, and it serves all the same."""
    path = config(folder, http_port=port, mqtt_port=1, behind_proxy=behind_proxy)
    command = [sys.executable, "-m", "civicwatt", "cloud", "serve", "--config", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + DEADLINE_S
        while not _alive(f"http://127.0.0.1:{port}"):
            assert time.monotonic() < deadline
            assert process.poll() is None
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def _alive(url: str) -> bool:
    try:
        return get(f"{url}/healthz").status_code == 200
    except HTTPError:
        return False
