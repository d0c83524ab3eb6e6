"""A wrong configuration is refused with code, file, line and remedy before anything is polled."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from civicwatt_edge import bus_url
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
    assert (bus.where.protocol, bus.where.host, bus.where.port) == ("tcp", "127.0.0.1", 15020)
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
        ("tcp://", "udp://", BadValue, 9, "udp://"),
        ("tcp://127.0.0.1:15020", "rtu+tcp://127.0.0.1", BadValue, 9, "rtu+tcp://127.0.0.1"),
        ("tcp://", "dlt645+tcp://", BadValue, 9, "speaks modbus"),
        ("timeout_ms = 500", "baud = 9600", BadValue, 9, "baud"),
        ("timeout_ms = 500", 'parity = "X"', BadValue, 12, "X"),
        ("unit = 2", 'unit = 2\naddress = "12"', BadValue, 19, "address"),
        ("unit = 2", 'unit = 2\norder = "AB"', BadValue, 19, "order"),
        ("unit = 1", 'unit = 1\norder = "ACBD"', BadValue, 17, "ACBD"),
        ('id = "gw-01"', 'id = "gw-01\\n"', BadValue, 2, "gateway.id"),
        ("429900", "429900\\n", BadValue, 3, "gateway.division"),
        ("unit = 1", "unit = 1\nfast_s = 5\nfast = []", BadValue, 14, "fast"),
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


LINES = """
[[bus]]
name = "b1"
url = "dlt645:///dev/ttyS1"
baud = 4800

[[bus.device]]
id = "M-0101-3"
template = "dlt645/single_phase"
address = "202411110002"
name = "一层总表"
bind = "JX01/JX01-1/照明插座"

[[bus.device]]
id = "M-0101-4"
template = "dlt645/three_phase"
address = "7"
ct = 40

[[bus]]
name = "b2"
url = "cjt188+tcp://10.0.0.5:4001"

[[bus.device]]
id = "M-0101-5"
template = "cjt188/cold_water"
address = "20260324152900"

[[bus]]
name = "b3"
url = "rtu:///dev/ttyS2"

[[bus.device]]
id = "M-0101-6"
template = "eastron/sdm630"
order = "CDAB"
"""


def test_lines_meters_numbers_and_orders_are_read(tmp_path):
    (tmp_path / "gw.toml").write_text(GOOD + LINES)
    _, dlt645, cjt188, rtu = load(tmp_path / "gw.toml").bus
    assert (dlt645.where.path, dlt645.serial) == ("/dev/ttyS1", (4800, "E", 1))
    assert (cjt188.where.host, cjt188.where.port, cjt188.where.is_serial) == ("10.0.0.5", 4001, False)
    assert (rtu.serial, rtu.device[0].order) == ((9600, "N", 1), "CDAB")
    assert [(device.ct, device.pt) for device in dlt645.device] == [(1, 1), (40, 1)]
    assert (dlt645.device[0].name, dlt645.device[1].address) == ("一层总表", "7")


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('address = "7"', 'address = "202411110002"', "202411110002 appears twice"),
        ('address = "7"', 'address = "000202411110002"', "at most 14|length"),
        ('address = "7"', 'address = "20241111000201"', "1 to 12 digits"),
        ('address = "7"', 'address = "A7"', "address"),
        ('address = "7"', "", "needs address"),
        ('address = "7"', 'address = "7"\norder = "CDAB"', "order"),
        ('address = "20260324152900"', 'address = "1"\nct = 40', "ct and pt are not for"),
        ('order = "CDAB"', "ct = 0", "ct|>= 1"),
        ('order = "CDAB"', "pt = 1.5", "pt|int"),
        ("cjt188/cold_water", "dlt645/tariffs", "1 to 12 digits"),
        ("cjt188+tcp://10.0.0.5:4001", "tcp://10.0.0.5:4001", "speaks cjt188"),
        ("rtu:///dev/ttyS2", "rtu://ttyS2", "rtu://ttyS2"),
        ('order = "CDAB"', "unit = 0", "unit 0"),
        ('order = "CDAB"', "unit = 248", "unit 248"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(tmp_path, before, after, says):
    assert LINES.count(before) == 1
    (tmp_path / "gw.toml").write_text(GOOD + LINES.replace(before, after))
    with pytest.raises(BadValue, match=says):
        load(tmp_path / "gw.toml")


def test_the_example_of_the_docs_is_a_good_file(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "lines.md").read_text("utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    (tmp_path / "gw.toml").write_text(GOOD.replace("M-0101-1", "M-0101-9") + example)
    (device,) = load(tmp_path / "gw.toml").bus[1].device
    assert (device.ct, device.bind) == (40, "JX01/JX01-1/照明插座")
    urls = [
        url
        for line in page.splitlines()
        if line.startswith("| `")
        for url in line.split("`")[1::2]
        if "://" in url
    ]
    assert len({bus_url.parse(url).protocol for url in urls}) == 4
    assert len(urls) == 7


def test_a_missing_file_is_a_wrong_configuration_too(tmp_path):
    with pytest.raises(BadValue, match="CW-C1003"):
        load(tmp_path / "absent.toml")


def test_the_check_command_accepts_a_good_file(tmp_path):
    (tmp_path / "gw.toml").write_text(GOOD)
    result = CliRunner().invoke(app, ["check", str(tmp_path / "gw.toml")])
    assert (result.exit_code, "gw-01" in result.stdout) == (0, True)
