"""F03 and the outbox: accepted is on the disk, a number is given once, acked becomes history."""

import asyncio
import random
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from civicwatt_edge.errors import OutboxBusy, OutboxFull
from civicwatt_edge.storage import outbox as front
from civicwatt_edge.storage.archive import Archive
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.uplink import GapReason, Record, decode_record, peek

MEASURES = ["water_volume", "water_flow"]


def record(catalogue, slot=1, value=1.0):
    return Record(
        0, slot * 1_000_000, catalogue.device, catalogue.hash, (value, None), {1: GapReason.TIMEOUT}
    )


def make(directory):
    store = Store(directory)
    return store, store.catalogue("M-1", "simulated/water_counter", MEASURES)


def seqs(path, table):
    db = sqlite3.connect(path)
    try:
        return [seq for (seq,) in db.execute(f"SELECT seq FROM {table} ORDER BY seq")]  # noqa: S608
    finally:
        db.close()


def test_f03_kill_9_loses_no_accepted_record_and_gives_no_number_twice(tmp_path):
    """20 kills of a real process at random moments, on one file."""
    rng = random.Random(3)  # noqa: S311
    accepted, epochs, kills = {}, set(), 20
    for _ in range(kills):
        command = [sys.executable, str(Path(__file__).with_name("outbox_writer.py")), str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
            epochs.add(victim.stdout.readline())
            lines = [victim.stdout.readline() for _ in range(rng.randint(1, 200))]
            victim.kill()
            lines += victim.stdout.read().splitlines(keepends=True)
        for line in lines:
            if line.endswith("\n"):
                seq, slot = map(int, line.split())
                assert seq not in accepted, "a number was given twice"
                accepted[seq] = slot
    Store(tmp_path).close()
    archive = Archive(tmp_path)
    stored = [(one.record.seq, one.record.slot_us) for one in archive.records()]
    assert len(epochs) == 1
    numbers = [seq for seq, _ in stored]
    assert numbers == list(range(1, archive.last_seq + 1)), "a hole, or a number given twice"
    slots = dict(stored)
    assert {seq: slots.get(seq) for seq in accepted} == {
        seq: slot * 1_000_000 for seq, slot in accepted.items()
    }
    assert len(accepted) > kills
    assert archive.segments, "the kills must have hit packing too"


async def test_what_is_accepted_reads_back_as_it_was_read_from_the_meter(tmp_path):
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        seq = await outbox.put(record(catalogue, slot=7, value=12.345678))
        (stored,) = await outbox.backlog(0, 10)
    found = decode_record(stored.body, catalogue)
    assert (found.seq, found.slot_us, found.values, found.reasons) == (
        seq,
        7_000_000,
        (12.345678, None),
        {1: GapReason.TIMEOUT},
    )
    assert peek(stored.body) == (store.epoch, seq, catalogue.hash)


async def test_numbers_and_epoch_go_on_after_restart_even_when_nothing_is_left(tmp_path):
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        assert [await outbox.put(record(catalogue)) for _ in range(3)] == [1, 2, 3]
        outbox.ack(outbox.epoch, [(1, 3)])
        await outbox.settle()
        await outbox.forget(2_000_000)
    assert seqs(store.path, "outbox") == seqs(store.path, "history") == []
    again, catalogue = make(tmp_path)
    async with Outbox(again) as outbox:
        assert again.epoch == store.epoch
        assert await outbox.put(record(catalogue)) == 4


async def test_aliases_are_kept_and_never_given_to_another_point(tmp_path):
    store, first = make(tmp_path)
    other = store.catalogue("M-2", "simulated/water_counter", MEASURES)
    less = store.catalogue("M-1", "simulated/water_counter", MEASURES[:1])
    store.close()
    again = Store(tmp_path)
    assert again.catalogue("M-1", "simulated/water_counter", MEASURES) == first
    aliases = [point.alias for catalogue in (first, other) for point in catalogue.points]
    assert len(set(aliases)) == 4
    assert less.points == first.points[:1]
    again.close()


async def test_births_name_the_catalogues_of_unacked_records_and_the_current_one_last(tmp_path):
    store, old = make(tmp_path)
    async with Outbox(store) as outbox:
        await outbox.put(record(old))
        current = store.catalogue("M-1", "simulated/water_counter", MEASURES[:1])
        assert await outbox.births() == [old, current]
        outbox.ack(outbox.epoch, [(1, 1)])
        await outbox.settle()
        assert await outbox.births() == [current]


async def test_an_ack_of_another_epoch_moves_nothing(tmp_path):
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        await outbox.put(record(catalogue))
        outbox.ack("another", [(1, 1)])
        await outbox.resend("another", 0)
        await outbox.settle()
        assert [each.seq for each in await outbox.backlog(0, 10)] == [1]


RANGE = st.tuples(st.integers(-5, 60), st.integers(-5, 60)).map(lambda pair: (min(pair), max(pair)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ranges=st.lists(RANGE, max_size=6), again=st.integers(-1, 2**63))
def test_ack_moves_exactly_the_ranges_and_resend_brings_back_exactly_the_rest(
    tmp_path_factory, ranges, again
):
    store, catalogue = make(tmp_path_factory.mktemp("ack"))
    everything = list(range(1, 51))
    store.commit([record(catalogue)] * 50)
    store.commit([], {"main": ranges})
    acked = [seq for seq in everything if any(low <= seq <= high for low, high in ranges)]
    assert seqs(store.path, "history") == acked
    assert seqs(store.path, "outbox") == [seq for seq in everything if seq not in acked]
    store.resend(again)
    kept = [seq for seq in acked if seq < again]
    assert seqs(store.path, "history") == kept
    assert seqs(store.path, "outbox") == [seq for seq in everything if seq not in kept]
    store.close()


async def test_history_is_deleted_by_age_and_unacked_records_never(tmp_path):
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        await asyncio.gather(*(outbox.put(record(catalogue, slot=slot)) for slot in range(1, 11)))
        outbox.ack(outbox.epoch, [(1, 4), (8, 8)])
        await outbox.settle()
        await outbox.forget(4_000_000)
        assert seqs(store.path, "history") == [4, 8]
        assert seqs(store.path, "outbox") == [5, 6, 7, 9, 10]


async def test_f09_a_damaged_file_is_set_aside_and_the_gateway_goes_on_with_a_new_epoch(tmp_path):
    store, catalogue = make(tmp_path)
    store.commit([record(catalogue)] * 300)
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    with store.path.open("r+b") as file:
        for page in range(1, store.path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 64)
    damaged = store.path.read_bytes()
    again, catalogue = make(tmp_path)
    assert again.epoch != store.epoch
    assert (tmp_path / "outbox.corrupt-1.db").read_bytes() == damaged
    async with Outbox(again) as outbox:
        assert await outbox.put(record(catalogue)) == 301, "what the damage spared comes first"


async def test_a_second_process_is_refused(tmp_path):
    store, _ = make(tmp_path)
    with pytest.raises(OutboxBusy, match="CW-E2010"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


async def test_f08_a_full_disk_keeps_what_fits_in_the_waiting_room_and_heals_by_itself(
    tmp_path, monkeypatch, until
):
    """SQLite's own page limit says "database or disk is full", as the disk would."""
    monkeypatch.setattr(front, "RETRY_S", 0.02)
    monkeypatch.setattr(front, "GROUP_RECORDS", 10)
    monkeypatch.setattr(front, "WAITING_GROUPS", 5)
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        await outbox.put(record(catalogue))
        pages = store._db.execute("PRAGMA page_count").fetchone()[0]
        store._db.execute(f"PRAGMA max_page_count = {pages}")
        big = Record(0, 1_000_000, "M-1", catalogue.hash, (1.0, None), {1: GapReason.TIMEOUT})
        waiting = [asyncio.create_task(outbox.put(big)) for _ in range(100)]
        await until(lambda: outbox.dropped > 0)
        store._db.execute("PRAGMA max_page_count = 1000000")
        ends = await asyncio.gather(*waiting, return_exceptions=True)
    accepted = [end for end in ends if isinstance(end, int)]
    refused = [end for end in ends if isinstance(end, OutboxFull)]
    assert len(accepted) + len(refused) == 100
    assert len(refused) == outbox.dropped
    assert len(accepted) >= 40
    assert seqs(store.path, "outbox") == [1, *accepted] == list(range(1, len(accepted) + 2))


async def test_f08_what_is_acked_stays_so_when_records_must_go(tmp_path, monkeypatch):
    monkeypatch.setattr(front, "GROUP_RECORDS", 10)
    monkeypatch.setattr(front, "WAITING_GROUPS", 5)
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        await outbox.put(record(catalogue))
        for number in range(100):  # more than may wait, and the writer has no turn between them
            outbox.offer(record(catalogue, slot=number + 2))
            if number == 15:  # in the group that goes first
                outbox.ack(outbox.epoch, [(1, 1)])
        assert outbox.dropped > 0
        await outbox.settle()
        assert store.waiting() == outbox.accepted - 1


async def test_a_record_that_cannot_be_stored_costs_no_other_one(tmp_path):
    """It names a catalogue that nobody knows: a fault of ours."""
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        await outbox.put(record(catalogue))
        for slot in (2, 3):
            outbox.offer(record(catalogue, slot))
        outbox.offer(replace(record(catalogue, 4), catalogue="unknown"))
        outbox.offer(record(catalogue, 5))
        outbox.ack(outbox.epoch, [(1, 1)])
        await outbox.settle()
        assert (outbox.accepted, outbox.dropped) == (4, 1)
        assert [one.seq for one in await outbox.backlog(0, 9)] == [2, 3, 4]


async def test_closing_writes_what_was_offered(tmp_path):
    store, catalogue = make(tmp_path)
    async with Outbox(store) as outbox:
        for slot in range(1200):
            outbox.offer(record(catalogue, slot))
    assert len(seqs(store.path, "outbox")) == 1200


async def test_only_the_newest_record_of_a_device_is_live(tmp_path):
    store, catalogue = make(tmp_path)
    other = store.catalogue("M-2", "simulated/water_counter", MEASURES)
    async with Outbox(store) as outbox:
        for each in (catalogue, other, catalogue):
            await outbox.put(record(each))
        live = outbox.live["main"].values()
        assert [(each.device, each.seq) for each in live] == [("M-2", 2), ("M-1", 3)]
