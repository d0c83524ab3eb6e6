"""The month-end review stands beside the live pass: it confirms, adds and withdraws, once."""

import json
from typing import Any

import numpy as np
import pytest
from people import local, us
from sqlalchemy import select, update

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.modules.anomalies import jobs
from civicwatt_cloud.modules.anomalies.models import Finding, Judged, Review

BEGIN = "2026-08-03 00:00"
OFFICE, WATER = 1, 2
City = Any


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_a_month_is_reviewed_once_beside_what_was_said_live(city: City) -> None:
    first = us(BEGIN) // HOUR_US
    values: np.ndarray = city.usual(BEGIN, us("2026-12-11 00:00") // HOUR_US - first)
    stuck = slice(us("2026-11-10 08:00") // HOUR_US - first, us("2026-11-12 12:00") // HOUR_US - first)
    values[stuck] = 31.7
    city.write(OFFICE, BEGIN, values)
    never = {"begin_us": us("2026-11-20 09:00"), "end_us": us("2026-11-20 11:00"), "found_us": 0}
    kept = {"energy": 10, "cost": None, "confidence": 55, "is_muted": True, "evidence": json.dumps({})}
    about = {"owner_id": 1, "rev": 1, "point_id": OFFICE, "building_id": 1, "meter": "空调总表"}
    city.session.add(Finding(**about, rule="profile", kind="spike", month=202611, **never, **kept))
    begin_us, end_us = us("2026-11-10 14:00"), us("2026-11-11 12:00")
    live = {"begin_us": begin_us, "end_us": end_us, "found_us": begin_us + HOUR_US, **kept}
    city.session.add(Finding(**about, rule="profile", kind="stuck", month=202611, **live))
    city.session.execute(update(Judged).values(live_hour=us("2026-12-11 00:00") // HOUR_US))
    jobs.look_back(city.at("2026-12-10 09:00"))
    assert city.session.scalars(select(Review)).all() == []  # what comes after the month is not there yet
    for _ in range(2):
        jobs.look_back(city.at("2026-12-11 09:00"))
    of_office = city.session.scalars(select(Review).where(Review.point_id == OFFICE)).all()
    (confirmed,) = (one for one in of_office if one.stance == "confirmed")
    assert confirmed.kind == "stuck"
    assert local(confirmed.begin_us)[:10] == "2026-11-10"
    assert confirmed.finding_id is not None
    (withdrawn,) = (one for one in of_office if one.stance == "withdrawn")
    assert local(withdrawn.begin_us) == "2026-11-20 09:00"
    (added,) = city.session.scalars(select(Review).where(Review.point_id == WATER))
    assert (added.stance, added.kind) == ("added", "missing")
