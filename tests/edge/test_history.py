"""Six months of acked records in 2 GB: packed beside the commits, and still to be had."""

import asyncio
import random
import sqlite3
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_edge.errors import NoOutbox
from civicwatt_edge.storage import schema, sealed
from civicwatt_edge.storage import store as store_module
from civicwatt_edge.storage.archive import Archive
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.ranges import RangeSet
from civicwatt_edge.storage.segments import State
from civicwatt_edge.storage.store import Store
from civicwatt_protocols import templates
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.uplink import Catalogue, GapReason, PointDefinition, Record, encode_record

METERS, POINTS, MINUTES_A_DAY = 32, 20, 1440
TWO_MEASURES = ["import_active_energy", "active_power_total"]


@pytest.fixture
def small(monkeypatch):
    """Segments of 64 records, so that a few hundred show all."""
    monkeypatch.setattr(store_module, "SEGMENT", 64)
    monkeypatch.setattr(store_module, "IN_ROWS", 32)


def make(directory, **options):
    store = Store(directory, **options)
    return store, store.catalogue("M-1", "acrel/adw300", TWO_MEASURES)


def records(catalogue, count, first=0):
    return [
        Record(0, slot * 60_000_000, catalogue.device, catalogue.hash, (slot / 100, 50.0), {})
        for slot in range(first, first + count)
    ]


def pack(store):
    while store.tidy():
        store.note()
    store.note()


def seqs(stored):
    return [one.seq for one in stored]


def decimal_readings(measures, rng, energy):
    """One poll as a meter gives it: decimals of its registers, gauges with noise, counters that rise."""
    for measure in measures:
        if MEASURES[measure].is_counter:
            energy[measure] = round(energy.get(measure, rng.uniform(0, 1e5)) + rng.random(), 2)
            yield energy[measure]
        elif "voltage" in measure:
            yield round(rng.gauss(230, 2), 1)
        elif "current" in measure:
            yield round(abs(rng.gauss(20, 3)), 2)
        else:
            yield float(round(rng.gauss(5000, 500)))


def test_six_months_fit_in_2_gb_and_a_week_unacked_in_256_mb(tmp_path):
    """32 meters of 20 points a minute, here 16,384 records: the ADW300's registers and eight more."""
    measures = [register.measure for register in templates.load("acrel/adw300").registers]
    measures += [one for one in MEASURES if one not in measures][: POINTS - len(measures)]
    store, rng, energy = Store(tmp_path), random.Random(2), [{} for _ in range(METERS)]  # noqa: S311
    catalogues = [store.catalogue(f"M-01{n:02}-1", "acrel/adw300", measures) for n in range(METERS)]
    for minute in range(512):
        slot = 1_800_000_000_000_000 + minute * 60_000_000
        store.commit(
            [
                Record(0, slot, one.device, one.hash, tuple(decimal_readings(measures, rng, of)), {})
                for one, of in zip(catalogues, energy, strict=True)
            ]
        )
        if minute % 128 == 127:
            pack(store)
    packed = store.shelf.last
    per_record = store.shelf.size / packed
    rows_and_log = store.used() - store.shelf.size
    assert packed >= 2 * store_module.SEGMENT
    assert per_record * METERS * MINUTES_A_DAY * 183 + rows_and_log <= 2e9 / 2, "half of what is allowed"
    assert per_record * METERS * MINUTES_A_DAY * 7 + rows_and_log <= 256e6 / 4
    assert per_record < 100
    store.close()


async def test_packing_keeps_every_record_and_its_number(tmp_path, small):
    store, catalogue = make(tmp_path)
    given = records(catalogue, 500)
    bodies = [one.body for one in store.commit(given)]
    store.commit([], {"main": [(1, 300)]})
    pack(store)
    assert store.shelf.last == 448, "seven segments"
    found = store.backlog(0, 1_000)
    assert [(one.seq, one.body) for one in found] == [(seq, bodies[seq - 1]) for seq in range(301, 501)]
    kept = list(Archive(tmp_path).records())
    assert [(one.record.seq, one.acked) for one in kept] == [(seq, seq <= 300) for seq in range(1, 501)]
    assert [one.record.values for one in kept] == [one.values for one in given]
    store.close()
    again, _ = make(tmp_path)
    assert seqs(again.backlog(0, 1_000)) == list(range(301, 501))
    again.close()


async def test_resend_kept_births_and_forget_work_over_segments_and_rows(tmp_path, small):
    store, catalogue = make(tmp_path)
    store.commit(records(catalogue, 400))
    store.commit([], {"main": [(1, 390)]})
    pack(store)
    assert store.kept() == (1, 390)
    assert [one.state for one in store.shelf.segments] == [State.HISTORY] * 5
    store.resend(100)
    pack(store)
    assert seqs(store.backlog(0, 1_000)) == list(range(100, 401))
    assert [one.state for one in store.shelf.segments] == [State.HISTORY] + [State.WAITING] * 4
    assert store.kept() == (1, 99)
    current = store.catalogue("M-1", "acrel/adw300", TWO_MEASURES[:1])
    assert store.births() == [catalogue, current]
    store.commit([], {"main": [(1, 400)]})
    pack(store)
    assert store.births() == [current]
    store.forget(100 * 60_000_000)
    store.drop_rows(100 * 60_000_000)
    assert store.kept() == (65, 400), "whole segments of old history go"
    assert list(tmp_path.glob("segments/*/*1-*64.*")) == []
    store.close()


