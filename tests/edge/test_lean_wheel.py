"""The gateway's own distribution: agent and protocols, and nothing of the cloud."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOUD_ONLY = ("fastapi", "sqlalchemy", "numpy", "duckdb", "openpyxl")
ON_DEMAND = ("pymodbus", "serial")  # only a serial line or RTU over TCP brings them in
RUN = f"""
import sys
sys.path.insert(0, sys.argv.pop(1))
for name in {CLOUD_ONLY!r} + {ON_DEMAND!r} + ("civicwatt", "civicwatt_cloud", "civicwatt_sim"):
    sys.modules[name] = None  # importing it fails
from civicwatt_edge import command
assert command.__file__.startswith(sys.path[0])
command.run()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel."""
    out = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT / "edge",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_agent_protocols_and_templates_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "civicwatt_edge",
        "civicwatt_protocols",
    }
    assert "civicwatt_protocols/templates/acrel/adw300.toml" in names
    required = [line.split(": ")[1] for line in metadata.splitlines() if line.startswith("Requires-Dist")]
    assert [line for line in required if line.lower().startswith(CLOUD_ONLY)] == []


@pytest.mark.parametrize(
    "command", [["templates", "list"], ["edge", "--help"], ["decode", "dlt645", "68AAAAAAAAAAAA681300DF16"]]
)
def test_its_commands_run_without_any_cloud_library(wheel: Path, tmp_path: Path, command: list[str]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path), *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout
