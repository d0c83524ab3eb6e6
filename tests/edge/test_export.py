"""`civicwatt edge export`: everything that is kept, in a table that a spreadsheet can be trusted with."""

import csv
import json
import subprocess
import sys

import pytest

from civicwatt_edge.storage import store as store_module
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.uplink import GapReason, Record

NOON_US = 1_793_592_000_000_000  # 2026-11-02T12:00+08:00
MINUTE_US, DAY_US = 60_000_000, 86_400_000_000


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(store_module, "SEGMENT", 64)
    monkeypatch.setattr(store_module, "IN_ROWS", 32)


def filled(directory, device="M-1", count=300, step_us=MINUTE_US):
    store = Store(directory)
    catalogue = store.catalogue(device, "acrel/adw300", ["import_active_energy", "active_power_total"])
    records = [
        Record(0, NOON_US + n * step_us, device, catalogue.hash, (n / 4, None), {1: GapReason.REFUSED})
        for n in range(count)
    ]
    store.commit(records)
    store.commit([], {"main": [(1, count // 2)]})
    while store.tidy():
        store.note()
    return store


def export(*arguments, code=0):
    program = "from civicwatt_edge.cli import app; app()"
    ended = subprocess.run(
        [sys.executable, "-c", program, "export", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    return ended


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


async def test_the_export_holds_history_and_unacked_beside_a_running_gateway(tmp_path, small):
    store = filled(tmp_path / "data")
    async with Outbox(store):
        ended = export("--data", tmp_path / "data", "--out", tmp_path / "out.csv", "--json")
    told = json.loads(ended.stdout)
    assert (told["records"], told["rows"], told["gaps"]) == (300, 600, 300)
    assert (told["unacked"], told["unreadable"]) == (150, 0)
    header, *lines = rows(tmp_path / "out.csv")
    assert header == ["time", "device", "measure", "value", "unit", "reason", "acked"]
    assert lines[0] == ["2026-11-02T12:00:00+08:00", "M-1", "import_active_energy", "0", "kWh", "", "1"]
    assert lines[3] == ["2026-11-02T12:01:00+08:00", "M-1", "active_power_total", "", "W", "refused", "1"]
    assert [line[3] for line in lines[::2]] == [f"{n / 4:g}" for n in range(300)]
    assert [line[6] for line in lines[::2]] == ["1"] * 150 + ["0"] * 150
    assert not list(tmp_path.glob("*.part"))


def test_days_are_cut_in_beijing_and_both_are_included(tmp_path, small):
    (tmp_path / "gw.toml").write_text('[gateway]\nid = "g"\ndivision = "429900"\ndata = "data"\n')
    filled(tmp_path / "data", count=200, step_us=DAY_US // 24).close()
    export(
        *("--config", tmp_path / "gw.toml", "--from", "2026-11-03", "--to", "2026-11-04"),
        *("--out", tmp_path / "out.csv"),
    )
    _, *lines = rows(tmp_path / "out.csv")
    assert (lines[0][0], lines[-1][0]) == ("2026-11-03T00:00:00+08:00", "2026-11-04T23:00:00+08:00")
    assert len(lines) == 48 * 2


def test_no_cell_of_the_export_is_a_formula(tmp_path):
    filled(tmp_path / "data", device="-1", count=1).close()
    export("--data", tmp_path / "data", "--out", tmp_path / "out.csv")
    assert rows(tmp_path / "out.csv")[1][1] == "'-1"


def test_an_export_from_nowhere_says_so(tmp_path):
    ended = export("--data", tmp_path, "--out", tmp_path / "out.csv", code=1)
    assert "NoOutbox" in ended.stderr
    assert not (tmp_path / "out.csv").exists()


def test_what_is_damaged_is_counted_and_the_rest_exported(tmp_path, small):
    filled(tmp_path / "data").close()
    segment = sorted(tmp_path.glob("data/segments/*/*"))[1]
    damaged = bytearray(segment.read_bytes())
    damaged[-10] ^= 1
    segment.write_bytes(damaged)
    ended = export("--data", tmp_path / "data", "--out", tmp_path / "out.csv", "--json", code=6)
    told = json.loads(ended.stdout)
    assert (told["records"], told["unreadable"]) == (300 - 64, 64)
