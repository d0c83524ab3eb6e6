"""The ledger: whatever the order of arrival, the same digits; Σ hours = day = month."""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.timeseries.ledger.bench import Bench
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update
from structlog.testing import capture_logs

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.loading import load
from civicwatt_cloud.timeseries.ledger import queries
from civicwatt_cloud.timeseries.ledger.books.ledger import Ledger
from civicwatt_cloud.timeseries.ledger.checks import violations
from civicwatt_cloud.timeseries.ledger.marks import mark_all_dirty
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.points import Point
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore


def hour_of(day: str) -> int:
    """The hour with which a day begins in Shanghai."""
    return int(datetime.fromisoformat(f"{day}T00:00+08:00").timestamp()) // 3600


on_sqlite = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # on both: test_two_databases.py
NEW_YEAR = hour_of("2027-01-01")
KWH = 1_000_000
MINUTE_US = 60_000_000
Counter = Callable[[str], int]


def hourly(point: int, first: int, values: list[float]) -> Batch:
    return Batch.of(point, (first + np.arange(len(values))) * HOUR_US, values)


def test_hours_days_and_months_follow_from_readings(bench: Bench, counter: Counter) -> None:
    point = counter("M-1")
    bench.load(hourly(point, NEW_YEAR - 2, [10.0, 10.5, 12.0, 15.25]))
    assert bench.ledger.recompute() == (1, 3)
    assert bench.books(point) == [
        [
            (NEW_YEAR - 2, 20261231, KWH // 2, 3600, 0),
            (NEW_YEAR - 1, 20261231, 3 * KWH // 2, 3600, 0),
            (NEW_YEAR, 20270101, 13 * KWH // 4, 3600, 0),
        ],
        [(20261231, 2 * KWH, 7200, 0), (20270101, 13 * KWH // 4, 3600, 0)],
        [(202612, 2 * KWH, 7200, 0), (202701, 13 * KWH // 4, 3600, 0)],
        [],
    ]
    assert bench.ledger.recompute() == (0, 0)


def test_a_point_that_cannot_be_booked_keeps_no_other_from_it(bench: Bench, counter: Counter) -> None:
    points = [counter(f"M-{number}") for number in range(3)]
    for point in points:
        bench.load(hourly(point, NEW_YEAR - 2, [10.0, 10.5, 12.0]))
    no_day = {"hour_from": -(10**9), "hour_to": -(10**9) + 1}
    with bench.db.session() as session:
        session.execute(insert(DirtyRange).values(point_id=points[1], **no_day))
    with capture_logs() as logs:
        assert bench.ledger.recompute() == (2, 4)
    assert [line["point"] for line in logs if line["event"] == "point_not_booked"] == [points[1]]
    assert [len(bench.books(point)[0]) for point in points] == [2, 0, 2]
    with bench.db.session() as session:
        session.execute(delete(DirtyRange).where(DirtyRange.hour_from < 0))
    assert bench.ledger.recompute() == (1, 2)


@pytest.mark.parametrize("tz", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_f16_days_are_cut_in_the_business_zone_whatever_tz_says(
    bench: Bench, counter: Counter, monkeypatch: pytest.MonkeyPatch, tz: str
) -> None:
    monkeypatch.setenv("TZ", tz)
    time.tzset()
    year_end, leap_day = counter("M-1"), counter("M-2")
    bench.load(hourly(year_end, NEW_YEAR - 3, [1.0, 2.0, 3.0, 4.0, 5.0]))
    bench.load(hourly(leap_day, hour_of("2024-02-29") - 1, [i / 8 for i in range(27)]))
    bench.ledger.recompute_all()
    monkeypatch.undo()
    time.tzset()
    _, days, months, _ = bench.books(year_end)
    assert days == [(20261231, 3 * KWH, 3 * 3600, 0), (20270101, KWH, 3600, 0)]
    assert [row[0] for row in months] == [202612, 202701]
    _, days, months, _ = bench.books(leap_day)
    assert days == [
        (20240228, KWH // 8, 3600, 0),
        (20240229, 3 * KWH, 86400, 0),
        (20240301, KWH // 8, 3600, 0),
    ]
    assert months == [(202402, 25 * KWH // 8, 25 * 3600, 0), (202403, KWH // 8, 3600, 0)]


def test_f12_replaying_everything_changes_no_digit(bench: Bench, counter: Counter) -> None:
    point = counter("M-1")
    batch = hourly(point, NEW_YEAR, [1.0, 2.0, float("nan"), 7.0])
    bench.load(batch)
    bench.ledger.recompute_all()
    before = bench.books(point)
    bench.load(batch)
    assert bench.dirty() == [point]
    bench.ledger.recompute_all()
    assert bench.books(point) == before


def test_f13_a_gateway_that_comes_back_after_40_days_restates_only_what_it_explains(
    bench: Bench, counter: Counter
) -> None:
    late, in_order = counter("late"), counter("in order")
    values = np.round(np.cumsum(np.linspace(0.1, 1.7, 60 * 24)), 3)
    ts = (NEW_YEAR + np.arange(len(values))) * HOUR_US
    held_back = (ts > ts[100]) & (ts <= ts[1060])
    bench.load(Batch.of(late, ts[~held_back], values[~held_back]))
    bench.ledger.recompute_all()
    gap = bench.totals("hour", late, NEW_YEAR + 100, NEW_YEAR + 1061)
    assert gap is not None
    assert gap.quality is Quality.INTERPOLATED
    bench.load(Batch.of(late, ts[held_back], values[held_back]))
    bench.load(Batch.of(in_order, ts, values))
    bench.ledger.recompute_all()
    assert bench.books(late) == bench.books(in_order)
    after = bench.totals("hour", late, NEW_YEAR + 100, NEW_YEAR + 1061)
    assert after is not None
    assert (after.micro, after.quality) == (gap.micro, Quality.MEASURED)


DEVICE_NUMBERS = count()


@on_sqlite
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_any_order_split_and_repetition_gives_the_books_of_an_in_order_run(
    bench: Bench, counter: Counter, seed: int
) -> None:
    """Readings with gaps, glitches and a replaced meter, in random pieces with bookings in between."""
    random = np.random.default_rng(seed)
    n = 300
    ts = NEW_YEAR * HOUR_US + np.cumsum(random.choice([1, 15, 15, 60, 500], n)) * MINUTE_US
    values = np.round(np.cumsum(random.random(n)), 6)
    values[random.random(n) < random.choice([0, 0.03])] = random.choice([0.0, 1e6])
    values[random.random(n) < 0.05] = np.nan
    values[200:] -= values[200] if random.random() < 0.3 and np.isfinite(values[200]) else 0
    values = np.maximum(values, 0)

    number = next(DEVICE_NUMBERS)
    shuffled, plain = counter(f"shuffled {number}"), counter(f"plain {number}")
    pieces = np.array_split(random.permutation(n) if random.random() < 0.5 else np.arange(n)[::-1], 6)
    for piece in [*pieces, random.choice(n, 50)]:
        bench.load(Batch.of(shuffled, ts[piece], values[piece]))
        if random.random() < 0.7:
            bench.ledger.recompute_all()
    bench.load(Batch.of(plain, ts, values))
    bench.ledger.recompute_all()
    assert bench.books(shuffled) == bench.books(plain)
    assert bench.rates(shuffled) == bench.rates(plain)
    again = bench.books(plain)
    with bench.db.session() as session:
        mark_all_dirty(session, [plain])
    bench.ledger.recompute_all()
    assert bench.books(plain) == again


def test_one_call_books_some_points_and_leaves_the_marks_of_the_others(
    bench: Bench, counter: Counter
) -> None:
    points = [counter(f"M-{i}") for i in range(5)]
    bench.load(Batch.join([hourly(point, NEW_YEAR, [1.0, 2.0]) for point in points]))
    assert bench.ledger.recompute(limit=2) == (2, 2)
    assert len(set(bench.dirty())) == 3
    assert bench.ledger.recompute_all() == (3, 3)
    assert bench.dirty() == []


def test_a_failing_store_leaves_books_and_marks_as_they_were(
    bench: Bench, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = counter("M-1")
    bench.load(hourly(point, NEW_YEAR, [1.0, 2.0]))

    def fail(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(bench.store, "scan", fail)
    with pytest.raises(OSError, match="disk"):
        bench.ledger.recompute()
    monkeypatch.undo()
    assert (bench.dirty(), bench.books(point)[0]) == ([point], [])
    assert bench.ledger.recompute() == (1, 1)


def test_f18_a_glitch_is_held_with_its_values_and_released_when_it_is_explained(
    bench: Bench, counter: Counter
) -> None:
    point = counter("M-1")
    bench.load(hourly(point, NEW_YEAR, [100.0, 101.0, 0.0]))
    bench.ledger.recompute_all()
    held = ((NEW_YEAR + 2) * HOUR_US, "fall", 101 * KWH, 0)
    assert bench.books(point)[3] == [held]
    bench.load(hourly(point, NEW_YEAR + 3, [103.0]))
    bench.ledger.recompute_all()
    assert bench.books(point)[3] == [((NEW_YEAR + 2) * HOUR_US, "glitch", 101 * KWH, 0)]
    total = bench.totals("month", point, 202701, 202702)
    assert total == queries.Total(3 * KWH, 3 * 3600, Quality.INTERPOLATED)


def test_one_impossible_value_in_the_store_does_not_stop_the_books(bench: Bench, counter: Counter) -> None:
    point = counter("M-1")
    bench.load(hourly(point, NEW_YEAR, [1.0, 1e308, 3.0, float("inf")]))
    bench.ledger.recompute_all()
    assert [row[2] for row in bench.books(point)[0]] == [KWH, KWH]


def test_nothing_is_booked_before_the_binding_and_a_new_binding_books_afresh(
    bench: Bench, counter: Counter
) -> None:
    point = counter("M-1")
    bench.load(hourly(point, NEW_YEAR, [0.0, 1.0, 2.0, 3.0, 4.0]))
    for first in (2, 1, 3):
        with bench.db.session() as session:
            start_us = (NEW_YEAR + first) * HOUR_US
            session.execute(update(Point).where(Point.id == point).values(bound_from_us=start_us))
            mark_all_dirty(session, [point])
        bench.ledger.recompute_all()
        hours, days, months, _ = bench.books(point)
        assert [row[0] for row in hours] == [NEW_YEAR + h for h in range(first, 4)]
        assert days == [(20270101, (4 - first) * KWH, (4 - first) * 3600, 0)]
        assert months == [(202701, (4 - first) * KWH, (4 - first) * 3600, 0)]


def test_a_counter_that_is_nobodys_consumption_has_no_books(bench: Bench, counter: Counter) -> None:
    point = counter("M-1")
    bench.load(hourly(point, NEW_YEAR, [0.0, 1.0]))
    bench.ledger.recompute_all()
    with bench.db.session() as session:
        session.execute(update(Point).where(Point.id == point).values(is_consumption=False))
        mark_all_dirty(session, [point])
    bench.ledger.recompute_all()
    assert (bench.books(point), bench.dirty()) == ([[], [], [], []], [])


def test_books_outlive_the_readings_they_came_from(bench: Bench, counter: Counter) -> None:
    point = counter("M-1")
    bench.load(hourly(point, NEW_YEAR, [float(i) for i in range(48)]))
    bench.ledger.recompute_all()
    before = bench.books(point)
    bench.store.retain((NEW_YEAR + 30) * HOUR_US)
    with bench.db.session() as session:
        mark_all_dirty(session, [point])
    bench.ledger.recompute_all()
    assert bench.books(point) == before


def test_the_conservation_check_finds_what_does_not_add_up(
    db: Database, ledger: Ledger, store: ReadingsStore, counter: Counter
) -> None:
    point = counter("M-1")
    load(db, store, hourly(point, NEW_YEAR, [0.0, 1.0, 2.0]))
    ledger.recompute_all()
    with db.session() as session:
        session.execute(update(LedgerHour).where(LedgerHour.hour == NEW_YEAR).values(micro=KWH + 1))
        row = {"point_id": point, "month": 202703, "micro": 0, "covered_s": 0, "quality": 0}
        session.execute(insert(LedgerMonth), [row])
    with db.reading() as session:
        assert violations(session) == [
            ("day", point, 20270101, 1, 0),
            ("month", point, 202703, 0, 0),
        ]


def test_queries_answer_rows_and_sums_of_the_asked_points_and_periods(bench: Bench, counter: Counter) -> None:
    first, second, silent = counter("M-1"), counter("M-2"), counter("M-3")
    bench.load(hourly(first, NEW_YEAR - 1, [0.0, 1.0, 3.0]))
    bench.load(Batch.of(second, np.array([NEW_YEAR, NEW_YEAR + 3]) * HOUR_US, [0.0, 9.0]))
    bench.ledger.recompute_all()
    with bench.db.reading() as session:
        rows = queries.booked(session, "day", [second, first, silent], 20270101, 20270102)
        sums = queries.totals(session, "hour", [second, first, silent], NEW_YEAR - 1, NEW_YEAR + 2)
    assert rows == [
        (first, 20270101, 2 * KWH, 3600, Quality.MEASURED),
        (second, 20270101, 9 * KWH, 3 * 3600, Quality.INTERPOLATED),
    ]
    assert sums == {
        first: queries.Total(3 * KWH, 7200, Quality.MEASURED),
        second: queries.Total(6 * KWH, 7200, Quality.INTERPOLATED),
    }


def test_expected_seconds_begin_with_the_binding_and_end_now() -> None:
    assert queries.expected_s(5_000_000, 0, 20_000_000, 12_000_000) == 7
    assert queries.expected_s(5_000_000, 0, 4_000_000, 12_000_000) == 0
    assert queries.expected_s(0, 3_000_000, 20_000_000, 90_000_000) == 17


def test_every_zone_of_whole_hours_keeps_days_whole(
    db: Database, store: ReadingsStore, counter: Counter
) -> None:
    point = counter("M-1")
    load(db, store, hourly(point, NEW_YEAR, [float(i) for i in range(100)]))
    Ledger(db, store, ZoneInfo("America/New_York")).recompute_all()
    with db.reading() as session:
        days = queries.booked(session, "day", [point], 0, 99999999)
        assert [row.covered_s for row in days] == [13 * 3600, 86400, 86400, 86400, 14 * 3600]
        assert violations(session) == []
