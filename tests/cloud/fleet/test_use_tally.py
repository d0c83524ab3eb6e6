"""M03.8: the sheet of an emergency campaign; the routes that tell of the use of vehicles."""

import csv
import io
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cloud.fleet import use_yard
from cloud.fleet.use_yard import BUREAU, CENTRE, Yard
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from people import ZONE, us

from civicwatt_cloud.app import create_app
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.directory import Region
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import open_session, real_now_us
from civicwatt_cloud.kit.indicators.figures import figure
from civicwatt_cloud.kit.indicators.spec import Asked, Period
from civicwatt_cloud.kit.rules import Rules
from civicwatt_cloud.kit.scope import scope_of_region
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.module import MODULE
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.use import measures as use_measures
from civicwatt_cloud.modules.fleet.use import tally
from civicwatt_cloud.modules.fleet.use.models import VehicleRequest
from civicwatt_cloud.modules.fleet.use.rental_models import RentalSession
from civicwatt_cloud.modules.fleet.use.tally import Batch

BEGAN_US = us("2026-07-01 08:00")


def test_m03_8_the_sheet_of_45_vehicles_with_281_batches() -> None:
    """Vehicle 7 goes seven times and 5,987.654 km; the others six times, or seven."""
    counties = {f"4299{number:02}" for number in range(1, 21)}
    batches = [
        Batch(
            number % 45,
            frozenset({f"4299{number % 17 + 1:02}", "500101"}),
            855_379 if number % 45 == 7 else 900,
        )
        for number in range(281)
    ]
    batches[7] = batches[7]._replace(distance_m=855_380)
    found = tally.tallied(batches, counties)
    assert (len(found.vehicles), found.batches, found.longest_m) == (45, 281, 5_987_654)
    assert (len(found.covered), len(found.counties), str(found.percent)) == (17, 20, "85.00")
    assert found.vehicles[0] == tally.Sent(7, 7, 5_987_654, found.vehicles[0].counties)


def test_m03_8_nothing_sent_and_no_counties() -> None:
    found = tally.tallied([], ())
    assert (found.vehicles, found.batches, found.longest_m, found.percent) == ([], 0, 0, None)


def campaign(yard: Yard) -> int:
    """45 vehicles, 281 batches, 20 counties of which 17 were reached; a batch was rented, one never left."""
    for number in range(3, 21):
        yard.session.add(Region(code=f"4299{number:02}", name=f"第{number}县"))
    row = yard.new("emergency_campaign", name="防汛救灾", from_day="2026-07-01", region_code="429900")
    for number in range(1, 46):
        plate = f"鄂F{number:05}"
        yard.session.add(
            Vehicle(id=number, owner_id=CENTRE, rev=1, plate=plate, kind="emergency", state="in_use")
        )
    yard.session.flush()
    for number in range(283):
        vehicle = number % 45 + 1 if number < 280 else {281: 1}.get(number)
        start_us = BEGAN_US + number * DAY_US // 8
        sent: dict[str, Any] = {
            "departed_us": None if number == 282 else start_us,
            "returned_us": start_us + DAY_US // 12,
            "claimed_m": None if number == 0 else 100_000,
        }
        yard.session.add(
            VehicleRequest(
                owner_id=BUREAU,
                rev=1,
                number=f"YC-{number}",
                purpose="emergency",
                kind="emergency",
                reason="防汛",
                passengers=1,
                from_us=start_us,
                to_us=start_us + DAY_US,
                destination="灾区",
                planned_m=0,
                counties=f"4299{number % 17 + 1:02}",
                campaign_id=row.id,
                vehicle_id=vehicle,
                state="assigned" if number == 282 else "returned",
                **sent,
            )
        )
    run = {
        "started_us": BEGAN_US + 45 * DAY_US // 8,
        "ended_us": BEGAN_US + 45 * DAY_US // 8 + 60,
        "is_gap": False,
    }
    where = {"from_place": "112.2,31.03", "to_place": "112.2,31.03"}
    yard.session.add(Trip(owner_id=CENTRE, rev=1, vehicle_id=1, distance_m=5_300_000, **run, **where))
    yard.session.flush()
    return int(row.id)


def test_m03_8_the_sheet_is_made_of_requests_and_tracks(yard: Yard) -> None:
    number = campaign(yard)
    found = tally.sheet_of(yard.at("2026-09-01 08:00", "manager"), number)
    # the first vehicle was tracked once for 5,300 km, claimed 600 km in six batches, and told nothing of one
    assert (len(found.vehicles), found.batches, found.rented, found.unknown) == (45, 282, 1, 1)
    assert (found.vehicles[0].vehicle_id, found.longest_m) == (1, 5_900_000)
    assert (len(found.covered), len(found.counties), str(found.percent)) == (17, 20, "85.00")
    with pytest.raises(NotFound):
        tally.sheet_of(yard.at("2026-09-01 08:00", "stranger"), number)


