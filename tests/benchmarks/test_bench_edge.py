"""`civicwatt bench edge` in miniature: what it prints, not how fast this machine is."""

import shutil

import pytest

from civicwatt.bench import edge, requests
from civicwatt.bench.figures import figure, passed
from civicwatt.demo import broker

TINY = edge.Sizes(
    b1_buses=1, b1_units=3, b1_seconds=1, b1_runs=1,
    b2_devices=10, b2_cycles=4, b2_runs=1,
    b3_meters=2, b3_cycles=2,
)  # fmt: skip


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.skipif(broker.mosquitto() is None, reason="mosquitto is not installed")
def test_each_figure_has_value_unit_goal_and_its_runs() -> None:
    figures = edge.run(TINY)
    assert list(figures) == ["B1", "B2", "B3"]
    cost, cycle, bus = figures.values()
    assert (cost["unit"], cost["goal"], len(cost["runs"])) == ("µs/value", 3.5, 1)
    assert cost["value"] > 0
    assert cost["complete"]
    assert [one["times"] for one in cost["overload"]] == [10, 100]
    assert all(one["read_values_per_s"] > 0 for one in cost["overload"])
    assert cycle["goal"] == 1.4
    if shutil.which("cc"):
        assert cycle["value"] > 0.5  # nobody answers before the answer time
    else:
        assert "cc" in cycle["skipped"]
    assert (bus["value"], bus["unit"], bus["runs"]) == (2, "requests/cycle", [2, 2])
    assert bus["period_error"] < 1


def test_a_bus_that_loses_its_period_is_seen() -> None:
    steady = [(100.0 + cycle, unit) for cycle in range(4) for unit in (1, 2)]
    counts, errors = requests.judge(steady, 1, 3)
    assert counts == [2, 2, 2]
    assert set(errors) == {1, 2}
    assert max(map(max, errors.values())) < 1e-9
    _, late = requests.judge([*steady[:-1], (103.2, 2)], 1, 3)
    assert max(late[2]) == pytest.approx(0.2)


def test_a_missed_goal_fails_and_a_skipped_figure_does_not() -> None:
    assert passed({"B1": figure(3.5, "µs/value", 3.5), "B2": figure(None, "×", 1.4, skipped="no cc")})
    assert not passed({"B1": figure(3.6, "µs/value", 3.5)})
    assert not passed({"B1": figure(1.0, "µs/value", 3.5, also=False)})
