"""F21, F23, F24, F25 on lines: RTU frames name neither request nor address, so a line must be kept clean."""

import asyncio
import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serial_server import by_pty, by_tcp

from civicwatt_edge import loop
from civicwatt_edge.bus import frame_line
from civicwatt_edge.bus.frame_line import Pauses, connect_tcp
from civicwatt_edge.bus.modbus_rtu import ModbusRtu, connect_serial, pause_s
from civicwatt_edge.bus.modbus_tcp import ModbusTcp
from civicwatt_edge.errors import DeviceTimeout, Disconnected, WriteRefused
from civicwatt_protocols.errors import DeviceRefused, FrameError, NoFrame
from civicwatt_protocols.modbus.frames import crc16


def words(unit: int, address: int, count: int) -> bytes:
    """Register r of unit u holds 1000 u + r."""
    return b"".join(((unit * 1000 + address + i) & 0xFFFF).to_bytes(2) for i in range(count))


def framed(body: bytes) -> bytes:
    return body + crc16(body)


def answer(request: bytes) -> bytes:
    assert framed(request[:-2]) == request
    unit, function, address, count = (
        request[0],
        request[1],
        *(int.from_bytes(request[i : i + 2]) for i in (2, 4)),
    )
    return framed(bytes((unit, function, 2 * count)) + words(unit, address, count))


def address_of(request: bytes) -> int:
    return int.from_bytes(request[2:4])


@pytest.fixture
async def line():
    async with by_tcp(answer) as server:
        yield server


def bus_to(server, timeout_s=1.0):
    return ModbusRtu("rtu", connect_tcp("127.0.0.1", server.port), timeout_s)


async def test_answers_are_those_of_unit_and_address(line):
    bus = bus_to(line)
    for unit, address, count in [(1, 0, 1), (7, 300, 125), (247, 10, 2)]:
        assert await bus.read(unit, 4, address, count) == words(unit, address, count)
    assert line.connections == 1
    bus.close()


async def test_requests_of_many_tasks_go_one_after_the_other(line):
    open_requests = 0

    def behave(request, right):
        nonlocal open_requests
        open_requests += 1
        assert open_requests == 1
        asyncio.get_running_loop().call_later(0.001, answered)
        return [(0.002, right)]

    def answered():
        nonlocal open_requests
        open_requests -= 1

    line.behave = behave
    bus = bus_to(line)
    answers = await asyncio.gather(*(bus.read(1, 3, address, 1) for address in range(30)))
    assert answers == [words(1, address, 1) for address in range(30)]
    bus.close()


async def read_through_late_answers(bus, line, timeout_s, reads):
    """Same unit, same count, another address each time; a third of the answers comes after the time-out.

    The line hands them to the connection of that time: the old one, the new one, or whoever connects next.
    Gives how many reads were wrong, timed out, refused.
    """
    late = random.Random(7)  # noqa: S311
    delays = {address: timeout_s * late.uniform(1.05, 1.5) for address in range(0, reads, 3)}
    line.behave = lambda request, right: [(delays.get(address_of(request), timeout_s / 5), right)]
    wrong = timeouts = refused = 0
    for address in range(reads):
        try:
            wrong += await bus.read(1, 3, address, 1) != words(1, address, 1)
        except DeviceTimeout:
            timeouts += 1
        except FrameError:
            refused += 1
    bus.close()
    return wrong, timeouts, refused


async def test_f23_a_late_answer_is_never_taken_for_the_next_one_on_whatever_connection_it_comes(line):
    wrong, timeouts, refused = await read_through_late_answers(bus_to(line, 0.1), line, 0.1, 30)
    assert wrong == 0
    assert 10 <= timeouts + refused < 20  # more than 10: this machine was busy
    assert line.connections == 1 + timeouts + refused


async def test_f23_without_the_silence_after_a_time_out_late_answers_are_taken(line, monkeypatch):
    """The fake is dangerous indeed: this is what the silence is for."""

    async def at_once(self, seconds, earliest):
        pass

    monkeypatch.setattr(frame_line.Wire, "silence", at_once)
    wrong, _, _ = await read_through_late_answers(bus_to(line, 0.1), line, 0.1, 30)
    assert wrong > 0


async def test_f23_an_answer_that_comes_after_a_cancel_is_nobodys(line):
    line.behave = lambda request, right: [(0.15 if address_of(request) == 0 else 0.05, right)]
    bus = bus_to(line, 0.1)
    assert await bus.read(1, 3, 5, 1) == words(1, 5, 1)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await bus.read(1, 3, 0, 1)
    assert await bus.read(1, 3, 5, 1) == words(1, 5, 1)
    assert line.connections == 2
    bus.close()


