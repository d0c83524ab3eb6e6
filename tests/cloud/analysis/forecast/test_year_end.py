"""A year's total ahead of its end: by hand, its interval's coverage, the date of an early warning."""

from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.analysis import student
from civicwatt_cloud.analysis.forecast.year_end import LINGER, crossing, total, warning

SEASON = 1 + 0.4 * np.cos(np.arange(12) * np.pi / 3)


def strayed(rng: np.random.Generator, years: int, linger: float, spread: float = 0.06) -> np.ndarray:
    """Years of months: a season × growth of the year × straying that lingers."""
    white = rng.standard_normal(years * 12)
    noise = white.copy()
    for month in range(1, len(noise)):
        noise[month] = linger * noise[month - 1] + np.sqrt(1 - linger**2) * white[month]
    growth = np.cumsum(rng.normal(0, 0.03, years)).repeat(12)
    return np.asarray(100 * np.tile(SEASON, years) * np.exp(growth + spread * noise))


def covered(linger: float, years: int, known: int, trials: int = 1200) -> float:
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(trials):
        months = strayed(rng, years, linger)
        found = total(months[: (years - 1) * 12 + known])
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= months[-12:].sum() <= found.high
    return hits / trials


def test_the_months_to_come_are_last_years_times_the_growth_so_far() -> None:
    last = np.arange(1.0, 13.0) * 10
    found = total(np.concatenate([last, last[:6] * 0.94]))
    assert found is not None
    assert found.expected == pytest.approx(last.sum() * 0.94)
    assert (found.low, found.high) == (pytest.approx(found.expected), pytest.approx(found.expected))


@pytest.mark.parametrize(("years", "known"), [(2, 6), (2, 9), (3, 3), (3, 6), (4, 9), (3, 11)])
def test_nine_in_ten_intervals_hold_the_total_where_months_linger_as_assumed(years: int, known: int) -> None:
    assert covered(LINGER, years, known) == pytest.approx(0.9, abs=0.025)


def test_more_hold_it_where_months_do_not_linger_and_fewer_where_they_linger_much() -> None:
    assert covered(0.0, 3, 6) > 0.92
    assert 0.75 < covered(0.5, 3, 6) < 0.88


def test_what_cannot_be_compared_is_not_guessed() -> None:
    months = np.full(24, 10.0)
    assert total(months[:12]) is None  # no year before
    assert total(np.r_[months[:11], np.nan, months[:5]]) is None  # of the year before a month is missing
    assert total(np.r_[months[:12], 10.0, np.nan, 10.0]) is None
    few = total(months[:15])
    assert few is not None
    assert (few.expected, few.low) == (120.0, None)  # three months are too few for an interval
    done = total(months)
    assert done is not None
    assert (done.expected, done.low, done.high) == (120.0, 120.0, 120.0)


def test_a_target_is_warned_of_at_the_end_of_the_first_month_that_tells() -> None:
    last = np.full(12, 100.0)
    this = np.array([90.0, 92.0, 96.0, 110.0, 112.0, 111.0, 113.0])
    found = warning(np.r_[last, this], 1140.0, 2026)
    assert found is not None
    # 388 after four months = 0.97 of last year's, 1164 at the end; after three months 1112
    assert (found.known_months, found.on) == (4, date(2026, 5, 1))
    assert found.total.expected == pytest.approx(1164.0)
    assert not found.certain
    assert warning(np.r_[last, this], 1400.0, 2026) is None
    year = warning(np.r_[last, last * 1.2], 1300.0, 2026)
    assert year is not None
    assert year.on == date(2026, 2, 1)


def test_the_day_on_which_the_years_budget_is_used_up() -> None:
    assert crossing(np.full(365, 2.0), 600.0, date(2026, 1, 1)) == date(2026, 10, 28)  # the 301st day
    assert crossing(np.full(365, 2.0), 730.0, date(2026, 1, 1)) is None


@given(st.floats(0.01, 1e6), st.integers(0, 2**31), st.integers(4, 11))
def test_a_total_scales_with_its_unit_and_lies_in_its_interval(scale: float, seed: int, known: int) -> None:
    months = strayed(np.random.default_rng(seed), 2, 0.2)[: 12 + known]
    one, other = total(months), total(months * scale)
    assert one is not None
    assert other is not None
    assert one.low is not None
    assert one.high is not None
    assert one.low < one.expected < one.high
    assert other.expected == pytest.approx(one.expected * scale)


@pytest.mark.parametrize(("freedom", "expected"), [(3, 2.3534), (5, 2.0150), (10, 1.8125), (30, 1.6973)])
def test_students_quantiles_are_those_of_the_tables(freedom: int, expected: float) -> None:
    assert student.quantile(0.95, freedom) == pytest.approx(expected, rel=0.003)
    assert student.quantile(0.05, freedom) == pytest.approx(-expected, rel=0.003)
    assert student.quantile(0.95, 1e9) == pytest.approx(NormalDist().inv_cdf(0.95))
