"""W3.2: vehicles rented by the day within caps; vehicles shared by the hour, charged, in a ledger."""

from typing import Any

import pytest
from cloud.fleet.use_yard import BUREAU, Yard
from people import local
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from civicwatt_cloud.modules.fleet.use import rental, sharing
from civicwatt_cloud.modules.fleet.use.errors import (
    AlreadyRented,
    NoSuchLine,
    NotForRent,
    NotOffered,
    OwnVehicleFree,
    PileUnusable,
)
from civicwatt_cloud.modules.fleet.use.rental_models import RentalLine

REQUEST, SESSION = "vehicle_request", "rental_session"


def quote(yard: Yard, name: str, price: str, kind: str = "rental", **said: Any) -> Any:
    """A designated supplier and what it asks for a sedan."""
    supplier = yard.new("fleet_supplier", name=name, kind=kind, valid_from="2026-01-01")
    facts = {"vehicle_class": "sedan", "day_price": price, "valid_from": "2026-01-01"}
    return yard.new("rental_quote", supplier_id=supplier.id, **{**facts, **said})


def test_w3_2_the_three_cheapest_within_the_cap_are_offered(yard: Yard) -> None:
    asked = (("甲", "380"), ("乙", "400"), ("丙", "400.01"), ("丁", "350"), ("戊", "390"))
    quotes = {name: quote(yard, name, price) for name, price in asked}
    quote(yard, "己", "300", vehicle_class="mpv")
    yard.new("rental_quote", supplier_id=quotes["丁"].supplier_id, vehicle_class="sedan", day_price="395",
             valid_from="2026-09-01")  # fmt: skip
    row = yard.approved("2026-09-21 09:00", "2026-09-22 17:00")
    found = rental.offers(yard.at("2026-09-21 08:00"), row)
    assert [(one.supplier, one.day_price) for one in found] == [
        ("甲", 38_000),
        ("戊", 39_000),
        ("丁", 39_500),
        ("己", 30_000),
    ]
    with pytest.raises(NotOffered):
        yard.take("2026-09-21 08:00", "dispatcher", REQUEST, row, "rent", quote_id=quotes["乙"].id)
    yard.take("2026-09-21 08:00", "dispatcher", REQUEST, row, "rent", quote_id=quotes["甲"].id)
    assert (row.state, row.rent, row.vehicle_id) == ("assigned", 76_000, None)
    yard.take("2026-09-21 09:00", "dispatcher", REQUEST, row, "depart")
    assert row.state == "out"


def test_w3_2_nothing_is_rented_while_an_own_vehicle_can_go(yard: Yard) -> None:
    one = quote(yard, "甲", "380")
    yard.vehicle(1)
    yard.driver(1)
    row = yard.approved()
    with pytest.raises(OwnVehicleFree, match="鄂F00001"):
        yard.take("2026-09-21 08:00", "dispatcher", REQUEST, row, "rent", quote_id=one.id)
    with pytest.raises(NotForRent, match="加油站"):
        quote(yard, "加油站", "1", kind="fuel")


def site(yard: Yard) -> Any:
    """A site with a pile, and a vehicle of a rental pool."""
    pool = yard.new("vehicle_pool", name="分时租赁", kind="rental")
    car = yard.vehicle(7, pool_id=pool.id, range_m="300")
    place = yard.new("rental_site", name="一号网点", spaces=10)
    pile = yard.new("charge_pile", code="Z-01", site_id=place.id, kind="dc", power_w="60")
    return car, place, pile


def test_a_rental_session_with_charging_at_a_pile(yard: Yard) -> None:
    car, place, pile = site(yard)
    said = {"vehicle_id": car.id, "from_site_id": place.id, "renter": "李用", "reason": "送文件"}
    row = yard.new(SESSION, "dispatcher", BUREAU, "2026-09-21 09:00", **said)
    assert (row.number, local(row.began_us), row.owner_id) == (
        "FZ-2026-U2-000001-Z",
        "2026-09-21 09:00",
        BUREAU,
    )
    with pytest.raises(AlreadyRented):
        yard.new(SESSION, "dispatcher", BUREAU, "2026-09-21 09:30", **said)
    charge = {"pile_id": pile.id, "energy_wh": "18.5", "amount": "20.35"}
    yard.take("2026-09-21 10:00", "dispatcher", SESSION, row, "charge", **charge)
    pile.condition = "faulty"
    with pytest.raises(PileUnusable, match="Z-01"):
        yard.take("2026-09-21 10:30", "dispatcher", SESSION, row, "charge", **charge)
    yard.take(
        "2026-09-21 11:30", "dispatcher", SESSION, row, "give_back", to_site_id=place.id, distance_m="42"
    )
    # 150 minutes at 0.20, 42 km at 1.00, and what was charged
    assert (row.state, row.distance_m, row.energy_wh, row.amount) == ("closed", 42_000, 18_500, 9_235)
    ledger = sharing.lines(yard.at("2026-09-21 12:00", "manager"), row.id)
    assert [(one.kind, one.amount) for one in ledger] == [("charge", 2_035), ("drive", 7_200)]
    wrong = {"line": ledger[0].id, "document": "桩表更正"}
    yard.take("2026-09-22 09:00", "manager", SESSION, row, "correct", **wrong)
    assert (row.energy_wh, row.amount) == (0, 7_200)
    with pytest.raises(NoSuchLine):
        yard.take("2026-09-22 09:01", "manager", SESSION, row, "correct", **wrong)
    assert yard.new(SESSION, "dispatcher", BUREAU, "2026-09-22 09:30", **said).state == "open"


def test_only_vehicles_of_a_rental_pool_are_shared(yard: Yard) -> None:
    _, place, _ = site(yard)
    said = {"from_site_id": place.id, "renter": "李用", "reason": "送文件"}
    with pytest.raises(NotForRent, match="鄂F00008"):
        yard.new(SESSION, "dispatcher", BUREAU, vehicle_id=yard.vehicle(8).id, **said)


def test_the_ledger_of_sessions_is_only_added_to(yard: Yard) -> None:
    car, place, pile = site(yard)
    said = {"vehicle_id": car.id, "from_site_id": place.id, "renter": "李用", "reason": "送文件"}
    row = yard.new(SESSION, "dispatcher", BUREAU, "2026-09-21 09:00", **said)
    charge = {"pile_id": pile.id, "energy_wh": "1", "amount": "1"}
    yard.take("2026-09-21 10:00", "dispatcher", SESSION, row, "charge", **charge)
    yard.session.flush()
    for deed in ("UPDATE rental_line SET amount = 1", "DELETE FROM rental_line"):
        with pytest.raises(DatabaseError), yard.session.begin_nested():
            yard.session.execute(text(deed))
    assert yard.session.scalars(select(RentalLine.amount)).all() == [100]