async def test_f23_a_line_that_another_has_just_left_is_listened_to_before_the_first_question(line):
    """A serial server may hand the answer to a killed gateway's question to the next connection."""
    line.behave = lambda request, right: [(0.06, right)]
    bus = bus_to(line, 0.1)
    asyncio.get_running_loop().call_later(0.03, line.say, framed(bytes((1, 3, 2)) + words(1, 0, 1)))
    assert await bus.read(1, 3, 5, 1) == words(1, 5, 1)
    bus.close()


def any_fault(chance, timeout_s):
    """A line on which a third of the answers is late, lost, torn, spoilt, doubled or behind noise."""

    def behave(request, right):
        late, cut = timeout_s * chance.uniform(0.1, 1.5), chance.randrange(1, len(right))
        spoilt = bytearray(right)
        spoilt[chance.randrange(len(right))] ^= 1 << chance.randrange(8)
        faults = (
            [(late, right)],
            [],
            [(0.0, chance.randbytes(chance.randint(1, 12))), (late, right)],
            [(0.0, right[:cut]), (late, right[cut:])],
            [(0.0, bytes(spoilt))],
            [(0.0, right + right)],
        )
        return chance.choice(faults) if chance.random() < 0.3 else [(0.0, right)]

    return behave


async def read_at_random(chance, timeout_s, reads):
    """Reads of two units, some cancelled; gives how many were right and how many wrong."""
    right = wrong = 0
    async with by_tcp(answer) as line:
        line.behave, bus = any_fault(chance, timeout_s), bus_to(line, timeout_s)
        for _ in range(reads):
            unit, address = chance.choice((1, 1, 2)), chance.randrange(9000)
            patience_s = timeout_s * chance.random() if chance.random() < 0.05 else 60.0
            with contextlib.suppress(FrameError, DeviceTimeout, Disconnected, TimeoutError):
                async with asyncio.timeout(patience_s):
                    is_right = await bus.read(unit, 3, address, 2) == words(unit, address, 2)
                right, wrong = right + is_right, wrong + (not is_right)
        bus.close()
    return right, wrong


async def test_f23_f25_nothing_is_wrong_on_lines_where_everything_happens_at_once():
    chances = [random.Random(seed) for seed in range(25)]  # noqa: S311
    results = await asyncio.gather(*(read_at_random(chance, 0.1, 40) for chance in chances))
    assert sum(right for right, _ in results) > 500
    assert sum(wrong for _, wrong in results) == 0


async def test_f23_what_is_said_unasked_costs_the_connection(line, until):
    line.behave = lambda request, right: [(0.0, right), (0.005, right)]
    bus = bus_to(line, 0.05)
    assert await bus.read(1, 3, 0, 1) == words(1, 0, 1)
    wire = bus._line._wire
    await until(lambda: wire.lost)
    line.behave = None
    assert await bus.read(1, 3, 9, 1) == words(1, 9, 1)
    assert line.connections == 2
    bus.close()


async def test_a_peer_that_hangs_up_between_two_requests_costs_no_silence(line, until):
    bus = bus_to(line, timeout_s=0.1)
    assert await bus.read(1, 3, 0, 1) == words(1, 0, 1)  # the first request waits for a silence
    bus._line.timeout_s = 60.0
    bus._line._wire.transport.abort()
    await until(lambda: bus._line._wire.lost)
    async with asyncio.timeout(5):
        assert await bus.read(1, 3, 1, 1) == words(1, 1, 1)
    bus.close()


async def test_f25_a_frame_in_pieces_is_put_together_also_behind_ones_own_echo(line):
    line.behave = lambda request, right: [
        (0.0, request[:3]),
        (0.002, request[3:] + b"\x00" + right[:2]),
        (0.004, right[2:7]),
        (0.006, right[7:] + b"\xff"),
    ]
    bus = bus_to(line)
    assert await bus.read(3, 4, 20, 10) == words(3, 20, 10)
    bus.close()


WRONG = {
    "another unit": lambda right: framed(bytes([right[0] + 1]) + right[1:-2]),
    "another function": lambda right: framed(right[:1] + b"\x04" + right[2:-2]),
    "fewer words": lambda right: framed(right[:2] + b"\x02" + right[3:5]),
    "more words": lambda right: framed(right[:2] + b"\x06" + right[3:-2] + b"\x00\x07"),
    "a spoilt byte": lambda right: right[:4] + bytes([right[4] ^ 1]) + right[5:],
    "a spoilt checksum": lambda right: right[:-1] + bytes([right[-1] ^ 1]),
    "two answers at once": lambda right: right + right,
    "garbage": lambda right: b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG.keys())
async def test_f25_a_wrong_frame_is_refused_and_the_line_renewed(line, spoil):
    line.behave = lambda request, right: [(0.0, spoil(right) if address_of(request) == 0 else right)]
    bus = bus_to(line, 0.05)
    with pytest.raises(FrameError):
        await bus.read(1, 3, 0, 2)
    assert await bus.read(1, 3, 4, 2) == words(1, 4, 2)
    assert line.connections == 2
    bus.close()


