"""A curve on few points: no extreme disappears, holes stay holes, pieces give the same as the whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.modules.energy.downsampling import Envelope
from civicwatt_cloud.modules.energy.power_samples import at_ticks, interval_us, mean_kw

values = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6, allow_nan=False)), min_size=1, max_size=60)


def drawn(series: list[float | None], pixel_us: int, pieces: int = 1) -> Envelope:
    value = np.array([np.nan if one is None else one for one in series])
    ts = np.arange(len(series), dtype=np.int64) * 10
    envelope = Envelope.empty(0, pixel_us, -(-len(series) * 10 // pixel_us))
    for part in np.array_split(np.arange(len(series)), pieces):
        envelope.add(ts[part], value[part], np.ones(len(part)))
    return envelope


@given(series=values, pixel=st.integers(1, 25))
def test_each_pixel_keeps_its_smallest_and_its_largest_value_at_their_times(
    series: list[float | None], pixel: int
) -> None:
    ts, value, of = drawn(series, pixel * 10).points()
    for place in range(-(-len(series) // pixel)):
        known = [one for one in series[place * pixel : (place + 1) * pixel] if one is not None]
        mine = value[of == place].tolist()
        if known:
            assert (min(mine), max(mine)) == (min(known), max(known))
            assert len(mine) <= 2
        else:
            assert len(mine) == 1
            assert np.isnan(mine[0])
    assert (np.diff(ts) > 0).all()
    for t, one in zip(ts.tolist(), value.tolist(), strict=True):
        assert np.isnan(one) or series[t // 10] == one


@given(series=values, pixel=st.integers(1, 25), pieces=st.integers(1, 9))
def test_taken_in_piece_by_piece_it_is_the_same_curve(
    series: list[float | None], pixel: int, pieces: int
) -> None:
    whole, parts = drawn(series, pixel * 10), drawn(series, pixel * 10, pieces)
    for a, b in zip(whole.points(), parts.points(), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(whole.known, parts.known)


def test_a_reading_holds_for_one_and_a_half_intervals_and_a_gap_ends_it() -> None:
    ts = np.array([0, 60, 120, 300])
    value = np.array([1.0, 2.0, np.nan, 4.0])
    ticks = np.arange(0, 420, 30)
    expected = [1, 1, 2, 2, None, None, None, None, None, None, 4, 4, 4, None]
    assert [None if np.isnan(one) else one for one in at_ticks(ticks, ts, value, 60)] == expected


def test_the_usual_interval_is_not_misled_by_an_outage() -> None:
    ts = np.array([0, 60, 120, 7200, 7260]) * 1_000_000
    assert interval_us(ts) == 60_000_000
    assert interval_us(ts[:1]) is None


def test_booked_energy_is_mean_power_over_the_time_it_covers() -> None:
    kw = mean_kw(np.array([1_500_000, 750_000, 5]), np.array([3600, 1800, 0]))
    assert kw[:2].tolist() == [1.5, 1.5]
    assert np.isnan(kw[2])
