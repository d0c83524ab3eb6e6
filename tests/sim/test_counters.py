from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_sim.counters import Counter
from civicwatt_sim.meter import simulate
from civicwatt_sim.steps import STEP_US, block_steps, first_step, start_us

FIRST = first_step(date(2025, 9, 1)) + 37  # not at a block's start
ORIGIN = start_us(FIRST)
BASE = 123_456_789


def _counter():
    return Counter(FIRST, BASE, lambda block: block_steps(block) * 7919 % 1_000_003)


instants = st.integers(min_value=-STEP_US * 10, max_value=STEP_US * 12_000)
marks = st.integers(min_value=-10, max_value=12_000)


@given(st.tuples(marks, marks, marks).map(sorted))
def test_consumption_of_two_windows_is_that_of_both(cuts):
    a, b, c = (ORIGIN + cut * STEP_US for cut in cuts)
    counter = _counter()
    parts = [*counter.increments(b, c), *counter.increments(a, b)]  # the later window first
    assert sum(parts) == counter.increments(a, c).sum() == counter.at(c) - counter.at(a)
    assert sorted(parts) == sorted(counter.increments(a, c))


@given(st.lists(instants, min_size=2, max_size=20))
def test_the_counter_never_falls_and_is_the_same_one_by_one_and_in_columns(offsets):
    times = np.array(sorted(offsets), dtype=np.int64) + ORIGIN
    column = _counter().at_each(times)
    counter = _counter()
    assert [counter.at(int(t)) for t in reversed(times)] == column[::-1].tolist()
    assert np.all(np.diff(column) >= 0)
    assert column[0] >= BASE


@given(step=st.integers(min_value=0, max_value=9000), within=st.integers(min_value=0, max_value=STEP_US))
def test_inside_a_step_the_counter_is_linear_in_whole_micro_units(step, within):
    counter = _counter()
    start = ORIGIN + step * STEP_US
    increment = int(counter.increments(start, start + STEP_US)[0])
    assert increment == (FIRST + step) * 7919 % 1_000_003
    assert counter.at(start + within) == counter.at(start) + increment * within // STEP_US
    assert counter.during(start + min(within, STEP_US - 1)) == increment


def test_before_the_installation_nothing_is_counted():
    counter = _counter()
    assert counter.at(ORIGIN - 5 * STEP_US) == counter.at(ORIGIN) == BASE
    assert counter.during(ORIGIN - 1) == 0
    assert len(counter.increments(ORIGIN - 5 * STEP_US, ORIGIN)) == 0


def test_no_window_no_column():
    assert _counter().at_each(np.zeros(0, np.int64)).tolist() == []


@pytest.mark.parametrize("device", ["M-0101-1", "M-0201-2", "M-0901-2"])
def test_a_meter_counts_the_same_whatever_was_asked_before(city, meters, us, device):
    fresh = simulate(city)[device]
    late = fresh.counter_micro(us(2026, 11, 20, 8, 3))
    early = fresh.counter_micro(us(2025, 10, 2, 17, 44))
    assert meters[device].counter_micro(us(2025, 10, 2, 17, 44)) == early
    assert meters[device].counter_micro(us(2026, 11, 20, 8, 3)) == late
    assert late > early
