"""Live power, load curves and one counter's day."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from cloud.points import points_of

from civicwatt_cloud.modules.energy.meter_state import State, judge
from civicwatt_cloud.timeseries.stores.readings import REASON_CODE, Batch
from civicwatt_protocols.uplink import GapReason

NOW_US = 1_772_511_600_000_000  # conftest.NOW
MINUTE = 60_000_000


def answer(city: Any, device: str, template: str, power_w: float, age_us: int = MINUTE) -> None:
    """Store a power reading of the device."""
    (point,) = points_of(city.app.state.database, "g", device, template, ["active_power_total"])
    city.app.state.store.write(Batch.of(point, NOW_US - age_us, power_w))


def poll(city: Any, device: str, age_us: int, value: float = np.nan, reason: int = 0) -> None:
    """Store a reading of the device's counter."""
    city.app.state.store.write(Batch.of(city.points[device], NOW_US - age_us, value, reason))


async def test_live_power_sums_what_answers_now_and_keeps_generation_apart(city: Any) -> None:
    answer(city, "A-L", "acrel/adw300", 1500.0)
    answer(city, "B-L", "chint/dtsu666", 3000.5)
    answer(city, "A-P", "huawei/sun2000", 2000.0)
    answer(city, "C-L", "acrel/adl400", 9999.0)  # out of scope
    live = await city.get("live")
    assert (live["power_w"], live["pv_power_w"]) == (4500.5, 2000.0)
    powers = {row["end_use"]: row["power_w"] for row in live["by_end_use"]}
    assert powers == {"lighting": 4500.5, "hvac": None, "power": None, "special": None}
    assert (live["meters_online"], live["meters_total"]) == (4, 5)


async def test_power_that_is_too_old_is_unknown_not_zero(city: Any) -> None:
    answer(city, "A-L", "acrel/adw300", 1500.0, age_us=6 * MINUTE)
    assert (await city.get("live"))["power_w"] is None


async def test_today_is_shown_by_hour_beside_the_same_day_a_week_before(city: Any) -> None:
    today = (await city.get("live"))["today"]
    lighting = next(row["kw"] for row in today["series"] if row["end_use"] == "lighting")
    assert lighting[:12] == [4.5] * 12
    assert lighting[13:] == [None] * 11
    assert today["last_week_kw"] == [4.5] * 24
    assert today["running"] == 12  # now is 12:20
    assert today["hours"] == list(range(24))


@pytest.mark.parametrize(
    ("value_age_min", "gap", "newest_is_gap", "state"),
    [
        (None, None, True, State.UNKNOWN),
        (None, GapReason.TIMEOUT, True, State.UNKNOWN),
        (1, GapReason.TIMEOUT, True, State.BAD),
        (5, None, False, State.GOOD),
        (6, None, False, State.WATCH),
        (31, None, False, State.BAD),
    ],
)
def test_a_meters_state(
    value_age_min: int | None, gap: GapReason | None, newest_is_gap: bool, state: State
) -> None:
    value_us = None if value_age_min is None else NOW_US - value_age_min * MINUTE
    judged = judge(NOW_US, value_us, gap, newest_is_gap=newest_is_gap)
    assert judged.state is state
    assert (judged.zh is None) is (state is State.GOOD)
    if gap:
        assert judged.zh is not None
        assert gap.zh in judged.zh


async def test_a_meter_that_stopped_answering_says_why(city: Any) -> None:
    poll(city, "B-L", MINUTE, reason=REASON_CODE[GapReason.TIMEOUT])
    page = await city.get(f"institutions/{city.institutions['B']}")
    (meter,) = page["meters"]
    assert (meter["state"], meter["state_reason"]) == ("bad", f"当前无应答：{GapReason.TIMEOUT.zh}")
    assert meter["counter"] == {"value": "4428", "unit": "kWh", "at": "2026-03-03T12:15:00+08:00"}
    assert meter["template_title"]