def test_shared_vehicles_are_counted_by_institution(yard: Yard) -> None:
    car = yard.vehicle(1)
    place = yard.new("rental_site", name="一号网点", spaces=3)
    for number, (owner, ended) in enumerate(
        [(BUREAU, "2026-09-02 10:00"), (BUREAU, "2026-09-30 23:59"), (CENTRE, "2026-10-01 00:00")]
    ):
        facts = {"vehicle_id": car.id, "from_site_id": place.id, "renter": "李用", "reason": "送文件"}
        moved = {"distance_m": 12_300, "energy_wh": 4_500, "amount": 100, "state": "closed"}
        row = RentalSession(owner_id=owner, rev=1, number=f"FZ-{number}", **facts, **moved)
        row.began_us, row.ended_us = us(ended) - 60, us(ended)
        yard.session.add(row)
    yard.session.flush()
    asked = Asked(
        yard.session,
        scope_of_region("429900").institution_ids(),
        Period.parse("2026-09"),
        ZONE,
        Rules(()),
        us("2026-11-01 00:00"),
    )
    told = {}
    for one in use_measures.INDICATORS[:3]:
        items = one.measure(asked).items
        assert {item.owner_id for item in items} == {BUREAU}
        told[one.key] = str(figure(one, items).value)
    assert told == {
        "fleet.rental_sessions": "2",
        "fleet.rental_distance": "24.6",
        "fleet.rental_energy": "9.0",
    }


@pytest.fixture
async def app(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[FastAPI]:
    data = tmp_path / "data"
    data.mkdir()
    shutil.copy(sqlite_template, data / "civicwatt.sqlite")
    made = create_app(Settings(data_dir=data, mqtt_host=None), modules=(MODULE,))
    async with made.router.lifespan_context(made):
        yield made


def signed_in(app: FastAPI, yard: Yard, who: str) -> AsyncClient:
    token = open_session(yard.session, yard.accounts[who], real_now_us())
    transport = ASGITransport(app, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://cloud", cookies={"civicwatt": token})


async def test_s25_what_a_dispatcher_sees_of_requests_rentals_and_campaigns(app: FastAPI) -> None:
    with app.state.database.session() as session:
        yard = use_yard.made(session)
        number = campaign(yard)
        near = yard.vehicle(101, range_m="500")
        yard.vehicle(102, seats=2)
        yard.driver(1)
        row = yard.approved()
        supplier = yard.new("fleet_supplier", name="甲租车", kind="rental", valid_from="2026-01-01")
        price = {"vehicle_class": "sedan", "day_price": "380", "valid_from": "2026-01-01"}
        quote = yard.new("rental_quote", supplier_id=supplier.id, **price)
        pool = yard.new("vehicle_pool", name="分时租赁", kind="rental")
        place = yard.new("rental_site", name="一号网点", spaces=3)
        car = yard.vehicle(103, pool_id=pool.id)
        said = {"vehicle_id": car.id, "from_site_id": place.id, "renter": "李用", "reason": "送文件"}
        shared = yard.new("rental_session", "dispatcher", BUREAU, "2026-09-21 09:00", **said)
        back = {"to_site_id": place.id, "distance_m": "1.5"}
        yard.take("2026-09-21 09:10", "dispatcher", "rental_session", shared, "give_back", **back)
        web, driver = signed_in(app, yard, "dispatcher"), signed_in(app, yard, "driver")
        manager = signed_in(app, yard, "manager")
    base = "/api/v1/fleet"
    seen = (await web.get(f"{base}/requests/{row.id}/proposals")).json()
    assert (seen[0]["plate"], seen[0]["rank"], seen[0]["obstacle"]) == (near.plate, 1, None)
    assert {one["plate"]: one["obstacle_zh"] for one in seen}["鄂F00102"] == "座位不足"
    assert (await driver.get(f"{base}/requests/{row.id}/proposals")).status_code == 403
    offers = (await web.get(f"{base}/requests/{row.id}/rental-offers")).json()
    assert offers == [
        {"quote_id": quote.id, "supplier": "甲租车", "vehicle_class": "sedan", "day_price": "380.00"}
    ]
    (line,) = (await web.get(f"{base}/rental-sessions/{shared.id}/lines")).json()
    assert (line["kind"], line["distance_km"], line["amount"]) == ("drive", "1.500", "3.50")
    sheet = (await web.get(f"{base}/campaigns/{number}/sheet")).json()
    assert (sheet["vehicles"], sheet["batches"], sheet["longest_km"], sheet["percent"]) == (
        45,
        282,
        "5900.000",
        "85.00",
    )
    answer = await web.get(f"{base}/campaigns/{number}/sheet/export", params={"format": "csv"})
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[1] == ["鄂F00001", "单位1", "8", "5900.000", "8"]
    assert [one[3] for one in table[46:]] == ["45", "282", "5900.000", "17", "20", "85.00"]
    with app.state.database.session() as session:
        session.get_one(Vehicle, 1).sensitivity = "sensitive"
        session.get_one(Vehicle, near.id).sensitivity = "sensitive"
    sheet = (await web.get(f"{base}/campaigns/{number}/sheet")).json()
    assert (sheet["vehicles"], len(sheet["rows"]), sheet["longest_km"]) == (45, 44, "5900.000")
    plates = {one["plate"] for one in (await web.get(f"{base}/requests/{row.id}/proposals")).json()}
    assert plates == {"鄂F00102", "鄂F00103"}
    keeper = f"{base}/requests/{row.id}/proposals"
    assert near.plate in {one["plate"] for one in (await manager.get(keeper)).json()}
    with app.state.database.session() as session:
        session.get_one(Vehicle, 2).sensitivity = "offline"
    answer = await manager.get(f"{base}/campaigns/{number}/sheet/export", params={"format": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert "鄂F00001" in text
    assert "鄂F00002" not in text
