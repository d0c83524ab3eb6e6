"""Values of DL/T 645-2007: digits, signs, blocks, roll-over. Every expectation is worked out by hand."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols import dlt645
from civicwatt_protocols.errors import BadData, MeterError, OutOfRange, UnknownIdentifier
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.quantity import MICRO

NUMBERS = sorted(
    di for di, rows in dlt645.table().items() if all(row.number and not row.time for row in rows)
)


def one(di: str, data: str) -> float | None:
    (part,) = dlt645.decode(di, bytes.fromhex(data))
    return part.value


@pytest.mark.parametrize("di", dlt645.table())
def test_every_row_fits_the_list_of_measures(di: str) -> None:
    assert re.fullmatch("[0-9A-F]{8}", di)
    for row in dlt645.items(di):
        assert re.fullmatch(r"X+(\.X+)?( \+ [A-Za-z]+)?|[A-Za-z]+", row.format)
        assert row.zh
        assert row.en
        if row.measure:
            assert MEASURES[row.measure].unit == row.measure_unit
            assert MEASURES[row.measure].is_counter == (di[:2] == "00")


def test_no_measure_is_read_from_two_identifiers() -> None:
    measures = [rows[0].measure for rows in dlt645.table().values() if len(rows) == 1 and rows[0].measure]
    assert len(set(measures)) == len(measures)


@pytest.mark.parametrize(
    ("di", "data", "expected"),
    [
        ("00010000", "99999999", 999999.99),
        ("00010300", "01000000", 0.01),
        ("00000000", "65431281", -11243.65),  # 81 12 43 65: the sign bit and 01124365
        ("02020100", "563412", 123.456),
        ("02020100", "563492", -123.456),
        ("02020100", "000080", 0.0),  # minus nothing is nothing
        ("02040000", "000110", 10010.0),  # 10.0100 kvar
        ("02060000", "5089", -0.95),
        ("02060000", "0010", 1.0),
        ("02800002", "0250", 50.02),
        ("02050000", "999999", 99999.9),  # 99.9999 kVA
    ],
)
def test_digits_become_values(di: str, data: str, expected: float) -> None:
    assert one(di, data) == expected


@pytest.mark.parametrize("di", NUMBERS)
def test_all_ff_is_no_value(di: str) -> None:
    size = sum(row.size for row in dlt645.items(di))
    assert [part.value for part in dlt645.decode(di, b"\xff" * size)] == [None] * len(dlt645.items(di))
    assert dlt645.encode(di, [None] * len(dlt645.items(di))) == b"\xff" * size


def test_one_phase_of_a_block_may_be_missing() -> None:
    parts = dlt645.decode("0201FF00", bytes.fromhex("0522 FFFF 1522"))
    assert [(part.measure, part.value) for part in parts] == [
        ("voltage_l1", 220.5),
        ("voltage_l2", None),
        ("voltage_l3", 221.5),
    ]


def test_digits_above_nine_are_an_error_with_its_place() -> None:
    with pytest.raises(BadData, match="byte 12"):
        dlt645.decode("0201FF00", bytes.fromhex("0522 0A22 1522"), 10)


@pytest.mark.parametrize("di", dlt645.table())
def test_data_of_another_length_are_an_error(di: str) -> None:
    size = sum(row.size for row in dlt645.items(di))
    for wrong in (0, size - 1, size + 1):
        with pytest.raises(BadData):
            dlt645.decode(di, bytes(wrong))


def test_an_identifier_outside_the_table_is_an_error() -> None:
    with pytest.raises(UnknownIdentifier, match="04FFFFFF"):
        dlt645.decode("04FFFFFF", b"")


def test_the_roll_over_of_a_counter_is_known_and_gauges_have_none() -> None:
    (energy,) = dlt645.decode("00010000", bytes.fromhex("99999999"))
    assert energy.span_micro == 1_000_000 * MICRO
    assert energy.micro == energy.span_micro - 10_000
    (combined,) = dlt645.decode("00000000", bytes(4))  # signed: where it turns over is not known
    (voltage,) = dlt645.decode("02010100", bytes(2))
    assert combined.span_micro is voltage.span_micro is None


def test_an_encoded_counter_begins_again_as_the_meter_does() -> None:
    assert dlt645.encode("00010000", [1_000_000 * MICRO + 20_000]) == bytes.fromhex("02000000")


def test_a_value_beyond_the_digits_is_refused() -> None:
    with pytest.raises(OutOfRange):
        dlt645.encode("02010100", [1_000 * MICRO])
    with pytest.raises(OutOfRange):
        dlt645.encode("02030000", [-800_000 * MICRO])  # the sign takes the top bit: 79.9999 kW at most


@given(st.data())
def test_what_is_encoded_is_decoded(data: st.DataObject) -> None:
    di = data.draw(st.sampled_from(NUMBERS))
    micros: list[int] = []
    for row in dlt645.items(di):
        top = (8 if row.signed else 10) * 10 ** (2 * row.number_size - 1)
        raw = data.draw(st.integers(1 - top if row.signed else 0, top - 1))
        micros.append(raw * row.step_micro)
    assert [part.micro for part in dlt645.decode(di, dlt645.encode(di, micros))] == micros


def test_a_demand_carries_its_time() -> None:
    demand, at = dlt645.decode("01010000", bytes.fromhex("452301 3014310126"))
    assert (demand.text, demand.unit, demand.measure) == ("1.2345", "kW", None)
    assert (at.text, at.unit) == ("2601311430", "YYMMDDhhmm")
    (date,) = dlt645.decode("04000101", bytes.fromhex("06310126"))
    assert (date.text, date.unit) == ("26013106", "YYMMDDWW")


@given(st.sampled_from(sorted(dlt645.table())), st.binary(max_size=16))
def test_any_data_give_values_or_our_errors(di: str, data: bytes) -> None:
    try:
        parts = dlt645.decode(di, data)
    except MeterError:
        return
    assert all(part.micro is None or part.value == part.micro / MICRO for part in parts)
