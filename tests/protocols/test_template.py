# ruff: noqa: E501  one register a line
import pytest

from civicwatt_protocols import golden
from civicwatt_protocols.errors import (
    BadGolden,
    BadRegister,
    BadValue,
    CivicWattError,
    DuplicateMeasure,
    RegisterOverlap,
    UnknownDialect,
    UnknownIdentifier,
    UnknownKey,
    UnknownMeasure,
    WrongUnit,
)
from civicwatt_protocols.template import RegisterType, parse

TEXT = """key = "maker/model"
maker = "Maker"
model = "Model"
title_zh = "表"
title_en = "meter"
registers = [
  { measure = "voltage_l1", function = 3, address = 0, type = "uint16", order = "AB", scale = "0.1", unit = "V" },
  { measure = "active_power_total", function = 3, address = 1, type = "int32", order = "CDAB", scale = "1", unit = "W", invalid = ["0x7FFFFFFF"] },
  { measure = "import_active_energy", function = 4, address = 1, type = "uint64", order = "ABCD", scale = "0.001", unit = "kWh" },
]
[source]
document = "none"
detail = "made for this test"
status = "made"
[[golden]]
request = "03 0000 0003"
response = "03 06 0901 05DC 0000"
expect = { voltage_l1 = "230.5", active_power_total = "1500" }
[[golden]]
request = "03 0001 0002"
response = "03 04 FFFF 7FFF"
expect = { active_power_total = "null" }
"""


def test_a_sound_template_is_read() -> None:
    template = parse(TEXT, "maker/model.toml")
    power, energy = template.registers[1:]
    assert (power.type, power.count, power.markers) == (RegisterType.INT32, 2, {0x7FFFFFFF})
    assert (energy.count, energy.end, energy.scale_micro) == (4, 5, 1000)
    golden.check(template)


@pytest.mark.parametrize(
    ("old", "new", "error", "line"),
    [
        ("function = 3, address = 1", "function = 3, address = 0", RegisterOverlap, 8),
        ('"voltage_l1", function', '"voltage_l9", function', UnknownMeasure, 7),
        ('unit = "V"', 'unit = "kV"', WrongUnit, 7),
        ('"int32", order = "CDAB"', '"int32", order = "AB"', BadRegister, 8),
        ('"uint16", order = "AB"', '"uint16", order = "ABCD"', BadRegister, 7),
        ("function = 4, address = 1", "function = 4, address = 65533", BadRegister, 9),
        ("function = 4, address = 1", "function = 4, address = 65536", BadValue, 9),
        ("function = 4", "function = 6", BadValue, 9),
        ('scale = "0.001"', 'scale = "0.0000001"', BadRegister, 9),
        ('scale = "0.001"', 'scale = "0"', BadRegister, 9),
        ('scale = "0.001"', 'scale = "-1"', BadRegister, 9),
        ('scale = "0.001"', 'scale = "NaN"', BadRegister, 9),
        ('scale = "0.001"', 'scale = "Infinity"', BadRegister, 9),
        ('scale = "0.001"', 'scale = "1e400"', BadRegister, 9),
        ('scale = "0.001"', 'scale = "a"', BadValue, 9),
        ('"0x7FFFFFFF"', '"0x7FFF"', BadRegister, 8),
        ('"0x7FFFFFFF"', '"7FFFFFFF"', BadValue, 8),
        ('type = "uint64"', 'type = "uint128"', BadValue, 9),
        ('unit = "kWh"', 'unit = "kWh", sign = -1', UnknownKey, 9),
        ('model = "Model"', 'model = "Model"\ncolour = "red"', UnknownKey, 4),
        ('status = "made"', 'status = "sure"', BadValue, 14),
        ('key = "maker/model"', 'key = "Maker"', BadValue, 1),
        ('title_en = "meter"', 'title_en = "meter"\nprotocol = "mbus"', BadValue, 6),
        ('title_en = "meter"', 'title_en = "meter"\nidentifiers = ["00010000"]', BadValue, 6),
        ('title_en = "meter"', 'title_en = "meter"\nprotocol = "dlt645"', BadValue, 7),
        ('maker = "Maker"\n', "", BadValue, 1),
    ],
)
def test_a_wrong_template_is_refused_at_its_line(
    old: str, new: str, error: type[CivicWattError], line: int
) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(error) as caught:
        parse(TEXT.replace(old, new), "maker/model.toml")
    assert caught.value.where == f"maker/model.toml:{line}"


