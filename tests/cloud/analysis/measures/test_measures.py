"""Symptoms and measures: found where they are put in, their ranges from the building's own days."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.analysis.forecast.day_classes import of_days
from civicwatt_cloud.analysis.measures.actions import ACTIONS, proposed
from civicwatt_cloud.analysis.measures.degrees import fitted
from civicwatt_cloud.analysis.measures.symptoms import Kind, Limits, Symptom, symptoms
from civicwatt_cloud.kit import rules

DAY = date(2026, 1, 1)
LIMITS = Limits.of(lambda rule: rules.load().value(rule, DAY).value)


def office(seed: int = 1, night: float = 10.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A good office of 100 kWh/h by day: load (365, 24), worked, temperature of the days."""
    rng = np.random.default_rng(seed)
    worked = of_days([date(2025, 1, 1) + timedelta(days=n) for n in range(365)])[:, 0].astype(float)
    hours = np.arange(24)
    shape = np.where((hours >= 8) & (hours < 18), 1.0, 0.0)
    load = night + (100.0 - night) * worked[:, None] * shape
    outdoor = 17.0 - 12.0 * np.cos(2 * np.pi * np.arange(365) / 365) + rng.normal(0, 2, 365)
    return load * (1 + 0.02 * rng.standard_normal(load.shape)), worked, outdoor


def kinds(found: list[Symptom]) -> set[Kind]:
    return {one.kind for one in found}


def the(found: list[Symptom], kind: Kind) -> Symptom:
    (one,) = [one for one in found if one.kind is kind]
    return one


def test_a_well_run_office_has_no_symptom() -> None:
    assert symptoms(*office()[:2], LIMITS, office()[2]) == []


def test_a_night_load_costs_what_its_own_better_nights_show() -> None:
    load, worked, _ = office(night=50.0)
    load[::5, :6] -= 20.0  # on one night in five it was switched off
    found = the(symptoms(load, worked, LIMITS), Kind.NIGHT)
    assert found.figure == pytest.approx(0.5, abs=0.02)
    assert found.low_kwh is not None
    assert found.high_kwh is not None
    assert found.low_kwh < 0.1 * found.high_kwh  # not even in a quarter of the nights
    assert found.high_kwh == pytest.approx(20.0 * 9 * 365, rel=0.1)
    assert len(found.evidence["night_kwh_h"]) == 365
    assert len(found.evidence["working_day_kwh_h"]) == 24


def test_a_building_that_never_did_better_has_no_range_but_its_symptom() -> None:
    worked = np.tile([1.0, 1, 1, 1, 1, 0, 0], 10)
    found = symptoms(np.full((70, 24), 40.0), worked, LIMITS)
    night = the(found, Kind.NIGHT)
    assert (night.low_kwh, night.high_kwh) == (None, None)
    (one, *_) = proposed([night], 0.7, 0.1229)
    assert (one.kwh, one.yuan, one.tce) == (None, None, None)


def test_free_days_that_run_like_working_days_and_lights_that_stay_on() -> None:
    load, worked, _ = office()
    free = np.flatnonzero(worked == 0)
    load[free[: len(free) * 2 // 3], 8:18] += 60.0
    found = the(symptoms(load, worked, LIMITS), Kind.FREE_DAYS)
    assert found.high_kwh == pytest.approx(60.0 * 8 * len(free), rel=0.1)
    late, worked, _ = office()
    at_work = np.flatnonzero(worked == 1)
    late[np.ix_(at_work[: len(at_work) * 2 // 3], range(18, 22))] = 90.0
    off = the(symptoms(late, worked, LIMITS), Kind.LATE_OFF)
    assert off.figure == 22.0
    assert off.high_kwh == pytest.approx(len(at_work) * 2 / 3 * 4 * 80.0, rel=0.1)


def test_cooling_that_begins_too_early_and_takes_much() -> None:
    load, worked, outdoor = office()
    load += (np.clip(outdoor - 16.0, 0, None) * 80.0 / 24)[:, None]
    found = symptoms(load, worked, LIMITS, outdoor)
    assert {Kind.COOLING, Kind.EARLY_COOLING} <= kinds(found)
    slope, early = the(found, Kind.COOLING), the(found, Kind.EARLY_COOLING)
    one_k_less = 80.0 * np.sum(np.clip(outdoor - 16, 0, None) - np.clip(outdoor - 17, 0, None))
    assert slope.low_kwh is not None
    assert slope.high_kwh is not None
    assert slope.low_kwh < one_k_less * 1.03
    assert slope.high_kwh > one_k_less * 0.97
    assert early.figure == pytest.approx(16.0, abs=1.0)
    model = fitted(load.sum(axis=1), worked, outdoor)
    assert model is not None
    assert model.cooling.slope == pytest.approx(80.0, rel=0.05)
    assert model.heating.energy < 0.02 * model.cooling.energy


def test_measures_carry_kwh_yuan_and_tce_and_the_series_that_shows_why() -> None:
    series = np.arange(24.0)
    symptom = Symptom(Kind.LATE_OFF, 21.0, 20.0, 1_000.0, 4_000.0, {"working_day_kwh_h": series})
    first, second = proposed([symptom], 0.8, 0.1229)
    assert (first.action.key, second.action.key) == ("switch_off_time", "occupancy_control")
    assert first.kwh == (1_000.0, 4_000.0)
    assert first.yuan == (800.0, 3_200.0)
    assert first.tce == pytest.approx((0.1229, 0.4916))
    assert first.symptom.evidence["working_day_kwh_h"] is series
    without = proposed([symptom], None, None)[0]
    assert (without.kwh, without.yuan, without.tce) == ((1_000.0, 4_000.0), None, None)


def test_every_symptom_has_measures_and_every_limit_a_rule_row_that_names_its_source() -> None:
    assert set(ACTIONS) == set(Kind)
    keys = [action.key for actions in ACTIONS.values() for action in actions]
    assert len(keys) == len(set(keys))
    rows = [rules.load().value(f"measures.{name}", DAY) for name in Limits._fields]
    assert {row.status for row in rows} == {"choice"}


def test_too_little_measured_tells_nothing() -> None:
    load, worked, outdoor = office(night=50.0)
    assert symptoms(load[:55], worked[:55], LIMITS, outdoor[:55]) == []
    load[:, :3] = np.nan
    assert symptoms(load, worked, LIMITS, outdoor) == []


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.01, 100.0))
def test_what_a_symptom_costs_grows_with_the_building(seed: int, size: float) -> None:
    load, worked, _ = office(seed, night=50.0)
    one, other = (symptoms(load * by, worked, LIMITS) for by in (1.0, size))
    assert kinds(one) == kinds(other)
    for small, large in zip(one, other, strict=True):
        assert large.figure == pytest.approx(small.figure)
        assert large.high_kwh == pytest.approx((small.high_kwh or 0) * size)
        assert 0 <= (small.low_kwh or 0) <= (small.high_kwh or 0)
