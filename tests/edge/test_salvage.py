"""F09: of a damaged outbox everything readable is delivered, and nothing that was never read."""

import asyncio
import random
import sqlite3
from collections import Counter

import pytest

from civicwatt_edge.errors import OutboxCorrupt
from civicwatt_edge.storage import store as store_module
from civicwatt_edge.storage.archive import Archive
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.schema import is_corrupt
from civicwatt_edge.storage.segments import State
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.uplink import Record, decode_record, peek

MEASURES = ["import_active_energy", "active_power_total"]
COUNT, ACKED = 400, 150


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(store_module, "SEGMENT", 64)
    monkeypatch.setattr(store_module, "IN_ROWS", 32)


def make(directory):
    store = Store(directory, gateway="gw-1")
    return store, [store.catalogue(f"M-{n}", "acrel/adw300", MEASURES) for n in range(4)]


def value(slot, device):
    return (slot * 10 + device) / 4


def filled(directory, count=COUNT, packed=True):
    """Records whose values follow from slot and device, some acked, some in segments."""
    store, catalogues = make(directory)
    store.commit(
        [
            Record(0, slot * 1_000_000, one.device, one.hash, (value(slot, place), -1.0), {})
            for slot in range(count // 4)
            for place, one in enumerate(catalogues)
        ]
    )
    store.commit([], {"main": [(1, min(ACKED, count))]})
    while packed and store.tidy():
        store.note()
    store.note()
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return store.epoch


def place_of(record):
    return (record.slot_us // 1_000_000) * 4 + int(record.device[2:])


def delivered(directory):
    """Place of each record that would be sent, in order; each one as it was read."""
    store, _ = make(directory)
    records, after = [], 0
    while chunk := store.backlog(after, 100):
        for one in chunk:
            _, seq, birth = peek(one.body)
            records.append(decode_record(one.body, store.catalogues[birth]))
            assert seq == one.seq == records[-1].seq
        after = chunk[-1].seq
    store.note()
    for one in records:
        assert one.values == (value(one.slot_us // 1_000_000, int(one.device[2:])), -1.0), "a wrong value"
    assert [one.seq for one in records] == sorted({one.seq for one in records})
    told = [one.record for one in Archive(directory).records() if not one.acked]
    assert [one.values for one in told] == [one.values for one in records]
    lost, salvaged = store.lost().count, store.counted("salvaged")
    store.close()
    return [place_of(one) for one in records], lost, salvaged


def flip(path, rng, count=1):
    data = bytearray(path.read_bytes())
    for _ in range(count):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def truncate(path, rng):
    with path.open("r+b") as file:
        file.truncate(rng.randrange(path.stat().st_size))


def zero_a_page(path, rng):
    with path.open("r+b") as file:
        file.seek(rng.randrange(path.stat().st_size // 4096) * 4096)
        file.write(bytes(4096))


DAMAGES = {"flip": flip, "truncate": truncate, "page": zero_a_page}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("damage", DAMAGES)
def test_f09_what_the_damage_to_the_database_spared_is_delivered(tmp_path, small, damage, seed):
    """The segments are whole, so their records come; of the rows those that are readable."""
    before = filled(tmp_path)
    rng = random.Random(seed)  # noqa: S311
    DAMAGES[damage](tmp_path / "outbox.db", rng)
    places, lost, salvaged = delivered(tmp_path)
    store, _ = make(tmp_path)
    aside = list(tmp_path.glob("outbox.corrupt-*.db"))
    if store.epoch == before:  # a place that nobody uses, or a single row
        assert (aside, salvaged) == ([], 0)
        assert len(places) + lost == COUNT - ACKED
    else:
        assert len(aside) == 1
        behind = 64 * 5  # in segments; the first two were history
        assert set(places) >= set(range(128, behind)), "whole segments"
        assert len(places) == behind - 128 + salvaged
        rows = [place for place in places if place >= behind]
        assert Counter(rows).most_common(1)[0][1] == 1 if rows else True
        if damage == "flip":
            assert salvaged >= COUNT - behind - 1
    assert set(places) <= set(range(COUNT))
    store.close()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("damage", ["flip", "truncate"])
def test_f09_a_damaged_segment_costs_its_block_and_is_counted(tmp_path, small, damage, seed, monkeypatch):
    monkeypatch.setattr("civicwatt_edge.storage.segments.BLOCK", 16)
    filled(tmp_path)
    segments = [path for path in sorted(tmp_path.glob("segments/*/*")) if path.suffix == f".{State.WAITING}"]
    rng = random.Random(seed)  # noqa: S311
    DAMAGES[damage](rng.choice(segments), rng)
    places, lost, _ = delivered(tmp_path)
    assert len(places) + lost == COUNT - ACKED
    assert lost % 16 == 0 or lost < 64
    if damage == "flip":
        assert lost <= 16
    assert places == sorted(set(places))
    assert not list(tmp_path.glob("outbox.corrupt-*"))


def test_f09_records_that_were_only_in_the_log_are_salvaged_from_it(tmp_path):
    """A power cut left the database header torn; the records are still in the write-ahead log."""
    store, catalogues = make(tmp_path)
    for slot in range(10):
        store.commit(
            [
                Record(0, slot * 1_000_000, one.device, one.hash, (value(slot, place), -1.0), {})
                for place, one in enumerate(catalogues)
            ]
        )
    copy = {path.name: path.read_bytes() for path in tmp_path.glob("outbox.db*")}
    store.close()
    for name, content in copy.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "outbox.db").write_bytes(b"\xff" * 8192)
    with (tmp_path / "outbox.db-wal").open("r+b") as file:
        file.write(b"\xff" * 32)  # its header: SQLite sees no log
    places, _, salvaged = delivered(tmp_path)
    assert sorted(places) == list(range(40))
    assert salvaged == 40


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("damage", ["flip", "truncate"])
def test_f09_what_sqlite_does_not_believe_in_its_log_is_recovered(tmp_path, damage, seed):
    """Behind a damaged frame SQLite takes its log for ended, and the records there for never written."""
    store, catalogues = make(tmp_path)
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for slot in range(10):
        store.commit(
            [
                Record(0, slot * 1_000_000, one.device, one.hash, (value(slot, place), -1.0), {})
                for place, one in enumerate(catalogues)
            ]
        )
    before, copy = store.epoch, {path.name: path.read_bytes() for path in tmp_path.glob("outbox.db*")}
    store.close()
    for name, content in copy.items():
        (tmp_path / name).write_bytes(content)
    DAMAGES[damage](tmp_path / "outbox.db-wal", random.Random(seed))  # noqa: S311
    places, _, _ = delivered(tmp_path)
    store, _ = make(tmp_path)
    assert store.epoch == before
    if damage == "flip":
        assert sorted(places) == list(range(40)), "other frames hold what the damaged one held"
    else:
        assert places == list(range(len(places))), "what came before the end"
    store.close()


def test_f09_without_a_single_page_of_the_database_the_segments_still_deliver(tmp_path, small):
    before = filled(tmp_path)
    for path in tmp_path.glob("outbox.db*"):
        path.unlink()
    places, _, _ = delivered(tmp_path)
    store, _ = make(tmp_path)
    assert store.epoch != before
    assert places == list(range(128, 320)), "what no segment called history"
    assert store.births() == [store.catalogue(f"M-{n}", "acrel/adw300", MEASURES) for n in range(4)]
    assert len([one for one in Archive(tmp_path).records() if one.acked]) == 128, "history stays exportable"
    store.close()


def test_f09_aliases_of_a_lost_database_are_not_given_to_other_points(tmp_path):
    _, (first, *_) = make(tmp_path)[0].close(), make_again(tmp_path)
    for path in tmp_path.glob("outbox.db*"):
        path.write_bytes(b"\x00" * 4096)
    store = Store(tmp_path)
    other = store.catalogue("other", "acrel/adw300", MEASURES)
    assert not {point.alias for point in other.points} & {point.alias for point in first.points}
    assert store.catalogue("M-0", "acrel/adw300", MEASURES) == first
    store.close()


def make_again(directory):
    store, catalogues = make(directory)
    store.close()
    return catalogues


def test_f09_bookkeeping_is_not_believed_with_a_bit_changed(tmp_path):
    """SQLite has no checksums: an ack for more than was acked would lose what it names."""
    before = filled(tmp_path, packed=False)
    changes = ["UPDATE acked SET high = high + 64", "UPDATE acked SET low = 151 WHERE low = 1"]
    changes += ["UPDATE meta SET value = value + 4096 WHERE key = 'next_seq'"]
    changes += ["UPDATE meta SET value = 'X' || substr(value, 2) WHERE key = 'epoch'"]
    for number, change in enumerate(changes):
        db = sqlite3.connect(tmp_path / "outbox.db")
        db.execute(change)
        db.commit()
        db.close()
        places, _, _ = delivered(tmp_path)
        assert sorted(set(places)) == list(range(COUNT)), "all comes again rather than too little"
        assert len(list(tmp_path.glob("outbox.corrupt-*.db"))) == max(0, number - 1)
        store, _ = make(tmp_path)
        assert (store.epoch == before) == (number < 2)
        store.commit([], {"main": [(1, 150)]})
        store.close()


def test_f09_a_second_damage_salvages_only_its_own_file(tmp_path, small):
    filled(tmp_path)
    for number in (1, 2):
        with (tmp_path / "outbox.db").open("r+b") as file:
            file.write(b"\xff" * 100)
        places, _, salvaged = delivered(tmp_path)
        assert set(places) == set(range(128, COUNT))
        assert salvaged > 0
        assert len(list(tmp_path.glob("outbox.corrupt-*.db"))) == number


async def test_f09_damage_that_only_reading_meets_is_told_too(tmp_path):
    """Commits touch the last page alone: without this the backlog would fail for ever."""
    filled(tmp_path, packed=False)
    store, _ = make(tmp_path)
    with store.path.open("r+b") as file:
        for page in range(8, store.path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 64)
    async with Outbox(store) as outbox:
        with pytest.raises(OutboxCorrupt):
            await outbox.backlog(0, 1_000)
        with pytest.raises(OutboxCorrupt):
            await asyncio.wait_for(outbox.watch(), 5)


def test_f09_a_segment_that_cannot_be_read_holds_nothing_back(tmp_path, small):
    """One gives an I/O error, here as a folder in its place; one has been deleted."""
    filled(tmp_path)
    store, _ = make(tmp_path)
    third, fourth = (one.path for one in store.shelf.segments[2:4])
    content = third.read_bytes()
    third.unlink()
    third.mkdir()
    fourth.unlink()
    assert {one.seq for one in store.backlog(0, 999)} == set(range(257, 401))
    store.note()
    assert store.lost().ranges == ((193, 256),), "what is deleted is lost, what cannot be read may come back"
    third.rmdir()
    third.write_bytes(content)
    assert {one.seq for one in store.backlog(0, 999)} == set(range(151, 193)) | set(range(257, 401))
    store.tidy()
    assert fourth not in [one.path for one in store.shelf.segments], "housekeeping goes on"
    store.close()


def test_f35_a_database_put_back_from_a_copy_finds_the_segments_of_the_later_epoch(tmp_path, small):
    before = filled(tmp_path)
    copy = (tmp_path / "outbox.db").read_bytes()
    (tmp_path / "outbox.db").write_bytes(b"\xff" * 100)
    store, _ = make(tmp_path)
    assert store.epoch != before
    store.close()
    (tmp_path / "outbox.db").write_bytes(copy)
    places, _, _ = delivered(tmp_path)
    assert set(places) == set(range(128, COUNT))
    store, _ = make(tmp_path)
    assert store.epoch == before
    store.close()


def test_an_error_of_a_damaged_file_is_told_from_others(tmp_path):
    (tmp_path / "outbox.db").write_bytes(b"SQLite format 3\0" + b"no database " * 1000)
    with pytest.raises(OutboxCorrupt) as told:
        store_module.schema.connect(tmp_path / "outbox.db")
    assert is_corrupt(told.value.__cause__)
