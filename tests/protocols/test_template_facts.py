"""Registers of our templates against the published maps that they restate: functions and addresses."""

import json
from pathlib import Path
from typing import Any

import pytest

from civicwatt_protocols import templates

# the map's name in the public collection → the template that restates it
MAPS = {
    "abb": "abb/b23",
    "carlogavazzi-em24": "carlo_gavazzi/em24",
    "carlogavazzi-ex3x0": "carlo_gavazzi/em340",
    "ddm18sd": "ddm/18sd",
    "dmg610": "lovato/dmg610",
    "ds100": "bg_etech/ds100",
    "dtsu666": "chint/dtsu666",
    "dzg": "dzg/dvh4013",
    "eltako": "eltako/dsz15dzmod",
    "inepro": "inepro/pro380",
    "janitza": "janitza/b23",
    "mpm3pm": "bernecker/mpm3pm",
    "orno1p": "orno/we514",
    "orno1p504": "orno/we504",
    "orno1p525": "orno/we525",
    "sdm": "eastron/sdm630",
    "sdm120": "eastron/sdm120",
    "sdm220": "eastron/sdm220",
    "sdm230": "eastron/sdm230",
    "sdm72": "eastron/sdm72",
    "sdm72v2": "eastron/sdm72_v2",
    "ws100": "bg_etech/ws100",
}
STEMS = {
    "Voltage": "voltage",
    "Current": "current",
    "Power": "active_power",
    "ReactivePower": "reactive_power",
    "ApparentPower": "apparent_power",
    "Cosphi": "power_factor",
}
NAMES = {
    "Frequency": "frequency",
    "Import": "import_active_energy",
    "Export": "export_active_energy",
    "Sum": "total_active_energy",
    "ReactiveImport": "import_reactive_energy",
    "ReactiveExport": "export_reactive_energy",
    "ReactiveSum": "total_reactive_energy",
} | {f"ImportL{phase}": f"import_active_energy_l{phase}" for phase in (1, 2, 3)}
FUNCTIONS = {"ReadHoldingReg": 3, "ReadInputReg": 4}


def meant(name: str, single_phase: bool) -> str | None:
    """The measure of a name of the collection; its plain Voltage and Current are averages on three phases."""
    if name[-2:] in {"L1", "L2", "L3"} and name[:-2] in STEMS:
        return f"{STEMS[name[:-2]]}_{name[-2:].lower()}"
    if name in {"Voltage", "Current"}:
        return f"{STEMS[name]}_l1" if single_phase else None
    return f"{STEMS[name]}_total" if name in STEMS else NAMES.get(name)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, Any]:
    maps: dict[str, Any] = json.loads((shared_data / "modbus" / "mbmd_register_maps.json").read_text())
    return maps["devices"]


@pytest.mark.parametrize("name", sorted(MAPS))
def test_addresses_are_those_of_the_published_map(published: dict[str, Any], name: str) -> None:
    found = published[name]
    single_phase = "VoltageL1" not in found["registers"]
    facts = {meant(key, single_phase): address for key, address in found["registers"].items()}
    functions = {FUNCTIONS[one] for one in found["function"]}
    registers = templates.load(MAPS[name]).registers
    ours = {one.measure: one.address for one in registers}
    assert ours == {measure: facts.get(measure) for measure in ours}
    assert {one.function for one in registers} == functions


def test_no_published_map_is_forgotten(published: dict[str, Any]) -> None:
    assert set(published) == set(MAPS)
