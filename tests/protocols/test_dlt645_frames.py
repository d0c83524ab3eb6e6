"""DL/T 645-2007 frames. Vectors: the list of facts (computed there by the rule; the first is well known)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols import dlt645
from civicwatt_protocols.errors import (
    BadAddress,
    BadChecksum,
    BadData,
    MeterError,
    MeterRefused,
    NoFrame,
    WrongAnswer,
)

METER = "123456781012"
READ_ADDRESS = bytes.fromhex("FE FE FE FE 68 AA AA AA AA AA AA 68 13 00 DF 16")
READ = bytes.fromhex("FE FE FE FE 68 12 10 78 56 34 12 68 11 04 33 33 34 33 E8 16")
ENERGY = bytes.fromhex("FE FE FE FE 68 12 10 78 56 34 12 68 91 08 33 33 34 33 AB 89 67 45 4C 16")
VOLTAGE = bytes.fromhex("FE FE FE FE 68 12 10 78 56 34 12 68 91 06 33 34 34 35 38 55 FA 16")
POWER = bytes.fromhex("FE FE FE FE 68 12 10 78 56 34 12 68 91 07 33 33 36 35 78 56 34 71 16")
POWER_BACK = bytes.fromhex("FE FE FE FE 68 12 10 78 56 34 12 68 91 07 33 33 36 35 78 56 B4 F1 16")
NO_SUCH_DATA = bytes.fromhex("FE FE FE FE 68 12 10 78 56 34 12 68 D1 01 35 0D 16")
EVERY = (READ_ADDRESS, READ, ENERGY, VOLTAGE, POWER, POWER_BACK, NO_SUCH_DATA)

ADDRESSES = st.text("0123456789", min_size=12, max_size=12)


def test_requests_are_the_known_bytes() -> None:
    assert dlt645.read_address_request() == READ_ADDRESS
    assert dlt645.read_request(METER, "00010000") == READ


@pytest.mark.parametrize(
    ("answer", "di", "expected"),
    [
        (ENERGY, "00010000", [("import_active_energy", 123456.78)]),
        (VOLTAGE, "02010100", [("voltage_l1", 220.5)]),
        (POWER, "02030000", [("active_power_total", 1234.5)]),  # kW on the meter, W as our measure
        (POWER_BACK, "02030000", [("active_power_total", -1234.5)]),
    ],
)
def test_answers_decode_to_the_known_values(answer: bytes, di: str, expected: object) -> None:
    data = dlt645.answer_data(dlt645.find(answer), METER, di)
    assert [(part.measure, part.value) for part in dlt645.decode(di, data)] == expected


def test_a_refusal_names_its_bits() -> None:
    with pytest.raises(MeterRefused) as caught:
        dlt645.answer_data(dlt645.find(NO_SUCH_DATA), METER, "00010000")
    assert "无请求数据" in str(caught.value)
    assert "no such data" in caught.value.text("en")


@pytest.mark.parametrize("frame", EVERY, ids=lambda frame: frame.hex())
def test_every_flipped_bit_inside_a_frame_is_detected(frame: bytes) -> None:
    good = dlt645.find(frame)
    for bit in range(8 * len(frame)):
        spoilt = bytearray(frame)
        spoilt[bit // 8] ^= 1 << bit % 8
        if bit // 8 < good.start:
            assert dlt645.find(bytes(spoilt)) == good
        else:
            with pytest.raises(MeterError):
                dlt645.find(bytes(spoilt))


@given(ADDRESSES, st.integers(0, 99_999_999), st.integers(0, 5))
def test_no_flipped_bit_of_an_answer_changes_a_reading(address: str, raw: int, preamble: int) -> None:
    data = dlt645.encode("00010000", [raw * 10_000])
    answer = dlt645.frame(address, 0x91, bytes.fromhex("00000100") + data, preamble)
    for bit in range(8 * preamble, 8 * len(answer)):
        spoilt = bytearray(answer)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(MeterError):
            dlt645.decode("00010000", dlt645.answer_data(dlt645.find(bytes(spoilt)), address, "00010000"))


@given(ADDRESSES, st.integers(0, 255), st.binary(max_size=200), st.integers(0, 9))
def test_a_frame_comes_back_as_it_was_sent(address: str, control: int, data: bytes, preamble: int) -> None:
    found = dlt645.find(dlt645.frame(address, control, data, preamble))
    assert (found.address, found.control, found.data, found.start) == (address, control, data, preamble)


@given(st.binary(max_size=40).filter(lambda noise: 0x68 not in noise), st.binary(max_size=40))
def test_stray_bytes_around_a_frame_do_no_harm(before: bytes, after: bytes) -> None:
    found = dlt645.find(before + ENERGY + after)
    assert (found.address, found.control, found.end) == (METER, 0x91, len(before) + len(ENERGY))


def test_a_start_byte_among_the_stray_ones_does_no_harm() -> None:
    for noise in ("68", "68 68", "68 12 34", "FE 68 00 00 00 00 00 00 68 11"):
        assert dlt645.find(bytes.fromhex(noise) + VOLTAGE).di == "02010100"


def test_a_frame_that_has_not_all_arrived_is_no_frame_yet() -> None:
    for size in range(len(ENERGY)):
        with pytest.raises(NoFrame):
            dlt645.find(ENERGY[:size])


def test_a_wrong_checksum_says_what_it_should_be_and_where() -> None:
    with pytest.raises(BadChecksum) as caught:
        dlt645.find(ENERGY[:-2] + bytes((0x4D, 0x16)))
    assert (caught.value.where, caught.value.facts) == ("byte 22", {"expected": "4C", "found": "4D"})


@given(st.binary(max_size=300))
def test_garbage_raises_only_our_errors(data: bytes) -> None:
    with pytest.raises((NoFrame, BadChecksum)):  # a valid frame by chance: 2 of 3 fixed bytes and a sum
        dlt645.find(b"\x68" + data.replace(b"\x16", b""))


@pytest.mark.parametrize(
    "address", ["", "12345678901a", "1234567890123", "AAAAAAAAAAAAAA", "A12345678901", "１２"]
)
def test_an_address_is_digits(address: str) -> None:
    with pytest.raises(BadAddress):
        dlt645.read_request(address, "00010000")


def test_short_addresses_get_leading_zeros_and_may_be_padded_with_a() -> None:
    assert dlt645.find(dlt645.read_request("17", "00010000")).address == "000000000017"
    assert dlt645.find(dlt645.read_request("AAAAAAAA1012", "00010000")).address == "AAAAAAAA1012"
    answer = dlt645.find(ENERGY)
    assert dlt645.answer_data(answer, dlt645.BROADCAST_READ, "00010000") == bytes.fromhex("78563412")


@pytest.mark.parametrize("di", ["", "0001000", "0001000g", "000100001"])
def test_an_identifier_is_eight_hex_digits(di: str) -> None:
    with pytest.raises(BadData):
        dlt645.read_request(METER, di)


@pytest.mark.parametrize(
    ("address", "di"), [("123456781013", "00010000"), (METER, "00020000")], ids=["other meter", "other data"]
)
def test_an_answer_to_another_request_is_refused(address: str, di: str) -> None:
    with pytest.raises(WrongAnswer):
        dlt645.answer_data(dlt645.find(ENERGY), address, di)


def test_the_echo_of_our_own_request_is_no_answer() -> None:
    with pytest.raises(WrongAnswer):
        dlt645.answer_data(dlt645.find(READ), METER, "00010000")


def test_the_address_of_the_only_meter_is_read() -> None:
    answer = dlt645.frame(METER, 0x93, bytes.fromhex("121078563412"))
    assert dlt645.answered_address(dlt645.find(answer)) == METER
    with pytest.raises(WrongAnswer):
        dlt645.answered_address(dlt645.find(ENERGY))


def test_an_answer_in_several_frames_is_asked_for_part_by_part() -> None:
    di, wire_di = "0201FF00", bytes.fromhex("00FF0102")
    first = dlt645.find(dlt645.frame(METER, 0xB1, wire_di + bytes.fromhex("0522")))
    assert first.more_follows
    request = dlt645.find(dlt645.read_next_request(METER, di, 1))
    assert (request.control, request.di, request.data[-1]) == (0x12, di, 1)
    last = dlt645.find(dlt645.frame(METER, 0x92, wire_di + bytes.fromhex("1022 1522") + b"\x01"))
    assert not last.more_follows
    data = dlt645.answer_data(first, METER, di) + dlt645.answer_data(last, METER, di, 1)
    assert [part.value for part in dlt645.decode(di, data)] == [220.5, 221.0, 221.5]
    with pytest.raises(WrongAnswer):
        dlt645.answer_data(last, METER, di, 2)
