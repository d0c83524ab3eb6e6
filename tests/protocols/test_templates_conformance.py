"""Every installed template: adding a meter is adding a file, and these tests run over it."""

import json
import tomllib
from decimal import Decimal
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_protocols import golden, templates
from civicwatt_protocols.dlt645 import items
from civicwatt_protocols.errors import UnknownTemplate
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.encode import encode, encode_micro, served
from civicwatt_protocols.modbus.plan import Block, plan
from civicwatt_protocols.quantity import MICRO, from_micro, to_micro
from civicwatt_protocols.template import DeviceTemplate, Register, RegisterType

SCHEMA = json.loads(files(templates).joinpath("schema.json").read_text("utf-8"))


EVERY = [templates.load(name) for name in templates.names()]
MODBUS = [template for template in EVERY if template.protocol == "modbus"]
METERS = [template for template in EVERY if template.protocol in ("dlt645", "cjt188")]


def key(template: DeviceTemplate) -> str:
    return template.key


@pytest.fixture(scope="module", params=EVERY, ids=key)
def template(request: pytest.FixtureRequest) -> DeviceTemplate:
    """Any template."""
    return request.param


@pytest.fixture(scope="module", params=MODBUS, ids=key)
def modbus(request: pytest.FixtureRequest) -> DeviceTemplate:
    """A template of registers."""
    return request.param


@pytest.fixture(scope="module", params=METERS, ids=key)
def meter(request: pytest.FixtureRequest) -> DeviceTemplate:
    """A template of DL/T 645-2007 or CJ/T 188."""
    return request.param


def _read(register: Register, words: bytes) -> float | None:
    block = Block(register.function, register.address, register.count, (register,))
    [(measure, value)] = BlockDecoder(block).decode(words)
    assert measure == register.measure
    return value


def test_golden_frames_hold(template: DeviceTemplate) -> None:
    golden.check(template)


def test_golden_frames_cover_every_data_type_and_marker(modbus: DeviceTemplate) -> None:
    covered = [(golden_one, measure) for golden_one in modbus.golden for measure in golden_one.expect]
    by_measure = {register.measure: register for register in modbus.registers}
    assert {by_measure[measure].type for _, measure in covered} == {one.type for one in modbus.registers}
    marked = {one.type for one in modbus.registers if one.invalid}
    nulls = {by_measure[m].type for one, m in covered if one.expect[m] == "null"}
    assert nulls == marked


def test_signed_types_are_proven_with_a_negative_value(modbus: DeviceTemplate) -> None:
    signed = {one.type for one in modbus.registers if not one.type.startswith("uint")}
    gauges = {r.measure: r.type for r in modbus.registers if not MEASURES[r.measure].is_counter}
    negative = {
        gauges[m] for one in modbus.golden for m, v in one.expect.items() if m in gauges and v.startswith("-")
    }
    assert negative >= signed & set(gauges.values())


def test_the_plan_respects_the_limits_of_the_device(modbus: DeviceTemplate) -> None:
    blocks = plan(modbus.registers, modbus.max_registers, modbus.max_gap, modbus.forbidden)
    assert sorted(r.measure for b in blocks for r in b.registers) == sorted(
        r.measure for r in modbus.registers
    )
    assert all(block.count <= modbus.max_registers for block in blocks)
    assert len(blocks) <= 3


def test_golden_frames_of_meters_cover_every_measure_minus_and_no_value(meter: DeviceTemplate) -> None:
    told = [(measure, text) for one in meter.golden for measure, text in one.expect.items()]
    assert {measure for measure, text in told if text != "null"} == set(meter.measures)
    signed = {row.measure or "" for di in meter.identifiers for row in items(di) if row.signed}
    negative = {measure for measure, text in told if text.startswith("-")}
    assert {name.rpartition("_")[0] for name in signed} == {name.rpartition("_")[0] for name in negative}
    assert any(text == "null" for _, text in told)


def test_a_fingerprint_is_told_from_other_answers(template: DeviceTemplate) -> None:
    fingerprint = template.fingerprint
    if fingerprint is None:
        return
    assert fingerprint.source
    for raw in fingerprint.expect:
        words = bytes.fromhex(raw[2:])
        assert len(words) == 2 * fingerprint.count
        assert fingerprint.matches(words)
        assert not fingerprint.matches(words[::-1])
    assert not fingerprint.matches(bytes(2 * fingerprint.count))


def test_it_says_where_its_facts_are_from(template: DeviceTemplate) -> None:
    assert template.source.document
    assert template.simulated == (template.source.status == "made")


def test_the_raw_file_validates_against_the_schema(template: DeviceTemplate) -> None:
    jsonschema.validate(tomllib.loads(templates.text(template.key)), SCHEMA)


def test_the_checked_in_schema_is_current() -> None:
    assert files(templates).joinpath("schema.json").read_text("utf-8") == templates.schema_text()


def test_an_unknown_template_names_those_there_are() -> None:
    with pytest.raises(UnknownTemplate) as caught:
        templates.load("acrel/none")
    assert "acrel/adw300" in str(caught.value)


def _raw_range(register: Register) -> tuple[int, int]:
    bits = register.type.bits
    if register.type.is_float:
        top = 2**24  # what a float32 counts exactly
        low = -top
    elif register.type.startswith("int"):
        low, top = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    else:
        low, top = 0, 2**bits - 1
    limit = (2**33 * MICRO - 1) // register.scale_micro  # as served, a value is a double
    low, top = max(low, -limit), min(top, limit)
    return (0 if MEASURES[register.measure].is_counter else low), top


@settings(max_examples=25)  # for each of many templates
@given(data=st.data())
def test_what_is_encoded_is_read_back(modbus: DeviceTemplate, data: st.DataObject) -> None:
    for register in modbus.registers:
        raw = data.draw(st.integers(*_raw_range(register)).filter(lambda n, r=register: n not in r.markers))
        micro = raw * register.scale_micro
        value = _read(register, encode(register, from_micro(micro)))
        assert value is not None
        assert to_micro(value) == micro == served(register, micro)


@settings(max_examples=25)  # for each of many templates
@given(data=st.data())
def test_rounding_is_down_for_counters_and_to_the_nearest_for_gauges(
    modbus: DeviceTemplate, data: st.DataObject
) -> None:
    for register in modbus.registers:
        low, top = (bound * register.scale_micro for bound in _raw_range(register))
        low += register.scale_micro if -(2 ** (register.type.bits - 1)) in register.markers else 0
        micro = data.draw(st.integers(low, top - 2 * register.scale_micro))
        back = served(register, micro)
        value = _read(register, encode_micro(register, micro))
        assert value is not None
        assert to_micro(value) == back
        if MEASURES[register.measure].is_counter:
            assert back <= micro
        step = register.scale_micro
        if register.type is RegisterType.FLOAT32:
            step = max(1, abs(micro) // 2**22)
        assert (
            abs(back - micro) < 2 * step
            if MEASURES[register.measure].is_counter
            else abs(back - micro) <= step
        )


def test_no_value_is_read_back_as_no_value(modbus: DeviceTemplate) -> None:
    for register in modbus.registers:
        if register.invalid or register.type.is_float:
            assert _read(register, encode(register, None)) is None


def test_integer_registers_are_decimal_arithmetic(modbus: DeviceTemplate) -> None:
    for register in modbus.registers:
        if register.type.is_float:
            continue
        for raw in (1, 7, 12345):
            words = encode_micro(register, raw * register.scale_micro)
            value = _read(register, words)
            assert value == float(Decimal(raw) * register.scale)