async def test_hours_are_mean_kw_days_and_months_are_kwh(city: Any) -> None:
    path = f"institutions/{city.institutions['A']}/load?"
    hours = await city.get(path + "from=2026-03-02&to=2026-03-04&step=hour")
    by_use = {row["end_use"]: row for row in hours["series"]}
    lighting = by_use["lighting"]
    assert (hours["unit"], lighting["unit"], lighting["title"]) == ("kW", "kW", "照明插座")
    assert lighting["values"][:36] == ["1.5"] * 36
    assert lighting["values"][37:] == [None] * 11
    assert hours["running"] == 36
    assert lighting["covered"][:37] == [1.0] * 36 + [0.75]  # now is 12:20, read until 12:15
    assert set(by_use["hvac"]["values"]) == {None}
    assert set(by_use["hvac"]["quality"]) == {"missing"}
    assert hours["water"]["values"][0] == "0.25"
    assert hours["pv"]["values"][0] == "2"
    assert hours["starts"][0] == "2026-03-02T00:00:00+08:00"
    assert [day["workday"] for day in hours["days"]] == [True, True]
    days = await city.get(path + "from=2026-02-01&to=2026-03-01&step=day")
    assert days["series"][0]["values"] == ["36"] * 28
    assert days["running"] is None
    months = await city.get(path + "from=2026-01-01&to=2026-04-01&step=month")
    assert months["starts"] == [f"2026-0{month}-01T00:00:00+08:00" for month in (1, 2, 3)]
    assert months["unit"] == "kWh"
    assert months["running"] == 2
    total = sum(Decimal(value) for value in months["series"][0]["values"])
    assert total == Decimal("1.5") * (61 * 24 + 12)


async def test_a_day_that_has_not_begun_has_no_hours(city: Any) -> None:
    day = await city.get(f"points/{city.points['A-L']}/readings?date=2026-03-04")
    assert (day["hours"], day["readings"]) == ([], [])


async def test_what_lies_within_a_gap_of_today_is_marked_interpolated(city: Any) -> None:
    day_began = 61 * 24
    city.write("A-H", [day_began, day_began + 3], [0, 9])
    series = (await city.get("live"))["today"]["series"]
    hvac = next(row for row in series if row["end_use"] == "hvac")
    assert hvac["kw"][:4] == [3, 3, 3, None]
    assert hvac["quality"][:4] == ["interpolated"] * 3 + ["missing"]


async def test_a_year_by_the_hour_is_whole(city: Any) -> None:
    load = await city.get(
        f"institutions/{city.institutions['A']}/load?from=2025-03-04&to=2026-03-04&step=hour"
    )
    assert len(load["starts"]) == 365 * 24
    assert {len(series["values"]) for series in load["series"]} == {365 * 24}


@pytest.mark.parametrize(
    "days", ["from=2026-03-02&to=2026-03-02", "from=2020-01-01&to=2026-01-01", "from=x&to=y"]
)
async def test_an_impossible_range_is_refused(city: Any, days: str) -> None:
    response = await city.client.get(f"/api/v1/institutions/{city.institutions['A']}/load?{days}")
    assert response.status_code == 422
    assert response.json()["code"] == "CW-A1008"


async def test_a_counters_day_shows_hours_and_readings_with_reasons(city: Any) -> None:
    poll(city, "A-L", 10 * MINUTE, reason=REASON_CODE[GapReason.BAD_FRAME])
    day = await city.get(f"points/{city.points['A-L']}/readings?date=2026-03-03")
    assert day["point"]["unit"] == "kWh"
    assert [hour["value"] for hour in day["hours"][:12]] == ["1.5"] * 12
    assert day["hours"][12:] == [
        {
            "start": "2026-03-03T12:00:00+08:00",
            "running": True,
            "value": "0",
            "quality": "measured",
            "covered": 0.75,
        }
    ]
    assert not any(hour["running"] for hour in day["hours"][:12])
    assert day["readings"][0] == {
        "at": "2026-03-03T00:00:00+08:00",
        "value": "2196",
        "reason": None,
        "reason_en": None,
    }
    gap = next(row for row in day["readings"] if row["value"] is None)
    assert gap["reason"] == GapReason.BAD_FRAME.zh


@pytest.mark.parametrize(
    "path",
    [
        "institutions/9223372036854775808",
        "institutions/0",
        "points/9223372036854775808/readings?date=2026-03-01",
        "points/1/readings?date=0001-01-01",
        "points/1/readings?date=9999-12-31",
        "institutions/1/load?from=0001-01-01&to=2026-03-01&step=hour",
        "institutions/1/load?from=2026-01-01&to=9999-12-31&step=month",
        "overview?period=9999",
        "overview?period=0001-01",
        "overview?period=2026-13",
    ],
)
async def test_ids_and_dates_beyond_measure_are_refused_not_failed(city: Any, path: str) -> None:
    answer = await city.client.get(f"/api/v1/{path}")
    assert answer.status_code in {404, 422}, answer.text
    assert answer.json()["code"].startswith("CW-")
