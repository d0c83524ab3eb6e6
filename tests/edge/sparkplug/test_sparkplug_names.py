"""Ids become levels of topics: what cannot be one, or could be taken for another, is refused at the start."""

import pytest

from civicwatt_edge.config import load
from civicwatt_protocols.errors import BadValue
from civicwatt_protocols.measures import MEASURES

CONFIG = """
[gateway]
id = "{gateway}"
division = "{division}"
data = "data"
[[bus]]
name = "b0"
url = "tcp://127.0.0.1:1"
[[bus.device]]
id = "{device}"
template = "simulated/water_counter"
[[bus.device]]
id = "M-2"
unit = 2
template = "simulated/water_counter"
"""
GOOD = {"gateway": "gw-01", "division": "429900", "device": "M-1"}
BAD = ["", "a/b", "a+", "#", "a b", "a\\u0000"]


def config(directory, **changed):
    (directory / "gw.toml").write_text(CONFIG.format(**(GOOD | changed)))
    return load(directory / "gw.toml")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("intro-device-id-chars", "device"),
        ("intro-device-id-string", "device"),
        ("intro-edge-node-id-chars", "gateway"),
        ("intro-edge-node-id-string", "gateway"),
        ("intro-group-id-chars", "division"),
        ("intro-group-id-string", "division"),
        ("topic-structure-namespace-valid-device-id", "device"),
        ("topic-structure-namespace-valid-edge-node-id", "gateway"),
        ("topic-structure-namespace-valid-group-id", "division"),
    ],
)
def test_an_id_that_no_topic_can_bear_is_refused(tmp_path, statement, name):
    assert config(tmp_path).gateway.id == "gw-01"
    for bad in BAD:
        with pytest.raises(BadValue):
            config(tmp_path, **{name: bad})


@pytest.mark.parametrize(
    ("statement", "device"),
    [("topic-structure-namespace-unique-device-id", "M-2"), ("case-sensitivity-sparkplug-ids", "m-2")],
)
def test_two_devices_of_one_name_are_refused_whatever_its_case(tmp_path, statement, device):
    with pytest.raises(BadValue):
        config(tmp_path, device=device)


@pytest.mark.parametrize("statement", ["case-sensitivity-metric-names"])
def test_case_alone_tells_no_two_metrics_apart(statement):
    assert len({key.lower() for key in MEASURES}) == len(MEASURES)
