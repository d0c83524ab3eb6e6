"""Meters on lines: what other people's clients read of them is what the ledger says."""

import asyncio
from types import SimpleNamespace

import msgspec
import pytest
import pytest_asyncio
from line_city import BUSES, line_city
from pymodbus import FramerType
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient

from civicwatt_protocols import cjt188, dlt645
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import MeterRefused
from civicwatt_protocols.quantity import MICRO
from civicwatt_sim import truth
from civicwatt_sim.errors import BadScenario
from civicwatt_sim.history import history
from civicwatt_sim.meter import simulate
from civicwatt_sim.scenario import BusProtocol, read_city, write_city
from civicwatt_sim.server import Plant
from civicwatt_sim.truth import TruthLedger

RTU, DLT645, CJT188 = (list(BUSES).index(one) for one in ("modbus_rtu", "dlt645", "cjt188"))


@pytest_asyncio.fixture
async def lines(tmp_path, us):
    """The clock stands still at a working morning."""
    meters, clock = simulate(line_city()), Clock(us(2026, 3, 11, 10, 7, 30), rate=0.0)
    with TruthLedger(tmp_path / "truth.jsonl") as ledger:
        plant = Plant(meters, clock, ledger)
        ports = await plant.start("127.0.0.1", 0)
        yield SimpleNamespace(
            meters=meters, plant=plant, ports=ports, clock=clock, truth=tmp_path / "truth.jsonl"
        )
        await plant.close()


async def say(port, request, size=512):
    """One request and what comes back, by a bare socket."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        async with asyncio.timeout(5):
            return await reader.read(size)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize("way", ["tcp", "pty"])
async def test_an_rtu_client_of_others_reads_exactly_what_the_ledger_says(lines, read_all, way):
    if way == "tcp":
        client = AsyncModbusTcpClient("127.0.0.1", port=lines.ports[RTU], framer=FramerType.RTU, retries=0)
    else:
        client = AsyncModbusSerialClient(lines.plant.open_terminal(RTU), baudrate=9600, retries=0)
    await client.connect()
    read = {unit: await read_all(client, lines.meters[f"modbus_rtu-{unit}"]) for unit in (1, 2, 4)}
    refused = await client.read_holding_registers(60_000, count=2, device_id=1)
    written = await client.write_register(0, 1, device_id=1)
    client.close()
    assert (refused.exception_code, written.exception_code) == (2, 1)
    ledger = truth.read(lines.truth)
    assert {(int(device[-1]), measure) for device, measure in ledger} == {
        (unit, measure) for unit, values in read.items() for measure in values
    }
    for (device, measure), served in ledger.items():
        assert served.micro == [read[int(device[-1])][measure]], (device, measure)


async def test_a_dlt645_meter_tells_its_identifiers_rounded_down_and_refuses_others(lines):
    meter = lines.meters["dlt645-1"]
    exact = meter.values(lines.clock.now_us())
    for di in meter.template.identifiers:
        answer = dlt645.find(await say(lines.ports[DLT645], dlt645.read_request("1", di)))
        (part,) = dlt645.decode(di, dlt645.answer_data(answer, "1", di))
        assert truth.read(lines.truth)["dlt645-1", part.measure].micro == [part.micro]
        assert 0 <= exact[part.measure] - part.micro < dlt645.items(di)[0].step_micro
    for di in ("02010200", "0201FF00", "0A0B0C0D"):
        answer = dlt645.find(await say(lines.ports[DLT645], dlt645.read_request("1", di)))
        with pytest.raises(MeterRefused):
            dlt645.answer_data(answer, "1", di)


async def test_a_cjt188_meter_tells_its_volume_and_the_time_of_the_business_zone(lines):
    answer = cjt188.find(await say(lines.ports[CJT188], cjt188.read_request(0x10, "1", 77)))
    cjt188.check_answer(answer, "1", serial=77)
    parts = cjt188.decode(answer.meter_type, answer.content)
    assert truth.read(lines.truth)["cjt188-1", "water_volume"].micro == [parts[0].micro]
    assert 0 <= lines.meters["cjt188-1"].counter_micro(lines.clock.now_us()) - parts[0].micro < 10_000
    assert "2026-03-11 10:07:30" in [part.text for part in parts]
    refused = cjt188.find(await say(lines.ports[CJT188], cjt188.read_request(0x20, "1", 77)))
    assert refused.is_refusal


async def test_history_is_what_the_meters_of_lines_serve_at_the_same_instant(lines, us):
    t_us = us(2026, 3, 11, 10)
    object.__setattr__(lines.clock, "origin_us", t_us)
    await say(lines.ports[DLT645], dlt645.read_request("1", "00010000"))
    await say(lines.ports[CJT188], cjt188.read_request(0x11, "2", 0))
    for device in ("dlt645-1", "cjt188-2"):
        meter = lines.meters[device]
        _, values = history(meter, t_us, t_us + 1)
        assert [round(value * MICRO) for value in values] == truth.read(lines.truth)[
            device, meter.measure
        ].micro


async def test_what_a_line_says_while_nobody_is_connected_waits_for_the_next(lines):
    """As serial servers do; this is how a late answer reaches a new connection."""
    lines.plant._buses[DLT645]._say(b"late")
    assert (await say(lines.ports[DLT645], b"", 4)) == b"late"


def test_a_bus_of_two_protocols_and_a_template_of_another_are_refused(tmp_path):
    city = line_city()
    meters = city.institutions[0].buildings[0].meters
    wrong = msgspec.structs.replace(meters[0], protocol=BusProtocol.MODBUS_RTU)
    building = msgspec.structs.replace(city.institutions[0].buildings[0], meters=(wrong, *meters[1:]))
    institution = msgspec.structs.replace(city.institutions[0], buildings=(building,))
    write_city(msgspec.structs.replace(city, institutions=(institution,)), tmp_path / "city.json")
    with pytest.raises(BadScenario, match="bus 0"):
        read_city(tmp_path / "city.json")
    foreign = msgspec.structs.replace(meters[0], protocol=BusProtocol.DLT645)
    building = msgspec.structs.replace(building, meters=(foreign,))
    institution = msgspec.structs.replace(institution, buildings=(building,))
    with pytest.raises(BadScenario, match="acrel/adw300"):
        simulate(msgspec.structs.replace(city, institutions=(institution,)))