def test_a_crash_between_segment_and_rows_doubles_nothing(tmp_path, small):
    store, catalogue = make(tmp_path)
    store.commit(records(catalogue, 200))
    store.tidy()  # the segment is written, its rows are still there
    assert [one.record.seq for one in Archive(tmp_path).records()] == list(range(1, 201))
    store.close()
    again, catalogue = make(tmp_path)
    assert seqs(again.backlog(0, 1_000)) == list(range(1, 201))
    db = sqlite3.connect(again.path)
    assert db.execute("SELECT min(seq) FROM record").fetchone() == (65,)
    db.close()
    again.close()


async def test_commits_do_not_wait_for_packing(tmp_path):
    store, catalogue = make(tmp_path)
    begun, go_on, tidy = threading.Event(), threading.Event(), store.tidy

    def slow():
        begun.set()
        go_on.wait(20)
        return tidy()

    store.tidy = slow
    async with Outbox(store) as outbox:
        try:
            await asyncio.to_thread(begun.wait, 10)
            assert await asyncio.wait_for(outbox.put(records(catalogue, 1)[0]), 5) == 1
        finally:
            go_on.set()


def test_an_outbox_of_the_former_form_is_taken_over(tmp_path):
    """Tables of message bodies, `outbox` for what is not acked and `history` for the rest."""
    epoch, catalogue = "e-1", Catalogue("M-1", "acrel/adw300", (PointDefinition(7, "import_active_energy"),))
    rows = "(seq INTEGER PRIMARY KEY, slot_us INTEGER, device TEXT, catalogue TEXT, body BLOB)"
    db = sqlite3.connect(tmp_path / "outbox.db")
    db.executescript(
        f"""CREATE TABLE meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        CREATE TABLE alias(
            alias INTEGER PRIMARY KEY, device TEXT, measure TEXT, UNIQUE(device, measure));
        CREATE TABLE catalogue(hash TEXT PRIMARY KEY, device TEXT, template TEXT, points TEXT);
        CREATE TABLE outbox{rows}; CREATE INDEX outbox_catalogue ON outbox(catalogue);
        CREATE TABLE history{rows}; CREATE INDEX history_slot ON history(slot_us);"""
    )
    content = (catalogue.hash, "M-1", catalogue.template, catalogue.points_text())
    db.execute("INSERT INTO catalogue VALUES(?, ?, ?, ?)", content)
    db.execute("INSERT INTO alias VALUES(7, 'M-1', 'import_active_energy')")
    db.executemany("INSERT INTO meta VALUES(?, ?)", [("epoch", epoch), ("bd_seq", 4), ("next_seq", 11)])
    for seq in range(1, 11):
        record = Record(seq, seq * 1_000_000, "M-1", catalogue.hash, (seq / 4,), {})
        row = (seq, record.slot_us, "M-1", catalogue.hash, encode_record(record, catalogue, epoch))
        table = "outbox" if seq in (3, 9, 10) else "history"
        db.execute(f"INSERT INTO {table} VALUES(?, ?, ?, ?, ?)", row)
    db.commit()
    bodies = dict(db.execute("SELECT seq, body FROM outbox"))
    db.close()
    store = Store(tmp_path)
    assert (store.epoch, store.last_seq(), store.next_bd_seq()) == (epoch, 10, 5)
    assert {one.seq: one.body for one in store.backlog(0, 99)} == bodies
    assert store.kept() == (1, 8)
    assert store.catalogue("M-1", catalogue.template, ["import_active_energy"]) == catalogue
    store.close()
    Store(tmp_path).close()


RANGE = st.tuples(st.integers(1, 40), st.integers(0, 9)).map(lambda one: (one[0], one[0] + one[1]))
RANGES = st.lists(RANGE, max_size=6)


def numbers(ranges):
    return {number for low, high in ranges for number in range(low, high + 1)}


@settings(max_examples=200, deadline=None)
@given(RANGES, RANGES, RANGE)
def test_a_set_of_ranges_is_the_set_of_its_numbers(one, other, cut):
    ranges, low, high = RangeSet(one), *cut
    assert numbers(ranges.ranges) == numbers(one)
    assert numbers(ranges.add(other).ranges) == numbers(one) | numbers(other)
    assert numbers(ranges.common(RangeSet(other)).ranges) == numbers(one) & numbers(other)
    assert numbers(ranges.without(low, high).ranges) == numbers(one) - numbers([cut])
    assert numbers(ranges.missing(low, high)) == numbers([cut]) - numbers(one)
    assert ranges.covers(low, high) == (numbers([cut]) <= numbers(one))
    assert ranges.count == len(numbers(one))
    assert all(
        end + 1 < start for (_, end), (start, _) in zip(ranges.ranges, ranges.ranges[1:], strict=False)
    )


VALUE = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))


@settings(max_examples=200, deadline=None)
@given(st.lists(VALUE, max_size=30), st.sampled_from(GapReason), st.data())
def test_a_sealed_record_reads_back_and_a_changed_bit_is_never_believed(values, reason, data):
    reasons = {place: reason for place, value in enumerate(values) if value is None}
    record = Record(7, 60_000_000, "M-1", "0123456789abcdef", tuple(values), reasons)
    row = sealed.seal(7, sealed.content(record))
    assert sealed.read(7, sealed.unseal(row), "M-1") == record
    bit = data.draw(st.integers(0, len(row) * 8 - 1))
    changed = bytearray(row)
    changed[bit // 8] ^= 1 << bit % 8
    assert sealed.unseal(bytes(changed)) is None
    found = list(sealed.scan(b"\xc5WR\x01 nothing " + bytes(changed) + row + row[:-1]))
    assert found == [(7, sealed.content(record))]


def test_an_outbox_that_is_only_being_made_is_none_yet(tmp_path):
    """Its tables are there before its first numbers."""
    schema.connect(tmp_path / "outbox.db").close()
    with pytest.raises(NoOutbox):
        Archive(tmp_path)
