"""Each model finds again the parameters that its data were made with."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicwatt_cloud.analysis.savings import daily, weekly
from civicwatt_cloud.analysis.savings.classes import day_off, weekend
from civicwatt_cloud.analysis.savings.goodness import goodness
from civicwatt_cloud.analysis.savings.measured import measured
from civicwatt_cloud.analysis.savings.normal import Response, normalised, response
from civicwatt_cloud.analysis.savings.series import DAY_H, HOUR_US, Floats, Kind, Meter, Temperature

Rows = Callable[..., Meter]
YEAR = 365
LOW, HIGH = 14.0, 22.0


def days(hourly: Floats) -> Floats:
    return hourly.reshape(-1, DAY_H).mean(axis=1)


def use(air: Floats, heating: float, cooling: float, *, by_the_hour: bool) -> Floats:
    felt = air if by_the_hour else days(air)
    load = 40 + heating * np.maximum(LOW - felt, 0) + cooling * np.maximum(felt - HIGH, 0)
    return days(load) if by_the_hour else load


@pytest.mark.parametrize(
    ("heating", "cooling", "by_the_hour", "name"),
    [
        (3.0, 0.0, False, "3p_heating degree_days"),
        (0.0, 2.0, False, "3p_cooling degree_days"),
        (3.0, 2.0, False, "5p degree_days"),
        (3.0, 0.0, True, "3p_heating degree_hours"),
        (3.0, 2.0, True, "5p degree_hours"),
        (0.0, 0.0, False, "1p"),
    ],
)
def test_change_points_are_found_again(
    air: Floats,
    temperature: Temperature,
    rows: Rows,
    heating: float,
    cooling: float,
    by_the_hour: bool,
    name: str,
) -> None:
    made = use(air, heating, cooling, by_the_hour=by_the_hour)
    noisy = made * np.random.default_rng(30).normal(1, 0.01, len(made))
    found = daily.model(rows(noisy[:YEAR]), temperature)
    assert found.name == name
    told = response(found)
    assert told.base == pytest.approx(40, rel=0.02)
    if heating:
        assert told.heating == pytest.approx(heating, rel=0.05)
        assert told.lower == pytest.approx(LOW, abs=0.7)
    if cooling:
        assert told.cooling == pytest.approx(cooling, rel=0.05)
        assert told.upper == pytest.approx(HIGH, abs=0.7)


def test_a_line_and_a_vee_are_found_again(air: Floats, temperature: Temperature, rows: Rows) -> None:
    rng = np.random.default_rng(4)
    line = 100 + 2 * days(air)[:YEAR] + rng.normal(0, 0.5, YEAR)
    assert daily.model(rows(line), temperature).fits.shape == "2p"
    vee = 50 + 2 * np.abs(days(air)[:YEAR] - 16) + rng.normal(0, 0.5, YEAR)
    assert daily.model(rows(vee), temperature).fits.shape == "4p"


def test_light_or_water_has_a_mean_for_each_class_of_days(temperature: Temperature, rows: Rows) -> None:
    meter = rows(np.ones(YEAR))
    off = day_off(meter.local_day)
    assert (off != weekend(meter.local_day)).sum() > 10
    value = np.where(off == 1, 20.0, 60.0) + np.random.default_rng(5).normal(0, 1, YEAR)
    found = daily.model(rows(value), temperature)
    assert found.classes == "day_off"
    said = found.expected(meter)
    assert [said[off == k].mean() for k in (0, 1)] == pytest.approx([60, 20], abs=0.5)


def test_bills_are_weighted_by_days(air: Floats, temperature: Temperature, rows: Rows) -> None:
    made = use(air, 3.0, 2.0, by_the_hour=True)
    edges = np.cumsum([0, 31, 28, 33, 30, 29, 31, 32, 30, 31, 28, 33, 30])
    daily_rows = rows(made)
    value = np.append(np.add.reduceat(made, edges)[:-1], np.nan)
    bills = Meter.of(daily_rows.start_us[edges], value, daily_rows.offset_us[edges])
    assert bills.kind is Kind.BILLING
    found = daily.model(bills.taken(np.isfinite(bills.value)), temperature)
    assert found.name == "5p degree_hours"
    assert found.expected(daily_rows.taken(np.arange(730) < 365)).sum() == pytest.approx(
        made[:365].sum(), rel=0.003
    )


def test_six_bills_of_two_months_make_a_baseline(air: Floats, temperature: Temperature, rows: Rows) -> None:
    made = use(air, 3.0, 0.0, by_the_hour=True) * np.random.default_rng(12).normal(1, 0.1, 730)
    made[YEAR + 20 :] *= 0.9
    edges = np.arange(0, 730, 61)
    by_day = rows(made)
    value = np.append(np.add.reduceat(made, edges)[:-1], np.nan)
    bills = Meter.of(by_day.start_us[edges], value, by_day.offset_us[edges])
    changed = int(bills.start_us[6])
    found = measured(bills, temperature, changed, int(bills.start_us[7]), draws=50)
    assert found.baseline.periods == 6
    assert found.model.name.startswith("3p_heating")
    assert found.percent(found.saving) == pytest.approx(10, abs=1.5)


def test_the_hour_of_the_week_and_the_temperature(air: Floats, temperature: Temperature, rows: Rows) -> None:
    hour = np.arange(len(air))
    busy = (((hour // DAY_H + 2) % 7 < 5) & (hour % DAY_H >= 8) & (hour % DAY_H < 18)).astype(float)
    made = (10 + 30 * busy + (0.2 + 1.5 * busy) * np.maximum(air - HIGH, 0)) * np.random.default_rng(
        6
    ).normal(1, 0.02, len(air))
    meter = rows(made, 1)
    assert meter.kind is Kind.HOURLY
    year = YEAR * DAY_H
    found = weekly.model(meter.taken(hour < year), temperature)
    assert found.name.startswith("hour_by_weekend")
    assert found.name.endswith("in_use")
    said = found.expected(meter.taken(hour >= year))
    assert goodness(made[year:], said, np.full(year, 1 / DAY_H), found.parameters).cvrmse < 0.06
    assert said.sum() == pytest.approx(made[year:].sum(), rel=0.005)


def test_totals_of_the_same_baseline_are_those_of_the_model(
    air: Floats, temperature: Temperature, rows: Rows
) -> None:
    rng = np.random.default_rng(8)
    by_day = rows(use(air, 3.0, 2.0, by_the_hour=True) * rng.normal(1, 0.1, 730))
    before, after = by_day.taken(np.arange(730) < YEAR), by_day.taken(np.arange(730) >= YEAR)
    model = daily.model(before, temperature)
    again = model.totals(np.stack([before.value, 2 * before.value], axis=1), after)
    assert again == pytest.approx(model.expected(after).sum() * np.array([1, 2]), rel=1e-9)


@settings(max_examples=3, deadline=None)
@given(unit=st.sampled_from([0.001, 3.6, 1e6]), west_h=st.sampled_from([13, -2]), more=st.floats(0, 80))
def test_units_times_and_constants_change_nothing_else(
    air: Floats, temperature: Temperature, rows: Rows, unit: float, west_h: int, more: float
) -> None:
    made = use(air, 3.0, 0.0, by_the_hour=True) * np.random.default_rng(9).normal(1, 0.05, 730)
    made[YEAR:] *= 0.9
    changed = int(rows(made).start_us[YEAR])
    plain = measured(rows(made), temperature, changed, changed, draws=40)
    scaled = measured(rows(made * unit), temperature, changed, changed, draws=40)
    assert scaled.percent(scaled.saving) == pytest.approx(plain.percent(plain.saving))
    assert scaled.bounds() == pytest.approx([unit * one for one in plain.bounds()])

    fahrenheit = Temperature(temperature.first_hour, temperature.value * 1.8 + 32, by_the_hour=True)
    assert measured(rows(made), fahrenheit, changed, changed, draws=2).saving == pytest.approx(plain.saving)

    shift = west_h * HOUR_US  # the same clock on the wall elsewhere
    moved = Meter.of(rows(made).start_us + shift, made, rows(made).offset_us - shift)
    later = Temperature(temperature.first_hour + west_h, temperature.value, by_the_hour=True)
    elsewhere = measured(moved, later, changed + shift, changed + shift, draws=2)
    assert elsewhere.saving == pytest.approx(plain.saving)

    base = daily.model(rows(made[:YEAR]), temperature)
    added = base.totals((made[:YEAR] + more)[:, None], rows(made).taken(np.arange(730) >= YEAR))
    assert added[0] == pytest.approx(
        base.expected(rows(made).taken(np.arange(730) >= YEAR)).sum() + more * YEAR
    )


def test_a_normal_year() -> None:
    model = Response(base=10, heating=2, lower=18, cooling=1, upper=26)
    told = normalised(model, np.array([8.0, 20.0, np.nan]), np.array([13.0, 28.0]))
    assert told == (10 + 2 * 10 / 2, 10 + 2 * 5 / 2 + 1 * 2 / 2)
    assert told.factor == pytest.approx(16 / 20)
    assert normalised(Response(base=0), np.array([5.0]), np.array([6.0])).factor is None
