"""Closed days in files: what is in one place, is in one place only, at any instant."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import numpy as np
import pytest
from cloud.timeseries.stores import seal_process
from cloud.timeseries.stores.seal_process import BATCHES, POINTS, T, batch

from civicwatt_cloud.timeseries.stores import duckdb_store, sealing
from civicwatt_cloud.timeseries.stores.duckdb_store import DuckDBStore
from civicwatt_cloud.timeseries.stores.errors import StoreBusy
from civicwatt_cloud.timeseries.stores.open import open_store
from civicwatt_cloud.timeseries.stores.promises.histories import random_history
from civicwatt_cloud.timeseries.stores.promises.oracle import Rows, agree, everything, rows_of
from civicwatt_cloud.timeseries.stores.readings import DAY_US, Batch

PROCESS = Path(seal_process.__file__)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "readings.days").iterdir())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readings.duckdb"


def whole() -> list[object]:
    return rows_of(Batch.join([batch(number) for number in range(BATCHES)]))


def test_a_closed_day_becomes_one_sorted_file_and_answers_alike(path: Path) -> None:
    store = DuckDBStore(path)
    for number in range(BATCHES):
        store.write(batch(number))
    before = everything(store)
    buckets = store.buckets(range(1, 9), T, T + 3 * DAY_US, DAY_US)
    assert store.seal(T + DAY_US + DAY_US // 2) == 96 * POINTS + 2 * POINTS
    assert files(path.parent) == ["2024-10-04.1.parquet"]
    assert everything(store) == before == sorted(set(whole()))
    assert store.buckets(range(1, 9), T, T + 3 * DAY_US, DAY_US).sum.tolist() == buckets.sum.tolist()
    assert store.seal(T + DAY_US) == 0
    store.close()
    again = DuckDBStore(path)
    assert everything(again) == before
    assert again.latest().ts_us.tolist() == [T + 191 * 900_000_000] * POINTS
    again.close()


def test_f13_a_late_row_is_found_in_its_file_or_joins_it_the_next_night(path: Path) -> None:
    store = DuckDBStore(path)
    store.write(batch(0))
    store.seal(T + DAY_US)
    again = store.write(batch(0))
    assert (again.inserted, bool(again.accepted.all())) == (0, True)
    late = store.write(Batch.of([1, 2], [T + 1, T], [5.0, 6.0]))
    assert (late.inserted, late.conflicts.tolist(), late.kept.tolist()) == (1, [1], [2000.0])
    assert rows_of(store.scan([1], T, T + 2)) == [(1, T, 1000.0, 0), (1, T + 1, 5.0, 0)]
    assert store.seal(T + DAY_US) == 24 * POINTS + 1
    assert len(files(path.parent)) == 2  # a reader may be in the first
    assert rows_of(store.scan([1], T, T + 2)) == [(1, T, 1000.0, 0), (1, T + 1, 5.0, 0)]
    for _ in range(2):
        store.seal(T + DAY_US)
    assert files(path.parent) == ["2024-10-04.2.parquet"]
    store.close()


def test_a_replaced_value_stands_before_its_file_and_after_it(path: Path) -> None:
    store = DuckDBStore(path)
    store.write(batch(0))
    store.seal(T + DAY_US)
    store.write(Batch.of([1], [T], [7.0]), on_conflict="replace")
    for _ in range(2):
        assert rows_of(store.scan([1], T, T + 1)) == [(1, T, 7.0, 0)]
        assert store.buckets([1], T, T + 1, 1).sum.tolist() == [7.0]
        store.seal(T + DAY_US)
    store.close()


@pytest.mark.parametrize("seed", range(3, 6))
def test_any_history_with_nights_and_restarts_gives_what_a_dictionary_gives(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    model: Rows = {}
    store = DuckDBStore(path)
    for each, on_conflict in random_history(100 + seed, T + 9 * DAY_US, 1, replaces=True):
        agree(store, model, each, on_conflict)
        store.seal(T + chance.randrange(10) * DAY_US)
        if chance.random() < 0.5:
            store.close()
            store = DuckDBStore(path)
        if chance.random() < 0.3:
            before_us = T + chance.randrange(8 * DAY_US)
            gone = [place for place in model if place[1] < before_us]
            assert store.retain(before_us) == len(gone)
            model = {place: held for place, held in model.items() if place not in gone}
    agree(store, model, Batch.join([]), "keep")
    store.close()


def test_retention_drops_whole_files_and_cuts_the_day_between(path: Path) -> None:
    store = DuckDBStore(path)
    for number in range(BATCHES):
        store.write(batch(number))
    store.seal(T + 2 * DAY_US)
    half = T + DAY_US + DAY_US // 2
    kept = [row for row in everything(store) if row[1] >= half]
    assert store.retain(half) == len(set(whole())) - len(kept)
    assert everything(store) == kept
    for _ in range(2):
        store.seal(T + 2 * DAY_US)
    assert everything(store) == kept
    assert len(files(path.parent)) == 1
    store.retain(T + 5 * DAY_US)
    assert (everything(store), files(path.parent)) == ([], [])
    store.close()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["write", "_sync", "name"])
def test_f05_killed_at_any_step_of_sealing_loses_and_doubles_nothing(
    path: Path, step: str, when: str
) -> None:
    child = [sys.executable, str(PROCESS), f"duckdb:{path}", step, when]
    died = subprocess.run(child, capture_output=True, text=True, check=False)
    assert died.returncode == -9, died.stderr
    acked = [int(line) for line in died.stdout.split()]
    store = DuckDBStore(path)
    held = everything(store)
    assert held == sorted(set(held))
    assert set(rows_of(Batch.join([batch(number) for number in acked]))) <= set(held)
    for number in range(BATCHES):
        assert store.write(batch(number)).accepted.all()
    store.seal(T + 10 * DAY_US)
    assert everything(store) == sorted(set(whole()))
    store.close()


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_f05_killed_at_random_while_writing_and_sealing_what_was_acked_is_there(
    path: Path, kind: str
) -> None:
    chance = random.Random(5)  # noqa: S311
    url = f"{kind}:{path}"
    for _ in range(3):
        child = subprocess.Popen(
            [sys.executable, str(PROCESS), url, "none", "-"], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        wanted = chance.choice(["1", "3", "5", "6", "done"])
        acked = []
        for line in child.stdout:
            acked.append(line.strip())
            if line.strip() == wanted:
                break
        child.kill()
        child.wait()
        child.stdout.close()
        store = open_store(url)
        held = everything(store)
        assert len({row[:2] for row in held}) == len(held)
        stored = [batch(int(number)) for number in acked if number != "done"]
        assert set(rows_of(Batch.join(stored))) <= set(held)
        store.close()


def test_a_night_that_fails_leaves_everything_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DuckDBStore(path)
    store.write(batch(0))
    before = everything(store)
    with monkeypatch.context() as full:
        full.setattr(sealing, "_sync", lambda _: os.stat(path.parent / "nothing"))
        with pytest.raises(OSError, match="nothing"):
            store.seal(T + DAY_US)
    assert everything(store) == before
    assert store.seal(T + DAY_US) == len(before)
    assert everything(store) == before
    for _ in range(2):
        store.seal(T + DAY_US)
    assert len(files(path.parent)) == 1
    store.close()


def test_a_retention_that_fails_leaves_everything_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DuckDBStore(path)
    store.write(batch(0))
    store.seal(T + DAY_US)
    before = everything(store)
    with monkeypatch.context() as full:
        full.setattr(duckdb_store, "_FORGET_NEWEST", ("no statement",))
        with pytest.raises(duckdb.Error):
            store.retain(T + 3 * DAY_US)
    assert store.write(batch(0)).inserted == 0
    assert everything(store) == before
    assert store.retain(T + 3 * DAY_US) == len(before)
    store.close()
    again = DuckDBStore(path)
    assert len(again.latest().point) == 0
    again.close()


def test_a_crash_leaves_no_file_behind(path: Path) -> None:
    child = [sys.executable, str(PROCESS), f"duckdb:{path}", "name", "before"]
    assert subprocess.run(child, capture_output=True, check=False).returncode == -9
    left = files(path.parent)
    assert len(left) == 2  # one is of the night that was over
    DuckDBStore(path).close()
    assert len(files(path.parent)) == 1
    assert not any(name.endswith(".aside") for name in files(path.parent))


def test_days_sealed_after_an_older_copy_was_taken_are_set_aside_not_deleted(path: Path) -> None:
    store = DuckDBStore(path)
    store.write(batch(0))
    store.close()
    copy = path.read_bytes()
    store = DuckDBStore(path)
    store.write(batch(1))
    store.seal(T + DAY_US)
    held = everything(store)
    store.close()
    path.write_bytes(copy)  # somebody brings the older file back, without its folder
    (path.parent / "readings.days" / "2024-10-05.1.parquet").write_bytes(b"PAR1 and no more")
    store = DuckDBStore(path)
    assert everything(store) == rows_of(batch(0))
    assert files(path.parent) == ["2024-10-04.1.parquet.aside", "2024-10-05.1.parquet.aside"]
    store.write(batch(1))  # the gateways send it again
    store.seal(T + DAY_US)
    assert everything(store) == held
    assert "2024-10-04.2.parquet" in files(path.parent)
    store.close()


def test_rows_that_come_while_their_day_is_written_leave_it_for_the_next_night(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DuckDBStore(path)
    store.write(batch(0))
    late = Batch.of([1, 99], [T + 5, T + 5], [1.0, 2.0])
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(sealing, "_sync", lambda _: store.write(late))
        assert store.seal(T + DAY_US) == 0
    assert everything(store) == sorted(rows_of(Batch.join([batch(0), late])))
    assert store.seal(T + DAY_US) == len(batch(0)) + 2
    assert everything(store) == sorted(rows_of(Batch.join([batch(0), late])))
    store.close()


def test_writers_and_readers_go_on_beside_sealing(path: Path) -> None:
    store = DuckDBStore(path)
    for number in range(BATCHES):
        store.write(batch(number))
    wrong: list[object] = []
    before = len(everything(store))
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            rows = store.scan(range(1, POINTS + 1), 0, T + 4 * DAY_US)
            if len(rows) < before or len({row[:2] for row in rows_of(rows)}) != len(rows):
                wrong.append(len(rows))

    def write() -> None:
        tick = 0
        while not ended.is_set() and tick < 200:
            tick += 1
            store.write(Batch.of(1, [T + tick * 7, T + 5 * DAY_US + tick], 1.0))

    work = [threading.Thread(target=step) for step in (read, write)]
    for thread in work:
        thread.start()
    for _ in range(6):
        store.seal(T + 2 * DAY_US)
    work[1].join()
    ended.set()
    work[0].join()
    assert wrong == []
    rows = everything(store)
    store.seal(T + 2 * DAY_US)
    assert everything(store) == rows
    store.close()


def test_sealed_days_are_read_in_their_order(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = DuckDBStore(path)
    for number in range(4):
        store.write(batch(number))
    store.seal(T + DAY_US)
    monkeypatch.setattr(np, "argsort", lambda *_, **__: pytest.fail("sealed rows were sorted again"))
    assert len(store.scan(range(1, POINTS + 1), T, T + DAY_US)) == 97 * POINTS
    store.close()


def test_a_store_in_use_is_said_to_be_so(path: Path) -> None:
    child = [sys.executable, str(PROCESS), f"duckdb:{path}", "none", "-"]
    holder = subprocess.Popen(child, stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(StoreBusy):
        DuckDBStore(path)
    holder.kill()
    holder.wait()
    holder.stdout.close()
