"""Frames of third parties (24, each with its source) decode as listed; exceptions are argued here."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from civicwatt_protocols import cjt188, dlt645
from civicwatt_protocols.errors import UnknownIdentifier


@pytest.fixture(scope="module")
def frames(shared_data: Path) -> dict[str, list[dict[str, Any]]]:
    listed: dict[str, list[dict[str, Any]]] = json.loads(
        (shared_data / "meters_cn" / "frames.json").read_text("utf-8")
    )
    return listed


def test_dlt645_frames_are_taken_apart_as_stated(frames: dict[str, list[dict[str, Any]]]) -> None:
    assert len(frames["dlt645"]) == 12
    for one in frames["dlt645"]:
        expect, found = one["expect"], dlt645.find(bytes.fromhex(one["frame"]))
        assert found.start == expect["preamble"], one
        assert found.address == expect["addr"].upper(), one
        assert f"{found.control:02X}" == expect["ctrl"], one
        assert len(found.data) == expect["length"], one
        assert found.data.hex().upper() == expect["data_minus33"].upper(), one
        assert found.is_answer == (expect["direction"] == "response"), one
        assert found.is_refusal == expect["error_reply"], one
        assert found.di == expect.get("di"), one


def test_dlt645_values_are_as_stated(frames: dict[str, list[dict[str, Any]]]) -> None:
    read = {}
    for one in frames["dlt645"]:
        found = dlt645.find(bytes.fromhex(one["frame"]))
        if "value" in one["expect"] and found.di not in (None, "00440000"):
            (part,) = dlt645.decode(found.di, found.data[4:])
            assert Decimal(str(part.value)) == Decimal(str(one["expect"]["value"])), one
            assert (part.zh, part.unit) == (one["expect"]["name"], one["expect"]["unit"]), one
            read[found.di] = part.value
    assert read == {"00000000": 7502.64, "02020100": 0.0}


def test_identifier_00440000_is_not_read_as_kwh(frames: dict[str, list[dict[str, Any]]]) -> None:
    """The list calls it "maker's, tariff 44" in kWh; tariffs stand in DI1 (00010100 is tariff 1), not in DI2.

    44 in DI2 is another quantity (from memory: reactive energy of phase C, fourth quadrant, kvarh). It is not
    in our table; the frame is good, its value is not guessed.
    """
    (one,) = [one for one in frames["dlt645"] if one["expect"].get("di") == "00440000"]
    found = dlt645.find(bytes.fromhex(one["frame"]))
    with pytest.raises(UnknownIdentifier):
        dlt645.decode(found.di or "", found.data[4:])
    assert int(found.data[:3:-1].hex()) == 1965  # its digits are those of the stated 19.65


def test_a_frame_of_the_1997_edition_is_a_frame_without_identifier_of_ours(
    frames: dict[str, list[dict[str, Any]]],
) -> None:
    """DL/T 645-1997 has the same frame with control 01 and 81, and two bytes of identifier."""
    (one,) = [one for one in frames["dlt645"] if "di97" in one["expect"]]
    found = dlt645.find(bytes.fromhex(one["frame"]))
    assert (found.control, found.di) == (0x81, None)
    assert found.data[1::-1].hex() == one["expect"]["di97"]


def test_cjt188_frames_are_taken_apart_as_stated(frames: dict[str, list[dict[str, Any]]]) -> None:
    assert len(frames["cjt188"]) == 12
    for one in frames["cjt188"]:
        expect, found = one["expect"], cjt188.find(bytes.fromhex(one["frame"]))
        assert found.start == expect["preamble"], one
        assert f"{found.meter_type:02X}" == expect["meter_type"], one
        assert found.address == expect["addr"], one
        assert f"{found.control:02X}" == expect["ctrl"], one
        assert len(found.data) == expect["length"], one
        assert found.data[:2].hex().upper() == expect["di"], one  # stated as sent, in either order
        assert found.di == ("901F" if found.function == 1 else "810A"), one
        assert f"{found.serial:02X}" == expect["ser"], one


def test_cjt188_values_are_as_stated(frames: dict[str, list[dict[str, Any]]]) -> None:
    answers = [one for one in frames["cjt188"] if "current_m3" in one["expect"]]
    assert len(answers) == 3
    for one in answers:
        expect, found = one["expect"], cjt188.find(bytes.fromhex(one["frame"]))
        current, settled, clock, status = cjt188.decode(found.meter_type, found.content)
        assert (current.measure, current.value) == ("water_volume", expect["current_m3"]), one
        assert float(settled.text or "") == expect["month_m3"], one
        assert (clock.text, (status.text or "").replace(" ", "")) == (None, expect["status"]), one
