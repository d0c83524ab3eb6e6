"""The demo as a person runs it: real processes, real frames, a real broker, real databases."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from civicwatt.demo.broker import broker
from civicwatt.demo.check import START
from civicwatt.demo.history import write_history
from civicwatt.demo.parts import Parts
from civicwatt.demo.plant import Plant
from civicwatt.demo.processes import free_port
from civicwatt.demo.registry import open_cloud, register
from civicwatt_cloud.cli import alone
from civicwatt_cloud.kit.errors import DataBusy
from civicwatt_cloud.timeseries.points import Gateway, new_point
from civicwatt_edge.errors import NoOutbox
from civicwatt_edge.storage.archive import Archive
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.quantity import MICRO
from civicwatt_sim.city import check_city
from civicwatt_sim.steps import first_step, start_us


def wait_for(found: Callable[[], Any], limit_s: float) -> Any:
    """The first true answer; fails after the limit."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        threading.Event().wait(0.05)
    pytest.fail(f"not within {limit_s} s")


@contextmanager
def running_demo(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The demo from its start to its announcement."""
    command = [sys.executable, "-m", "civicwatt", "demo", "--json", "--data", str(folder)]
    command += ["--port", str(free_port())]
    with (folder.parent / "demo.err").open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill() if process.poll() is None else None
            process.wait()
            process.stdout.close()


def descendants(pid: int) -> set[int]:
    """The process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {pid}.union(*(descendants(int(child)) for child in children))


def runs(pid: int) -> bool:
    """Whether the process runs (one that ended and was not reaped yet does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def readings_in_history(folder: Path) -> int:
    """Records that the cloud has acknowledged to the gateways."""
    return sum(map(acked, folder.glob("gw-*/outbox.db")))


def acked(outbox: Path) -> int:
    """Records that the cloud has acknowledged; 0 while the gateway has not made its outbox yet."""
    try:
        return Archive(outbox.parent).acked.count
    except NoOutbox:
        return 0


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_check_loses_doubles_and_invents_nothing_under_kills_and_a_broker_restart() -> None:
    """F03, F05 and F06 in one run, judged by the truth ledger."""
    run = subprocess.run(
        [sys.executable, "-m", "civicwatt", "demo", "--check", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=220,
    )
    figures = json.loads(run.stdout)
    assert run.returncode == 0, figures
    assert (figures["lost"], figures["duplicated"], figures["wrong"]) == (0, 0, 0)
    assert figures["energy_error_kwh"] == 0
    assert figures["energy_truth_kwh"] == figures["energy_ledger_kwh"] > 0
    assert figures["meters"] >= 60
    assert figures["readings_accepted"] >= 5_000
    assert figures["simulated_hours"] >= 2
    assert figures["hours_missing"] == 0
    assert len(figures["faults"]) == 3
    print(run.stdout)


@dataclass
class Ended:
    """What a demo left when Ctrl-C ended it."""

    folder: Path
    code: str
    acknowledged: int
    status: int
    processes: int
    left: list[int]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A demo that was started once, looked at, and ended: the tests after it go on from its data."""
    folder = tmp_path_factory.mktemp("city") / "demo"
    with running_demo(folder) as (demo, announced):
        with urllib.request.urlopen(announced["url"], timeout=5) as page:  # noqa: S310 - our own address
            assert page.status == 200
        acknowledged = wait_for(lambda: readings_in_history(folder), 60)
        family = descendants(demo.pid)
        demo.send_signal(signal.SIGINT)
        status = demo.wait(40)
        left = [pid for pid in family if runs(pid)]
        return Ended(folder, announced["code"], acknowledged, status, len(family), left)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_leaves_no_process_behind(ended: Ended) -> None:
    assert len(ended.code) >= 12
    assert ended.processes >= 6
    assert (ended.status, ended.left) == (0, [])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG")
def test_a_second_start_finds_its_data_and_parts_end_with_a_demo_that_is_killed(ended: Ended) -> None:
    with running_demo(ended.folder) as (demo, again):
        assert again["code"] != ended.code
        assert readings_in_history(ended.folder) >= ended.acknowledged
        family = descendants(demo.pid) - {demo.pid}
        os.kill(demo.pid, signal.SIGKILL)
        demo.wait(10)
        wait_for(lambda: not any(map(runs, family)), 30)


@pytest.mark.slow
def test_the_pip_only_broker_carries_readings_and_acknowledgements(tmp_path: Path) -> None:
    """Smoke test of amqtt, the fallback where mosquitto cannot be installed."""
    clock = Clock(int(START.timestamp()) * MICRO, 30.0)
    plant = Plant.lay_out(check_city(), tmp_path, clock, interval_s=60, web_port=free_port())
    register(plant)
    parts = Parts(plant)
    parts.broker = broker(tmp_path, plant.broker_port, embedded=True)
    with parts:
        parts.start()
        wait_for(lambda: all(acked(plant.outbox(name)) > 50 for name in plant.gateways), 60)


def test_meters_that_somebody_has_added_are_given_no_past(tmp_path: Path) -> None:
    plant = Plant.lay_out(check_city(), tmp_path, Clock(int(START.timestamp()) * MICRO), 60, web_port=1)
    register(plant)
    with open_cloud(plant) as cloud:
        with cloud.database.session() as session:
            other = new_point("logger-1", "M-1", "import_active_energy", "of another maker")
            other.is_consumption = True
            session.add_all([Gateway(id="logger-1"), other])
            session.flush()
            added = other.id
        day_us = 24 * 3600 * MICRO
        installed_us = start_us(first_step(plant.city.installed))
        *_, (done, meters) = write_history(plant.city, cloud.database, cloud.store, installed_us + day_us)
        assert done == meters == len(list(plant.city.meters()))
        assert added not in cloud.store.latest().point.tolist()


def refused_demo(folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    """A demo that must not start."""
    command = [sys.executable, "-m", "civicwatt", "demo", "--port", str(port), "--data", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_taken_port_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        demo = refused_demo(tmp_path / "demo", taken.getsockname()[1])
    assert demo.returncode != 0
    assert demo.stderr.startswith("CW-A1014")
    assert not (tmp_path / "demo").exists()


def test_a_folder_in_use_is_left_to_the_demo_that_uses_it(tmp_path: Path) -> None:
    with alone(tmp_path):
        demo = refused_demo(tmp_path, free_port())
    assert demo.returncode != 0
    assert demo.stderr.startswith(DataBusy.code)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
