"""A gateway takes up a changed configuration while it runs, and no slot of a meter that stays is lost."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import pytest
import structlog

from civicwatt_edge import agent
from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.storage import schema
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.topics import MessageKind
from civicwatt_protocols.uplink import encode_reload

SECOND = 1_000_000
HEAD = """
[gateway]
id = "gw-01"
division = "429900"
data = "data"
[broker]
port = {broker}
"""
BUS = """
[[bus]]
name = "{name}"
url = "tcp://127.0.0.1:{port}"
timeout_ms = 100
"""
METER = """
[[bus.device]]
id = "{name}"
unit = {unit}
interval_s = 1
template = "simulated/water_counter"
"""


@pytest.fixture
def written(tmp_path, mosquitto):
    """Writes the configuration: by bus, its port and the units of its meters."""

    def write(buses):
        text = HEAD.format(broker=mosquitto.port)
        for name, (port, units) in buses.items():
            text += BUS.format(name=name, port=port)
            text += "".join(METER.format(name=f"M-{name}-{unit}", unit=unit) for unit in units)
        path = tmp_path / "new.toml"
        path.write_text(text)
        path.replace(tmp_path / "gw.toml")

    return write


@asynccontextmanager
async def running(path):
    stop, file = asyncio.Event(), ConfigFile(path)
    task = asyncio.create_task(agent.run(file, Clock(1_800_000_000 * SECOND, 10), stop))
    try:
        yield file
    finally:
        stop.set()
        await task


def slots(cloud, device):
    return sorted(record.slot_us for record in cloud.records.values() if record.device == device)


def each_once(found):
    return found == list(range(found[0], found[0] + len(found) * SECOND, SECOND))


async def test_a_meter_is_added_and_another_taken_away_and_the_rest_keeps_every_slot(
    tmp_path, meter, cloud, until, written, monkeypatch
):
    monkeypatch.setattr(agent, "LOOK_S", 0.05)
    written({"a": (meter.port, [1, 2]), "b": (meter.port, [7])})
    async with running(tmp_path / "gw.toml"):
        await until(lambda: len(slots(cloud, "M-a-2")) >= 3)
        connections = meter.connections
        written({"a": (meter.port, [1, 3]), "b": (meter.port, [7])})
        await until(lambda: len(slots(cloud, "M-a-3")) >= 3)
        await until(lambda: cloud.count(MessageKind.DDEATH) >= 1)
        assert meter.connections == connections + 1, "the bus that stays as it was keeps its connection"
        left = slots(cloud, "M-a-2")
        await until(lambda: len(slots(cloud, "M-a-1")) >= len(left) + 5)
    dead = [topic.device for topic, _ in cloud.messages if topic.kind is MessageKind.DDEATH]
    farewells = ["M-a-1", "M-a-3", "M-b-7"]
    assert set(dead[: -len(farewells)]) == {"M-a-2"}, "only what is read no more dies while the gateway runs"
    assert slots(cloud, "M-a-2") == left
    for device in ("M-a-1", "M-a-2", "M-a-3", "M-b-7"):
        assert each_once(slots(cloud, device)), device


async def test_a_faulty_file_changes_nothing_and_is_said(
    tmp_path, meter, cloud, until, written, monkeypatch, capsys
):
    monkeypatch.setattr(agent, "LOOK_S", 0.05)
    written({"a": (meter.port, [1])})
    said = []
    async with running(tmp_path / "gw.toml") as file:
        look = file.look
        monkeypatch.setattr(file, "look", lambda: (said.append(look()), said[-1])[1])
        await until(lambda: len(slots(cloud, "M-a-1")) >= 2)
        (tmp_path / "gw.toml").write_text((tmp_path / "gw.toml").read_text() + "colour = 3\n")
        count, looks = len(slots(cloud, "M-a-1")), len(said)
        await until(lambda: len(said) >= looks + 3 and len(slots(cloud, "M-a-1")) >= count + 5)
        written({"a": (meter.port, [1, 2])})
        await until(lambda: slots(cloud, "M-a-2"))
    assert "CW-C1002" in capsys.readouterr().out
    assert said.count(True) == 1
    assert each_once(slots(cloud, "M-a-1"))


async def test_f08_a_new_meter_waits_for_room_on_the_disk_and_the_others_go_on(
    tmp_path, meter, cloud, until, written, monkeypatch
):
    """SQLite is told to refuse writes, as for a file system that was remounted read-only."""
    monkeypatch.setattr(agent, "LOOK_S", 0.05)
    stores = []

    def opened(*given, **named):
        stores.append(Store(*given, **named))
        return stores[-1]

    monkeypatch.setattr(agent, "Store", opened)
    written({"a": (meter.port, [1])})
    with structlog.testing.capture_logs() as logged:
        async with running(tmp_path / "gw.toml"):
            await until(lambda: len(slots(cloud, "M-a-1")) >= 2)
            stores[0]._db.execute("PRAGMA query_only = ON")
            written({"a": (meter.port, [1]), "b": (meter.port, [7])})
            await until(lambda: "buses_not_taken_up" in [line["event"] for line in logged])
            served = len(meter.served)
            await until(lambda: len(meter.served) >= served + 5)
            stores[0]._db.execute("PRAGMA query_only = OFF")
            await until(lambda: slots(cloud, "M-b-7"))
            first, joined = slots(cloud, "M-a-1")[0], slots(cloud, "M-b-7")[0]
            whole = set(range(first, joined + SECOND, SECOND))
            await until(lambda: whole <= set(slots(cloud, "M-a-1")))  # what was held comes after what is live
    assert len(stores) == 1, "the gateway never began anew"
    assert [line["event"] for line in logged].count("buses_not_taken_up") == 1


@pytest.mark.parametrize("by", ["SIGHUP", "Node Control/Reload"])
async def test_the_file_is_read_again_when_somebody_asks(
    tmp_path, meter, cloud, until, written, monkeypatch, by
):
    """Asked, it is read even where it looks as before: a file system may keep times to the second."""
    monkeypatch.setattr(agent, "LOOK_S", 0.05)
    written({"a": (meter.port, [1])})
    monkeypatch.setattr(ConfigFile, "_stamp", lambda _: None)
    async with running(tmp_path / "gw.toml") as file:
        await until(lambda: len(slots(cloud, "M-a-1")) >= 2)
        written({"a": (meter.port, [1, 2])})
        if by == "SIGHUP":
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, file.ask)
            os.kill(os.getpid(), signal.SIGHUP)
        else:
            await cloud.command(encode_reload())
        await until(lambda: slots(cloud, "M-a-2"))


@pytest.mark.parametrize(
    ("old", "new", "epochs"),
    [("[gateway]", "[gateway]\nquota_mb = 64", 1), ('id = "gw-01"', 'id = "gw-02"', 2)],
    ids=["quota", "id"],
)
async def test_other_gateway_keys_begin_anew_and_f09_another_id_with_another_outbox(
    tmp_path, meter, cloud, until, written, monkeypatch, old, new, epochs
):
    monkeypatch.setattr(agent, "LOOK_S", 0.05)
    written({"a": (meter.port, [1])})
    async with running(tmp_path / "gw.toml"):
        await until(lambda: len(slots(cloud, "M-a-1")) >= 2)
        text = (tmp_path / "gw.toml").read_text()
        (tmp_path / "gw.toml").write_text(text.replace(old, new))
        await until(lambda: cloud.count(MessageKind.NBIRTH) >= 2)
        count = len(cloud.records)
        await until(lambda: len(cloud.records) >= count + 3)
    assert len({epoch for epoch, _ in cloud.records}) == epochs
    assert len(list((tmp_path / "data").glob("outbox.other-*/outbox.db"))) == epochs - 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("data", "a\\u0000b"),
        ("data", "/proc/x"),
        ("data", "gw.toml"),
        ("data", "gw.toml/x"),
        ("data", "taken"),
        ("quota_mb", "9" * 5000),
        ("quota_mb", "1e99999999999999999999"),
    ],
)
def test_f09_a_configuration_that_cannot_be_run_is_refused_with_its_reason(tmp_path, written, key, value):
    written({"a": (1, [1])})
    path = tmp_path / "gw.toml"
    file, good = ConfigFile(path), path.read_text()
    before = file.config
    (tmp_path / "taken").mkdir()
    held = schema.exclusive(tmp_path / "taken" / "outbox.lock")
    if key == "data":
        path.write_text(good.replace('data = "data"', f'data = "{value}"'))
    else:
        path.write_text(good.replace("[gateway]", f"[gateway]\n{key} = {value}"))
    file.ask()
    with structlog.testing.capture_logs() as logged:
        assert not file.look()
        assert not file.look(), "and is not read again"
    os.close(held)
    (line,) = logged
    assert line["event"] == "config_refused"
    code = "CW-E2010" if value == "taken" else {"data": "CW-C1003", "quota_mb": "CW-C1001"}[key]
    assert line["code"] == code
    assert file.config is before
    path.write_text(good.replace('data = "data"', 'data = "elsewhere"'))
    assert file.look()
    assert file.config.gateway.data == str(tmp_path / "elsewhere")
