import json
import re
from string import Formatter

import pytest

from civicwatt_protocols import errors
from civicwatt_protocols.errors import BadValue, CivicWattError, DeviceRefused, RegisterOverlap


def _tree(root: type[CivicWattError]) -> list[type[CivicWattError]]:
    children = [one for one in root.__subclasses__() if one.__module__ == errors.__name__]
    return [root, *(below for child in children for below in _tree(child))]


ALL = _tree(CivicWattError)


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.__name__)
class TestEveryError:
    def test_has_its_own_message_and_code(self, error: type[CivicWattError]) -> None:
        assert "code" in vars(error)
        assert {"zh", "en"} <= vars(error).keys()
        assert re.fullmatch(r"CW-(0000|[CP]\d{4})", error.code)

    def test_says_the_same_facts_in_both_languages(self, error: type[CivicWattError]) -> None:
        strip = {name.removesuffix("_zh") for name in _names(error.zh)}
        assert strip == _names(error.en)
        assert _names(error.remedy_zh) == _names(error.remedy_en)

    def test_lists_its_facts_in_its_docstring(self, error: type[CivicWattError]) -> None:
        needed = _names(error.zh + error.en + error.remedy_zh + error.remedy_en)
        listed = re.search(r"Facts: ([\w, ]+)\.", error.__doc__ or "")
        assert needed <= set(listed[1].split(", ") if listed else [])

    def test_stands_in_the_drawn_tree(self, error: type[CivicWattError]) -> None:
        assert re.search(rf"\b{error.__name__}\b", errors.__doc__ or "")
        if error is not CivicWattError:
            assert re.search(rf"{error.__name__}\s+{error.code}\b", errors.__doc__ or "")


def test_codes_are_unique() -> None:
    codes = [error.code for error in ALL]
    assert len(set(codes)) == len(codes)


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
    assert found["message"] == "port 的值无效:too big"
    assert found["message_en"] == "invalid value of port: too big"
    assert found["remedy"]
    assert found["remedy_en"]


def test_a_refusal_keeps_the_exception_code() -> None:
    assert DeviceRefused(exception_code=2).exception_code == 2
    assert "2" in str(DeviceRefused(exception_code=2))
