"""F09: what others have laid into the data directory, or the disk does not give, stops no gateway."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from civicwatt_edge.storage import store as store_module
from civicwatt_edge.storage.archive import Archive
from civicwatt_edge.storage.segments import UNKNOWN_US
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.uplink import Record, peek

COUNT, ACKED = 320, 128  # 64 a segment: two are history


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(store_module, "SEGMENT", 64)
    monkeypatch.setattr(store_module, "IN_ROWS", 32)


def filled(directory, gateway=""):
    """An outbox of COUNT records of one meter; its epoch."""
    store = Store(directory, gateway=gateway)
    known = store.catalogue("M-1", "acrel/adw300", ["import_active_energy"])
    store.commit([Record(0, n * 1_000_000, "M-1", known.hash, (n / 4,), {}) for n in range(COUNT)])
    store.commit([], {"main": [(1, ACKED)]})
    while store.tidy():
        store.note()
    store.note()
    store.close()
    return store.epoch


def segments(directory):
    """The files, by their numbers."""
    return sorted(directory.glob("segments/*/*"))


def waiting(directory, gateway=""):
    """The numbers that would be sent."""
    store = Store(directory, gateway=gateway)
    try:
        return [peek(one.body)[1] for one in store.backlog(0, COUNT)]
    finally:
        store.close()


@pytest.fixture
def unreadable(monkeypatch):
    """Files that the disk does not give any more."""
    names, real = set(), Path.open

    def opened(self, *args, **options):
        if self.name in names:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(self))
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "open", opened)
    return names


def test_f09_a_segment_that_the_disk_does_not_give_stops_no_gateway_and_is_kept(tmp_path, unreadable):
    filled(tmp_path)
    history, lost = segments(tmp_path)[0], segments(tmp_path)[2]
    unreadable |= {history.name, lost.name}
    with capture_logs() as logs:
        assert waiting(tmp_path) == list(range(193, COUNT + 1))
    assert sum(one["event"] == "segment_unreadable" for one in logs) == 3, "two at the start, one in use"
    store = Store(tmp_path)
    assert [(one.first, one.last) for one in store.shelf.segments][:3] == [(1, 64), (65, 128), (129, 192)]
    assert store.shelf.segments[0].slots_us == UNKNOWN_US
    store.forget(10**18)
    assert history.exists(), "its age is not known"
    assert [one.hash for one in store.births()] == list(store.catalogues), "it may hold records of any"
    store.close()
    archive = Archive(tmp_path)
    assert len(list(archive.records())) == COUNT - 128 - 64
    assert archive.unreadable == 128
    unreadable.clear()
    assert waiting(tmp_path) == list(range(ACKED + 1, COUNT + 1)), "it comes as soon as it can be read"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_f09_a_segment_of_another_user_stops_no_gateway(tmp_path):
    filled(tmp_path)
    segments(tmp_path)[0].chmod(0)
    assert waiting(tmp_path) == list(range(ACKED + 1, COUNT + 1))


def test_f09_files_that_are_no_segments_are_left_alone(tmp_path):
    filled(tmp_path)
    first = segments(tmp_path)[0]
    strays = [
        first.with_name(f"copy of {first.name}"),
        first.with_name("backup.waiting"),
        first.with_name(f"{9:019d}-{1:019d}.history"),
        first.with_name("x.draft"),
        first.with_name(f"{1:019d}-{9999:019d}.waiting"),
    ]
    for one in strays[:3]:
        one.write_bytes(first.read_bytes())
    for one in (*strays[3:], tmp_path / "outbox.corrupt-1.db"):
        one.mkdir()
    with capture_logs() as logs:
        assert waiting(tmp_path) == list(range(ACKED + 1, COUNT + 1))
    assert sum(one["event"] == "not_a_segment" for one in logs) == 4
    assert all(one.exists() for one in strays)
    assert len(list(Archive(tmp_path).records())) == COUNT


def test_f09_a_copied_card_delivers_nothing_under_another_gateways_id(tmp_path):
    epoch = filled(tmp_path, "gw-a")
    (tmp_path / "outbox.corrupt-1.db").write_bytes((tmp_path / "outbox.db").read_bytes())
    before = {path.name: path.read_bytes() for path in segments(tmp_path)}
    with capture_logs() as logs:
        assert waiting(tmp_path, "gw-b") == []
    (told,) = [one for one in logs if one["event"] == "outbox_of_another_gateway"]
    assert (told["owner"], told["gateway"]) == ("gw-a", "gw-b")
    store = Store(tmp_path, gateway="gw-b")
    assert (store.last_seq(), store.catalogues, store.epoch != epoch) == (0, {}, True)
    store.close()
    aside = tmp_path / "outbox.other-1"
    assert {path.name: path.read_bytes() for path in segments(aside)} == before
    assert len(list(Archive(aside).records())) == COUNT, "nothing is deleted"
    assert waiting(aside, "gw-a")[: COUNT - ACKED] == list(range(ACKED + 1, COUNT + 1))
    assert waiting(tmp_path, "gw-a") == [], "the next one is set aside beside it"
    assert (tmp_path / "outbox.other-2" / "outbox.db").exists()


@pytest.mark.parametrize("damage", [b"\xff" * 8192, b"", None])
def test_f09_a_copied_card_with_a_damaged_outbox_delivers_nothing_either(tmp_path, damage):
    filled(tmp_path, "gw-a")
    if damage is None:
        (tmp_path / "outbox.db").unlink()
    else:
        (tmp_path / "outbox.db").write_bytes(damage)
    assert waiting(tmp_path, "gw-b") == []
    assert len(segments(tmp_path / "outbox.other-1")) == len(range(0, COUNT - 32, 64)) - 1


def test_f09_setting_aside_another_gateways_outbox_goes_on_after_a_power_cut(tmp_path, monkeypatch):
    filled(tmp_path, "gw-a")
    real, moves = Path.rename, []

    def rename(self, target):
        if len(moves) == 1:
            raise OSError(errno.EIO, "power cut")
        moves.append(self.name)
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", rename)
        with pytest.raises(OSError, match="power cut"):
            Store(tmp_path, gateway="gw-b")
    assert moves == ["outbox.db"]
    assert waiting(tmp_path, "gw-b") == []
    assert len(list(Archive(tmp_path / "outbox.other-1").records())) == COUNT


def test_f09_an_outbox_that_names_no_gateway_belongs_to_the_present_one(tmp_path):
    epoch = filled(tmp_path)
    assert waiting(tmp_path, "gw-a") == list(range(ACKED + 1, COUNT + 1))
    assert waiting(tmp_path) == waiting(tmp_path, "gw-a"), "drills do not ask whose it is"
    store = Store(tmp_path, gateway="gw-a")
    assert store.epoch == epoch
    store.close()
    assert waiting(tmp_path, "gw-b") == []


def test_f09_a_damaged_gateway_id_costs_no_records(tmp_path):
    filled(tmp_path, "gw-a")
    path = tmp_path / "outbox.db"
    path.write_bytes(path.read_bytes().replace(b"gatewaygw-a", b"gatewaygw-e"))
    assert len(waiting(tmp_path, "gw-a")) == COUNT - ACKED
    assert not list(tmp_path.glob("outbox.other-*"))


def test_f04_a_file_that_was_only_begun_when_the_power_went_is_opened(tmp_path):
    """Its first transaction lies in a rollback journal, which a look that changes nothing cannot undo."""
    script = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('PRAGMA cache_size = 1')\n"
        "db.execute('CREATE TABLE meta(key TEXT PRIMARY KEY, value)')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "db.executemany('INSERT INTO meta VALUES(?, ?)', [(f'k{n}', 'x' * 900) for n in range(200)])\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "outbox.db")], check=False)
    assert (tmp_path / "outbox.db-journal").exists()
    Store(tmp_path, gateway="gw-01").close()
