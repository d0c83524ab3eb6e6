"""CJ/T 188 frames and values. Sources of vectors are named beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols import cjt188
from civicwatt_protocols.errors import (
    BadAddress,
    BadChecksum,
    BadData,
    MeterError,
    MeterRefused,
    NoFrame,
    OutOfRange,
    UnknownDialect,
    UnknownUnit,
    WrongAnswer,
)
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.part import Part, values
from civicwatt_protocols.quantity import MICRO

# list of facts: seen (a public copy)
READ = bytes.fromhex("68 10 44 33 22 11 00 33 78 01 03 1F 90 00 80 16")
# list of facts: computed there
WATER = bytes.fromhex(
    "FE FE FE FE 68 10 44 33 22 11 00 33 78 81 16 1F 90 00 78 56 34 12 2C 00 00 34 12 2C"
    "59 59 23 31 01 26 20 00 00 12 16"
)
# a collector's test in C# (2015): DI high byte first, units before figures
HEAT = bytes.fromhex(
    "68 20 38 04 21 08 00 59 42 81 2E 90 1F 00 05 19 28 53 00 05 19 28 53 00 17 00 00 00 00 35 00 00 00 00"
    "2C 42 33 18 00 03 19 00 10 19 00 61 27 00 26 57 23 31 03 15 20 03 01 F7 16"
)
# an article on meters of a maker "JY" (2015): alike; it reads 0.02 MWh, 10.34 m³, 25.35 °C
HEAT_JY = bytes.fromhex(
    "FE FE FE FE 68 20 32 41 31 40 00 00 00 81 2E 90 1F 01 08 02 00 00 00 08 02 00 00 00 17 00 00 00 00"
    "35 00 00 00 00 2C 34 10 00 00 35 25 00 66 25 00 00 00 00 53 00 12 10 07 15 20 00 00 31 16"
)
UNIT_FIRST = cjt188.dialect("unit_first")


def decoded(frame: bytes, of: cjt188.Dialect | None = None) -> tuple[Part, ...]:
    found = cjt188.find(frame)
    return cjt188.decode(found.meter_type, found.content, of)


def test_a_request_is_the_known_bytes() -> None:
    assert cjt188.read_request(0x10, "78330011223344", 0, preamble=0) == READ


def test_a_water_meter_reads_as_known() -> None:
    current, settled, clock, status = decoded(WATER)
    assert (current.measure, current.value, current.unit) == ("water_volume", 123456.78, "m³")
    assert (settled.text, settled.unit, settled.measure) == ("123400.00", "m³", None)
    assert (clock.text, status.text) == ("2026-01-31 23:59:59", "00 00")
    assert cjt188.find(WATER).address == "78330011223344"
    assert current.span_micro == 1_000_000 * MICRO


def test_a_heat_meter_reads_as_known() -> None:
    parts = decoded(HEAT, UNIT_FIRST)
    assert values(parts) == [
        ("heat_energy", 19.181484),  # 5328.19 kWh · 0.0036
        ("heat_power", 0.0),
        ("heating_flow", 0.0),
        ("heating_volume", 1833.42),
        ("supply_temperature", 19.03),
        ("return_temperature", 19.1),
    ]
    assert [part.text for part in parts[-3:]] == ["2761", "2015-03-31 23:57:26", "03 01"]


def test_another_makers_heat_meter_reads_as_its_article_says() -> None:
    read = dict(values(decoded(HEAT_JY, UNIT_FIRST)))
    assert read["heat_energy"] == 0.072  # 0.02 MWh · 3.6
    assert (read["heating_volume"], read["supply_temperature"]) == (10.34, 25.35)


def test_units_in_the_wrong_place_are_an_error_and_no_value() -> None:
    with pytest.raises(UnknownUnit, match="heat_energy"):
        decoded(HEAT)


@pytest.mark.parametrize(
    ("what", "frame", "computed", "sent"),
    [
        # An article's heat meter: every figure is 123456.78 and the checksum is that of its request.
        ("article", "68204433221100337881 2E 1F9001 7856341205 7856341205 7856341217 7856341235 785634122C"
         "563412 563412 563412 20140318125659 0000 91 16", "06", "91"),
        # An article's water meter: figures changed for the reader, the checksum was not.
        ("water article", "68104433221100337881 16 1F9000 007766552C 007766552C 31012211051520 2184 08 16",
         "13", "08"),
        # A cloud platform's PHP test: figures 132333.43 …, which no receiver of it checks.
        ("php test", "682011223344556677812E901F01 132333432C 142434442C 152535452C 162636462C 172737472C"
         "182838 192939 102030 20160715095959 1122 A3 16", "B6", "A3"),
    ],
)  # fmt: skip
def test_published_examples_with_a_wrong_checksum_are_refused(
    what: str, frame: str, computed: str, sent: str
) -> None:
    with pytest.raises(BadChecksum) as caught:
        cjt188.find(bytes.fromhex(frame))
    assert caught.value.facts == {"expected": computed, "found": sent}


@pytest.mark.parametrize("frame", [READ, WATER, HEAT, HEAT_JY], ids=["read", "water", "heat", "JY"])
def test_every_flipped_bit_inside_a_frame_is_detected(frame: bytes) -> None:
    good = cjt188.find(frame)
    for bit in range(8 * len(frame)):
        spoilt = bytearray(frame)
        spoilt[bit // 8] ^= 1 << bit % 8
        if bit // 8 < good.start:
            assert cjt188.find(bytes(spoilt)) == good
        else:
            with pytest.raises(MeterError):
                cjt188.find(bytes(spoilt))


@given(
    st.integers(0, 255),
    st.text("0123456789", min_size=14, max_size=14),
    st.integers(0, 255),
    st.binary(max_size=255),
    st.binary(max_size=20).filter(lambda noise: 0x68 not in noise),
)
def test_a_frame_comes_back_as_it_was_sent(
    kind: int, address: str, control: int, data: bytes, noise: bytes
) -> None:
    found = cjt188.find(noise + cjt188.frame(kind, address, control, data) + noise)
    assert (found.meter_type, found.address, found.control, found.data) == (kind, address, control, data)


@given(st.binary(max_size=300))
def test_garbage_raises_only_our_errors(data: bytes) -> None:
    with pytest.raises((NoFrame, BadChecksum)):
        cjt188.find(b"\x68" + data.replace(b"\x16", b""))


@given(
    st.sampled_from([0x10, 0x20, 0x21, 0x30, 0x40, 0xAA]),
    st.sampled_from([0, 18, 19, 43, 50]).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
    st.sampled_from(sorted(cjt188.dialects())),
)
def test_any_content_gives_values_or_our_errors(kind: int, content: bytes, name: str) -> None:
    try:
        parts = cjt188.decode(kind, content, cjt188.dialect(name))
    except MeterError:
        return
    assert len(parts) in (4, 10)


def test_identifiers_are_known_in_either_byte_order() -> None:
    assert cjt188.find(READ).di == cjt188.find(HEAT).di == "901F"
    assert cjt188.find(cjt188.read_address_request(2)).di == "810A"


def test_an_answer_is_held_to_its_request() -> None:
    answer = cjt188.find(WATER)
    cjt188.check_answer(answer, "78330011223344", 0)
    cjt188.check_answer(answer, cjt188.BROADCAST)
    for address, serial in (("78330011223345", 0), ("78330011223344", 1)):
        with pytest.raises(WrongAnswer):
            cjt188.check_answer(answer, address, serial)
    with pytest.raises(WrongAnswer):
        cjt188.check_answer(cjt188.find(READ), "78330011223344")
    refusal = cjt188.find(cjt188.frame(0x10, "1", 0xC1, b"\x00\x12\x34"))
    with pytest.raises(MeterRefused, match="00 12 34"):
        cjt188.check_answer(refusal, "1")


def test_the_address_of_the_only_meter_is_read() -> None:
    answer = cjt188.frame(0x10, "78330123456789", 0x83, b"\x0a\x81\x00")
    assert cjt188.answered_address(cjt188.find(answer)) == "78330123456789"
    with pytest.raises(WrongAnswer):
        cjt188.answered_address(cjt188.find(WATER))


@pytest.mark.parametrize("address", ["", "123456789012345", "1234567890123A", "AA"])
def test_an_address_is_digits(address: str) -> None:
    with pytest.raises(BadAddress):
        cjt188.read_request(0x10, address, 0)


def content(unit: str, figure: str = "78563412") -> bytes:
    """Current heat in a unit, everything else in GJ, kW, m³/h, m³."""
    rest = "0000000017 0000000035 000000002C 000000 000000 000000 00000000000000 0000"
    return bytes.fromhex(f"0000000011 {figure}{unit} {rest}")


@pytest.mark.parametrize(
    ("unit", "expected_micro"),
    [  # 123456.78 of each; 1 kWh = 0.0036 GJ
        ("11", 123456_780000),
        ("13", 12345678_000000),
        ("0E", 123_456780),
        ("0B", 123457),  # 0.12345678 GJ
        ("01", 123),
        ("02", 444444),  # 123456.78 Wh · 0.0000036 = 0.444444408
        ("05", 444_444408),
        ("08", 444444_408000),
        ("0A", 44444440_800000),
    ],
)
def test_heat_becomes_gigajoules_exactly(unit: str, expected_micro: int) -> None:
    read = {part.measure: part for part in cjt188.decode(0x20, content(unit))}
    assert read["heat_energy"].micro == expected_micro


def test_cold_is_counted_apart_from_heat() -> None:
    measures = {part.measure for part in cjt188.decode(0x21, content("05"))}
    assert "cooling_energy" in measures
    assert "heat_energy" not in measures


@pytest.mark.parametrize("unit", ["2C", "17", "00", "FF"])
def test_a_unit_of_another_quantity_or_none_is_an_error_with_its_place(unit: str) -> None:
    with pytest.raises(UnknownUnit, match="byte 19"):
        cjt188.decode(0x20, content(unit), origin=14)


def test_an_empty_settling_figure_does_not_spoil_the_reading() -> None:
    figures = bytes.fromhex("785634122C 0000000000 00000000000000 00FF")
    current, settled, clock, _ = cjt188.decode(0x10, figures)
    assert (current.value, settled.text, settled.unit, clock.text) == (123456.78, "0.00", "[00]", None)


def test_a_dialect_may_give_a_code_another_meaning() -> None:
    figures = bytes.fromhex("7856341229 7856341229 00000000000000 0000")
    assert cjt188.decode(0x10, figures)[0].value == 123.45678  # litres
    assert cjt188.decode(0x10, figures, cjt188.dialect("millesimal"))[0].value == 12345.678
    turned = bytes.fromhex("785634122C 000000002C 20260131235959 0000")
    assert cjt188.decode(0x10, turned, cjt188.dialect("time_high_first"))[2].text == "2026-01-31 23:59:59"
    with pytest.raises(UnknownDialect, match="unit_first"):
        cjt188.dialect("maker")


def test_all_ff_is_no_value_and_digits_above_nine_are_an_error() -> None:
    rest = "000000002C 00000000000000 0000"
    assert cjt188.decode(0x30, bytes.fromhex("FFFFFFFF2C" + rest))[0].value is None
    with pytest.raises(BadData):
        cjt188.decode(0x30, bytes.fromhex("0000000A2C" + rest))


@pytest.mark.parametrize("kind", [0x00, 0x40, 0xAA])
def test_a_kind_of_meter_without_a_known_layout_is_an_error(kind: int) -> None:
    with pytest.raises(BadData):
        cjt188.decode(kind, bytes(19))


@pytest.mark.parametrize("name", cjt188.dialects())
def test_the_units_of_a_dialect_are_of_its_measures(name: str) -> None:
    of = cjt188.dialect(name)
    assert of.zh
    assert of.en
    assert len({one.code for one in of.units}) == len(of.units)
    assert all(one.factor > 0 for one in of.units)
    heat = {MEASURES[part.measure].unit for part in cjt188.decode(0x20, content("11")) if part.measure}
    assert heat == {"GJ", "W", "m³/h", "m³", "°C"}


@given(
    st.lists(st.integers(0, 99_999_999), min_size=5, max_size=5),
    st.lists(st.integers(0, 999_999), min_size=3, max_size=3),
    st.sampled_from(["standard", "unit_first", "time_high_first"]),
)
def test_what_is_encoded_is_decoded(figures: list[int], plain: list[int], name: str) -> None:
    of = cjt188.dialect(name)
    steps = (
        36,
        36,
        10_000_000,
        10_000,
        10_000,
        10_000,
        10_000,
        1_000_000,
    )  # kWh, kWh, kW, m³/h, m³, °C, °C, h
    micros = [raw * step for raw, step in zip((*figures, *plain), steps, strict=True)]
    codes = (5, 5, 0x17, 0x35, 0x2C, 0, 0, 0)
    parts = cjt188.decode(0x20, cjt188.encode(0x20, micros, codes, "20260131235959", of), of)
    read = [part.micro for part in parts if part.measure]
    assert read == [micros[1], *micros[2:7]]
    assert parts[-2].text == "2026-01-31 23:59:59"


def test_an_encoded_counter_begins_again_and_a_gauge_does_not() -> None:
    clock = "20260131235959"
    around = cjt188.encode(0x10, [1_000_000 * MICRO + 10_000, None], [0x2C, 0x2C], clock)
    assert cjt188.decode(0x10, around)[0].value == 0.01
    with pytest.raises(OutOfRange):
        cjt188.encode(0x20, [0, 0, 10**15, 0, 0, 0, 0, 0], [5, 5, 0x14, 0x35, 0x2C, 0, 0, 0], clock)
