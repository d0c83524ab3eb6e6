"""How `civicwatt bench anomalies` counts."""

import numpy as np
import pytest

from civicwatt.bench.anomaly_peers import hour_of_week
from civicwatt.bench.anomaly_scores import Judged, Labelled, area_under_curve, pooled
from civicwatt_sim.hourly import FaultSort, meter


def test_the_area_under_the_curve_counts_ties_half() -> None:
    faulty = np.array([True, True, False, False])
    assert area_under_curve(faulty, np.array([4.0, 2.0, 3.0, 1.0])) == 0.75
    assert area_under_curve(faulty, np.ones(4)) == 0.5
    assert area_under_curve(np.ones(4, bool), np.ones(4)) is None


def test_rows_events_and_false_hours_are_counted() -> None:
    value = np.ones(730)
    value[700:] = np.nan
    flag = np.zeros(730, bool)
    flag[[12, 13, 50, 100]] = True
    found = pooled([Labelled(value, [(10, 14), (300, 310)])], [Judged(flag.astype(float), flag)])
    assert found["event_recall"] == 0.5
    assert found["median_delay_h"] == 2
    assert found["alarms_building_month"] == 3
    assert found["event_precision"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["f1"] == pytest.approx(2 * 2 / (4 + 14), abs=1e-3)
    assert found["false_hours_percent"] == pytest.approx(100 * 2 / 686, abs=1e-3)


def test_the_hour_of_the_week_sees_a_spike() -> None:
    tried = (meter("office", number, 3, faults=1, sorts=(FaultSort.SPIKE,)) for number in range(9))
    one = next(made for made in tried if made.truth)
    assert hour_of_week(one).flag[one.truth[0].start]
