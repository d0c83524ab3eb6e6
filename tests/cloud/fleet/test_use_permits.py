"""M03.4 over the whole way: fixes come in on a day off, and a request or a roster is there, or is not."""

from collections.abc import Callable
from typing import Any

import pytest
from cloud.fleet import use_yard
from cloud.fleet.use_yard import Yard
from people import ZONE, local, us
from sqlalchemy import select

from civicwatt_cloud.kit.audit import verify
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.geo import METRES_PER_DEGREE
from civicwatt_cloud.modules.fleet.positions.fixes import Fix
from civicwatt_cloud.modules.fleet.positions.intake import Arrival, Intake, Source
from civicwatt_cloud.modules.fleet.positions.models import VehicleEvent
from civicwatt_cloud.modules.fleet.use.models import VehicleRequest
from civicwatt_protocols.clock import Clock

PHONE, YARD = "13986001234", "112.190,31.020 112.210,31.020 112.210,31.040 112.190,31.040"
REQUEST, STEP_US = "vehicle_request", 30_000_000


def sent(yard: Yard, car: Any) -> None:
    """By a request that was approved."""
    yard.driver(1)
    row = yard.approved("2026-10-01 09:00", "2026-10-01 12:00")
    yard.take("2026-09-30 16:00", "dispatcher", REQUEST, row, "dispatch", vehicle_id=car.id)


def on_duty(yard: Yard, car: Any) -> None:
    """By a roster."""
    span = {"from_us": "2026-10-01 08:00", "to_us": "2026-10-02 08:00"}
    duty = yard.new("pool_duty", name="国庆一班", pool_id=yard.pool.id, vehicle_id=car.id, **span)
    yard.take("2026-09-30 16:00", "dispatcher", "pool_duty", duty, "publish")


def nobody(_yard: Yard, _car: Any) -> None:
    """Nobody sent it."""


@pytest.mark.parametrize(
    ("ground", "expected"),
    [(sent, ["fence_exit"]), (on_duty, ["fence_exit"]), (nobody, ["fence_exit", "sealed_use"])],
)
def test_m03_4_a_journey_of_12_4_km_on_a_day_off(
    db: Database, ground: Callable[[Yard, Any], None], expected: list[str]
) -> None:
    with db.session() as session:
        yard = use_yard.made(session)
        home = yard.new("fence", name="大院", shape="polygon", places=YARD)
        ground(yard, yard.vehicle(1, terminal_phone=PHONE, home_fence_id=home.id))
    start_us = us("2026-10-01 09:30")
    step = 12_400 / METRES_PER_DEGREE / 60
    way = [max(0, min(60, n)) for n in range(-8, 69)]  # standing, going north for half an hour, standing
    fixes = [
        Fix(start_us + (place - 8) * STEP_US, round((31.03 + step * n) * 1e6), 112_200_000)
        for place, n in enumerate(way)
    ]
    intake = Intake(db, ZONE, Clock(fixes[-1].at_us, 1e-9))
    for n in range(0, len(fixes), 10):
        assert intake.commit([Arrival(PHONE, Source.TERMINAL, tuple(fixes[n : n + 10]))]) == [True]
    with db.reading() as session:
        assert sorted(session.scalars(select(VehicleEvent.kind))) == expected
        rows = session.scalars(select(VehicleRequest)).all()
        assert [(one.state, local(one.departed_us)) for one in rows] == (
            [("out", "2026-10-01 09:33")] if ground is sent else []
        )
        assert verify(session) is None
