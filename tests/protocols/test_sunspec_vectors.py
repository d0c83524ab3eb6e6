"""Our model table against the published models; discovery and decoding on the published test device."""

import json
import struct
import tarfile
from pathlib import Path
from typing import Any

import pytest

from civicwatt_protocols.sunspec.identity import identity
from civicwatt_protocols.sunspec.models import decode, definitions
from civicwatt_protocols.sunspec.walk import Model, Read, discover, poll

Group = dict[str, Any]
Official = dict[int, Group]
CODES = {"int16": "h", "sunssf": "h", "int32": "i", "uint32": "I", "acc32": "I", "bitfield32": "I"} | {
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
}
ABSENT = {"int16": -0x8000, "sunssf": -0x8000, "int32": -(2**31), "acc32": 0, "int64": -(2**63)}


@pytest.fixture(scope="module")
def official(shared_data: Path) -> Official:
    with tarfile.open(shared_data / "modbus" / "sunspec_models_json.tar.gz") as archive:
        files = [archive.extractfile(one) for one in archive if one.name.endswith(".json")]
        models = [json.load(file) for file in files if file is not None]
    return {model["id"]: model["group"] for model in models}


def offsets(group: Group) -> dict[str, tuple[int, str, str | None]]:
    """Offset, type and scale factor of every point by name; of a group inside, the first two times."""
    found, at = {}, 0
    for point in group["points"]:
        found[point["name"]] = (at, point["type"], point.get("sf"))
        at += point["size"]
    for inner in group.get("groups", []):
        size = sum(point["size"] for point in inner["points"])
        for number in (0, 1):
            for name, (offset, type, sf) in offsets(inner).items():
                found[f"{inner['name']}[{number}].{name}"] = (at + number * size + offset, type, sf)
    return found


@pytest.mark.parametrize("id", sorted(definitions()))
def test_our_table_says_what_the_published_model_says(official: Official, id: int) -> None:
    published = offsets(official[id])
    for point in definitions()[id].points:
        name = point.point
        if id == 201 and name.startswith("PhVph") and len(name) == 7:
            name = name.replace("PhVph", "PPVph")  # the one model of the four that names them so
        offset, type, sf = published[name]
        assert (point.offset, point.type) == (offset, type), name
        assert point.sf == (published[sf][0] if sf else None), name


def encode(group: Group, values: Any) -> bytes:
    """The registers of a group by the published model; what the values lack is "not implemented"."""
    data = b""
    for point in group["points"]:
        value, type = values.get(point["name"]), point["type"]
        if type == "string":
            data += (value or "").encode().ljust(2 * point["size"], b"\0")
        elif type == "pad":
            data += bytes(2)
        else:
            code = CODES.get(type, "H")
            unsigned = 256 ** struct.calcsize(f">{code}") - 1
            data += struct.pack(f">{code}", ABSENT.get(type, unsigned) if value is None else value)
    for inner in group.get("groups", []):
        given = values.get(inner["name"], [])
        for one in given if isinstance(given, list) else [given]:
            data += encode(inner, one)
    return data


@pytest.fixture(scope="module")
def device(shared_data: Path, official: Official) -> tuple[dict[int, int], dict[int, dict[str, Any]]]:
    """The test device as holding registers from 40000 on, and its raw values by model."""
    stated = json.loads((shared_data / "modbus" / "sunspec_device_1547.json").read_text())["models"]
    data = b"SunS"
    for model in stated:
        if model["ID"] in official:
            body = encode(official[model["ID"]], model)[4:]
            data += struct.pack(">2H", model["ID"], len(body) // 2) + body
    data += struct.pack(">2H", 0xFFFF, 0)
    words = struct.unpack(f">{len(data) // 2}H", data)
    return dict(enumerate(words, 40000)), {model["ID"]: model for model in stated}


def run(walk: Any, registers: dict[int, int]) -> Any:
    read: Read = next(walk)
    while True:
        words = [registers.get(read.address + at) for at in range(read.count)]
        try:
            read = walk.send(None if None in words else struct.pack(f">{read.count}H", *words))
        except StopIteration as end:
            return end.value


def test_the_test_device_is_found_and_read(device: Any) -> None:
    registers, stated = device
    models: tuple[Model, ...] = run(discover(), registers)
    assert [one.id for one in models] == [id for id in stated if id != 0xFFFF]
    common = models[0]
    data = struct.pack(f">{common.length}H", *(registers[common.address + at] for at in range(common.length)))
    assert identity(data).maker == stated[1]["Mn"]
    assert (identity(data).model, identity(data).serial) == (stated[1]["Md"], stated[1]["SN"])

    values = dict(run(poll(models), registers))
    assert values["active_power_total"] == 9800
    assert values["frequency"] == 60.01
    assert values["power_factor_total"] == 0.985
    assert values["voltage_ab"] == 12
    assert values["current_l3"] == 13.8
    assert values["generated_active_energy"] == 150  # 150 · 10³ Wh
    assert values["internal_temperature"] == 55


def test_the_test_device_calls_one_voltage_as_the_model_does_not(device: Any) -> None:
    """It states VL3N, the model has VL3: nothing may be read there, and the decoder is not bent to it."""
    registers, stated = device
    assert "VL3N" in stated[701]
    assert "VL3" not in stated[701]
    [der] = [one for one in run(discover(), registers) if one.id == 701]
    words = [registers[der.address + at] for at in range(der.length)]
    values = dict(decode(701, struct.pack(f">{der.length}H", *words)))
    assert values["voltage_l2"] == 12
    assert values["voltage_l3"] is None
