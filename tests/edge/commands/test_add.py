"""Devices go into a configuration that a person wrote; everything else in it stays."""

import tomllib
from pathlib import Path

import pytest

from civicwatt_edge.commands.toml_edit import add_devices
from civicwatt_protocols.errors import BadToml

CONFIG = """\
# 一号楼 · written by hand
[gateway]
id = "gw-01"   # as on the door
division = "429900"
data = "data"

[[bus]]
name = "b0"
url = "tcp://10.0.0.5:502"
timeout_ms = 700

# the meter in the basement
[[bus.device]]
id = "M-01"
unit = 1
template = "acrel/adw300"  # 2024

# second floor
[[bus]]
name = "b1"
url = "tcp://10.0.0.6:502"

[broker]
host = "10.0.0.2"
"""
SCAN = """\
url = "tcp://10.0.0.5:502"
silent = [12]

[[device]]
id = "M-01"
unit = 1
template = "acrel/adw300"

[[device]]
id = "M-02"
unit = 2
template = "eastron/sdm630"
order = "CDAB"
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    config, scan = tmp_path / "edge.toml", tmp_path / "scan.toml"
    config.write_text(CONFIG)
    scan.write_text(SCAN)
    return config, scan


def test_new_devices_stand_at_the_end_of_their_bus_and_every_other_line_stays(edge, files) -> None:
    config, scan = files
    ran = edge("add", "--from", scan, "--yes")
    assert ran.code == 0, ran.err
    text = config.read_text()
    fresh = '\n[[bus.device]]\nid = "M-02"\ntemplate = "eastron/sdm630"\nunit = 2\norder = "CDAB"\n'
    assert text == CONFIG.replace("# 2024\n", "# 2024\n" + fresh)
    assert '+id = "M-02"' in ran.out
    assert edge("check", config).code == 0


def test_adding_twice_changes_nothing(edge, files) -> None:
    config, scan = files
    edge("add", "--from", scan, "--yes")
    before = config.read_bytes()
    ran = edge("add", "--from", scan, "--yes", "--json")
    assert ran.code == 0
    assert (ran.json["added"], ran.json["unchanged"]) == ([], 2)
    assert config.read_bytes() == before


def test_a_dry_run_shows_the_difference_and_writes_nothing(edge, files) -> None:
    config, scan = files
    ran = edge("add", "--from", scan, "--dry-run")
    assert ran.code == 0
    assert "+[[bus.device]]" in ran.out
    assert config.read_text() == CONFIG


def test_without_a_terminal_and_without_yes_nothing_is_written(edge, files) -> None:
    config, scan = files
    ran = edge("add", "--from", scan)
    assert ran.code == 2
    assert config.read_text() == CONFIG


def test_every_bad_line_is_named_and_none_is_written(edge, files) -> None:
    config, scan = files
    bad = """
[[device]]
id = "M-03"
unit = 3
template = "acme/none"

[[device]]
id = "M-04"
unit = 400
template = "acrel/adw300"

[[device]]
id = "M-05"
unit = 1
template = "acrel/adw300"

[[device]]
id = "m-02"
unit = 6
template = "acrel/adw300"

[[device]]
id = "M-07"
unit = 7
template = "acrel/adw300"
colour = "red"
"""
    scan.write_text(SCAN + bad)
    ran = edge("add", "--from", scan, "--yes", "--json")
    assert ran.code == 3
    places = [one["where"].rpartition("/")[2] for one in ran.json["problems"]]
    assert sorted(places) == ["scan.toml:15", "scan.toml:22", "scan.toml:25", "scan.toml:30", "scan.toml:39"]
    assert config.read_text() == CONFIG


def test_one_meter_from_options_on_a_bus_that_is_new(edge, files) -> None:
    config, _ = files
    ran = edge(
        *("add", "--unit", 12, "--template", "chint/dtsu666", "--bus", "10.0.0.9:502", "--yes"),
        *("--interval-s", 5, "--bind", "429900001/B1/power"),
    )
    assert ran.code == 0, ran.err
    bus = tomllib.loads(config.read_text())["bus"][2]
    assert (bus["name"], bus["url"]) == ("b2", "tcp://10.0.0.9:502")
    assert bus["device"] == [
        {"id": "M-12", "unit": 12, "template": "chint/dtsu666", "interval_s": 5, "bind": "429900001/B1/power"}
    ]
    assert config.read_text().startswith(CONFIG)


@pytest.mark.parametrize("bind", ["B1", "a/b/c/d", "429900001/B1/heating", "//power"])
def test_a_binding_names_institution_building_and_a_known_end_use(edge, files, bind) -> None:
    config, scan = files
    ran = edge("add", "--from", scan, "--bind", bind, "--yes")
    assert ran.code == 3
    assert config.read_text() == CONFIG


def test_a_binding_may_be_for_some_units_and_the_later_one_counts_more(edge, files) -> None:
    config, scan = files
    scan.write_text(SCAN + '[[device]]\nid = "M-06"\nunit = 6\ntemplate = "huawei/sun2000"\n')
    ran = edge("add", "--from", scan, "--bind", "JX01/B1/power", "--bind", "6,18=JX01/B1/光伏", "--yes")
    assert ran.code == 0, ran.err
    bound = {one["id"]: one.get("bind") for one in tomllib.loads(config.read_text())["bus"][0]["device"]}
    assert bound == {"M-01": None, "M-02": "JX01/B1/power", "M-06": "JX01/B1/光伏"}


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(edge, files, tmp_path: Path) -> None:
    config, scan = files
    real = tmp_path / "real.toml"
    config.rename(real)
    real.chmod(0o640)
    config.symlink_to(real)
    assert edge("add", "--from", scan, "--yes").code == 0
    assert config.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "M-02" in real.read_text()


@pytest.mark.parametrize(
    "text",
    [
        'bus = [{ name = "b0", url = "tcp://h:1" }]\n',
        '[[bus]]\nname = """\n[[bus]]\n"""\nurl = "tcp://h:1"\ndevice = []\n',
    ],
    ids=["inline", "inside an array"],
)
def test_a_file_whose_place_is_not_found_is_refused_not_half_edited(text) -> None:
    with pytest.raises(BadToml):
        add_devices(text, {"url": "tcp://h:1"}, [{"id": "M-1", "template": "acrel/adw300"}], "edge.toml")
