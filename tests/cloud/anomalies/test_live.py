"""The live pass: what is found as hours come, and that it never looks ahead."""

import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from people import local, us
from sqlalchemy import delete, select, update

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.modules.anomalies import live
from civicwatt_cloud.modules.anomalies.models import Finding, Judged

BEGIN = "2026-08-03 00:00"  # a Monday
OFFICE, WATER = 1, 2
City = Any


def hours_until(when: str) -> int:
    return int((datetime.fromisoformat(when) - datetime.fromisoformat(BEGIN)).total_seconds() // 3600)


def series(city: City, until: str) -> np.ndarray:
    """An office whose load stays high for two nights, is stuck, and has a gap."""
    values: np.ndarray = city.usual(BEGIN, hours_until(until))
    values[hours_until("2026-11-10 19:00") : hours_until("2026-11-11 07:00")] *= 4.5
    values[hours_until("2026-11-11 19:00") : hours_until("2026-11-12 07:00")] *= 4.5
    values[hours_until("2026-11-16 09:00") : hours_until("2026-11-16 19:00")] = np.nan
    return values


def live_hour(when: str) -> int:
    return us(when) // HOUR_US


def run(city: City, when: str) -> None:
    while live.run(city.at(when)):
        pass


def told(city: City) -> list[tuple[object, ...]]:
    rows = city.session.scalars(select(Finding).order_by(Finding.point_id, Finding.begin_us, Finding.rule))
    return [
        (one.rule, one.kind, one.begin_us, one.end_us, one.found_us, one.energy, one.confidence, one.evidence)
        for one in rows
    ]


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_what_is_wrong_is_found_with_its_hours_and_energy(city: City) -> None:
    city.write(OFFICE, BEGIN, series(city, "2026-11-18 00:00"))
    city.watch("2026-11-18 00:20")
    found = city.session.scalars(select(Finding).where(Finding.point_id == OFFICE)).all()
    night = [one for one in found if one.rule == "profile" and local(one.begin_us) >= "2026-11-10"]
    assert local(night[0].begin_us)[:13] == "2026-11-10 19"
    assert night[0].found_us - night[0].begin_us == 3_600_000_000
    assert night[0].kind in {"night_load", "high"}
    assert 4000 < night[0].energy < 12_000  # 12 h × 42 kWh a night, in 0.1 kWh; one anomaly or two
    assert night[0].cost is None  # no tariff is assigned
    (gap,) = (one for one in found if one.rule == "missing")
    assert (local(gap.begin_us), local(gap.end_us)) == ("2026-11-16 09:00", "2026-11-16 19:00")
    assert local(gap.found_us) == "2026-11-16 13:00"
    kept = json.loads(night[0].evidence)
    begin, end = kept["flagged"]
    assert kept["unit"] == "kWh"
    assert len(kept["actual"]) == len(kept["expected"]) == len(kept["band"]) == end
    assert all(one > 40 for one in kept["actual"][begin : begin + 10])
    assert all(expected + width < 40 for expected, width in usual_of(kept, begin, begin + 10))


def usual_of(kept: dict[str, list[float]], begin: int, end: int) -> list[tuple[float, float]]:
    return list(zip(kept["expected"][begin:end], kept["band"][begin:end], strict=True))


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_hour_by_hour_says_what_one_run_over_all_says(city: City) -> None:
    """Of each hour is said what was said when it was the newest: nothing after it changes a finding."""
    until = "2026-11-18 00:00"
    city.write(OFFICE, BEGIN, series(city, until))
    city.write(WATER, BEGIN, 0.4 + 0.01 * city.usual(BEGIN, hours_until(until), seed=8))
    run(city, "2026-11-18 00:20")
    at_once = told(city)
    city.session.execute(delete(Finding))
    city.session.execute(update(Judged).values(live_hour=live_hour("2026-11-01 00:00")))
    city.session.expire_all()
    live._kept.clear()
    when = datetime.fromisoformat("2026-11-10 12:20")
    while when <= datetime.fromisoformat("2026-11-12 06:20"):
        live.run(city.at(when.isoformat(" ", "minutes")))
        if when.day == 12 and when.hour == 3:  # it begins anew in the middle of an anomaly
            live._kept.clear()
        when += timedelta(hours=1)
    for day in (13, 14, 15, 16, 17, 18):
        run(city, f"2026-11-{day} 00:20")
    assert told(city) == at_once
    assert {row[0] for row in at_once} >= {"profile", "missing"}


def test_a_leak_is_found_on_the_third_night(city: City) -> None:
    hours = hours_until("2026-11-18 00:00")
    flow = 0.01 * city.usual(BEGIN, hours)
    flow[hours_until("2026-11-09 02:00") :] += 0.5
    city.write(WATER, BEGIN, flow)
    city.watch("2026-11-18 00:20")
    (leak,) = city.session.scalars(select(Finding).where(Finding.rule == "leak")).all()
    assert local(leak.begin_us)[:10] in {"2026-11-09", "2026-11-10"}
    assert (leak.found_us - leak.begin_us) // 86_400_000_000 == 3
    assert json.loads(leak.evidence)["unit"] == "m³"
