"""The control socket of a running gateway, and the commands that ask it."""

import asyncio
import contextlib
import json
import os
import socket
import stat

import pytest

from civicwatt_edge.delivery.gate import Gate
from civicwatt_edge.service.control import address


async def ask(tmp_path, line: bytes) -> dict:
    with address(tmp_path / "data") as path:
        reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    answer = json.loads(await asyncio.wait_for(reader.readline(), 5))
    writer.close()
    return answer


async def status(tmp_path) -> dict:
    return await ask(tmp_path, b'{"do": "status"}\n')


async def test_status_tells_devices_outbox_and_uplink(
    tmp_path, meter, mosquitto, cloud, until, ready, gateway
) -> None:
    meter.silent.add(2)
    async with gateway(mosquitto.port, meter.port):
        await ready()
        await until(lambda: len(cloud.records) >= 30)
        told = await status(tmp_path)
    assert told["ok"]
    assert (told["gateway"], told["pid"]) == ("gw-01", os.getpid())
    (upstream,) = told["upstreams"]
    assert upstream == {"name": "main", "connected": True, "reason": ""}
    assert told["last_seq"] >= 30
    assert told["outbox"]["waiting"] <= told["last_seq"]
    good, dead = told["devices"]
    assert (good["device"], good["breaker"], good["reason"], good["failed"]) == ("M-1", "closed", None, 0.0)
    assert good["age_s"] < 5
    assert set(good["values"]) == {"water_volume", "water_flow"}
    assert (dead["breaker"], dead["reason"], dead["age_s"], dead["failed"]) == ("open", "timeout", None, 1.0)


async def test_the_socket_is_the_gateways_own_and_goes_with_it(
    tmp_path, meter, mosquitto, ready, gateway
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await ready()
        path = tmp_path / "data" / "control.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_a_socket_left_by_a_killed_gateway_is_in_nobodys_way(
    tmp_path, meter, mosquitto, ready, gateway
) -> None:
    (tmp_path / "data").mkdir()
    with socket.socket(socket.AF_UNIX) as left, address(tmp_path / "data") as path:
        left.bind(path)
    async with gateway(mosquitto.port, meter.port):
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(ConnectionRefusedError):
                    told = await status(tmp_path)
                    break
                await asyncio.sleep(0.01)
    assert told["gateway"] == "gw-01"


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"status\n",
        b"[]\n",
        b'{"do": "reboot"}\n',
        b'{"do": "offline"}\n',
        b'{"do": "offline", "seconds": -1}\n',
        b'{"do": "offline", "seconds": 1e99}\n',
        b'{"do": ["status"]}\n',
        b"\xff\xfe\n",
    ],
)
async def test_a_request_that_makes_no_sense_is_refused_and_the_next_is_answered(
    tmp_path, meter, mosquitto, ready, gateway, line
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await ready()
        told = await ask(tmp_path, line)
        assert not told["ok"]
        assert told["error"]["code"] == "CW-C1003"
        assert (await status(tmp_path))["ok"]


async def test_offline_cuts_the_uplink_for_the_time_and_polling_goes_on(
    tmp_path, meter, mosquitto, cloud, until, ready, gateway
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await ready()
        await until(lambda: len(cloud.records) >= 10)
        first = (await ask(tmp_path, b'{"do": "offline", "seconds": 1}\n'))["last_seq"] + 1
        told = await status(tmp_path)
        assert told["offline_s"] > 0
        assert not told["upstreams"][0]["connected"]
        served = len(meter.served)
        heard = len(cloud.records)
        await until(lambda: len(meter.served) >= served + 10)
        assert len(cloud.records) <= heard + 2  # what was on its way
        last = (await status(tmp_path))["last_seq"]
        assert last > first
        await until(lambda: {seq for _, seq in cloud.records} >= set(range(first, last + 1)))


async def test_reload_takes_up_what_the_file_says_now(
    tmp_path, meter, mosquitto, until, ready, gateway
) -> None:
    async with gateway(mosquitto.port, meter.port):
        await ready()
        text = (tmp_path / "edge.toml").read_text()
        more = '[[bus.device]]\nid = "M-3"\nunit = 3\ninterval_s = 1\ntemplate = "simulated/water_counter"\n'
        (tmp_path / "edge.toml").write_text(text + more)
        assert (await ask(tmp_path, b'{"do": "reload"}\n'))["ok"]
        await until(lambda: 3 in {unit for _, unit, _ in meter.served})
        assert (await status(tmp_path))["pid"] == os.getpid()


async def test_a_gate_that_shuts_again_stays_shut_for_the_new_time(until) -> None:
    gate, runs = Gate(), 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        await asyncio.Event().wait()

    keeping = asyncio.create_task(gate.keep(work))
    await until(lambda: runs == 1)
    gate.shut(30)
    assert gate.shut_s > 29
    gate.shut(0.05)
    assert gate.shut_s < 1
    await until(lambda: runs == 2)
    assert gate.shut_s == 0
    keeping.cancel()
    await asyncio.wait([keeping])
    assert keeping.cancelled()


async def test_what_the_gate_keeps_may_fail_and_that_is_told(until) -> None:
    async def work() -> None:
        raise RuntimeError("no uplink")

    with pytest.raises(RuntimeError, match="no uplink"):
        await asyncio.wait_for(Gate().keep(work), 5)
