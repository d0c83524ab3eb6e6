"""A wrong configuration is refused with code, file, line and remedy before anything is polled."""

import pytest
from typer.testing import CliRunner

from civicwatt_edge.cli import app
from civicwatt_edge.config import load
from civicwatt_protocols.errors import BadToml, BadValue, ConfigError, UnknownKey

GOOD = """\
[gateway]
id = "gw-01"
division = "429900"
data = "outbox"

[broker]
port = 1883

[[bus]]
name = "b0"
url = "tcp://127.0.0.1:15020"
timeout_ms = 500

[[bus.device]]
id = "M-0101-1"
unit = 1
template = "acrel/adw300"

[[bus.device]]
id = "M-0101-2"
unit = 2
interval_s = 300
template = "simulated/water_counter"
measures = ["water_volume"]
"""


def test_a_good_file_is_read_with_its_defaults(tmp_path):
    (tmp_path / "gw.toml").write_text(GOOD)
    config = load(tmp_path / "gw.toml")
    assert config.gateway.data == str(tmp_path / "outbox")
    assert (config.broker.host, config.broker.port) == ("127.0.0.1", 1883)
    (bus,) = config.bus
    assert (bus.host, bus.port) == ("127.0.0.1", 15020)
    assert [(each.interval_s, each.measures) for each in bus.device] == [(60, ()), (300, ("water_volume",))]


@pytest.mark.parametrize(
    ("before", "after", "error", "line", "says"),
    [
        ("timeout_ms = 500", "timeout = 500", UnknownKey, 12, "timeout"),
        ("[broker]", "[borker]", UnknownKey, 6, "borker"),
        ("interval_s = 300", "intervall_s = 300", UnknownKey, 22, "intervall_s"),
        ("unit = 2", "unit = 256", BadValue, 21, "255"),
        ("port = 1883", 'port = "1883"', BadValue, 7, "int"),
        ('id = "gw-01"', 'id = "gw/01"', BadValue, 2, "gateway.id"),
        ("simulated/water_counter", "acme/nothing", BadValue, 19, "acme/nothing"),
        ('["water_volume"]', '["voltage_l1"]', BadValue, 19, "voltage_l1"),
        ("unit = 2", "unit = 1", BadValue, 9, "unit 1"),
        ("unit = ", "unit = 0 #", BadValue, 9, "unit 0"),
        ("M-0101-2", "M-0101-1", BadValue, 1, "M-0101-1"),
        ("tcp://", "rtu://", BadValue, 9, "rtu://"),
        ("port = 1883", "port = ", BadToml, 7, "Invalid value"),
    ],
)
def test_a_wrong_file_names_code_file_and_line(tmp_path, before, after, error, line, says):
    path = tmp_path / "gw.toml"
    assert before in GOOD
    path.write_text(GOOD.replace(before, after))
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert type(caught.value) is error
    assert caught.value.where == f"{path}:{line}"
    assert says in str(caught.value)


def test_a_missing_file_is_a_wrong_configuration_too(tmp_path):
    with pytest.raises(BadValue, match="CW-C1003"):
        load(tmp_path / "absent.toml")


def test_the_check_command_accepts_a_good_file(tmp_path):
    (tmp_path / "gw.toml").write_text(GOOD)
    result = CliRunner().invoke(app, ["check", str(tmp_path / "gw.toml")])
    assert (result.exit_code, "gw-01" in result.stdout) == (0, True)