METER = """key = "maker/model"
maker = "Maker"
model = "Model"
title_zh = "表"
title_en = "meter"
protocol = "dlt645"
identifiers = [
  "00010000",
]
[source]
document = "none"
detail = "made for this test"
status = "made"
[[golden]]
request = "68 12 10 78 56 34 12 68 11 04 33 33 34 33 E8 16"
response = "68 12 10 78 56 34 12 68 91 08 33 33 34 33 AB 89 67 45 4C 16"
expect = { import_active_energy = "123456.78" }
[[golden]]
request = "68 12 10 78 56 34 12 68 11 04 33 33 34 33 E8 16"
response = "68 12 10 78 56 34 12 68 91 08 33 33 34 33 AB 89 67 45 4C 16"
expect = { import_active_energy = "123456.78" }
"""


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('"00010000"', '"0001FF77"', UnknownIdentifier),
        ('"00010000"', '"00010000", "00010000"', DuplicateMeasure),
        ('"00010000"', '"04000101"', BadValue),  # the date: no measure
        ('"dlt645"\nidentifiers', '"cjt188"\nidentifiers', BadValue),
        ('"dlt645"\n', '"dlt645"\ndialect = "klingon"\n', UnknownDialect),
    ],
)
def test_a_wrong_meter_template_is_refused_at_its_line(old, new, error) -> None:
    golden.check(parse(METER, "maker/model.toml"))
    assert METER.count(old) == 1
    with pytest.raises(error, match=r"maker/model.toml:[78]"):
        parse(METER.replace(old, new), "maker/model.toml")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("34 33 E8 16", "34 33 E9 16"),  # checksum of the request
        ("45 4C 16", "46 4D 16"),  # another value
        ("68 12 10 78 56 34 12 68 91 08", "68 13 10 78 56 34 12 68 91 08"),  # another meter, wrong sum
        ('import_active_energy = "123456.78"', 'import_active_energy = "12345678"'),
    ],
)
def test_a_meters_golden_frame_that_does_not_hold_is_found(old: str, new: str) -> None:
    template = parse(METER.replace(old, new, 1), "maker/model.toml")
    with pytest.raises(BadGolden):
        golden.check(template)


def test_the_overlap_names_both_measures_and_the_address() -> None:
    text = TEXT.replace("address = 1, type", "address = 0, type", 1)
    with pytest.raises(RegisterOverlap) as caught:
        parse(text, "maker/model.toml")
    assert caught.value.facts == {"measure": "active_power_total", "other": "voltage_l1", "address": 0}
    assert caught.value.code == "CW-P1101"


def test_one_measure_has_one_register() -> None:
    text = TEXT.replace(
        '"active_power_total", function = 3, address = 1, type = "int32", order = "CDAB", scale = "1", unit = "W"',
        '"voltage_l1", function = 3, address = 1, type = "int32", order = "CDAB", scale = "1", unit = "V"',
    )
    with pytest.raises(DuplicateMeasure) as caught:
        parse(text, "maker/model.toml")
    assert caught.value.where == "maker/model.toml:8"


def test_a_register_in_a_forbidden_range_is_refused() -> None:
    text = TEXT.replace("[source]", "forbidden = [{ function = 3, first = 2, last = 9 }]\n[source]")
    with pytest.raises(BadRegister) as caught:
        parse(text, "maker/model.toml")
    assert caught.value.where == "maker/model.toml:8"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('voltage_l1 = "230.5"', 'voltage_l1 = "23.05"'),  # scale
        ('active_power_total = "1500" }', 'active_power_total = "-1500" }'),  # sign
        ('voltage_l1 = "230.5", ', ""),  # a value nobody expected
        ("03 0000 0003", "03 0001 0003"),  # off by one
        ("03 0000 0003", "04 0000 0003"),  # opcode
        ("05DC 0000", "0000 05DC"),  # word order
        ("03 06 0901", "03 04 0901"),  # wrong length
        ("03 0000 0003", "03 0000"),
    ],
)
def test_a_golden_frame_that_does_not_hold_is_found(old: str, new: str) -> None:
    template = parse(TEXT.replace(old, new), "maker/model.toml")
    with pytest.raises(BadGolden):
        golden.check(template)


def test_a_fingerprint_must_have_the_width_of_its_type() -> None:
    table = """[fingerprint]
function = 3
address = 0x0B
type = "uint16"
expect = ["0x0670", "0x00000671"]
source = "made for this test"
"""
    sound = parse(TEXT + table.replace("0x00000671", "0x0671"), "maker/model.toml").fingerprint
    assert sound is not None
    assert (sound.count, sound.matches(b"\x06\x71"), sound.matches(b"\x71\x06")) == (1, True, False)
    with pytest.raises(BadValue) as caught:
        parse(TEXT + table, "maker/model.toml")
    assert caught.value.where == f"maker/model.toml:{TEXT.count(chr(10)) + 5}"
    assert "0x00000671" in str(caught.value)
