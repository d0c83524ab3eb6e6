"""The whole gateway as a process: meter to cloud, kill -9, SIGTERM."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
import time

import pytest

from civicwatt_edge import agent
from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.topics import MessageKind
from civicwatt_protocols.uplink import decode_node_birth, decode_node_death

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
template = "eastron/sdm630"
"""


async def gateway(tmp_path, clock):
    code = "from civicwatt_edge.cli import app; app()"
    with (tmp_path / "gateway.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-c",
                code,
                "run",
                "--config",
                str(tmp_path / "gw.toml"),
                "--clock",
                str(clock),
            ),
            stderr=log,
        )


async def test_f03_kill_9_and_restart_of_the_whole_gateway_then_a_clean_stop(
    tmp_path, meter, mosquitto, cloud, until
):
    (tmp_path / "gw.toml").write_text(CONFIG.format(broker=mosquitto.port, bus=meter.port))
    clock = Clock(1_800_000_000_000_000, 10)
    for _ in range(3):
        process = await gateway(tmp_path, clock)
        count = len(cloud.records) + 15
        await until(lambda count=count: len(cloud.records) >= count)
        process.kill()
        await process.wait()
    process = await gateway(tmp_path, clock)
    count = len(cloud.records) + 10
    await until(lambda: len(cloud.records) >= count)
    os.kill(process.pid, signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    await until(lambda: cloud.count(MessageKind.NDEATH) == 4)

    (epoch,) = {epoch for epoch, _ in cloud.records}
    numbers = sorted(seq for _, seq in cloud.records)
    assert numbers == list(range(1, len(numbers) + 1))
    slots = [(each.device, each.slot_us) for each in cloud.records.values()]
    assert len(set(slots)) == len(slots), "a slot was read twice"
    assert all(slot_us % 1_000_000 == 0 for _, slot_us in slots)
    assert any(value is not None for each in cloud.records.values() for value in each.values)
    born = [decode_node_birth(body)[0] for topic, body in cloud.messages if topic.kind is MessageKind.NBIRTH]
    died = [decode_node_death(body) for topic, body in cloud.messages if topic.kind is MessageKind.NDEATH]
    assert born == died == [0, 1, 2, 3]
    assert (
        cloud.count(MessageKind.DDEATH) == 2
    )  # only the clean stop says it; a killed gateway's will speaks for all
    logged = [json.loads(line) for line in (tmp_path / "gateway.log").read_text().splitlines()]
    assert {line["epoch"] for line in logged if line["event"] == "gateway_started"} == {epoch}
    assert logged[-1]["event"] == "gateway_stopped"
    assert not [line for line in logged if line["level"] == "error"]


async def test_f09_an_outbox_destroyed_between_two_runs_does_not_stop_the_next_one(
    tmp_path, meter, mosquitto, cloud, until
):
    (tmp_path / "gw.toml").write_text(CONFIG.format(broker=mosquitto.port, bus=meter.port))
    process = await gateway(tmp_path, Clock(1_800_000_000_000_000, 10))
    await until(lambda: len(cloud.records) >= 10)
    process.kill()
    await process.wait()
    for name in ("outbox.db-wal", "outbox.db"):
        path = tmp_path / "data" / name
        with path.open("r+b") as file:
            file.write(b"\x00" * (path.stat().st_size))
    process = await gateway(tmp_path, Clock(1_800_000_000_000_000, 10))
    await until(lambda: len({epoch for epoch, _ in cloud.records}) == 2)
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert (tmp_path / "data" / "outbox.corrupt-1.db").exists()


async def test_f09_a_file_found_damaged_at_run_time_is_reopened_and_polling_goes_on(
    tmp_path, meter, mosquitto, cloud, until, monkeypatch
):
    """SQLite reports the damage once, at the third commit."""
    (tmp_path / "gw.toml").write_text(CONFIG.format(broker=mosquitto.port, bus=meter.port))
    monkeypatch.setattr(agent, "RESTART_S", 0.05)
    commits, opened = 0, []
    commit, init = Store.commit, Store.__init__

    def failing(self, *arguments):
        nonlocal commits
        commits += 1
        if commits == 3:
            damage = sqlite3.DatabaseError("database disk image is malformed")
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        return commit(self, *arguments)

    monkeypatch.setattr(Store, "commit", failing)

    def opening(self, path, *more, **named):
        opened.append(path)
        init(self, path, *more, **named)

    monkeypatch.setattr(Store, "__init__", opening)
    stop = asyncio.Event()
    running = asyncio.create_task(
        agent.run(ConfigFile(tmp_path / "gw.toml"), Clock(1_800_000_000_000_000, 10), stop)
    )
    await until(lambda: commits > 3 and len(cloud.records) >= 10)
    stop.set()
    await running
    assert len(opened) == 2


@pytest.mark.parametrize(
    "ahead_s", [3600, -3600, 86_400, 3 * 365 * 86_400], ids=["1 h", "-1 h", "1 day", "3 years"]
)
async def test_f14_when_the_machines_clock_is_set_polling_goes_on_in_its_time(
    tmp_path, meter, mosquitto, cloud, until, monkeypatch, ahead_s
):
    """As on a gateway without a battery, whose time is right only some seconds after it has started."""
    (tmp_path / "gw.toml").write_text(CONFIG.format(broker=mosquitto.port, bus=meter.port))
    monkeypatch.setattr(agent, "LOOK_S", 0.05)
    machine_ns, ahead_ns = time.time_ns, 0
    monkeypatch.setattr(time, "time_ns", lambda: machine_ns() + ahead_ns)
    stop = asyncio.Event()
    running = asyncio.create_task(agent.run(ConfigFile(tmp_path / "gw.toml"), None, stop))
    await until(lambda: len(cloud.records) >= 2)
    ahead_ns = ahead_s * 10**9
    set_us = time.time_ns() // 1000

    def since_set():
        return [each for each in cloud.records.values() if abs(each.slot_us - set_us) < 60_000_000]

    await until(lambda: len(since_set()) >= 2)
    stop.set()
    await running
    assert len({epoch for epoch, _ in cloud.records}) == 1
    assert len(cloud.records) < 40, "times that never were have no slots"
    assert all(each.slot_us % 1_000_000 == 0 for each in since_set())