@given(st.binary(max_size=40), st.integers(0, 8), st.binary(max_size=6))
def test_f25_bytes_are_read_only_where_a_whole_right_frame_stands(noise, cut, tail):
    right = answer(framed(b"\x05\x03\x00\x0a\x00\x02"))
    received = noise + right[: len(right) - cut] + tail
    bus = ModbusRtu("rtu", connect_tcp("127.0.0.1", 1), 1.0)
    try:
        pdu = bus._pdu(received, 5, 3, 2)
    except (NoFrame, FrameError):
        assert cut or len(noise) > 3 or len(tail) > 3
    else:
        assert right in received
        assert pdu == right[1:-2]


async def test_f21_an_exception_answer_names_its_code_and_keeps_the_connection(line):
    line.behave = lambda request, right: [(0.0, framed(bytes((request[0], request[1] | 0x80, 2))))]
    bus = bus_to(line)
    for _ in range(2):
        with pytest.raises(DeviceRefused) as refused:
            await bus.read(1, 3, 0, 1)
        assert refused.value.exception_code == 2
    assert line.connections == 1
    bus.close()


async def test_f24_half_a_frame_and_then_nothing_is_a_time_out_that_names_bus_and_unit(line):
    line.behave = lambda request, right: [(0.0, right[:4])]
    bus = bus_to(line, 0.05)
    with pytest.raises(DeviceTimeout, match="CW-E2001 rtu unit 9"):
        await bus.read(9, 3, 0, 2)
    bus.close()


async def test_a_line_that_never_falls_silent_is_said_to_be_so(line):
    line.behave = lambda request, right: [(0.01 * n, b"\x55" * 8) for n in range(600)]
    bus = bus_to(line, 0.2)
    for _ in range(2):
        with pytest.raises(FrameError):
            await bus.read(1, 3, 0, 1)
    bus.close()


def test_a_serial_port_that_is_pulled_out_is_no_connection_and_said_at_once():
    async def scenario():
        async with by_pty(answer) as (server, path):
            bus = ModbusRtu("rtu", connect_serial(path, 9600, "N", 1), 0.1)
            assert await bus.read(1, 3, 0, 1) == words(1, 0, 1)
            bus._line.timeout_s = 10.0
            server.behave = lambda request, right: []
            asyncio.get_running_loop().call_later(0.01, server.unplug)
            for _ in range(2):
                with pytest.raises(Disconnected):
                    async with asyncio.timeout(5):
                        await bus.read(1, 3, 0, 1)
            bus.close()

    loop.run(scenario())


async def test_a_serial_port_that_cannot_be_set_as_asked_is_no_connection():
    async with by_pty(answer) as (_, path):  # a pseudo-terminal knows no parity
        bus = ModbusRtu("rtu", connect_serial(path, 9600, "E", 1), 1.0)
        with pytest.raises(Disconnected, match=path):
            await bus.read(1, 3, 0, 1)


async def test_a_line_that_is_not_there_is_said_at_once_and_tried_again(line):
    bus = ModbusRtu("rtu", connect_serial("/dev/absent", 9600, "N", 1), 1.0)
    for _ in range(2):
        with pytest.raises(Disconnected, match=r"CW-E2002 rtu unit 1.*absent"):
            await bus.read(1, 3, 0, 1)
    bus._line._connect, bus._line._connect_not_before = connect_tcp("127.0.0.1", line.port), 0.0
    assert await bus.read(1, 3, 0, 1) == words(1, 0, 1)
    bus.close()


def test_f23_a_serial_port_under_the_gateways_own_loop_is_as_safe():
    async def scenario():
        async with by_pty(answer) as (server, path):
            bus = ModbusRtu("rtu", connect_serial(path, 115_200, "N", 1), 1.0, Pauses(0.0, pause_s(115_200)))
            for unit, address, count in [(1, 0, 1), (7, 300, 125)]:
                assert await bus.read(unit, 3, address, count) == words(unit, address, count)
            bus.close()
            late = ModbusRtu("rtu", connect_serial(path, 9600, "N", 1), 0.1)
            wrong, timeouts, _ = await read_through_late_answers(late, server, 0.1, 12)
            assert (wrong, timeouts >= 4) == (0, True)

    loop.run(scenario())


@pytest.mark.parametrize("function", [1, 2, 5, 6, 15, 16, 22, 23, 43])
async def test_s15_no_other_function_leaves_by_rtu_or_tcp(line, meter, function):
    for bus, heard in ((bus_to(line), line.heard), (ModbusTcp("127.0.0.1", meter.port, 1.0), meter.served)):
        with pytest.raises(WriteRefused, match=f"CW-E2030.*{function:02X}"):
            await bus.read(1, function, 0, 1)
        assert await bus.read(1, 3, 0, 1) == words(1, 0, 1)
        assert len(heard) == 1
        bus.close()
