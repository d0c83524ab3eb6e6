"""Day-ahead forecasts: causal, per series, by day class; golden cases by hand and properties."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from civicwatt.bench import forecast as bench
from civicwatt_cloud.analysis.arrays import median
from civicwatt_cloud.analysis.forecast.day_ahead import rolling, tomorrow
from civicwatt_cloud.analysis.forecast.day_classes import of_days

FIRST = date(2026, 1, 5)  # a Monday
DAYS = 84


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def office(count: int = DAYS, first: date = FIRST) -> tuple[np.ndarray, np.ndarray]:
    """An office that follows the working calendar exactly: 100 by day, 10 at night and on free days."""
    classes = of_days(days_from(first, count + 1))
    by_day = np.where(np.arange(24) // 12 == 1, 100.0, 10.0)
    return np.where(classes[:count, 0, None] == 1, by_day, 10.0)[None], classes


def test_day_classes_follow_the_working_calendar_with_make_up_days() -> None:
    found = of_days([date(2026, 2, 14), date(2026, 2, 16), date(2026, 3, 7), date(2026, 3, 9)])
    # a Saturday that is worked, a Monday in the Spring Festival, a plain Saturday, a plain Monday
    assert found.tolist() == [[1, 4], [0, 7], [0, 5], [1, 0]]


def test_what_follows_the_calendar_is_forecast_exactly_over_spring_festival_and_its_make_up_days() -> None:
    load, classes = office()
    said = rolling(load, classes)[:, 14:DAYS]
    assert np.abs(said - load[:, 14:]).max() < 1e-6
    as_a_week_before = np.abs(load[:, 7:-7] - load[:, 14:])
    assert as_a_week_before.max() == 90.0


def test_a_building_that_is_closed_on_mondays_is_learned_from_its_own_past() -> None:
    load, classes = office()
    mondays = classes[:DAYS, 1] == 0
    load[:, mondays] = 10.0
    said = rolling(load, classes)
    late = np.arange(DAYS) >= 56
    off = np.abs(said[:, :DAYS] - load)
    assert off[:, late & mondays].max() < 5.0
    assert off[:, late & ~mondays].max() < 5.0


def test_a_warm_day_is_forecast_from_days_as_warm() -> None:
    classes = of_days(days_from(FIRST, DAYS + 1))
    outdoor = np.repeat(24.0 + 8.0 * np.random.default_rng(3).random((DAYS + 1, 1)), 24, axis=1)
    load = (50.0 + 10.0 * (outdoor[:DAYS] - 24.0))[None]
    came = 50.0 + 10.0 * (outdoor[DAYS] - 24.0)
    blind = np.abs(tomorrow(load, classes)[0] - came).mean()
    assert np.abs(tomorrow(load, classes, outdoor)[0] - came).mean() < min(blind, 8.0)


def test_without_any_past_there_is_no_forecast_and_gaps_teach_nothing() -> None:
    classes = of_days(days_from(FIRST, DAYS + 1))
    assert np.isnan(rolling(np.full((1, DAYS, 24), np.nan), classes)).all()
    load, _ = office()
    load[:, 20:24] = np.nan
    load[:, :, 3] = np.nan
    said = tomorrow(load, classes)[0]
    assert np.isnan(said[3])
    assert np.allclose(np.delete(said, 3), np.delete(office()[0][0, -3], 3))


@settings(max_examples=15, deadline=None)
@given(st.integers(5, 40), st.integers(0, 2**31))
def test_a_forecast_knows_nothing_of_its_day_and_later(day: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    classes = of_days(days_from(FIRST, 43))
    load = rng.lognormal(3.0, 0.5, (2, 42, 4))
    other = load.copy()
    other[:, day:] = rng.lognormal(5.0, 0.5, other[:, day:].shape)
    said, other_said = rolling(load, classes)[:, : day + 1], rolling(other, classes)[:, : day + 1]
    assert np.array_equal(said, other_said, equal_nan=True)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.01, 1e6), st.integers(0, 2**31))
def test_a_forecast_scales_with_its_unit_and_stays_near_what_was_seen(scale: float, seed: int) -> None:
    load = np.random.default_rng(seed).lognormal(3.0, 0.5, (1, 40, 6))
    classes = of_days(days_from(FIRST, 41))
    said = rolling(load, classes)[:, 6:]  # all classes have been seen
    assert np.allclose(rolling(load * scale, classes)[:, 6:], said * scale, rtol=1e-6)
    assert ((said > 0) & (said <= load.max() * 3.0)).all()


@given(arrays.arrays(np.float64, (4, 5), elements=st.one_of(st.floats(-1e9, 1e9), st.just(np.nan))))
def test_the_median_of_what_is_known_is_numpys(values: np.ndarray) -> None:
    for found, column in zip(median(values, 0), values.T, strict=True):
        known = column[~np.isnan(column)]
        assert np.isnan(found) if not len(known) else found == pytest.approx(np.median(known))


def test_the_bench_shows_both_figures_of_one_run_and_meets_its_goal_on_a_small_scale() -> None:
    figures = bench.run(seeds=(5,), days=110, kinds=("library",))
    assert [one["ok"] for one in figures.values()] == [True, True, True, True]
    for one in figures.values():
        assert one["cvrmse_percent"] < one["previous_week_cvrmse_percent"] * 0.8
    assert figures["day-ahead/meters"]["series"] > 50
    assert figures["day-ahead/meters"]["value"] >= 20.0
