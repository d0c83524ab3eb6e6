"""Many counters at once give the rows that each gives alone."""

from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.counter.booking import booking
from civicwatt_cloud.timeseries.ledger.counter.calm import Columns, calm

MINUTE = 60_000_000
T0 = 500_000 * HOUR_US
ZONE = ZoneInfo("Asia/Shanghai")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_calm_counters_have_the_rows_of_booking_and_hardly_any_steady_one_is_left_out(seed: int) -> None:
    random = np.random.default_rng(seed)
    changed = (T0 + int(random.integers(0, 30)) * HOUR_US, T0 + int(random.integers(31, 60)) * HOUR_US)
    ts, micro, lengths, firsts, lasts, steady = [], [], [], [], [], []
    for _ in range(8):
        n = int(random.integers(1, 200))
        choices = [[5], [5, 5, 5, 20], [15, 55], [1, 400]][int(random.integers(0, 4))]
        times = T0 + int(random.integers(0, 20)) * HOUR_US + np.cumsum(random.choice(choices, n)) * MINUTE
        values = np.cumsum(random.integers(*[(0, 9), (50, 99)][int(random.integers(0, 2))], n))
        if random.random() < 0.3:
            values[int(random.integers(0, n))] += int(random.choice([-500, 100_000]))
        ts.append(times)
        micro.append(values)
        lengths.append(n)
        firsts.append(bool(random.random() < 0.5))
        lasts.append(bool(random.random() < 0.5))
        steady.append(
            n > 40 and choices == [5] and (np.diff(values) >= 50).all() and np.diff(values).max() < 99
        )
    ends = np.cumsum(lengths)
    given_rows = Columns(np.concatenate(ts), np.concatenate(micro), ends - lengths, ends)
    found = calm(given_rows, changed, np.array(firsts), np.array(lasts))
    for i, is_calm in enumerate(found.is_calm.tolist()):
        alone = booking(ts[i], micro[i], changed, ZONE, from_first=firsts[i], to_last=lasts[i])
        if not is_calm:
            assert not (steady[i] and firsts[i] and lasts[i])
            continue
        assert alone is not None
        assert alone.held == []
        assert (found.hour_from[i], found.hour_to[i]) == (alone.hour_from, alone.hour_to)
        mine = found.hours.counter == i
        for name, column in alone.hours._asdict().items():
            assert getattr(found.hours, name)[mine].tolist() == column.tolist(), name
