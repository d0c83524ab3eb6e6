"""Consumption arithmetic: exact, order-free, nothing invented."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from cloud.timeseries.ledger.counter.told import Told
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.booking import booking, consumption
from civicwatt_cloud.timeseries.ledger.counter.consumption import Hours, micro_of
from civicwatt_cloud.timeseries.ledger.counter.glitches import standing
from civicwatt_cloud.timeseries.ledger.counter.line import Held
from civicwatt_cloud.timeseries.ledger.counter.splice import Series, spliced
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_protocols.quantity import to_micro

MINUTE = 60_000_000
ZONE = ZoneInfo("Asia/Shanghai")
T0 = 500_000 * HOUR_US  # some whole hour
MEASURED, INTERPOLATED = Quality.MEASURED.code, Quality.INTERPOLATED.code


def hours_of(*readings: tuple[float, int]) -> tuple[list[tuple[int, int, int, int]], list[Held]]:
    """Readings (hours after T0, micro) → rows (hour after T0, micro, covered_s, quality), held steps."""
    ts = np.array([T0 + round(h * HOUR_US) for h, _ in readings], np.int64)
    hours, held = consumption(ts, np.array([value for _, value in readings], np.int64), ZONE)
    return rows(hours), held


def rows(hours: Hours) -> list[tuple[int, int, int, int]]:
    columns = (hours.hour - T0 // HOUR_US, hours.micro, hours.covered_s, hours.quality)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_an_hour_read_at_both_ends_is_measured() -> None:
    assert hours_of((0, 100), (0.5, 130), (1, 170), (2, 200))[0] == [
        (0, 70, 3600, MEASURED),
        (1, 30, 3600, MEASURED),
    ]


def test_a_boundary_straddled_by_15_minutes_is_measured_and_by_more_interpolated() -> None:
    assert [row[3] for row in hours_of((0, 0), (0.9, 90), (1.15, 115), (2, 200))[0]] == [MEASURED] * 2
    assert [row[3] for row in hours_of((0, 0), (0.9, 90), (1.16, 116), (2, 200))[0]] == [INTERPOLATED] * 2


def test_a_gap_is_spread_evenly_and_flagged_and_adds_up_to_the_digit() -> None:
    found, _ = hours_of((0, 0), (1, 10), (6, 365), (7, 400))
    assert found[0] == (0, 10, 3600, MEASURED)
    assert found[1:6] == [(h, 71, 3600, INTERPOLATED) for h in range(1, 6)]
    assert found[6] == (6, 35, 3600, MEASURED)


def test_indivisible_rises_are_rounded_down_at_the_boundary_and_nothing_gets_lost() -> None:
    assert [row[1] for row in hours_of((0, 0), (3, 10))[0]] == [3, 3, 4]


def test_an_hour_that_has_only_begun_is_covered_in_part() -> None:
    assert hours_of((0.25, 5), (1, 8), (1.5, 9))[0] == [(0, 3, 2700, MEASURED), (1, 1, 1800, MEASURED)]


@pytest.mark.parametrize("readings", [[], [(0.5, 7)]])
def test_fewer_than_two_readings_say_nothing(readings: list[tuple[float, int]]) -> None:
    assert hours_of(*readings) == ([], [])


def test_f17_a_counter_that_rolls_over_is_held_not_guessed() -> None:
    found, held = hours_of((0, 999_990), (0.5, 999_999), (0.75, 4), (1, 10))
    assert found == [(0, 15, 2700, MEASURED)]
    assert held == [Held(T0 + HOUR_US * 3 // 4, "fall", 999_999, 4)]


def test_f18_a_glitch_to_zero_and_back_books_nothing_extra() -> None:
    found, held = hours_of((0, 100), (0.25, 110), (0.5, 0), (0.75, 125), (1, 130))
    assert found == [(0, 30, 3600, MEASURED)]
    assert held == [Held(T0 + HOUR_US // 2, "glitch", 110, 0)]


@pytest.mark.parametrize("length", [1, 5])
@pytest.mark.parametrize("wrong", [0, 900_000])
def test_f18_short_dips_and_spikes_of_any_polling_rate_are_left_out(length: int, wrong: int) -> None:
    for step in (1 / 60, 0.25, 1, 24):
        values = [100, 110, 120, *[wrong] * length, 150, 160]
        found, held = hours_of(*((i * step, value) for i, value in enumerate(values)))
        assert sum(row[1] for row in found) == 60
        assert [(h.kind, h.before_micro, h.after_micro) for h in held] == [("glitch", 120, wrong)] * length


def test_f19_a_replaced_meter_that_starts_low_is_held_and_counts_on_from_there() -> None:
    found, held = hours_of((0, 100_355), (1, 100_360), (2, 12), (3, 17), (4, 22))
    assert [(row[0], row[1]) for row in found] == [(0, 5), (2, 5), (3, 5)]
    assert [step.kind for step in held] == ["fall"]


def test_values_beyond_63_bit_products_stay_exact() -> None:
    huge = 8_000_000_000 * 1_000_000
    found, _ = hours_of((0, 1), (4999, huge))
    assert sum(row[1] for row in found) == huge - 1
    assert found[0][1] == (huge - 1) // 4999


@given(st.lists(st.floats(0, 2.0**33, allow_nan=False).map(lambda v: round(v, 6)), max_size=20))
def test_micros_are_those_of_the_exact_rule(values: list[float]) -> None:
    assert micro_of(np.array(values, np.float64)).tolist() == [to_micro(value) for value in values]


STEPS = st.lists(st.tuples(st.integers(1, 150), st.integers(0, 50)), min_size=2, max_size=60)
INTERVAL = st.sampled_from([1, 15, 15, 60, 500])
WRONG = st.sampled_from([None] * 15 + [0, 10, 10_000])
Readings = list[tuple[int, int, int | None]]
# Minutes since the last reading, rise, and now and then another value in its place.
WILD = st.lists(st.tuples(INTERVAL, st.integers(0, 30), WRONG), max_size=120)


def series(readings: Readings) -> tuple[np.ndarray, np.ndarray]:
    ts = T0 + np.cumsum(np.array([r[0] for r in readings], np.int64)) * MINUTE
    true = np.cumsum(np.array([r[1] for r in readings], np.int64))
    served = [t if r[2] is None else r[2] for t, r in zip(true.tolist(), readings, strict=True)]
    return ts, np.array(served, np.int64)


def jumps(held: list[Held]) -> int:
    """What was not booked because nothing explains it."""
    return sum(step.after_micro - step.before_micro for step in held if step.kind == "jump")


@given(STEPS)
def test_hours_add_up_to_the_counters_difference(
    steps: list[tuple[int, int]],
) -> None:
    ts = T0 + np.cumsum([step[0] for step in steps]) * MINUTE
    micro = np.cumsum([step[1] for step in steps])
    hours, held = consumption(ts, micro, ZONE)
    assert hours.micro.sum() + jumps(held) == micro[-1] - micro[0]
    assert (hours.micro >= 0).all()
    assert {step.kind for step in held} <= {"jump"}
    if not held:
        assert hours.covered_s.sum() == (ts[-1] - ts[0]) // 1_000_000


def of(micro: np.ndarray) -> Series:
    """The readings of a counter without forms."""
    return spliced(np.arange(len(micro)), micro, [])


@given(WILD)
def test_hours_add_up_to_the_rises_between_standing_readings(readings: Readings) -> None:
    ts, micro = series(readings)
    hours, held = consumption(ts, micro, ZONE)
    values = micro[standing(of(micro))].tolist()
    assert hours.micro.sum() + jumps(held) == sum(max(0, b - a) for a, b in pairwise(values))
    assert (hours.micro >= 0).all()
    assert (hours.covered_s > 0).all()
    assert (hours.covered_s <= 3600).all()
    others = [step for step in held if step.kind != "jump"]
    assert len(others) == sum(b < a for a, b in pairwise(values)) + len(micro) - len(values)


@given(STEPS)
def test_a_counter_that_only_rises_keeps_all_its_readings(steps: list[tuple[int, int]]) -> None:
    assert standing(of(np.cumsum([step[1] for step in steps]))).all()


@given(st.lists(st.integers(2, 7), min_size=2, max_size=8), st.lists(st.integers(1, 900), min_size=70))
def test_f18_zeros_close_together_do_not_overrule_the_readings_between(
    apart: list[int], steps: list[int]
) -> None:
    micro = np.cumsum(steps)
    zeros = np.cumsum(apart)
    micro[zeros] = 0
    assert np.flatnonzero(~standing(of(micro))).tolist() == zeros.tolist()


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_replacing_the_touched_hours_gives_what_a_fresh_start_gives(seed: int) -> None:
    """Readings come in a range; the booking from a cut-out around it repairs the old hours exactly."""
    random = np.random.default_rng(seed)
    ts = T0 + np.cumsum(random.choice([1, 15, 15, 15, 60, 300], 150)) * MINUTE
    micro = np.cumsum(random.integers(0, 9, 150))
    wrong = random.random(150) < random.choice([0, 0.02, 0.1])
    micro = np.where(wrong, micro + random.choice([-1000, -20, -10, 10, 20, 9999], 150), micro)
    new = consumption(ts, micro, ZONE)
    first_hour = int(random.integers(0, 100))
    changed = (T0 + first_hour * HOUR_US, T0 + (first_hour + int(random.integers(1, 9))) * HOUR_US)
    gone = (ts >= changed[0]) & (ts < changed[1]) & (random.random(150) < random.random())
    old = consumption(ts[~gone], micro[~gone], ZONE)

    margin = int(random.integers(0, 40)) * HOUR_US
    cut = (ts >= changed[0] - margin) & (ts < changed[1] + margin)
    from_first, to_last = bool(cut[0]), bool(cut[-1])
    found = booking(
        ts[cut], micro[cut], changed, ZONE, from_first=from_first, to_last=to_last, memory=Told(*old)
    )
    if found is None:
        assert not (from_first and to_last)
        return
    outside = [
        [h for h in held if not found.hour_from <= h.ts_us // HOUR_US < found.hour_to]
        for held in (old[1], new[1])
    ]
    if outside[0] != outside[1]:
        return  # what a change reaches beyond its hours is booked again: see test_ledger.py
    bounds = (found.hour_from - T0 // HOUR_US, found.hour_to - T0 // HOUR_US)
    kept = [row for row in rows(old[0]) if not bounds[0] <= row[0] < bounds[1]]
    assert sorted(kept + rows(found.hours)) == rows(new[0])
    held = [h for h in old[1] if not found.hour_from <= h.ts_us // HOUR_US < found.hour_to]
    assert sorted(held + found.held) == new[1]


def test_a_stretch_too_short_to_tell_is_said_and_a_longer_one_is_not() -> None:
    ts, micro = T0 + np.arange(0, 100) * HOUR_US, np.arange(100) * 10
    changed = (T0 + 50 * HOUR_US, T0 + 51 * HOUR_US)
    found = {}
    for margin in (5, 10, 20):
        cut = slice(50 - margin, 51 + margin)
        found[margin] = booking(ts[cut], micro[cut], changed, ZONE, from_first=False, to_last=False)
    assert found[5] is None
    assert found[10] is None
    assert found[20] is not None
    assert (found[20].hour_from, found[20].hour_to) == (T0 // HOUR_US + 44, T0 // HOUR_US + 56)
