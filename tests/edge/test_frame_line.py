"""F23, F25 on lines of DL/T 645 and CJ/T 188 meters, from the wire to the values of a device."""

import asyncio

import pytest
from serial_server import by_pty, by_tcp

from civicwatt_edge.bus.connect import open_bus
from civicwatt_edge.bus.frame_line import FrameLine, connect_tcp
from civicwatt_edge.bus.read_only import check_cjt188, check_dlt645
from civicwatt_edge.bus_url import BusProtocol, BusUrl
from civicwatt_edge.config import BusConfig, DeviceConfig
from civicwatt_edge.errors import DeviceTimeout, WriteRefused
from civicwatt_edge.polling.device import make_devices
from civicwatt_edge.storage.store import Store
from civicwatt_protocols import cjt188, dlt645
from civicwatt_protocols.errors import BadChecksum, FrameError, WrongAnswer
from civicwatt_protocols.uplink import GapReason

ADDRESS = "202411110002"
DATA = {
    "00010000": bytes.fromhex("78563412"),  # 123456.78 kWh
    "02010100": bytes.fromhex("0522"),  # 220.5 V
    "02020100": bytes.fromhex("452381"),  # -12.345 A
    "02030000": bytes.fromhex("452301"),  # 1.2345 kW
    "02060000": bytes.fromhex("ffff"),  # no value
}
VALUES = {
    "import_active_energy": 123456.78,
    "voltage_l1": 220.5,
    "current_l1": -12.345,
    "active_power_total": 1234.5,
    "power_factor_total": None,
}
REQUEST_SIZE = 20  # four FE, ten of head, an identifier, two of tail


def answer(request: bytes) -> bytes:
    asked = dlt645.find(request)
    data = DATA[asked.di]
    return dlt645.frame(asked.address, 0x91, bytes.fromhex(asked.di)[::-1] + data, preamble=2)


@pytest.fixture
async def line():
    async with by_tcp(answer, REQUEST_SIZE) as server:
        yield server


def config_of(url, timeout_ms=1000, template="dlt645/single_phase", address=ADDRESS, **keys):
    device = DeviceConfig(id="M-1", template=template, address=address, **keys)
    return BusConfig(name="b1", url=url, timeout_ms=timeout_ms, device=(device,))


async def read(config, tmp_path, times=1):
    """The values and reasons of some polls, by measure."""
    store = Store(tmp_path)
    (device,), bus = make_devices(config.device[0], store), open_bus(config)
    measures = [point.measure for point in device.catalogue.points]
    try:
        records = [await device.read(bus, 0) for _ in range(times)]
    finally:
        bus.close()
        store.close()
    return [
        (
            dict(zip(measures, record.values, strict=True)),
            {measures[place]: reason for place, reason in record.reasons.items()},
        )
        for record in records
    ]


async def test_all_identifiers_of_a_meter_are_read(line, tmp_path):
    [(values, reasons)] = await read(config_of(f"dlt645+tcp://127.0.0.1:{line.port}"), tmp_path)
    assert values == VALUES
    assert reasons == {"power_factor_total": GapReason.INVALID}
    assert [dlt645.find(request).di for request in line.heard] == list(DATA)
    assert line.connections == 1


async def test_only_what_is_wanted_is_asked_for(line, tmp_path):
    config = config_of(f"dlt645+tcp://127.0.0.1:{line.port}", measures=("voltage_l1",))
    assert await read(config, tmp_path) == [({"voltage_l1": 220.5}, {})]
    assert len(line.heard) == 1


async def test_behind_transformers_the_primary_side_is_told_exactly(line, tmp_path):
    config = config_of(f"dlt645+tcp://127.0.0.1:{line.port}", ct=40, pt=100)
    [(values, _)] = await read(config, tmp_path)
    assert values == {
        "import_active_energy": 493827120.0,
        "voltage_l1": 22050.0,
        "current_l1": -493.8,
        "active_power_total": 4938000.0,
        "power_factor_total": None,
    }


