import asyncio
import socket
from pathlib import Path

import pytest
from pymodbus.exceptions import ModbusIOException

from civicwatt_protocols.clock import Clock
from civicwatt_sim import truth
from civicwatt_sim.city import demo_city
from civicwatt_sim.errors import PortTaken
from civicwatt_sim.faults import read_faults
from civicwatt_sim.history import history
from civicwatt_sim.meter import simulate
from civicwatt_sim.server import Plant


@pytest.fixture
def one_of_each(meters):
    return list({meter.meter.template: meter for meter in meters.values()}.values())


async def test_a_client_reads_exactly_what_the_ledger_says(buses, connect, read_all, one_of_each):
    read = {}
    for meter in one_of_each:
        client = await connect(buses.ports[meter.meter.bus])
        read[meter.meter.device] = await read_all(client, meter)
    ledger = truth.read(buses.truth)
    assert {(device, measure) for device, values in read.items() for measure in values} == set(ledger)
    for (device, measure), served in ledger.items():
        assert served.micro == [read[device][measure]], (device, measure)
        assert served.served_us == [buses.clock.now_us()]


async def test_history_is_what_the_server_serves_at_the_same_instant(
    meters, buses, connect, read_all, one_of_each, us
):
    for t_us in (us(2026, 1, 2), us(2026, 8, 3, 14, 45), us(2026, 11, 1, 7, 15)):
        object.__setattr__(buses.clock, "origin_us", t_us)  # the clock stands still at another time
        for meter in one_of_each:
            client = await connect(buses.ports[meter.meter.bus])
            values = await read_all(client, meter)
            times, past = history(meter, t_us - 3_600_000_000, t_us + 1)
            assert times.tolist() == [t_us - (4 - n) * 900_000_000 for n in range(5)]
            assert round(float(past[-1]) * 1_000_000) == values[meter.measure]


async def test_every_meter_answers_with_its_own_counter(meters, buses, connect, read_all):
    for bus, port in enumerate(buses.ports):
        client = await connect(port)
        for meter in (meter for meter in meters.values() if meter.meter.bus == bus):
            values = await read_all(client, meter)
            exact = meter.counter_micro(buses.clock.now_us())
            assert 0 <= exact - values[meter.measure] < max(meter.register.scale_micro, exact // 2**22)


async def test_a_dead_meter_and_an_unknown_unit_stay_silent(connect):
    city = demo_city()
    meters = simulate(city)
    dead = next(meter for meter in meters.values() if not meter.meter.answers)
    plant = Plant(meters, Clock.real())
    ports = await plant.start("127.0.0.1", 0)
    try:
        for unit in (dead.meter.unit, 200):
            client = await connect(ports[dead.meter.bus])
            with pytest.raises(ModbusIOException, match="No response"):
                await client.read_holding_registers(0, count=2, device_id=unit)
    finally:
        await plant.close()
    assert history(dead, 0, Clock.real().now_us())[0].tolist() == []


async def test_a_request_that_the_device_does_not_know_is_refused(meters, buses, connect):
    meter = next(m for m in meters.values() if m.meter.template == "eastron/sdm630")
    client = await connect(buses.ports[meter.meter.bus])
    unit = meter.meter.unit
    assert (await client.read_holding_registers(0, count=2, device_id=unit)).exception_code == 1
    assert (await client.read_input_registers(60_000, count=2, device_id=unit)).exception_code == 2
    too_many = meter.template.max_registers + 1
    assert (await client.read_input_registers(0, count=too_many, device_id=unit)).exception_code == 3
    assert (await client.write_register(0, 1, device_id=unit)).exception_code == 1
    assert truth.read(buses.truth) == {}


@pytest.fixture
def order(buses, meters, tmp_path: Path):
    def order(text: str) -> None:
        path = tmp_path / "faults.toml"
        path.write_text(text)
        buses.plant.faults = read_faults(path, meters)

    return order


async def _first_counter(client, meter):
    register = meter.register
    read = client.read_holding_registers if register.function == 3 else client.read_input_registers
    return await read(register.address, count=register.count, device_id=meter.meter.unit)


async def test_a_silenced_meter_does_not_answer_and_its_neighbour_does(meters, buses, connect, order):
    order('[[fault]]\nkind = "silence"\ndevice = "M-0101-1"\n')
    port = buses.ports[meters["M-0101-1"].meter.bus]
    with pytest.raises(ModbusIOException, match="No response"):
        await _first_counter(await connect(port), meters["M-0101-1"])
    assert not (await _first_counter(await connect(port), meters["M-0101-2"])).isError()
    assert {device for device, _ in truth.read(buses.truth)} == {"M-0101-2"}


async def test_a_refusing_meter_gives_its_code_and_no_truth(meters, buses, connect, order):
    order('[[fault]]\nkind = "refuse"\ndevice = "M-0101-1"\ncode = 6\n')
    answer = await _first_counter(await connect(buses.ports[0]), meters["M-0101-1"])
    assert answer.exception_code == 6
    assert truth.read(buses.truth) == {}


async def test_a_late_answer_is_late_and_true(meters, buses, connect, order):
    order('[[fault]]\nkind = "delay"\ndevice = "M-0101-1"\ndelay_ms = 120\n')
    client = await connect(buses.ports[0])
    started = asyncio.get_running_loop().time()
    answer = await _first_counter(client, meters["M-0101-1"])
    assert asyncio.get_running_loop().time() - started >= 0.12
    assert not answer.isError()
    assert len(truth.read(buses.truth)["M-0101-1", meters["M-0101-1"].measure].micro) == 1


async def test_garbage_is_no_answer_and_no_truth_and_then_all_is_well(meters, buses, order, us):
    order('[[fault]]\nkind = "garbage"\ndevice = "M-0101-1"\n')
    meter = meters["M-0101-1"]
    register = meter.register
    request = bytes([0, 9, 0, 0, 0, 6, meter.meter.unit, register.function])
    request += register.address.to_bytes(2, "big") + register.count.to_bytes(2, "big")
    reader, writer = await asyncio.open_connection("127.0.0.1", buses.ports[meter.meter.bus])
    writer.write(request)
    garbled = await asyncio.wait_for(reader.readexactly(9 + 2 * register.count), 5)
    assert garbled[:2] == request[:2]
    assert garbled[2:4] != b"\x00\x00"
    assert garbled[7] != register.function
    assert truth.read(buses.truth) == {}
    order("")
    writer.write(request)
    right = await asyncio.wait_for(reader.readexactly(9 + 2 * register.count), 5)
    assert right[:9] == request[:5] + bytes([3 + 2 * register.count, *request[6:8], 2 * register.count])
    assert list(truth.read(buses.truth)) == [("M-0101-1", meter.measure)]
    writer.close()
    await writer.wait_closed()


async def test_a_taken_port_is_named(meters):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            await Plant(meters, Clock.real()).start("127.0.0.1", port)
