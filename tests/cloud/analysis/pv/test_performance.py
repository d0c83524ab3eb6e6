"""Balance, performance ratio, expected yield, degradation: golden figures and properties."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.analysis.pv.balance import balance
from civicwatt_cloud.analysis.pv.degradation import degradation
from civicwatt_cloud.analysis.pv.expected import Plant, Sky, clear_sky, plane_w_m2, sky_of_global, yield_kwh
from civicwatt_cloud.analysis.pv.performance import performance, specific_yield

DENVER = Plant(39.73, -105.18, 1819.6, tilt=20, azimuth=180, rated_kwp=4.0)
DENVER_US = int(datetime(2021, 1, 1, 7, tzinfo=UTC).timestamp()) * 1_000_000


def test_the_performance_ratio_of_pvwatts_year_is_the_stated_one(pvwatts: np.ndarray) -> None:
    found = performance(pvwatts[:, 10] / 1000, pvwatts[:, 7], 4.0, 1.0)
    assert found.ratio == pytest.approx(0.7799, abs=0.002)
    assert found.final_yield_h == pytest.approx(6023.7 / 4, abs=0.1)
    assert found.reference_yield_h == pytest.approx(1930.9, abs=0.1)
    assert (found.covered, found.implausible) == (1.0, False)


def test_a_ratio_corrected_to_25_degrees_does_not_follow_the_seasons(pvwatts: np.ndarray) -> None:
    by_month = [
        performance(part[:, 9] / 1000, part[:, 7], 4.0, 1.0, module_c=part[:, 8], per_k=-0.0047)
        for part in (pvwatts[pvwatts[:, 0] == month] for month in range(1, 13))
    ]
    plain = np.array([one.ratio for one in by_month], dtype=float)
    corrected = np.array([one.corrected for one in by_month], dtype=float)
    assert np.ptp(corrected) < np.ptp(plain) / 3


def test_an_interval_without_one_of_both_counts_on_neither_side() -> None:
    energy = np.array([1.0, np.nan, 2.0, 4.0])
    sun = np.array([500.0, 900.0, np.nan, 1000.0])
    found = performance(energy, sun, 4.0, 1.0)
    assert found.ratio == pytest.approx((5.0 / 4) / 1.5)
    assert (found.intervals, found.covered) == (2, 0.5)


def test_no_ratio_without_sun_and_none_that_cannot_be() -> None:
    nothing = performance(np.zeros(3), np.zeros(3), 4.0, 1.0)
    assert (nothing.ratio, nothing.implausible) == (None, False)
    wrong = performance(np.full(3, 40.0), np.full(3, 800.0), 4.0, 1.0)
    assert (wrong.ratio, wrong.corrected, wrong.implausible) == (None, None, True)
    assert specific_yield(5600.0, 4.0) == 1400.0


def test_a_balance_by_hand() -> None:
    found = balance(1000, 300, 900)
    assert (found.used_here, found.used) == (700, 1600)
    assert (found.self_use, found.self_sufficiency) == (0.7, 0.4375)
    assert balance(1000, None, 900).used_here is None  # no export counter is not an export of nothing
    assert balance(1000, 0, None).self_use == 1.0
    assert balance(1000, 0, None).self_sufficiency is None
    assert balance(100, 101, 0).contradictory
    assert balance(0, 0, 0)[3:7] == (0, 0, None, None)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_balance_closes_and_its_shares_lie_between_nothing_and_all(g: int, e: int, i: int) -> None:
    found = balance(g, e, i)
    if found.contradictory:
        assert e > g
        return
    assert found.used is not None
    assert found.used + e == i + g  # what comes in is what is used or goes out
    assert all(share is None or 0 <= share <= 1 for share in (found.self_use, found.self_sufficiency))


def test_the_expected_yield_of_a_known_sky_meets_pvwatts(pvwatts: np.ndarray) -> None:
    pytest.importorskip("pvlib")
    plane = plane_w_m2(DENVER, DENVER_US, Sky(_horizontal(pvwatts), pvwatts[:, 3], pvwatts[:, 4]))
    assert plane.sum() == pytest.approx(pvwatts[:, 7].sum(), rel=0.005)
    found = yield_kwh(DENVER, plane, pvwatts[:, 5], pvwatts[:, 6])
    assert found.sum() == pytest.approx(pvwatts[:, 10].sum() / 1000, rel=0.025)
    assert np.corrcoef(found, pvwatts[:, 10])[0, 1] > 0.99
    split = sky_of_global(DENVER, DENVER_US, _horizontal(pvwatts))
    assert plane_w_m2(DENVER, DENVER_US, split).sum() == pytest.approx(plane.sum(), rel=0.03)
    assert clear_sky(DENVER, DENVER_US, 8760).global_horizontal.sum() > _horizontal(pvwatts).sum()


def _horizontal(pvwatts: np.ndarray) -> np.ndarray:
    """Global irradiance from the file's beam and diffuse: its own sun heights are not in it."""
    days = np.arange(8760) / 24
    declination = np.radians(-23.45) * np.cos(2 * np.pi * (np.floor(days) + 11) / 365)
    hour = 2 * np.pi * (days % 1 + 0.5 / 24 - 0.5) + np.radians(105 - 105.18)
    place = np.radians(39.73)
    height = np.sin(place) * np.sin(declination) + np.cos(place) * np.cos(declination) * np.cos(hour)
    return np.clip(pvwatts[:, 3] * height, 0, None) + pvwatts[:, 4]


def test_degradation_is_found_year_on_year_and_not_said_of_less_than_two_years() -> None:
    rng = np.random.default_rng(4)
    days = np.arange(4 * 365)
    season = 1 + 0.05 * np.cos(2 * np.pi * days / 365)
    ratio = 0.8 * season * (1 - 0.008) ** (days / 365) * (1 + 0.02 * rng.standard_normal(len(days)))
    ratio[rng.random(len(days)) < 0.4] = np.nan
    found = degradation(ratio)
    assert found is not None
    assert found.per_year == pytest.approx(-0.008, abs=0.002)
    assert found.low < -0.008 < found.high
    assert found.high - found.low < 0.01
    assert degradation(ratio[:729]) is None
    assert degradation(np.where(days % 20 == 0, ratio, np.nan)) is None