async def test_a_serial_port_reads_the_same(tmp_path):
    async with by_pty(answer, REQUEST_SIZE) as (_, path):
        config = config_of(f"dlt645://{path}")
        bus = BusConfig(name="b1", url=config.url, baud=9600, parity="N", device=config.device)
        [(values, _)] = await read(bus, tmp_path)
    assert values == VALUES


async def test_ones_own_echo_and_stray_bytes_are_passed_over(line, tmp_path):
    line.behave = lambda request, right: [
        (0.0, request + b"\x68\x00"),
        (0.003, right[:7]),
        (0.006, right[7:] + b"\xff"),
    ]
    [(values, _)] = await read(config_of(f"dlt645+tcp://127.0.0.1:{line.port}"), tmp_path)
    assert values == VALUES


async def test_an_answer_in_parts_is_asked_for_to_its_end(tmp_path):
    """The energy in three parts: control codes B1, B2 with a sequence number, 92 at last."""
    parts = [b"\x78", b"\x56", b"\x34\x12"]

    def answer(request: bytes) -> bytes:
        asked = dlt645.find(request)
        sequence = asked.data[4] if asked.function == 0x12 else 0
        control = (0x92 if sequence else 0x91) | (0x20 if sequence < 2 else 0)
        data = asked.data[:4] + parts[sequence] + (bytes((sequence,)) if sequence else b"")
        return dlt645.frame(asked.address, control, data)

    async with by_tcp(answer, size=0) as server:
        config = config_of(f"dlt645+tcp://127.0.0.1:{server.port}", measures=("import_active_energy",))
        assert await read(config, tmp_path) == [({"import_active_energy": 123456.78}, {})]
        assert [len(request) for request in server.heard] == [20, 21, 21]


def spoil_sum(right: bytes) -> bytes:
    return right[:-2] + bytes([right[-2] ^ 1]) + right[-1:]


WRONG = {
    "another meter": (lambda right: dlt645.frame("9", 0x91, dlt645.find(right).data), WrongAnswer),
    "another identifier": (
        lambda right: dlt645.frame(ADDRESS, 0x91, b"\x00\x00\x02\x00\x01\x00\x00\x00"),
        WrongAnswer,
    ),
    "another control code": (lambda right: dlt645.frame(ADDRESS, 0x94, dlt645.find(right).data), WrongAnswer),
    "a spoilt checksum": (spoil_sum, BadChecksum),
    "endless noise": (lambda right: b"\xfe" * 2000, FrameError),
}


@pytest.mark.parametrize(("spoil", "error"), WRONG.values(), ids=WRONG.keys())
async def test_f25_a_wrong_frame_is_refused_and_the_line_renewed(line, tmp_path, spoil, error):
    line.behave = lambda request, right: [(0.0, spoil(right))]
    bus = FrameLine("line", connect_tcp("127.0.0.1", line.port), check_dlt645, 0.4)
    request = dlt645.read_request(ADDRESS, "00010000")

    def find(received: bytes) -> dlt645.Frame:
        frame = dlt645.find(received)
        dlt645.answer_data(frame, ADDRESS, "00010000")
        return frame

    with pytest.raises(error):
        await bus.exchange(request, find)
    line.behave = None
    assert dlt645.answer_data(await bus.exchange(request, find), ADDRESS, "00010000") == DATA["00010000"]
    assert line.connections == 2
    bus.close()


async def test_f23_a_late_answer_is_never_taken_for_another_identifier(line, tmp_path):
    """In turn each identifier is answered late: no value is ever another's, what is late has its reason."""
    late = iter(list(DATA) * 2)
    is_late = {"now": next(late)}

    def behave(request, right):
        if dlt645.find(request).di == is_late["now"]:
            is_late["now"] = next(late, "")
            return [(0.06, right)]
        return [(0.0, right)]

    line.behave = behave
    polls = await read(config_of(f"dlt645+tcp://127.0.0.1:{line.port}", timeout_ms=40), tmp_path, times=11)
    for values, reasons in polls:
        assert all(value in (VALUES[measure], None) for measure, value in values.items())
        assert all(values[measure] is None for measure in reasons)
    assert sum(GapReason.TIMEOUT in reasons.values() for _, reasons in polls) >= 10


