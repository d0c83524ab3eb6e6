"""What deploy/ holds is whole: sandboxed units, a compose file without secrets or open ports."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from civicwatt_cloud.kit.settings import PREFIX, Settings

DEPLOY = Path(__file__).parents[3] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 3.0  # of systemd-analyze security, 10 is worst


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def analysed(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: the units are not checked")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A file system with the units and the program they start."""
    program = tmp_path / "opt" / "civicwatt" / "bin" / "civicwatt"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    target = tmp_path / "etc" / "systemd" / "system"
    target.mkdir(parents=True)
    for unit in (DEPLOY / "systemd").glob("civicwatt-*"):
        shutil.copy(unit, target)
    shutil.copy(DEPLOY / "systemd" / "civicwatt-worker@.service", target / "civicwatt-worker@1.service")
    return tmp_path


def test_systemd_understands_every_line_of_the_units(image: Path) -> None:
    units = [path.name for path in (image / "etc/systemd/system").iterdir() if "@." not in path.name]
    done = analysed("verify", f"--root={image}", "--man=no", "--recursive-errors=no", *units)
    ours = [line for line in done.stderr.splitlines() if "civicwatt" in line]
    assert ours == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_s12_no_unit_is_more_exposed_than_the_gateways(unit: Path) -> None:
    done = analysed("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", unit)
    if "Unknown option" in done.stderr or "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze cannot judge a file")
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_every_unit_runs_a_command_that_there_is(unit: Path) -> None:
    (line,) = re.findall(
        r"^ExecStart=/opt/civicwatt/bin/civicwatt cloud (\S+)", unit.read_text(), re.MULTILINE
    )
    from civicwatt_cloud.cli import app  # noqa: PLC0415

    names = {one.name or getattr(one.callback, "__name__", "") for one in app.registered_commands}
    assert line in names


def test_every_service_has_a_pinned_image_a_health_check_and_comes_back(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        image = service["image"]
        assert re.fullmatch(r"[a-z-]+(/[a-z]+)?:\d+\.\d+(\.\d+)?", image), (name, image)  # no registry's host
        assert service["restart"] == "unless-stopped"
        assert "healthcheck" in service or name.startswith("worker-")


def test_no_port_but_the_gateways_leaves_this_machine(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 4
    open_ports = [port for port in ports if not port.startswith("127.0.0.1:")]
    assert open_ports == ["${CIVICWATT_GATEWAYS_AT:-127.0.0.1}:8883:8883"]


def test_every_secret_is_a_file_and_none_stands_in_the_text(compose: dict[str, Any]) -> None:
    used = {name for service in compose["services"].values() for name in service.get("secrets", ())}
    assert used == set(compose["secrets"])
    assert all(one == {"file": f"./secrets/{name}"} for name, one in compose["secrets"].items())
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET|KEY", key):
                assert value.startswith(("/run/secrets/", "/var/lib/civicwatt/broker/")), key


def test_volumes_and_dependencies_are_all_declared(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        named = {mount.split(":")[0] for mount in service.get("volumes", ())}
        assert {name for name in named if re.fullmatch(r"[a-z-]+", name)} <= set(compose["volumes"])
    for mount in services["grafana"]["volumes"]:
        if mount.startswith("./"):
            assert (DEPLOY / mount.split(":")[0]).is_file()


def test_the_cloud_understands_its_settings(compose: dict[str, Any]) -> None:
    environment = compose["services"]["serve"]["environment"]
    keys = {name.removeprefix(PREFIX).lower() for name in environment if name.startswith(PREFIX)}
    assert keys <= set(Settings.model_fields)
    for number in ("1", "2"):
        worker = compose["services"][f"worker-{number}"]
        assert worker["command"] == ["worker", "--name", number]
        assert worker["environment"].keys() == environment.keys()
        assert worker["environment"]["CIVICWATT_MQTT_CERT"].endswith(f"/ingest/cert-{number}.pem")
    told = tomllib.loads((DEPLOY / "cloud.toml").read_text())
    assert told.keys() <= Settings.model_fields.keys()
    commented = re.findall(r"^# (\w+_url) = ", (DEPLOY / "cloud.toml").read_text(), re.MULTILINE)
    assert set(commented) <= Settings.model_fields.keys()


def test_alert_rules_and_data_sources_are_yaml_of_the_right_shape() -> None:
    (group,) = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(set(names)) == len(names) > 10
    page = (DEPLOY.parent / "docs" / "operations" / "monitoring.md").read_text()
    for rule in group["rules"]:
        assert rule["expr"].strip()
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert re.search("[一-鿿].*·.*[a-z]", rule["annotations"]["summary"])
        assert f"`{rule['alert']}`" in page
    sources = yaml.safe_load((DEPLOY / "grafana" / "datasources.yaml").read_text())["datasources"]
    assert [source["uid"] for source in sources] == ["civicwatt-ledger", "civicwatt-readings"]
