"""A SunSpec device is read without any address of its registers being known beforehand."""

import struct

import pytest
from serial_server import by_tcp

from civicwatt_edge.bus.connect import open_bus
from civicwatt_edge.config import BusConfig, DeviceConfig
from civicwatt_edge.polling.device import make_devices
from civicwatt_edge.storage.store import Store
from civicwatt_protocols import templates
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.modbus.frames import crc16
from civicwatt_protocols.template import parse
from civicwatt_protocols.uplink import GapReason

MEASURES = ("active_power_total", "generated_active_energy", "pv1_voltage")


def golden_model(number: int) -> bytes:
    """A model of the template's golden frames, filled up to the length that it tells."""
    data = bytes.fromhex(templates.load("sunspec/inverter").golden[number].response)[2:]
    return data + bytes(4 + 2 * struct.unpack_from(">H", data, 2)[0] - len(data))


def image(base: int, *models: bytes) -> dict[int, bytes]:
    """Words by address: the marker, a name plate, the models, the end."""
    plate = struct.pack(">HH", 1, 66) + bytes(132)
    words = b"SunS" + plate + b"".join(models) + b"\xff\xff\x00\x00"
    return {base + at // 2: words[at : at + 2] for at in range(0, len(words), 2)}


class SunSpecDevice:
    """Answers reads of its image by Modbus RTU, refuses all others."""

    def __init__(self, words: dict[int, bytes]) -> None:
        self.words = words

    def answer(self, request: bytes) -> bytes:
        address, count = struct.unpack_from(">HH", request, 2)
        found = [self.words.get(address + at) for at in range(count)]
        data = b"".join(word for word in found if word)
        body = request[:1] + (b"\x83\x02" if None in found else bytes((3, 2 * count)) + data)
        return body + crc16(body)


@pytest.fixture
async def sunspec(tmp_path):
    """A device, the line it hangs on, and a way to poll it."""
    device = SunSpecDevice(image(40000, golden_model(0), golden_model(1)))
    async with by_tcp(device.answer) as line:
        config = DeviceConfig(id="PV-1", template="sunspec/inverter", unit=3, measures=MEASURES)
        url = f"rtu+tcp://127.0.0.1:{line.port}"
        bus = open_bus(BusConfig(name="b1", url=url, timeout_ms=200, device=(config,)))
        store = Store(tmp_path)
        (reader,) = make_devices(config, store)
        order = [point.measure for point in reader.catalogue.points]

        async def poll():
            record = await reader.read(bus, 0)
            return dict(zip(order, record.values, strict=True)), set(record.reasons.values())

        yield device, line, poll
        bus.close()
        store.close()


VALUES = {"active_power_total": 8500.0, "generated_active_energy": 12345.678, "pv1_voltage": 640.5}


async def test_models_are_found_once_and_then_read_one_request_each(sunspec):
    _, line, poll = sunspec
    assert await poll() == (VALUES, set())
    searched = len(line.heard)
    assert searched == 1 + 4 + 2  # the marker, four headers, two models
    assert await poll() == (VALUES, set())
    assert len(line.heard) == searched + 2


def moved() -> dict[str, dict[int, bytes]]:
    """The device after a change of firmware."""
    plate = struct.pack(">HH", 120, 26) + b"\0\4" + bytes(50)
    return {
        "one stands before": image(40000, plate, golden_model(0), golden_model(1)),
        "one stands between": image(40000, golden_model(0), plate, golden_model(1)),
        "another base": image(50000, golden_model(0), golden_model(1)),
        "another order": image(40000, golden_model(1), golden_model(0)),
    }


@pytest.mark.parametrize("change", moved())
async def test_f25_a_device_whose_models_have_moved_is_searched_anew_in_the_same_slot(sunspec, change):
    device, line, poll = sunspec
    await poll()
    device.words = moved()[change]
    assert await poll() == (VALUES, set())
    searched = len(line.heard)
    assert await poll() == (VALUES, set())
    assert len(line.heard) == searched + 2


async def test_f25_a_device_that_has_lost_its_models_gives_gaps_and_no_other_registers(sunspec):
    device, _, poll = sunspec
    await poll()
    device.words = image(40000, struct.pack(">HH", 64001, 200) + b"\x11\x11" * 200)
    assert await poll() == (dict.fromkeys(MEASURES), {GapReason.BAD_FRAME})
    device.words = image(50000, golden_model(0))
    assert await poll() == (VALUES | {"pv1_voltage": None}, {GapReason.INVALID})


async def test_a_device_without_models_that_are_known_says_so(sunspec):
    device, line, poll = sunspec
    device.words = {}
    assert await poll() == (dict.fromkeys(MEASURES), {GapReason.BAD_FRAME})
    line.behave = lambda request, right: []
    assert await poll() == (dict.fromkeys(MEASURES), {GapReason.TIMEOUT})


def test_ratios_and_unknown_models_are_refused():
    with pytest.raises(ValueError, match="ct and pt"):
        DeviceConfig(id="PV-1", template="sunspec/meter", ct=40)
    text = templates.text("sunspec/meter").replace("models = [203", "models = [64000, 203")
    with pytest.raises(BadValue, match="64000"):
        parse(text, "sunspec/meter.toml")
