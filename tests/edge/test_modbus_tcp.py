"""F23, F24, F25: what a Modbus TCP peer may do wrong never becomes a value of the next request."""

import asyncio
import contextlib

import pytest

from civicwatt_edge.bus.modbus_tcp import ModbusTcp
from civicwatt_edge.errors import DeviceTimeout, Disconnected
from civicwatt_protocols.errors import DeviceRefused, FrameError


def words(meter, unit, address, count):
    return b"".join(meter.register(unit, address + i).to_bytes(2) for i in range(count))


async def test_answers_are_those_of_unit_and_address(meter):
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    for unit, address, count in [(1, 0, 1), (7, 300, 125), (1, 10, 2)]:
        assert await bus.read(unit, 3, address, count) == words(meter, unit, address, count)
    assert meter.connections == 1
    bus.close()


async def test_requests_of_many_tasks_go_one_after_the_other(meter):
    running = 0

    async def behave(request, right):
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0.002)
        running -= 1
        return [(0.0, right)]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    answers = await asyncio.gather(*(bus.read(1, 3, address, 1) for address in range(50)))
    assert answers == [words(meter, 1, address, 1) for address in range(50)]
    bus.close()


async def test_f23_a_late_answer_is_never_attributed_to_the_next_request(meter):
    """Every third answer comes after the time-out, while the next request is already out."""

    async def behave(request, right):
        late = int.from_bytes(request[8:10]) % 3 == 0
        return [(0.03 if late else 0.0, right)]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 0.02)
    timeouts, values = 0, {}
    for address in range(60):
        try:
            values[address] = await bus.read(1, 3, address, 1)
        except DeviceTimeout:
            timeouts += 1
    assert timeouts >= 20
    assert values == {address: words(meter, 1, address, 1) for address in values}
    assert len(values) > 20
    bus.close()


async def test_f23_a_cancelled_request_leaves_no_answer_behind(meter):
    async def behave(request, right):
        return [(0.03 if request[9] == 0 else 0.0, right)]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(bus.read(1, 3, 0, 1), 0.01)
    assert await bus.read(1, 3, 5, 1) == words(meter, 1, 5, 1)
    assert meter.connections == 2
    bus.close()


async def test_f25_a_frame_in_pieces_is_put_together(meter):
    async def behave(request, right):
        return [(0.0, right[:1]), (0.002, right[1:8]), (0.002, right[8:])]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    assert await bus.read(3, 4, 20, 10) == words(meter, 3, 20, 10)
    bus.close()


WRONG = {
    "another transaction": lambda right: bytes([right[0], right[1] ^ 1]) + right[2:],
    "another unit": lambda right: right[:6] + bytes([right[6] + 1]) + right[7:],
    "another function": lambda right: right[:7] + bytes([right[7] ^ 7]) + right[8:],
    "another protocol": lambda right: right[:2] + b"\x00\x07" + right[4:],
    "fewer words": lambda right: right[:4] + b"\x00\x05" + right[6:8] + b"\x02" + right[9:11],
    "an absurd length": lambda right: right[:4] + b"\xff\xff" + right[6:],
    "two answers at once": lambda right: right + right,
    "garbage": lambda right: b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG.keys())
async def test_f25_a_wrong_frame_is_refused_and_the_line_renewed(meter, spoil):
    async def behave(request, right):
        return [(0.0, spoil(right) if request[9] == 0 else right)]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    with pytest.raises(FrameError):
        await bus.read(1, 3, 0, 2)
    assert await bus.read(1, 3, 4, 2) == words(meter, 1, 4, 2)
    assert meter.connections == 2
    bus.close()


async def test_an_answer_nobody_asked_for_costs_the_connection(meter, until):
    async def behave(request, right):
        return [(0.0, right), (0.002, right)]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    assert await bus.read(1, 3, 0, 1) == words(meter, 1, 0, 1)
    wire = bus._wire
    await until(lambda: wire.lost)
    assert await bus.read(1, 3, 9, 1) == words(meter, 1, 9, 1)
    bus.close()


async def test_f21_an_exception_answer_names_its_code_and_keeps_the_connection(meter):
    async def behave(request, right):
        return [(0.0, right[:4] + b"\x00\x03" + right[6:7] + bytes([right[7] | 0x80, 2]))]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    for _ in range(2):
        with pytest.raises(DeviceRefused) as refused:
            await bus.read(1, 3, 0, 1)
        assert refused.value.exception_code == 2
    assert meter.connections == 1
    bus.close()


async def test_f24_half_a_frame_and_then_nothing_is_a_time_out(meter):
    async def behave(request, right):
        return [(0.0, right[:9])]

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 0.05)
    with pytest.raises(DeviceTimeout, match="CW-E2001"):
        await bus.read(1, 3, 0, 2)
    bus.close()


async def test_a_bus_that_is_not_there_is_said_at_once_and_tried_again(meter, monkeypatch):
    port = meter.port
    bus = ModbusTcp("127.0.0.1", 1, 1.0)
    for _ in range(2):
        with pytest.raises(Disconnected, match="CW-E2002"):
            await bus.read(1, 3, 0, 1)
    bus.port, bus._connect_not_before = port, 0.0
    assert await bus.read(1, 3, 0, 1) == words(meter, 1, 0, 1)
    bus.close()


async def test_a_peer_that_hangs_up_is_disconnected_not_silent(meter):
    async def behave(request, right):
        raise OSError("hang up")

    meter.behave = behave
    bus = ModbusTcp("127.0.0.1", meter.port, 1.0)
    with pytest.raises(Disconnected):
        await bus.read(1, 3, 0, 1)
    bus.close()
