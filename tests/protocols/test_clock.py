import time

import pytest

from civicwatt_protocols.clock import Clock, MachineClock
from civicwatt_protocols.errors import BadValue


def test_real_clock_shows_the_machines_time() -> None:
    assert abs(Clock.real().now_us() - time.time_ns() // 1000) < 1_000_000


def test_a_fast_clock_runs_at_its_rate() -> None:
    clock = Clock(1_000_000, 60.0, time.monotonic() - 10)
    assert clock.now_us() >= 1_000_000 + 600_000_000
    assert clock.now_us() < 1_000_000 + 600_000_000 + 60 * 5_000_000


def test_waiting_is_in_real_seconds() -> None:
    clock = Clock(0, 60.0, time.monotonic())
    assert 55 < clock.real_seconds_until(3_600_000_000) <= 60
    assert clock.real_seconds_until(-1) < 0


def test_passed_on_as_text_it_is_the_same_clock() -> None:
    clock = Clock(1_790_000_000_123_456, 3600.0)
    assert Clock.parse(str(clock)) == clock


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1/2",
        "1/2/3/4",
        "x/1/2",
        "1/0/2",
        "1/-1/2",
        "1/nan/2",
        "1/inf/2",
        "1/1/nan",
        "1/1/inf",
        "9" * 30 + "/1/1",
        "-1/1/1",
    ],
)
def test_other_text_is_a_clear_error(text: str) -> None:
    with pytest.raises(BadValue):
        Clock.parse(text)


def test_f14_the_machines_clock_is_followed_when_it_is_set_and_a_grid_is_not_moved_by_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grid, machine = Clock.real(), MachineClock.real()
    days_later = time.time_ns() + 2 * 86_400 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: days_later)
    assert machine.now_us() == days_later // 1000
    assert machine.real_seconds_until(days_later // 1000 + 5_000_000) == 5
    assert grid.now_us() < days_later // 1000 - 86_400_000_000