async def test_f21_a_refused_identifier_leaves_the_others_standing(line, tmp_path):
    def behave(request, right):
        refused = dlt645.find(request).di == "02020100"
        return [(0.0, dlt645.frame(ADDRESS, 0xD1, b"\x02") if refused else right)]

    line.behave = behave
    [(values, reasons)] = await read(config_of(f"dlt645+tcp://127.0.0.1:{line.port}"), tmp_path)
    assert values == VALUES | {"current_l1": None}
    assert reasons["current_l1"] is GapReason.REFUSED
    assert line.connections == 1


async def test_a_silent_meter_is_named(line):
    line.behave = lambda request, right: []
    bus = FrameLine("line", connect_tcp("127.0.0.1", line.port), check_dlt645, 0.2)
    with pytest.raises(DeviceTimeout, match="CW-E2001 line 20241111"):
        await bus.exchange(dlt645.read_request(ADDRESS, "00010000"), dlt645.find, "20241111")
    bus.close()


async def test_a_water_meter_is_read_with_its_real_answer(tmp_path):
    real = bytes.fromhex(
        "681092010010000000811690 1F01002222002C000000002C000000000000000000FE16".replace(" ", "")
    )
    async with by_tcp(lambda request: real, size=20) as server:
        url = f"cjt188+tcp://127.0.0.1:{server.port}"
        config = config_of(url, template="cjt188/cold_water", address="10000192")
        assert await read(config, tmp_path) == [({"water_volume": 2222.0}, {})]
        hot = config_of(url, 50, template="cjt188/hot_water", address="10000192")
        assert await read(hot, tmp_path / "hot") == [
            ({"water_volume": None}, {"water_volume": GapReason.BAD_FRAME})
        ]
    assert cjt188.find(server.heard[0]).address == "00000010000192"


WRITES = {
    "DL/T 645": (
        check_dlt645,
        [dlt645.frame(ADDRESS, control) for control in (0x08, 0x14, 0x15, 0x16, 0x17, 0x1C)],
    ),
    "CJ/T 188": (check_cjt188, [cjt188.frame(0x10, "1", control) for control in (0x04, 0x15)]),
}


@pytest.mark.parametrize(("check", "writes"), WRITES.values(), ids=WRITES.keys())
async def test_s15_nothing_but_reads_leaves_a_line(line, check, writes):
    bus = FrameLine("line", connect_tcp("127.0.0.1", line.port), check, 1.0)
    for request in writes:
        with pytest.raises(WriteRefused, match="CW-E2030"):
            await bus.exchange(request, dlt645.find)
    assert (line.heard, line.connections) == ([], 0)


def test_every_way_to_a_bus_is_understood():
    assert BusConfig(name="b", url="cjt188:///dev/ttyS1").where == BusUrl(
        BusProtocol.CJT188, path="/dev/ttyS1"
    )
    assert BusConfig(name="b", url="rtu+tcp://[::1]:502").where == BusUrl(BusProtocol.MODBUS_RTU, "::1", 502)


async def test_requests_of_many_tasks_go_one_after_the_other(line):
    line.behave = lambda request, right: [(0.002, right)]
    bus = FrameLine("line", connect_tcp("127.0.0.1", line.port), check_dlt645, 1.0)
    asked = list(DATA) * 4
    frames = await asyncio.gather(
        *(bus.exchange(dlt645.read_request(ADDRESS, di), dlt645.find) for di in asked)
    )
    assert [frame.di for frame in frames] == asked
    bus.close()
