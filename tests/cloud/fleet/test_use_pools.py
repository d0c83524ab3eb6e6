"""The emergency, enforcement and veteran-cadre pools: who is on duty, and what each serves."""

import pytest
from cloud.fleet.use_yard import BUREAU, Yard
from sqlalchemy import select

from civicwatt_cloud.modules.fleet.models import UnsealPermit
from civicwatt_cloud.modules.fleet.use.errors import NoVehicle, PurposeRefused

REQUEST = "vehicle_request"
POOLS = [
    ("应急保障平台", "emergency", "emergency"),
    ("综合执法平台", "enforcement", "enforcement"),
    ("老干部服务平台", "veteran", "veteran"),
]


@pytest.mark.parametrize(("name", "kind", "purpose"), POOLS, ids=[kind for _, kind, _ in POOLS])
def test_a_pool_keeps_a_duty_roster_and_lends_for_its_purpose_only(
    yard: Yard, name: str, kind: str, purpose: str
) -> None:
    pool = yard.new("vehicle_pool", name=name, kind=kind, is_all_day=True)
    car = yard.vehicle(1, kind=kind, pool_id=pool.id)
    own = yard.vehicle(2, kind="other")
    driver = yard.driver(1)
    night = {"from_us": "2026-10-01 20:00", "to_us": "2026-10-02 08:00"}
    duty = yard.new(
        "pool_duty", name="夜班", pool_id=pool.id, vehicle_id=car.id, driver_id=driver.id, **night
    )
    yard.take("2026-09-30 10:00", "dispatcher", "pool_duty", duty, "publish")
    permit = yard.session.get_one(UnsealPermit, duty.permit_id)  # whoever is on duty may go on a day off
    assert (permit.vehicle_id, permit.from_us, permit.to_us) == (car.id, duty.from_us, duty.to_us)

    row = yard.approved("2026-10-09 09:00", "2026-10-09 12:00", kind=kind, purpose=purpose)
    yard.take("2026-10-08 09:00", "dispatcher", REQUEST, row, "dispatch")
    assert (row.owner_id, row.vehicle_id, row.driver_id) == (BUREAU, car.id, driver.id)
    other = yard.ask("2026-10-09 13:00", "2026-10-09 14:00", kind=kind, purpose="reception")
    with pytest.raises(PurposeRefused):
        yard.take("2026-10-09 12:30", "staff", REQUEST, other, "submit")
    late = yard.approved("2026-10-09 10:00", "2026-10-09 11:00", kind=kind, purpose=purpose)
    with pytest.raises(NoVehicle):  # the institution's own is of another kind
        yard.take("2026-10-09 09:30", "dispatcher", REQUEST, late, "dispatch")
    assert own.pool_id == yard.pool.id

    yard.take("2026-10-01 19:00", "dispatcher", "pool_duty", duty, "withdraw")
    ended = yard.session.scalars(select(UnsealPermit).where(UnsealPermit.id == permit.id)).one()
    assert duty.state == "off"
    assert ended.removed_us is not None or ended.to_us <= duty.to_us
