"""Packs are computed again byte for byte; a changed byte is named with its place."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from people import us
from typer.testing import CliRunner

from civicwatt.cli import build
from civicwatt_cloud.modules.certification import exporting, proof
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.readings import Batch

GOLDEN = {one.name: one.read_bytes() for one in (files("civicwatt_cloud.reference") / "golden").iterdir()}


def results(name: str) -> list[dict[str, Any]]:
    return [case["result"] for case in json.loads(GOLDEN[name])["cases"]]


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden_packs_come_out_the_same(name: str) -> None:
    assert proof.verify(GOLDEN[name]).is_same


def test_golden_figures_are_the_published_ones() -> None:
    (example,) = results("worked_example.json")
    assert round(float(example["tce"]), 3) == 28.494
    assert round(float(example["kgce_per_m2"]), 3) == 20.353
    assert round(float(example["kgce_per_person"]), 2) == 569.88
    (chongqing,) = results("chongqing_2015.json")
    assert round(float(chongqing["tce"]) / 10_000, 2) == 78.42  # published 78.41
    bands, *outcomes = results("model_unit.json")
    assert list(bands.values()) == ["6", "5", "4", "4", "0", "7", "6"]  # by name: 100, 110, 110.1, 120 …
    assert [one["outcome"] for one in outcomes] == ["failed", "passed", "failed"]
    told = [(one["target"], one["yearly_percent"]) for one in results("targets_2025.json")]
    assert told == [("94", "1.230"), ("93", "1.441"), ("95", "1.021"), ("93", "1.441")]


def test_every_changed_byte_is_found() -> None:
    data = GOLDEN["worked_example.json"]
    for at in range(0, len(data), 7):
        changed = bytearray(data)
        changed[at] = changed[at] ^ 1
        found = proof.verify(bytes(changed))
        assert not found.is_same, at
        assert found.differences[0].place


def test_a_changed_digit_is_named_with_its_place() -> None:
    changed = GOLDEN["worked_example.json"].replace(b'"12500"', b'"12501"')
    places = [one.place for one in proof.verify(changed).differences]
    assert "seals/cases/0/inputs/amounts/0/amount" in places
    assert "cases/0/result/kgce" in places
    spaced = GOLDEN["worked_example.json"] + b"\n"
    assert proof.verify(spaced).differences[0].place.startswith("byte ")


def test_a_certified_figure_goes_out_and_is_computed_again(office: Any, tmp_path: Path) -> None:
    row = office.declare(kind="model_unit", version="2011")
    store = DuckDBStore(tmp_path / "readings.duckdb")
    try:
        times = np.array([us("2025-01-01 00:00"), us("2025-12-31 23:45")])
        store.write(Batch.of(11, times, np.array([5_000.5, 6_200.5])))
        made = exporting.pack(office.at("2026-02-10 10:00"), store, row, "energy_per_area")
    finally:
        store.close()
    assert proof.verify(made).is_same
    (case,) = json.loads(made)["cases"]
    assert case["result"]["figure"] == "0.14748"
    (counter,) = case["result"]["counters"].values()
    assert counter == {"booked": "1200", "between_readings": "1200"}
    assert case["inputs"]["factors"]["electricity"][0]["value"] == "0.1229"
    changed = made.replace(b'"6200.5"', b'"6300.5"')
    places = [one.place for one in proof.verify(changed).differences]
    assert any(place.endswith("counters/0/last/value") for place in places)


def test_the_command(tmp_path: Path) -> None:
    runner, app = CliRunner(), build("verify")
    shipped = runner.invoke(app, ["verify", "--json"])
    assert shipped.exit_code == 0
    assert {name: one["same"] for name, one in json.loads(shipped.stdout).items()} == dict.fromkeys(
        GOLDEN, True
    )
    bad = tmp_path / "pack.json"
    bad.write_bytes(GOLDEN["model_unit.json"].replace(b"84.99", b"84.98"))
    found = runner.invoke(app, ["verify", str(bad)])
    assert found.exit_code == 1
    assert "cases/3" in found.stdout
