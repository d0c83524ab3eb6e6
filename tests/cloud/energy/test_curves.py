"""Load curves: readings where there are some, else the ledger; holes, completeness, extremes."""

from typing import Any

import numpy as np
import pytest
from cloud.points import points_of

from civicwatt_cloud.modules.energy import curves
from civicwatt_cloud.timeseries.stores.readings import REASON_CODE, Batch
from civicwatt_protocols.uplink import GapReason

MIDNIGHT_US = 1_772_467_200_000_000  # 2026-03-03 in the business zone
MINUTE_US = 60_000_000
DAY = "from=2026-03-03&to=2026-03-04"


def tell(
    city: Any, device: str, template: str, minutes: np.ndarray, watt: np.ndarray, reason: int = 0
) -> None:
    """Store power readings of a device."""
    (point,) = points_of(city.app.state.database, "g", device, template, ["active_power_total"])
    city.app.state.store.write(Batch.of(point, MIDNIGHT_US + minutes * MINUTE_US, watt, reason))


async def test_a_short_peak_survives_any_down_sampling(city: Any) -> None:
    minutes = np.arange(12 * 60)
    watt = np.full(len(minutes), 1000.0)
    watt[333], watt[444] = 9250.0, 10.0
    tell(city, "A-L", "acrel/adw300", minutes, watt)
    for points in (4, 50, 2000):
        curve = await city.get(f"curves?{DAY}&point={city.points['A-L']}&by=meter&max_points={points}")
        (series,) = curve["series"]
        known = [value for value in series["values"] if value is not None]
        assert (max(known), min(known)) == (9.25, 0.01)
        assert len(series["values"]) <= points
        assert series["max"] == {"at": "2026-03-03T05:33:00+08:00", "value": 9.25}
        assert series["min"] == {"at": "2026-03-03T07:24:00+08:00", "value": 0.01}
        assert (series["source"], series["unit"], series["title"]) == ("readings", "kW", "甲照明")


async def test_what_a_meter_did_not_answer_stays_a_hole(city: Any) -> None:
    minutes = np.arange(12 * 60)
    silent = (minutes >= 120) & (minutes < 240)
    tell(city, "A-L", "acrel/adw300", minutes[~silent], np.full(int((~silent).sum()), 1000.0))
    gap = REASON_CODE[GapReason.TIMEOUT]
    tell(city, "A-L", "acrel/adw300", minutes[silent], np.full(int(silent.sum()), np.nan), gap)
    curve = await city.get(f"curves?{DAY}&point={city.points['A-L']}&by=meter&max_points=200")
    (series,) = curve["series"]
    by_time = dict(zip(series["at"], zip(series["values"], series["completeness"], strict=True), strict=True))
    pixel = curve["pixel_s"]
    assert pixel == 15 * 60
    assert by_time["2026-03-03T01:45:00+08:00"] == (1.0, 1.0)
    assert by_time["2026-03-03T02:00:00+08:00"] == (None, 0.0)
    assert by_time["2026-03-03T03:45:00+08:00"] == (None, 0.0)
    assert by_time["2026-03-03T04:00:00+08:00"] == (1.0, 1.0)
    assert 0.8 < series["total_completeness"] < 0.83  # of the 12 h 20 min so far
    assert not [at for at in series["at"] if at > "2026-03-03T12:20"]  # the future is no hole


async def test_a_building_adds_meters_up_and_says_how_many_are_known(city: Any) -> None:
    minutes = np.arange(12 * 60)
    tell(city, "A-L", "acrel/adw300", minutes, np.full(len(minutes), 1000.0))
    tell(city, "A-H", "eastron/sdm630", minutes[::5], np.full(len(minutes[::5]), 2000.0))
    curve = await city.get(f"curves?{DAY}&institution={city.institutions['A']}&max_points=4000")
    (series,) = curve["series"]
    assert (curve["step_s"], series["source"], series["title"]) == (60, "readings", "合计")
    assert set(series["values"][: 12 * 60]) == {3.0}
    assert set(series["completeness"][: 12 * 60]) == {1.0}
    by_use = await city.get(f"curves?{DAY}&institution={city.institutions['A']}&by=end_use")
    assert [(one["title"], one["values"][0]) for one in by_use["series"]] == [
        ("照明插座", 1.0),
        ("空调", 2.0),
    ]


async def test_without_a_power_gauge_the_booked_energy_gives_the_mean(city: Any) -> None:
    minutes = np.arange(6 * 60)
    tell(city, "A-H", "eastron/sdm630", minutes, np.full(len(minutes), 2000.0))
    curve = await city.get(f"curves?{DAY}&institution={city.institutions['A']}&max_points=4000")
    (series,) = curve["series"]
    assert series["source"] == "both"
    assert series["values"][:360] == [3.5] * 360
    # the silent meter is no longer known: what is left is shown with its completeness
    assert series["values"][400:700] == [1.5] * 300
    assert series["completeness"][400:700] == [0.5] * 300
    booked = await city.get(f"curves?from=2026-03-02&to=2026-03-03&point={city.points['A-L']}&by=meter")
    assert (booked["step_s"], booked["series"][0]["source"]) == (3600, "ledger")
    assert booked["series"][0]["values"] == [1.5] * 24
    water = await city.get(f"curves?{DAY}&end_use=water&institution={city.institutions['A']}")
    assert (water["series"][0]["unit"], water["series"][0]["values"][0]) == ("m³/h", 0.25)


async def test_what_would_be_too_many_readings_is_drawn_from_hours_then_from_days(
    city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes = np.arange(12 * 60)
    tell(city, "A-L", "acrel/adw300", minutes, np.full(len(minutes), 2000.0))
    path = f"curves?from=2026-03-01&to=2026-03-04&point={city.points['A-L']}&by=meter"
    assert (await city.get(path))["series"][0]["source"] == "readings"
    monkeypatch.setattr(curves, "READINGS", 100)
    hours = await city.get(path)
    assert (hours["step_s"], hours["series"][0]["source"]) == (3600, "ledger")
    assert hours["series"][0]["values"] == [1.5] * 60 + [0.0]  # 12:00 to 12:15 of the running hour
    monkeypatch.setattr(curves, "HOURS", 10)
    days = await city.get(path)
    assert (days["step_s"], days["series"][0]["values"][:2]) == (86_400, [1.5, 1.5])
    monkeypatch.setattr(curves, "DAYS", 1)
    answer = await city.client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (422, "CW-T1501")


async def test_curves_keep_to_the_scope_and_to_bounds(city: Any) -> None:
    get = city.client.get
    foreign = await get(f"/api/v1/curves?{DAY}&point={city.points['C-L']}")
    assert foreign.status_code == 404
    assert (await get(f"/api/v1/curves?{DAY}&institution={city.institutions['C']}")).status_code == 404
    (whole,) = (await city.get(f"curves?{DAY}"))["series"]
    assert whole["values"][0] == 4.5  # without the neighbour's 5
    for wrong in ("from=2026-03-03&to=2026-03-03", "from=1999-01-01&to=2026-01-01", f"{DAY}&max_points=1"):
        assert (await get(f"/api/v1/curves?{wrong}")).status_code == 422
    late = await city.get(f"curves?from=2027-03-03&to=2027-03-04&point={city.points['A-L']}&by=meter")
    assert late["series"][0]["values"] == []
