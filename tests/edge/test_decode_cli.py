"""`civicwatt decode`: bytes in any common writing in, fields, values and our errors out."""

import json

import pytest
from typer.testing import CliRunner, Result

from civicwatt_edge.commands.decode import app
from civicwatt_protocols.errors import BadChecksum, CivicWattError, FrameError, NotHex, UnknownTemplate

ENERGY = "FE FE FE FE 68 12 10 78 56 34 12 68 91 08 33 33 34 33 AB 89 67 45 4C 16"
HEAT = (
    "68 20 38 04 21 08 00 59 42 81 2E 90 1F 00 05 19 28 53 00 05 19 28 53 00 17 00 00 00 00 35 00 00 00 00"
    "2C 42 33 18 00 03 19 00 10 19 00 61 27 00 26 57 23 31 03 15 20 03 01 F7 16"
)


def run(*words: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, [*words], input=stdin)


def error(result: Result) -> CivicWattError:
    assert isinstance(result.exception, CivicWattError)
    return result.exception


@pytest.mark.parametrize(
    "words",
    [
        [ENERGY],
        ENERGY.split(),
        [ENERGY.replace(" ", ":")],
        [ENERGY.replace(" ", "").lower()],
        [f"0x{byte}" for byte in ENERGY.split()],
        [ENERGY.replace(" ", ", 0X")],
    ],
    ids=["spaces", "arguments", "colons", "lower", "0x", "0X, list"],
)
def test_hexadecimal_may_be_written_in_any_common_way(words: list[str]) -> None:
    result = run("dlt645", *words)
    assert result.exit_code == 0
    assert "123456.78 kWh" in result.stdout


def test_a_dash_reads_standard_input() -> None:
    result = run("dlt645", "-", stdin=ENERGY.replace(" ", "\n") + "\n")
    assert "import_active_energy = 123456.78 kWh" in result.stdout


def test_fields_are_told_with_offset_bytes_and_both_languages() -> None:
    lines = run("dlt645", ENERGY).stdout.splitlines()
    (line,) = [line for line in lines if "数据标识" in line]
    assert line.split()[:5] == ["14", "33", "33", "34", "33"]
    assert "data identifier" in line
    assert "正向有功总电能" in line
    assert "imported active energy" in line


def test_json_holds_fields_and_values() -> None:
    told = json.loads(run("cjt188", "--dialect", "unit_first", "--json", HEAT).stdout)
    assert told["protocol"] == "CJ/T 188"
    assert told["bytes"] == 59
    assert told["error"] is None
    assert {"measure": "heat_energy", "value": "19.181484", "unit": "GJ"} in told["values"]
    assert {one["start"]: one["hex"] for one in told["fields"]}[34] == "2c42331800"


def test_a_template_turns_registers_into_measures() -> None:
    frame = "01 03 04 45 9C 50 00 13 11"  # DTSU666 golden frame: 5002 · 0.01 Hz
    words = ("modbus", "--template", "chint/dtsu666", "--json")
    told = json.loads(run(*words, "--address", str(0x2044), frame).stdout)
    assert told["values"] == [{"measure": "frequency", "value": "50.02", "unit": "Hz"}]
    assert told["protocol"] == "Modbus RTU"
    assert json.loads(run("modbus", "--json", frame).stdout)["values"] == []
    assert isinstance(error(run("modbus", "--template", "nobody/nothing", frame)), UnknownTemplate)


def test_a_sparkplug_payload_is_told() -> None:
    told = json.loads(run("sparkplug", "--json", "08 80 A0 F6 A4 F7 32 18 05").stdout)
    assert [one["en"] for one in told["fields"]] == ["timestamp", "seq"]


@pytest.mark.parametrize("word", ["", "6", "68 1", "6 8", "0x6 0x8", "6g", "68 AA 表", "-"])
def test_what_is_no_hexadecimal_is_used_wrongly(word: str) -> None:
    result = run("dlt645", word, stdin=b"\xff\xfe")
    assert isinstance(error(result), NotHex)
    assert error(result).exit_code == 2


def test_a_spoilt_frame_says_where_and_what_to_do_and_json_says_so_too() -> None:
    spoilt = ENERGY.replace("4C 16", "4D 16")
    caught = error(run("dlt645", spoilt))
    assert isinstance(caught, BadChecksum)
    assert (caught.where, caught.exit_code) == ("byte 22", 1)
    told = json.loads(run("dlt645", "--json", spoilt).stdout)
    assert told["error"]["code"] == "CW-P1402"
    assert told["error"]["remedy"]
    assert isinstance(error(run("modbus", "01 03 00 00 00 02 C4 0C")), FrameError)


def test_what_is_understood_in_part_is_shown_and_the_rest_is_an_error() -> None:
    result = run("cjt188", HEAT)  # units stand before the figures: not the standard dialect
    assert result.exit_code == 6
    assert "heat meter (heat)" in result.stdout
    assert result.stderr.startswith("CW-P1407 byte 19")
    zh, en = result.stderr.splitlines()
    assert "单位代号" in zh
    assert "unit code" in en
    assert json.loads(run("cjt188", "--json", HEAT).stdout)["error"]["where"] == "byte 19"
