"""The scan of a bus with 32 planned meters: one dead, one at a wrong address, one with swapped words."""

import tomllib
from pathlib import Path

import pytest
from d2_site import DEAD, MISADDRESSED, PLANNED, SWAPPED, WRONG_UNIT, model_of

from civicwatt.demo.processes import free_port
from civicwatt_edge.commands import scan, scanfile


@pytest.fixture
def scanned(edge, tap):
    return edge(
        *("scan", tap.url, "--units", f"1-{WRONG_UNIT}", "--yes", "--json"),
        *("--pause-ms", 0, "--timeout-ms", 150),
    )


def test_every_meter_that_answers_is_found_with_its_model_and_the_silent_ids_are_named(scanned, tap) -> None:
    assert scanned.code == 6
    told = scanned.json
    assert (told["asked"], told["answered"]) == (WRONG_UNIT, PLANNED - 1)
    assert told["silent"] == [DEAD, MISADDRESSED]
    planned = {unit: model_of(unit) for unit in range(1, PLANNED + 1) if unit not in told["silent"]}
    planned[WRONG_UNIT] = model_of(MISADDRESSED)
    assert {one["unit"]: one["template"] for one in told["devices"]} == planned
    assert {one["unit"]: one["order"] for one in told["devices"] if one["order"]} == {SWAPPED: "CDAB"}
    assert "31/33" in scanned.err


def test_nothing_is_written_on_the_bus_and_units_are_asked_one_after_the_other(scanned, tap) -> None:
    assert {function for _, function in tap.asked} == {3, 4}
    units = [unit for unit, _ in tap.asked]
    assert units == sorted(units)


def test_the_file_can_be_read_and_says_what_else_fits(scanned, tmp_path: Path) -> None:
    text = (tmp_path / "scan.toml").read_text()
    written = tomllib.loads(text)
    assert written["silent"] == [DEAD, MISADDRESSED]
    assert len(written["device"]) == PLANNED - 1
    assert {"id": "M-07", "unit": 7, "template": "eastron/sdm630", "order": "CDAB"} in written["device"]
    assert "同样符合" in text  # models that share a map
    assert "字序疑似相反" in text


def test_only_the_templates_asked_for_are_tried_and_ids_not_named_may_be_silent(edge, tap, tmp_path) -> None:
    ran = edge(
        *("scan", tap.url, "--units", "3", "--template", "acrel/adw300", "--yes", "--json", "--pause-ms", 0)
    )
    assert ran.code == 0
    (found,) = ran.json["devices"]
    assert found["template"] is None  # it answers, but is no ADW300
    assert "3 号有应答" in (tmp_path / "scan.toml").read_text()


def test_without_a_terminal_and_without_yes_nothing_is_asked(edge, tap) -> None:
    ran = edge("scan", tap.url, "--units", "1")
    assert ran.code == 2
    assert "CW-E2060" in ran.err
    assert tap.asked == []


@pytest.mark.parametrize("units", ["1-", "300", "one", ""])
def test_a_list_of_units_that_is_none_is_a_wrong_use(edge, tap, units) -> None:
    ran = edge("scan", tap.url, "--units", units or "-", "--yes")
    assert ran.code == 2
    assert tap.asked == []


def test_a_bus_that_is_not_there_and_one_without_meters_are_told_apart(edge, tap) -> None:
    ran = edge("scan", f"tcp://127.0.0.1:{free_port()}", "--units", "1-5", "--yes")
    assert ran.code == 4
    assert "CW-E2062" in ran.err
    ran = edge("scan", tap.url, "--units", "100-101", "--yes", "--timeout-ms", 50)
    assert ran.code == 4
    assert "CW-E2063" in ran.err


def test_a_second_scan_keeps_the_first_ones_file(edge, tap, tmp_path: Path) -> None:
    (tmp_path / "scan.toml").write_text("# corrected by hand\n")
    assert edge("scan", tap.url, "--units", "1", "--yes", "--pause-ms", 0).code == 0
    assert (tmp_path / "scan.toml.old").read_text() == "# corrected by hand\n"


@pytest.mark.parametrize("url", ["/dev/ttyNONE", "dlt645:///dev/ttyNONE"])
def test_a_serial_port_that_is_not_there_is_told_with_those_that_are(edge, tmp_path: Path, url) -> None:
    ran = edge("scan", url, *(("--units", "1") if url.startswith("/") else ()), "--yes")
    assert ran.code == 4
    for word in ("CW-E2062", "No such file", "本机串口"):
        assert word in ran.err
    assert not (tmp_path / "scan.toml").exists()


def test_one_unit_on_a_bus_that_is_not_there_is_unreachable(edge) -> None:
    ran = edge("scan", f"tcp://127.0.0.1:{free_port()}", "--units", "1", "--yes")
    assert "CW-E2062" in ran.err


def test_ctrl_c_keeps_what_was_found_and_names_what_was_not_asked(edge, tap, tmp_path, monkeypatch) -> None:
    identify = scan.identify

    async def interrupted(unit, *more):
        if unit.unit == 3:
            raise KeyboardInterrupt
        return await identify(unit, *more)

    monkeypatch.setattr(scan, "identify", interrupted)
    ran = edge("scan", tap.url, "--units", "1-5,9", "--yes", "--json", "--pause-ms", 0)
    assert ran.code == 130
    assert ran.json["unasked"] == [3, 4, 5, 9]
    assert ran.json["asked"] == 2
    assert "--units 3-5,9" in ran.err
    assert tomllib.loads((tmp_path / "scan.toml").read_text())["unasked"] == "3-5,9"
    assert len(scanfile.read(tmp_path / "scan.toml").rows) == 2


def test_ctrl_c_before_anything_was_found_writes_nothing(edge, tap, tmp_path, monkeypatch) -> None:
    async def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(scan, "identify", interrupted)
    ran = edge("scan", tap.url, "--units", "1-2", "--yes")
    assert ran.code == 130
    assert not (tmp_path / "scan.toml").exists()


def test_without_units_the_time_that_it_takes_is_told_before_the_question(edge, tap) -> None:
    ran = edge("scan", tap.url)
    assert "247 units take about 5 min; --units 1-32 is quicker" in ran.err
    assert ran.code == 2
