"""Against what others wrote: Telegraf's vectors, register maps of mbmd and evcc, Sparkplug's statements."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from civicwatt_protocols import templates
from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.plan import Block
from civicwatt_protocols.template import Register, RegisterType

ORDERS = {"ABCDEFGH": "ABCD", "BADCFEHG": "BADC", "GHEFCDAB": "CDAB", "HGFEDCBA": "DCBA"}


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_telegrafs_vectors_decode_alike(shared_data: Path) -> None:
    checked = 0
    for vector in _json(shared_data / "modbus" / "telegraf_decode_vectors.json")["vectors"]:
        kind, order = vector["data_type"].lower(), vector["byte_order"]
        if kind not in set(RegisterType) or order == "BA" or (vector["scale"] or 1) < 1:
            continue  # bits, bytes, strings, bytes swapped in one word, scales truncated to integers
        words = bytes.fromhex(vector["wire_hex"])
        register = Register(
            measure="voltage_l1",
            function=3,
            address=0,
            type=RegisterType(kind),
            order=ORDERS.get(order, order),
            scale=Decimal(vector["scale"] or 1),
            unit="V",
        )
        [(_, value)] = BlockDecoder(Block(3, 0, len(words) // 2, (register,))).decode(words)
        assert value == float(vector["expect_raw"]), vector["case"]
        checked += 1
    assert checked >= 13


def _our_name(name: str) -> str:
    """mbmd's VoltageL1 → our voltage_l1."""
    quantity, phase = re.fullmatch(r"(.+?)(L[123])?", name).groups()  # type: ignore[union-attr]
    stem = {
        "Voltage": "voltage",
        "Current": "current",
        "Power": "active_power",
        "ReactivePower": "reactive_power",
        "ApparentPower": "apparent_power",
        "Cosphi": "power_factor",
        "Frequency": "frequency",
        "Import": "import_active_energy",
        "Export": "export_active_energy",
        "Sum": "total_active_energy",
        "ReactiveImport": "import_reactive_energy",
        "ReactiveExport": "export_reactive_energy",
        "ReactiveSum": "total_reactive_energy",
    }.get(quantity, quantity)
    if phase:
        return f"{stem}_{phase.lower()}"
    return f"{stem}_total" if stem.endswith(("_power", "power_factor")) else stem


@pytest.mark.parametrize(("device", "template"), [("dtsu666", "chint/dtsu666"), ("sdm", "eastron/sdm630")])
def test_addresses_agree_with_mbmd(shared_data: Path, device: str, template: str) -> None:
    theirs = _json(shared_data / "modbus" / "mbmd_register_maps.json")["devices"][device]["registers"]
    addresses = {_our_name(name): address for name, address in theirs.items()}
    ours = {one.measure: one.address for one in templates.load(template).registers}
    common = addresses.keys() & ours.keys()
    assert len(common) >= 20
    assert {key: ours[key] for key in common} == {key: addresses[key] for key in common}


@pytest.mark.parametrize(
    ("device", "template"), [("acrel-adw300", "acrel/adw300"), ("huawei-sun2000-inverter", "huawei/sun2000")]
)
def test_addresses_and_widths_agree_with_evcc(shared_data: Path, device: str, template: str) -> None:
    theirs = _json(shared_data / "modbus" / "evcc_register_maps.json")["devices"][device]
    ours = {one.address: one for one in templates.load(template).registers}
    for one in theirs:
        assert ours[one["address"]].type.bits == int(re.sub(r"\D", "", one["decode"]))
        assert ours[one["address"]].function == {"holding": 3, "input": 4}[one["type"]]


# statement of Sparkplug 3.0.0 → the test here that holds it
STATEMENTS = {
    "tck-id-topic-structure": "test_a_topic_is_read_back",
    "tck-id-topic-structure-namespace-device-id-associated-message-types": "test_other_topics_are_unknown",
    "tck-id-payloads-name-birth-data-requirement": "test_any_sparkplug_host_can_read_it",
    "tck-id-payloads-alias-data-cmd-requirement": "test_any_sparkplug_host_can_read_it",
    "tck-id-payloads-propertyset-quality-value-type": "test_the_bytes_are_sparkplug_bs",
    "tck-id-payloads-propertyset-values-array-size": "test_garbage_is_not_sparkplug",
    "tck-id-payloads-metric-datatype-req": "test_a_birth_declares_what_data_carry",
    "tck-id-payloads-dbirth-timestamp": "test_a_birth_declares_what_data_carry",
    "tck-id-payloads-nbirth-bdseq": "test_node_birth_and_death_keep_sparkplugs_rules",
    "tck-id-payloads-nbirth-rebirth-req": "test_node_birth_and_death_keep_sparkplugs_rules",
    "tck-id-payloads-ndeath-seq": "test_node_birth_and_death_keep_sparkplugs_rules",
    "tck-id-payloads-ndeath-bdseq": "test_node_birth_and_death_carry_the_same_bd_seq",
    "tck-id-payloads-ncmd-timestamp": "test_a_command_has_a_time_and_no_sequence",
    "tck-id-payloads-ncmd-seq": "test_a_command_has_a_time_and_no_sequence",
}


def test_the_statements_of_sparkplug_that_we_test_exist(shared_data: Path) -> None:
    statements = _json(shared_data / "sparkplug" / "sparkplug3_tck_ids.json")["statements"]
    assert STATEMENTS.keys() <= {one["id"] for one in statements}
    written = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert all(f"def {test}(" in written for test in STATEMENTS.values())
