"""A template of one's own: what `templates new` drafts, the gateway can use."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from civicwatt_edge.commands.templates import app
from civicwatt_edge.config import load
from civicwatt_edge.polling.device import make_devices
from civicwatt_edge.storage.store import Store
from civicwatt_protocols import templates
from civicwatt_protocols.errors import BadValue, CivicWattError

CONFIG = """\
[gateway]
id = "gw-01"
division = "429900"
data = "data"
[broker]
port = 1883
[[bus]]
name = "b0"
url = "tcp://127.0.0.1:502"
[[bus.device]]
id = "M-1"
template = "acme/pm100"
"""


@pytest.fixture
def config(tmp_path, monkeypatch) -> Path:
    """A configuration that names a template of one's own, drafted beside it."""
    monkeypatch.setattr(templates, "_own", {})
    (tmp_path / "edge.toml").write_text(CONFIG)
    draft(tmp_path, "acme/pm100")
    return tmp_path / "edge.toml"


def draft(folder, key):
    out = str(folder / "templates" / f"{key.replace('/', '_')}.toml")
    assert (
        CliRunner().invoke(app, ["new", key, "--yes", "--from", "chint/dtsu666", "--out", out]).exit_code == 0
    )


def test_a_drafted_template_beside_the_configuration_is_polled_like_one_that_ships(config, tmp_path):
    (device,) = load(config).bus[0].device
    store = Store(tmp_path / "data")
    (own,) = make_devices(device, store)
    assert own.catalogue.template == "acme/pm100"
    assert {point.measure for point in own.catalogue.points} == {*templates.load("chint/dtsu666").measures}
    store.close()


def test_a_changed_one_takes_the_place_of_the_former(config):
    load(config)
    path = config.parent / "templates" / "acme_pm100.toml"
    path.write_text("max_gap = 7\n" + path.read_text())
    load(config)
    assert templates.load("acme/pm100").max_gap == 7


def test_a_faulty_one_is_said_with_file_and_line(config):
    path = config.parent / "templates" / "acme_pm100.toml"
    path.write_text("colour = 3\n" + path.read_text())
    with pytest.raises(CivicWattError, match=r"acme_pm100\.toml:1: .*colour"):
        load(config)


def test_a_template_that_ships_cannot_be_replaced(config):
    path = config.parent / "templates" / "acme_pm100.toml"
    path.write_text(path.read_text().replace('key = "acme/pm100"', 'key = "chint/dtsu666"'))
    with pytest.raises(BadValue, match="ships"):
        load(config)
