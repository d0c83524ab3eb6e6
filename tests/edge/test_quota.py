"""F08: the outbox keeps to its share of the disk, and lives through a disk that others have filled."""

import asyncio
import itertools
import os
import sqlite3
import subprocess
from collections import Counter
from contextlib import suppress

import pytest
import structlog

from civicwatt_edge import agent
from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.storage import outbox as front
from civicwatt_edge.storage import room as room_module
from civicwatt_edge.storage import store as store_module
from civicwatt_edge.storage.archive import Archive
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.room import Room
from civicwatt_edge.storage.segments import State
from civicwatt_edge.storage.shelf import MARK_US
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import GapReason, History, Record, decode_node_birth, encode_node_birth

MINUTE_US = 60_000_000
MEASURES = ["import_active_energy", "active_power_total", "voltage_l1"]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(store_module, "SEGMENT", 64)
    monkeypatch.setattr(store_module, "IN_ROWS", 32)


@pytest.fixture
def disk(tmp_path):
    """A real file system of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "civicwatt-test", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount: a full disk is not tested")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def remount(disk, how):
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def make(directory, devices=2):
    store = Store(directory)
    return store, [store.catalogue(f"M-{n}", "acrel/adw300", MEASURES) for n in range(devices)]


def poll(catalogues, minute, phase_us=0):
    return [
        Record(0, minute * MINUTE_US + phase_us, one.device, one.hash, (minute / 100, 50.0, 230.1), {})
        for one in catalogues
    ]


def fill(store, catalogues, minutes):
    for minute in minutes:
        store.commit(poll(catalogues, minute))
    tidy(store)


def tidy(store):
    while store.tidy():
        store.note()
    store.note()


def two_hundred_minutes(disk, monkeypatch):
    """A store of 8,000 unacked records, most of them in segments, that never waits long for room."""
    monkeypatch.setattr(front, "RETRY_S", 0.01)
    monkeypatch.setattr(front, "TIDY_S", 0.02)
    monkeypatch.setattr(room_module, "BALLAST", 64 << 10)
    store, catalogues = make(disk / "data", 40)
    for minute in range(200):
        store.commit(poll(catalogues, minute))
        if minute % 4 == 3:
            tidy(store)
    return store, catalogues


async def an_hour_on_a_full_disk(disk, outbox, store, catalogues):
    with (disk / "hog").open("wb") as hog:
        os.posix_fallocate(hog.fileno(), 0, store.room.free())
    for minute in range(200, 260):
        await asyncio.gather(*map(outbox.put, poll(catalogues, minute)))


def squeeze(store, segments):
    """Give way so many times, as a quota that much too small would have it."""
    for _ in range(segments):
        assert store.shelf.give_way(store.catalogues)
        store.note()


def states(store):
    return Counter(one.state for one in store.shelf.segments)


def test_f08_history_goes_first_then_records_are_thinned_then_the_oldest_go(tmp_path, small):
    store, catalogues = make(tmp_path)
    fill(store, catalogues, range(320))
    store.commit([], {"main": [(1, 128)]})
    tidy(store)
    assert states(store) == {State.HISTORY: 2, State.WAITING: 7}
    squeeze(store, 2)
    assert states(store) == {State.WAITING: 7}
    assert (store.counted("thinned"), store.lost().count) == (0, 0)
    squeeze(store, 7)
    assert states(store) == {State.THINNED: 7}
    assert store.lost().count == 0
    squeeze(store, 3)
    assert states(store) == {State.THINNED: 4}
    assert store.lost().ranges == ((129, 128 + 3 * 64),)
    assert [one.seq for one in store.backlog(0, 9_999)] == list(range(128 + 3 * 64 + 1, 641))
    store.close()


def test_f08_thinning_keeps_each_devices_15_minute_counters_and_says_what_is_gone(tmp_path, small):
    store, catalogues = make(tmp_path)
    fill(store, catalogues, range(320))
    squeeze(store, 9)
    records = [one.record for one in Archive(tmp_path).records()]
    assert [one.seq for one in records] == list(range(1, 641)), "every slot is still told"
    packed = [one for one in records if one.seq <= store.shelf.last]
    assert store.counted("thinned") == len(packed)
    marks = Counter((one.device, one.slot_us // MARK_US) for one in packed if one.values[0] is not None)
    assert {window for _, window in marks} == set(range(packed[-1].slot_us // MARK_US + 1))
    assert len(marks) == 2 * len({window for _, window in marks}), "of both devices"
    assert all(one.values[0] == one.slot_us / MINUTE_US / 100 for one in packed if one.values[0] is not None)
    reasons = [reason for one in packed for reason in one.reasons.values()]
    assert set(reasons) == {GapReason.THINNED}
    assert sum(len(one.values) for one in packed) == len(reasons) + marks.total()
    store.close()


def test_f08_a_quota_is_kept_to(tmp_path, small):
    """Of 5,000 unacked records a fifth of the room takes all marks of the time they cover."""
    store, catalogues = make(tmp_path)
    fill(store, catalogues, range(1_000))
    rest = store.used() - store.shelf.size
    store.room.quota = rest + 20_000
    for start in range(1_000, 2_000, 50):
        fill(store, catalogues, range(start, start + 50))
        assert store.used() - store.shelf.size <= rest + 500_000, "the rows' file does not grow"
        assert store.shelf.size <= 20_000 + store.used() - store.shelf.size - rest + 20_000
    assert store.counted("thinned") > 2_000
    store.close()


def test_f08_what_will_never_come_is_told_in_the_birth(tmp_path, small):
    store, catalogues = make(tmp_path)
    fill(store, catalogues, range(160))
    squeeze(store, 6)
    store.commit([], {"main": [(321, 0), (200, 310)]})
    history = History(store.epoch, *store.kept(), store.lost().ranges)
    assert history.lost == ((1, 128),)
    assert decode_node_birth(encode_node_birth(0, 0, history=history)).history == history
    assert store.waiting() == 320 - 128 - 111
    store.close()


async def test_f08_a_full_disk_stops_no_polling_and_heals_by_itself(disk, until, monkeypatch):
    """Another program fills the disk in the middle of a batch; when it lets go, what waited is written."""
    monkeypatch.setattr(front, "RETRY_S", 0.05)
    monkeypatch.setattr(front, "TIDY_S", 0.05)
    store, catalogues = make(disk / "data", 20)
    async with Outbox(store) as outbox:
        minutes = itertools.count(1)

        async def polls(count):
            for minute in itertools.islice(minutes, count):
                for record in poll(catalogues, minute):
                    outbox.offer(record)
                await asyncio.sleep(0)
            return minute

        await polls(20)
        await until(lambda: outbox.accepted == 400)
        with (disk / "hog").open("wb") as hog:
            last = 20
            while not (outbox.error and store.room.free() == 0):  # the ballast is thrown off first
                with suppress(OSError):
                    os.posix_fallocate(hog.fileno(), hog.seek(0, os.SEEK_END), store.room.free() or 1)
                last = await polls(1)
                await until(lambda last=last: outbox.error or outbox.accepted == last * 20)
            accepted = outbox.accepted
            last = await polls(20)
            assert "full" in outbox.error
            assert outbox.accepted == accepted
        (disk / "hog").unlink()
        await until(lambda: outbox.accepted + outbox.dropped == last * 20)
        assert (await outbox.health()).error == ""
        assert outbox.dropped == 0
    numbers = [one.record.seq for one in Archive(disk / "data").records()]
    assert numbers == list(range(1, last * 20 + 1))


async def test_f08_on_a_full_disk_old_history_gives_way_to_new_readings(disk, until, monkeypatch, small):
    """Nobody lets go: the outbox itself makes the room, file by file."""
    store, catalogues = two_hundred_minutes(disk, monkeypatch)
    store.commit([], {"main": [(1, 7_900)]})
    tidy(store)
    segments = len(store.shelf.segments)
    async with Outbox(store) as outbox:
        await an_hour_on_a_full_disk(disk, outbox, store, catalogues)
        assert outbox.dropped == 0
        assert (await outbox.health()).free < 1 << 20
        assert store.counted("thinned") == store.lost().count == 0
    archive = Archive(disk / "data")
    numbers = [one.record.seq for one in archive.records() if not one.acked]
    assert numbers == list(range(7_901, 10_401))
    gone = segments + 2_400 // 64 - len(archive.segments)
    assert gone > 0
    assert all(one.values[1] == 50.0 for one, _, acked in archive.records() if not acked)


async def test_f08_on_a_full_disk_without_any_history_the_oldest_gives_way(disk, monkeypatch, small):
    """Not even a thinner copy of it can be written: it goes, and that is told."""
    store, catalogues = two_hundred_minutes(disk, monkeypatch)
    async with Outbox(store) as outbox:
        await an_hour_on_a_full_disk(disk, outbox, store, catalogues)
        assert outbox.dropped == 0
        await outbox.with_store(Store.note)
        lost = store.lost()
        assert lost.count > 0
        assert lost.ranges[0][0] == 1, "the oldest"
        newest = await outbox.backlog(outbox.last_seq - 2_400, 5_000)
    assert [one.seq for one in newest] == list(range(8_001, 10_401))


def test_f08_what_is_thinned_is_counted_once_however_often_the_disk_refuses(tmp_path):
    store, _ = make(tmp_path)
    store.shelf.thinned = 3
    store._db.execute("PRAGMA query_only = ON")
    for _ in range(3):
        with pytest.raises(sqlite3.OperationalError):
            store.note()
    store._db.execute("PRAGMA query_only = OFF")
    store.note()
    assert store.counted("thinned") == 3
    store.close()


def test_f08_a_second_copy_that_the_disk_refused_is_written_later(tmp_path):
    store, _ = make(tmp_path, 1)
    (tmp_path / "points.json").unlink()
    (tmp_path / "points.json").mkdir()  # in the way
    known = store.catalogue("M-7", "acrel/adw300", MEASURES)
    assert known.hash in store.catalogues
    (tmp_path / "points.json").rmdir()
    store.tidy()
    assert known.hash in (tmp_path / "points.json").read_text()
    store.close()


async def test_f09_a_disk_that_takes_no_writes_keeps_the_gateway_polling(tmp_path, until, monkeypatch):
    """SQLite is told to refuse writes, as for a file system that was remounted read-only."""
    monkeypatch.setattr(front, "RETRY_S", 0.05)
    store, catalogues = make(tmp_path)
    async with Outbox(store) as outbox:
        await asyncio.gather(*map(outbox.put, poll(catalogues, 1)))
        store._db.execute("PRAGMA query_only = ON")
        for record in poll(catalogues, 2):
            outbox.offer(record)
        await until(lambda: outbox.error != "")
        assert "readonly" in (await outbox.health()).error
        store._db.execute("PRAGMA query_only = OFF")
        await until(lambda: outbox.accepted == 4)
        assert (await outbox.health()).error == ""


async def test_f09_a_gateway_started_on_a_read_only_disk_waits_and_then_runs(
    tmp_path, disk, until, monkeypatch
):
    monkeypatch.setattr(agent, "RESTART_S", 0.05)
    (tmp_path / "gw.toml").write_text(
        '[gateway]\nid = "gw-01"\ndivision = "429900"\ndata = "disk/data"\n[broker]\nport = 9\n'
    )
    remount(disk, "ro")
    stop = asyncio.Event()
    running = asyncio.create_task(agent.run(ConfigFile(tmp_path / "gw.toml"), Clock.real(), stop))
    with structlog.testing.capture_logs() as logged:
        await until(lambda: "outbox_cannot_open" in [line["event"] for line in logged])
        remount(disk, "rw")
        await until(lambda: {"gateway_started", "broker_lost"} <= {line["event"] for line in logged})
    assert [line["event"] for line in logged].count("outbox_cannot_open") == 1
    stop.set()
    await running


def test_f08_on_a_full_disk_the_outbox_still_opens(disk):
    store, catalogues = make(disk / "data", 20)
    store.commit(poll(catalogues, 1))
    store.room.hold()
    store.close()
    with (disk / "hog").open("wb") as hog:
        os.posix_fallocate(hog.fileno(), 0, Room(disk / "data", None).free())
    again, _ = make(disk / "data", 20)
    assert again.last_seq() == 20
    again.close()
