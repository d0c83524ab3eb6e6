"""`civicwatt edge bind`, and who looks at a binding that cannot be."""

from pathlib import Path
from typing import Any

import pytest

from civicwatt_edge.commands import bind, handover
from civicwatt_edge.config import load
from civicwatt_edge.security_errors import CloudUnreachable

CONFIG = """
[gateway]
id = "g"
division = "429900"
data = "data"
[[bus]]
name = "b0"
url = "tcp://127.0.0.1:1"
[[bus.device]]
id = "M-07"
unit = 7
template = "simulated/water_counter"
bind = "{bind}"
"""


@pytest.fixture
def configured(tmp_path: Path) -> Any:
    def configured(text: str) -> Path:
        path = tmp_path / "edge.toml"
        path.write_text(CONFIG.format(bind=text))
        return path

    return configured


def test_the_institution_goes_with_the_building(configured, monkeypatch) -> None:
    sent: list[dict[str, Any]] = []

    class Cloud:
        def call(self, _method: str, _path: str, body: dict[str, Any]) -> dict[str, Any]:
            sent.append(body)
            return {"problems": []}

    monkeypatch.setattr(bind, "cloud", lambda _config: Cloud())
    bind.send(load(configured("JX01/B1/water")))
    (row,) = sent[0]["rows"]
    assert (row["institution"], row["building"], row["end_use"]) == ("JX01", "B1", "water")


@pytest.mark.parametrize("text", ["JX01/B1/lightning", "B1/water", "JX01//water"])
def test_check_and_doctor_refuse_a_binding_that_cannot_be(edge, configured, text) -> None:
    path = configured(text)
    load(path)  # polling does without it
    ran = edge("check", path)
    assert ran.code == 3
    for word in ("CW-C1003", "M-07", text):
        assert word in ran.err
    assert "CW-C1003 M-07" in edge("doctor").out


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"unchanged": ["M-07"], "problems": []}, "JX01/B1/water"),
        ({"unchanged": [], "added": ["M-07"], "problems": []}, "JX01/B1/water（未绑定 · not bound）"),
        (None, "JX01/B1/water（未核实 · not verified）"),
    ],
)
def test_the_hand_over_sheet_marks_what_the_cloud_has_not_bound(
    configured, monkeypatch, told: dict[str, Any] | None, shown: str
) -> None:
    class Cloud:
        def call(self, _method: str, _path: str, body: dict[str, Any]) -> dict[str, Any]:
            assert body["dry_run"]
            if told is None:
                raise CloudUnreachable("https://cloud", detail="away")
            return told

    monkeypatch.setattr(bind, "cloud", lambda _config: Cloud())
    settings = load(configured("JX01/B1/water"))
    assert handover._binding(settings.bus[0].device[0], handover._bound(settings)) == shown


def test_before_enrolment_nothing_is_bound(configured) -> None:
    settings = load(configured("JX01/B1/water"))
    assert handover._bound(settings) == set()
