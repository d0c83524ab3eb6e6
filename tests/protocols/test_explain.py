"""What is in these bytes: every byte is told once, values are those of the decoders, garbage is no crash."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols import cjt188 as cj
from civicwatt_protocols import dlt645 as dl
from civicwatt_protocols import templates
from civicwatt_protocols.errors import FrameError, NoFrame, ProtocolError, UnknownIdentifier, UnknownUnit
from civicwatt_protocols.explain import Explained, Field, cjt188, dlt645, modbus, sparkplug
from civicwatt_protocols.modbus.frames import crc16
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload, encode
from civicwatt_protocols.template import Golden

ENERGY = bytes.fromhex("FE FE FE FE 68 12 10 78 56 34 12 68 91 08 33 33 34 33 AB 89 67 45 4C 16")
WATER = bytes.fromhex(
    "68 10 44 33 22 11 00 33 78 81 16 1F 90 00 78 56 34 12 2C 00 00 34 12 2C 59 59 23 31 01 26 20 00 00 12 16"
)


def told_once(data: bytes, explained: Explained) -> None:
    at = 0
    for one in explained.fields:
        assert one.start == at
        assert one.size > 0
        at += one.size
    assert at == len(data)


def read(explained: Explained) -> dict[str, str | None]:
    return {one.measure: one.value for one in explained.fields if one.measure}


def named(explained: Explained, en: str) -> Field:
    (one,) = [one for one in explained.fields if one.en == en]
    return one


def test_a_dlt645_answer_is_told_with_its_measure() -> None:
    explained = dlt645.explain(ENERGY)
    told_once(ENERGY, explained)
    assert read(explained) == {"import_active_energy": "123456.78"}
    assert named(explained, "data identifier").text == "00010000"
    assert named(explained, "control code").note_zh == "读数据，应答"
    assert explained.fault is None


def test_request_and_answer_in_one_string_are_two_frames_and_stray_bytes_are_shown() -> None:
    data = dl.read_request("1", "0201FF00") + b"\x00" + ENERGY + b"\x68\x01"
    explained = dlt645.explain(data)
    told_once(data, explained)
    assert [one.start for one in explained.fields if one.en == "data length"] == [13, 34]
    assert isinstance(explained.fault, NoFrame)  # the last bytes may be the beginning of a third


def test_an_identifier_outside_the_table_is_a_fault_with_its_place_and_the_data_are_still_shown() -> None:
    frame = dl.frame("1", 0x91, bytes.fromhex("00FFFF04") + b"\x12\x34")
    explained = dlt645.explain(frame)
    told_once(frame, explained)
    assert isinstance(explained.fault, UnknownIdentifier)
    assert explained.fault.where == "byte 14"
    assert named(explained, "data (less 33H)").text == "12 34"


@pytest.mark.parametrize(
    ("control", "data", "shown"),
    [
        (0xD1, "02", ("error bits", "02", "无请求数据")),
        (0xD1, "05", ("error bits", "05", "其他错误、密码错或未授权")),
        (0x93, "121078563412", ("address", "123456781012", "")),
        (0xB1, "00010002 05", ("control code", "B1", "读数据，应答，有后续帧")),
        (0x12, "00FF0102 01", ("part number", "1", "")),
        (0x81, "1090", ("control code", "81", "读数据（DL/T 645-1997），应答")),
        (0x08, "595923310126", ("control code", "08", "广播校时，请求")),
    ],
)
def test_other_dlt645_frames_are_told(control: int, data: str, shown: tuple[str, str, str]) -> None:
    frame = dl.frame("99", control, bytes.fromhex(data))
    explained = dlt645.explain(frame)
    told_once(frame, explained)
    assert shown in {(one.en, one.text, one.note_zh) for one in explained.fields}


def test_a_cjt188_answer_is_told_with_its_measures_and_a_wrong_unit_with_its_place() -> None:
    explained = cjt188.explain(WATER)
    told_once(WATER, explained)
    assert read(explained) == {"water_volume": "123456.78"}
    assert named(explained, "meter type").note_en == "cold water meter"
    spoilt = cj.frame(0x10, "1", 0x81, WATER[11:18] + b"\x99" + WATER[19:-2])
    explained = cjt188.explain(spoilt)
    told_once(spoilt, explained)
    assert isinstance(explained.fault, UnknownUnit)
    assert explained.fault.where == "byte 18"


def _expected(golden: Golden) -> dict[str, str | None]:
    return {key: None if text == "null" else text for key, text in golden.expect.items()}


MODBUS = [name for name in templates.names() if templates.load(name).protocol == "modbus"]
LINES = [name for name in templates.names() if templates.load(name).protocol in {"dlt645", "cjt188"}]


@pytest.mark.parametrize("name", LINES)
def test_every_golden_frame_of_a_line_protocol_is_told_with_its_measures(name: str) -> None:
    template = templates.load(name)
    for golden in template.golden:
        answer = bytes.fromhex(golden.response)
        if template.protocol == "cjt188":
            explained = cjt188.explain(answer, template.dialect)
        else:
            explained = dlt645.explain(answer)
        told_once(answer, explained)
        assert read(explained) == _expected(golden)


@pytest.mark.parametrize("name", MODBUS)
@pytest.mark.parametrize("tcp", [True, False], ids=["tcp", "rtu"])
def test_every_golden_frame_is_told_with_its_measures(name: str, tcp: bool) -> None:
    template = templates.load(name)
    for golden in template.golden:
        request, answer = bytes.fromhex(golden.request), bytes.fromhex(golden.response)

        def adu(pdu: bytes) -> bytes:
            if tcp:
                return struct.pack(">HHHB", 7, 0, len(pdu) + 1, 17) + pdu
            return b"\x11" + pdu + crc16(b"\x11" + pdu)

        expected = _expected(golden)
        both = adu(request) + adu(answer)
        explained = modbus.explain(both, template)  # the address is that of the request
        told_once(both, explained)
        assert read(explained) == expected
        alone = modbus.explain(adu(answer), template, int.from_bytes(request[1:3]))
        assert read(alone) == expected
        assert read(modbus.explain(adu(answer), template)) == {}  # nobody says where it begins


def test_a_modbus_exception_is_told() -> None:
    frame = bytes.fromhex("000100000003 00 83 02")  # capture of icsnpp-modbus, last packet
    explained = modbus.explain(frame)
    told_once(frame, explained)
    assert named(explained, "exception").note_zh == "非法数据地址"


def test_what_is_neither_tcp_nor_rtu_says_which_crc_was_expected() -> None:
    with pytest.raises(FrameError, match="C4 0B") as caught:
        modbus.explain(bytes.fromhex("01 03 00 00 00 02 C4 0C"))
    assert caught.value.where == "byte 6"


# The list of facts: "crc_vectors".
@pytest.mark.parametrize("frame", ["01 03 00 00 00 02 C4 0B", "01 04 00 00 00 02 71 CB"])
def test_known_rtu_requests(frame: str) -> None:
    explained = modbus.explain(bytes.fromhex(frame))
    assert explained.protocol == modbus.RTU
    assert (named(explained, "address").text, named(explained, "count").text) == ("0", "2")


ZEEK = {  # names that Zeek writes otherwise
    "report server id": "REPORT_SLAVE_ID",
    "encapsulated interface transport (device identification)": "ENCAP_INTERFACE_TRANSPORT",
    "read/write multiple registers": "READ_WRITE_MULTIPLE_REGISTERS",
}


def captured(capture: bytes) -> Iterator[bytes]:
    """The payloads of TCP segments in a pcap file (Ethernet, IPv4, little endian)."""
    at = 24
    while at < len(capture):
        size = int.from_bytes(capture[at + 8 : at + 12], "little")
        packet = capture[at + 16 : at + 16 + size]
        at += 16 + size
        if packet[12:14] == b"\x08\x00" and packet[23] == 6:
            ip = packet[14 : 14 + int.from_bytes(packet[16:18])]
            tcp = ip[4 * (ip[0] & 15) :]
            if payload := tcp[4 * (tcp[12] >> 4) :]:
                yield payload


def test_a_capture_is_told_as_zeek_tells_it(shared_data: Path) -> None:
    adus = list(captured((shared_data / "modbus/icsnpp_modbus_example.pcap").read_bytes()))
    lines = (shared_data / "modbus/icsnpp_modbus_detailed.log").read_text().splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(adus) == 48
    pairs = list(zip(adus[::2], adus[1::2], strict=True))
    matched = {row[6] + row[7]: row for row in rows}
    assert len(matched) == len(pairs) == 24
    told = 0
    for request, answer in pairs:
        for adu in (request, answer):
            told_once(adu, modbus.explain(adu))
        both = modbus.explain(request + answer)
        told_once(request + answer, both)
        unit, transaction = both.fields[3].text, both.fields[0].text
        row = matched[transaction + unit]
        names = [one.note_en.split(",")[0] for one in both.fields if one.en == "function"]
        assert {ZEEK.get(name, name.replace(" ", "_").upper()) for name in names} == {row[8]}
        function = request[7]
        if function in (1, 2, 3, 4):
            first = next(one for one in both.fields if one.en == "address")
            count = next(one for one in both.fields if one.en == "count")
            assert [first.text, count.text] == row[9:11]
            data = [one.text for one in both.fields if one.en.startswith(("register", "bits"))]
            shown = [] if row[12] == "-" else row[12].split(",")
            assert " ".join(data).split() == shown
            told += 1
        elif function in (5, 6, 15, 16):
            places = [one.text for one in both.fields if one.en == "address"]
            assert places == [row[9], row[9]]
            told += 1
    assert told == 13


def test_sparkplug_metrics_are_told_with_offsets_units_and_flags() -> None:
    body = encode(
        Payload(
            1_750_000_000_000,
            [
                Metric("frequency", 7, 1_750_000_000_000, DataType.DOUBLE, 50.02),
                Metric("cw/epoch", datatype=DataType.STRING, value="e-1"),
                Metric(alias=8, is_null=True, is_historical=True),
            ],
            5,
        )
    )
    explained = sparkplug.explain(body)
    told_once(body, explained)
    frequency = named(explained, "metric frequency")
    assert (frequency.text, frequency.unit, frequency.measure) == ("50.02", "Hz", "frequency")
    assert named(explained, "metric cw/epoch").text == "e-1"
    assert named(explained, "metric alias 8").note_zh == "补传，无值"
    assert named(explained, "timestamp").text == "2025-06-15T15:06:40.000+00:00"
    assert named(explained, "seq").text == "5"


EXPLAINERS: list[Callable[[bytes], Explained]] = [
    dlt645.explain,
    cjt188.explain,
    lambda data: cjt188.explain(data, "unit_first"),
    modbus.explain,
    lambda data: modbus.explain(data, templates.load("acrel/adw300"), 0),
    sparkplug.explain,
]


@given(st.sampled_from(EXPLAINERS), st.binary(max_size=120))
def test_garbage_raises_only_our_errors(explain: Callable[[bytes], Explained], data: bytes) -> None:
    try:
        explained = explain(data)
    except ProtocolError:
        return
    told_once(data, explained)


@given(st.integers(0, 255), st.binary(max_size=60), st.binary(max_size=9))
def test_any_frame_that_is_whole_is_told(control: int, data: bytes, noise: bytes) -> None:
    for frame, explain in (
        (dl.frame("12", control, data), dlt645.explain),
        (dl.frame("12", control, bytes.fromhex("00010000") + data), dlt645.explain),
        (cj.frame(0x10, "12", control, data), cjt188.explain),
        (cj.frame(0x20, "12", control, b"\x90\x1f\x00" + data), cjt188.explain),
    ):
        told_once(frame + noise, explain(frame + noise))


@given(st.integers(0, 255), st.binary(max_size=200))
def test_any_modbus_frame_that_is_whole_is_told(function: int, data: bytes) -> None:
    pdu = bytes((function,)) + data
    tcp, rtu = struct.pack(">HHHB", 1, 0, len(pdu) + 1, 1) + pdu, b"\x01" + pdu + crc16(b"\x01" + pdu)
    for frame in (tcp, rtu):
        if frame is rtu or data:
            told_once(frame, modbus.explain(frame))
