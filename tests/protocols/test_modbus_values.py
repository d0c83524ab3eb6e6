"""Words into values and back, beyond what the installed templates use."""

import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import FrameError, OutOfRange
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.encode import encode, encode_micro, served
from civicwatt_protocols.modbus.plan import Block, plan
from civicwatt_protocols.template import Register, RegisterType

INTEGERS = [one for one in RegisterType if not one.is_float]


def register(
    type: RegisterType, order: Any = None, scale: str = "1", measure: str = "voltage_l1", **more: Any
) -> Register:
    order = order or ("AB" if type.bits == 16 else "ABCD")
    values = {"function": 3, "address": 0, "unit": "V", **more}
    return Register(measure=measure, type=type, order=order, scale=Decimal(scale), **values)


def read(one: Register, words: bytes) -> float | None:
    return BlockDecoder(Block(3, one.address, one.count, (one,))).decode(words)[0][1]


# source: reference of Modbus word orders (Telegraf's Modbus plugin names them alike), computed by hand
@pytest.mark.parametrize(
    ("type", "order", "words", "value"),
    [
        ("float32", "ABCD", "4366 8000", 230.5),
        ("float32", "CDAB", "8000 4366", 230.5),
        ("float32", "BADC", "6643 0080", 230.5),
        ("float32", "DCBA", "0080 6643", 230.5),
        ("float64", "ABCD", "40FE 240C 7AE1 47AE", 123456.78),
        ("float64", "CDAB", "47AE 7AE1 240C 40FE", 123456.78),
        ("uint32", "ABCD", "0001 1170", 70000),
        ("uint32", "CDAB", "1170 0001", 70000),
        ("uint32", "BADC", "0100 7011", 70000),
        ("uint32", "DCBA", "7011 0100", 70000),
        ("int64", "ABCD", "0000 0000 075B CD15", 123456789),
        ("int64", "CDAB", "CD15 075B 0000 0000", 123456789),
        ("int64", "BADC", "0000 0000 5B07 15CD", 123456789),
        ("int64", "DCBA", "15CD 5B07 0000 0000", 123456789),
        ("int16", "AB", "FF06", -250),
        ("uint16", "AB", "FF06", 65286),
    ],
)
def test_orders_of_bytes(type: str, order: str, words: str, value: float) -> None:
    one = register(RegisterType(type), order)
    assert read(one, bytes.fromhex(words)) == value
    assert encode(one, value) == bytes.fromhex(words)


@given(st.sampled_from(INTEGERS), st.integers(1, 10**9), st.integers(0, 6), st.data())
def test_an_integer_register_is_exactly_decimal_arithmetic(
    type: RegisterType, digits: int, places: int, data: st.DataObject
) -> None:
    scale = Decimal(digits).scaleb(-places)
    words = data.draw(st.binary(min_size=type.bits // 8, max_size=type.bits // 8))
    raw = int.from_bytes(words, signed=not type.startswith("uint"))
    assert read(register(type, scale=str(scale)), words) == float(Decimal(raw) * scale)


@given(st.floats(-(2.0**40), 2.0**40, width=32), st.sampled_from(["1", "0.1", "0.001", "1000"]))
def test_a_float_register_is_rounded_to_a_millionth(raw: float, scale: str) -> None:
    value = read(register(RegisterType.FLOAT32, scale=scale), struct.pack(">f", raw))
    assert value is not None
    assert (
        abs(Decimal(value) - Decimal(raw) * Decimal(scale))
        <= Decimal("0.0000005") + abs(Decimal(value)) / 2**52
    )
    assert value == round(value, 6)


@pytest.mark.parametrize("words", ["7FC00000", "FFC00001", "7F800000", "FF800000"])
def test_a_float_that_is_no_number_is_no_value(words: str) -> None:
    assert read(register(RegisterType.FLOAT32), bytes.fromhex(words)) is None


@pytest.mark.parametrize("words", ["7FF8000000000000", "7FF0000000000000", "7FEFFFFFFFFFFFFF"])
def test_a_double_that_is_no_number_or_becomes_none_is_no_value(words: str) -> None:
    assert read(register(RegisterType.FLOAT64, scale="1000"), bytes.fromhex(words)) is None


def test_there_is_no_minus_zero() -> None:
    assert str(read(register(RegisterType.FLOAT32), bytes.fromhex("80000000"))) == "0.0"


def test_markers_are_compared_as_raw_values() -> None:
    one = register(RegisterType.INT16, scale="0.1", invalid=("0x7FFF", "0x8000"))
    assert read(one, bytes.fromhex("7FFF")) is None
    assert read(one, bytes.fromhex("8000")) is None
    assert read(one, bytes.fromhex("7FFE")) == 3276.6


def test_a_block_with_gaps_and_mixed_orders_is_read_in_one_go() -> None:
    registers = [
        register(RegisterType.UINT16, measure="voltage_l1", address=10),
        register(RegisterType.UINT32, "CDAB", measure="voltage_l2", address=12),
        register(RegisterType.FLOAT32, "DCBA", measure="voltage_l3", address=15),
    ]
    [block] = plan(registers)
    words = bytes.fromhex("0007 DEAD 1170 0001 BEEF 0080 6643")
    assert BlockDecoder(block).decode(words) == [
        ("voltage_l1", 7),
        ("voltage_l2", 70000),
        ("voltage_l3", 230.5),
    ]


@pytest.mark.parametrize("size", [0, 1, 3, 6])
def test_words_of_another_size_are_a_frame_error(size: int) -> None:
    with pytest.raises(FrameError):
        read(register(RegisterType.UINT32), bytes(size))


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("uint16", -1),
        ("uint16", 65536),
        ("int16", 32768),
        ("int16", -32769),
        ("uint32", 2**32),
        ("uint64", 2**64),
        ("float32", 4e38),
        ("float32", -4e38),
        ("uint16", None),
    ],
)
def test_what_a_register_cannot_hold_is_said(type: str, value: float | None) -> None:
    with pytest.raises(OutOfRange):
        encode(register(RegisterType(type)), value)


def test_a_value_that_would_read_as_the_marker_is_refused() -> None:
    with pytest.raises(OutOfRange):
        encode(register(RegisterType.UINT16, scale="0.1", invalid=("0xFFFF",)), 6553.5)


def energy(type: RegisterType, scale: str) -> Register:
    return register(type, scale=scale, measure="import_active_energy", unit="kWh")


def test_a_counter_is_never_served_above_its_true_value() -> None:
    assert served(energy(RegisterType.UINT32, "0.01"), 1_239_999) == 1_230_000
    assert served(register(RegisterType.UINT32, scale="0.01"), 1_239_999) == 1_240_000
    with pytest.raises(OutOfRange):
        served(energy(RegisterType.INT32, "0.01"), -1)


@given(
    st.sampled_from([RegisterType.FLOAT32, RegisterType.FLOAT64]),
    st.integers(0, 2**24 * 10**6),
    st.integers(0, 10**6),
    st.sampled_from(["1", "0.1", "10", "0.001"]),
)
def test_a_float_counter_is_served_down_and_never_falls(
    type: RegisterType, micro: int, more: int, scale: str
) -> None:
    one = energy(type, scale)
    before, after = served(one, micro), served(one, micro + more)
    assert before <= micro
    assert after <= micro + more
    assert before <= after


def test_a_double_written_as_served_keeps_its_step() -> None:
    one = energy(RegisterType.UINT32, "0.1")
    assert encode(one, 0.3) == encode_micro(one, 300_000) == bytes.fromhex("00000003")  # 0.3 is below 3/10
