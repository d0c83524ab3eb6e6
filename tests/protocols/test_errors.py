import json
import re
from string import Formatter

import pytest

from civicwatt_protocols import errors
from civicwatt_protocols.errors import BadValue, CivicWattError, DeviceRefused, RegisterOverlap

ALL = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, CivicWattError)]


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
def test_an_error_lists_its_facts_in_its_docstring(error: type[CivicWattError]) -> None:
    needed = _names(error.zh + error.en + error.remedy_zh + error.remedy_en)
    listed = re.search(r"Facts: ([\w, ]+)\.", error.__doc__ or "")
    assert needed <= set(listed[1].split(", ") if listed else [])


def test_text_names_code_place_cause_and_remedy() -> None:
    error = RegisterOverlap("acrel/x.toml:12", measure="frequency", other="voltage_l1", address=20)
    assert str(error).startswith(
        "CW-P1101 acrel/x.toml:12: frequency 与 voltage_l1 的寄存器在地址 20 重叠。请"
    )
    assert error.text("en").startswith(
        "the registers of frequency and voltage_l1 overlap at address 20. check"
    )


def test_dict_is_json_with_both_languages() -> None:
    found = json.loads(json.dumps(BadValue("f.toml:3", key="port", detail="too big").as_dict()))
    assert found["code"] == "CW-C1003"
    assert found["where"] == "f.toml:3"
    assert found["message"] == "port 的值无效：too big"
    assert found["message_en"] == "invalid value of port: too big"
    assert found["remedy"]
    assert found["remedy_en"]


def test_a_refusal_keeps_the_exception_code() -> None:
    assert DeviceRefused(exception_code=2).exception_code == 2
    assert "2" in str(DeviceRefused(exception_code=2))
