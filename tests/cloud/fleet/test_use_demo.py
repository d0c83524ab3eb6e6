"""The demo's vehicles surface what is wrong with their use."""

from collections import Counter

from cloud.fleet.use_yard import Yard
from people import us
from sqlalchemy import select

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.modules.fleet.demo import use as demo_use
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.use import rental, tally
from civicwatt_cloud.modules.fleet.use.models import Campaign, Driver, Duty, UseRisk, VehicleRequest
from civicwatt_cloud.modules.fleet.use.rental_models import ChargePile, RentalSession


def test_the_seeded_violations_of_the_use_are_there(yard: Yard) -> None:
    session, now = yard.session, "2026-11-20 15:00"
    city = session.scalars(select(Institution).order_by(Institution.id)).all()
    kinds = ("confidential", "emergency", "enforcement", "special", "veteran", "other")
    for number in range(1, 13):
        facts = {"kind": kinds[number % 6], "terminal_phone": f"1390716{number:04}", "state": "in_use"}
        owner = city[number % 3].id
        car = Vehicle(owner_id=owner, rev=1, plate=f"鄂F{number:05}", **facts)
        session.add(car)
        session.flush()
        if number < 12:  # the last one's terminal is not connected
            start = us(now) - (6 * 3600 - number * 60) * 1_000_000
            span = {"started_us": start, "ended_us": start + 1800 * 1_000_000, "is_gap": False}
            where = {"from_place": "112.2,31.03", "to_place": "112.3,31.03", "distance_m": 24_800}
            session.add(Trip(owner_id=owner, rev=1, vehicle_id=car.id, **span, **where))
    session.flush()
    demo_use.fill(yard.at(now), city)
    listed = session.scalars(select(UseRisk).where(UseRisk.removed_us.is_(None)))
    assert Counter(one.kind for one in listed) == {
        "km_differs": 1,
        "order_without_track": 1,
        "track_without_order": 1,
        "papers_overdue": 1,
        "driver_unfit": 1,
    }
    assert session.scalars(select(Obligation)).one().is_done is False
    states = Counter(session.scalars(select(VehicleRequest.state)))
    assert states.keys() == {"submitted", "unit_ok", "out", "returned", "settled", "closed"}
    assert min(session.scalars(select(Driver.licence_until))).isoformat() == "2026-11-08"
    assert Counter(session.scalars(select(Duty.state))) == {"on": 1, "draft": 1}
    assert Counter(session.scalars(select(ChargePile.condition))) == {"in_service": 3, "faulty": 1}
    assert Counter(session.scalars(select(RentalSession.state))) == {"open": 1, "closed": 2}
    flood = tally.sheet_of(yard.at(now, "manager"), session.scalars(select(Campaign.id)).one())
    assert (len(flood.vehicles), flood.batches, flood.longest_m) == (6, 18, 348_000)
    asked = session.scalars(select(VehicleRequest).where(VehicleRequest.state == "unit_ok")).first()
    assert asked is not None
    assert [one.day_price for one in rental.offers(yard.at(now), asked)] == [36_000, 38_000, 39_000]
