"""Each import contract holds, and breaks when a violation is planted."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ["protocols/src", "edge/src", "hardware-sim/src", "cloud/src"]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# contract id → (file to plant, the forbidden import)
PLANTS = {
    "distribution-layers": ("edge/src/civicwatt_edge/planted.py", "import civicwatt_cloud"),
    "protocols-pure": ("protocols/src/civicwatt_protocols/planted.py", "import socket"),
    "edge-lean": ("edge/src/civicwatt_edge/planted.py", "import numpy"),
    "edge-pymodbus": ("edge/src/civicwatt_edge/planted.py", "import pymodbus"),
    "edge-layers": ("edge/src/civicwatt_edge/storage/planted.py", "import civicwatt_edge.delivery.mqtt"),
    "cloud-layers": ("cloud/src/civicwatt_cloud/kit/planted.py", "import civicwatt_cloud.timeseries"),
    "timeseries-layers": (
        "cloud/src/civicwatt_cloud/timeseries/stores/planted.py",
        "import civicwatt_cloud.timeseries.ledger.days",
    ),
    "ledger-rooms": (
        "cloud/src/civicwatt_cloud/timeseries/ledger/bills/planted.py",
        "import civicwatt_cloud.timeseries.ledger.books.ledger",
    ),
    "kit-rooms": (
        "cloud/src/civicwatt_cloud/kit/identity/planted.py",
        "import civicwatt_cloud.kit.records.registry",
    ),
    "fleet-rooms": (
        "cloud/src/civicwatt_cloud/modules/fleet/positions/planted.py",
        "import civicwatt_cloud.modules.fleet.use.requests",
    ),
    "analysis-pure": ("cloud/src/civicwatt_cloud/analysis/planted.py", "import sqlalchemy"),
    "rules-pure": ("cloud/src/civicwatt_cloud/timeseries/figures/rules.py", "import sqlalchemy"),
}


def lint(tree: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter for one contract over a copy of the sources."""
    path = os.pathsep.join(str(tree / source) for source in SOURCES)
    script = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", script, "--contract", contract, "--no-cache"],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the Python sources to plant violations in."""
    for source in SOURCES:
        shutil.copytree(
            ROOT / source,
            tmp_path / source,
            ignore=shutil.ignore_patterns("__pycache__", "web_dist", "*.toml", "*.json"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(PLANTS)


@pytest.mark.parametrize("contract", sorted(PLANTS))
def test_planted_violation_breaks_the_contract(tree: Path, contract: str) -> None:
    kept = lint(tree, contract)
    assert kept.returncode == 0, kept.stdout
    file, line = PLANTS[contract]
    with (tree / file).open("a") as target:
        target.write(f"\n{line}\n")
    broken = lint(tree, contract)
    assert broken.returncode != 0
    assert "BROKEN" in broken.stdout
