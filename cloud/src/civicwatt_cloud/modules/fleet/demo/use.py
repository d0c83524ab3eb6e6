"""What the demo's vehicles were sent for: invented requests, drivers, pools; some not as they should be.

The pages must surface each of them: vehicles on their way that nobody sent, an order without a track, a
distance that was claimed too long, an emergency whose papers did not follow, a driver whose licence has
ended, a pile that is out of order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from civicwatt_cloud.kit.business_time import DAY_US, HOUR_US, MINUTE_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.spec import Step
from civicwatt_cloud.modules.fleet.entities import VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions.models import Trip
from civicwatt_cloud.modules.fleet.stock.suppliers import SUPPLIER
from civicwatt_cloud.modules.fleet.use import request_steps, risks
from civicwatt_cloud.modules.fleet.use.models import Driver, VehicleRequest
from civicwatt_cloud.modules.fleet.use.rental import QUOTE
from civicwatt_cloud.modules.fleet.use.requests import REQUEST
from civicwatt_cloud.modules.fleet.use.rosters import DRIVER, DUTY, POOL
from civicwatt_cloud.modules.fleet.use.sharing import PILE, SESSION, SITE
from civicwatt_cloud.modules.fleet.use.tally import CAMPAIGN

NOT_SENT, EVERY = 5, 12  # of each twelve vehicles one goes without an order
OVERSTATED = 6  # the vehicle whose driver claims too many kilometres
PURPOSES = {
    "confidential": "mail",
    "emergency": "official",
    "enforcement": "enforcement",
    "special": "special",
    "veteran": "veteran",
    "other": "official",
}
PLACES = ("东县政务中心", "西县防汛指挥部", "市档案馆", "市老干部活动中心", "机场")
FLOOD_DAYS = 40  # so long ago


class Driven(NamedTuple):
    """What a vehicle did since the morning."""

    from_us: int
    to_us: int
    distance_m: int


def fill(context: Context, city: Sequence[Institution]) -> None:
    """Drivers and pools, then what the vehicles were sent for."""
    vehicles = context.session.scalars(select(Vehicle).order_by(Vehicle.id)).all()
    drivers = {one.id: _drivers(context, number, one) for number, one in enumerate(city)}
    for one in vehicles:
        _set(context, VEHICLE, one, seats=5, licence="c1")
    _pools(context, city[0], [one for one in vehicles if one.owner_id == city[0].id], drivers)
    _sent(context, vehicles, drivers)
    _waiting(context, city)
    _emergency(context, vehicles, drivers)
    _flood(context, city[0], vehicles, drivers)
    _rented(context, city)
    context.session.flush()
    risks.look(context)


def _drivers(context: Context, number: int, institution: Institution) -> list[Driver]:
    """Two of each institution; the second of the first one has a licence that ended."""
    today = context.today
    found = []
    for place, employer in enumerate(("established", "outsourced")):
        until = today + timedelta(days=-12 if (number, place) == (0, 1) else 400 + 30 * number)
        said = {
            "number": f"JS-{institution.code}-{place + 1}",
            "name": "周吴郑王冯陈"[(number + place) % 6] + "师傅",
        }
        more = {"company": "荆襄劳务服务公司（虚构）"} if place else {}
        licence = {"licence": "b1" if place else "c1", "licence_until": until, "points": 3 * place}
        found.append(_add(context, DRIVER, institution.id, employer=employer, **said, **more, **licence))
    return found


def _pools(
    context: Context, owner: Institution, vehicles: Sequence[Vehicle], drivers: Mapping[int, Sequence[Driver]]
) -> None:
    """The emergency platform of the city, with somebody on duty tonight."""
    pool = _add(
        context, POOL, owner.id, name="市级应急用车平台", kind="emergency", phone="0000-0001", is_all_day=True
    )
    _add(context, POOL, owner.id, name="综合行政执法用车平台", kind="enforcement")
    _add(context, POOL, owner.id, name="老干部用车服务平台", kind="veteran")
    for one in vehicles:
        _set(context, VEHICLE, one, pool_id=pool.id)
    for days, state in enumerate(("on", "draft")):
        span = {
            "from_us": context.now_us + days * DAY_US,
            "to_us": context.now_us + days * DAY_US + 12 * HOUR_US,
        }
        said = {"vehicle_id": vehicles[0].id, "driver_id": drivers[owner.id][0].id, **span}
        duty = _add(context, DUTY, owner.id, name=f"夜班 {days + 1}", pool_id=pool.id, **said)
        steps.begin(context, DUTY, duty)
        if state == "on":
            _steps(context, DUTY, duty, {"publish": {}})


def _sent(context: Context, vehicles: Sequence[Vehicle], drivers: Mapping[int, Sequence[Driver]]) -> None:
    """An order for what vehicles did since the morning, but for some of them; one did not go at all."""
    driven = _driven(context)
    for number, one in enumerate(vehicles):
        driver = drivers[one.owner_id][0]
        did = driven.get(one.id)
        if did is None:
            morning = Driven(context.now_us - 6 * HOUR_US, context.now_us - 3 * HOUR_US, 30_000)
            _journey(context, one, driver, morning, {"settle": {"claimed_m": "30"}})
        elif number % EVERY != NOT_SENT:
            claimed_m = did.distance_m * (118 if number == OVERSTATED else 100) // 100
            told = {"settle": {"claimed_m": str(claimed_m / 1000)}, "rate": {"score": "5"}}
            _journey(context, one, driver, did, told if number % 3 == 0 else None)


def _journey(
    context: Context,
    vehicle: Vehicle,
    driver: Driver,
    did: Driven,
    back: Mapping[str, Mapping[str, object]] | None,
    **said: object,
) -> VehicleRequest:
    """A request that was approved, sent and left; with what follows its return, or still out."""
    at = context._replace(now_us=did.from_us - HOUR_US)
    span = {"from_us": did.from_us - 10 * MINUTE_US, "to_us": did.to_us + 4 * HOUR_US}
    facts = {"kind": vehicle.kind, "purpose": PURPOSES[vehicle.kind], "reason": "公务活动", "passengers": 2}
    where = {"destination": PLACES[vehicle.id % len(PLACES)], "planned_m": did.distance_m, **span}
    row: VehicleRequest = _add(at, REQUEST, vehicle.owner_id, **{**facts, **where, **said})
    steps.begin(at, REQUEST, row)

    def assigned(step: Step) -> None:
        step.record.vehicle_id, step.record.driver_id = vehicle.id, driver.id
        if step.record.purpose == "emergency":
            step.record.is_emergency = True
            request_steps.owe_papers(step)

    if row.purpose == "emergency":
        _steps(at, REQUEST, row, {"dispatch_now": {}}, assigned)
    else:
        _steps(at, REQUEST, row, {"submit": {}, "approve": {}})
        _steps(at, REQUEST, row, {"dispatch": {}}, assigned)
    _steps(context._replace(now_us=did.from_us - MINUTE_US), REQUEST, row, {"depart": {}})
    if back is not None:
        home = context._replace(now_us=min(context.now_us, did.to_us + MINUTE_US))
        _steps(home, REQUEST, row, {"return": {}, **back})
    return row


def _waiting(context: Context, city: Sequence[Institution]) -> None:
    """What waits for an approver, and what waits for a dispatcher."""
    for number, institution in enumerate(city[:4]):
        start_us = context.now_us + DAY_US + number * HOUR_US
        said = {"purpose": "official", "kind": "emergency", "reason": "下乡调研", "passengers": 3}
        where = {"destination": PLACES[number], "planned_m": 80_000, "from_us": start_us}
        row = _add(context, REQUEST, institution.id, **said, **where, to_us=start_us + 8 * HOUR_US)
        steps.begin(context, REQUEST, row)
        _steps(context, REQUEST, row, {"submit": {}, **({"approve": {}} if number % 2 else {})})


def _emergency(
    context: Context, vehicles: Sequence[Vehicle], drivers: Mapping[int, Sequence[Driver]]
) -> None:
    """It went first, nine days ago; the papers never followed."""
    one = next(one for one in vehicles if one.kind == "emergency")
    start_us = context.now_us - 9 * DAY_US
    did = Driven(start_us, start_us + 5 * HOUR_US, 140_000)
    _journey(context, one, drivers[one.owner_id][0], did, {}, purpose="emergency", reason="抢险")


def _flood(
    context: Context, owner: Institution, vehicles: Sequence[Vehicle], drivers: Mapping[int, Sequence[Driver]]
) -> None:
    """An emergency campaign that is over: nine vehicles, three batches each."""
    first = context.today - timedelta(days=FLOOD_DAYS)
    said = {"name": "防汛抢险用车保障", "from_day": first, "to_day": first + timedelta(days=5)}
    campaign = _add(
        context, CAMPAIGN, owner.id, **said, region_code=owner.region_code, document="防汛应急响应"
    )
    for number, one in enumerate(vehicles[:9]):
        for batch in range(3):
            start_us = context.now_us - FLOOD_DAYS * DAY_US + (batch * 9 + number) * 4 * HOUR_US
            did = Driven(start_us, start_us + 3 * HOUR_US, 60_000 + 7_000 * number)
            told = {"settle": {"claimed_m": str(did.distance_m / 1000)}}
            more = {"campaign_id": campaign.id, "reason": "防汛抢险"}
            _journey(context, one, drivers[one.owner_id][0], did, told, **more)


def _rented(context: Context, city: Sequence[Institution]) -> None:
    """Suppliers with their prices; two sites with piles, one out of order; who shared a vehicle."""
    owner, today = city[0], context.today
    since = today - timedelta(days=200)
    for number, price in enumerate((36_000, 39_000, 38_000, 45_000)):  # the last one is above the cap
        name = f"荆襄{'甲乙丙丁'[number]}汽车租赁公司（虚构）"
        supplier = _add(context, SUPPLIER, owner.id, kind="rental", name=name, valid_from=since)
        said = {"vehicle_class": "sedan", "day_price": price, "valid_from": since}
        _add(context, QUOTE, owner.id, supplier_id=supplier.id, **said)
    pool = _add(context, POOL, owner.id, name="新能源分时租赁", kind="rental")
    sites = [_add(context, SITE, owner.id, name=name, spaces=6) for name in ("行政中心网点", "市民之家网点")]
    piles = [
        _add(context, PILE, owner.id, code=f"Z-{number + 1:02}", site_id=sites[number % 2].id, kind="dc",
             power_w=60_000, condition="faulty" if number == 3 else "in_service")
        for number in range(4)
    ]  # fmt: skip
    for number, institution in enumerate(city[:6]):
        facts = {"plate": f"鄂FD{number:05}", "kind": "other", "seats": 5, "licence": "c2"}
        car = _add(context, VEHICLE, owner.id, **facts, range_m=400_000, pool_id=pool.id, state="in_use")
        at = context._replace(now_us=context.now_us - (number + 1) * DAY_US)
        said = {"vehicle_id": car.id, "from_site_id": sites[0].id, "renter": "李用", "reason": "送文件"}
        row = _add(at, SESSION, institution.id, **said)
        steps.begin(at, SESSION, row)
        charge = {"pile_id": str(piles[number % 3].id), "energy_wh": "12.5", "amount": "13.75"}
        back = {"to_site_id": str(sites[1].id), "distance_m": str(20 + 3 * number)}
        later = at._replace(now_us=at.now_us + 2 * HOUR_US)
        _steps(later, SESSION, row, {"charge": charge, **({"give_back": back} if number else {})})


def _driven(context: Context) -> dict[int, Driven]:
    """By vehicle, over all its trips so far."""
    query = select(
        Trip.vehicle_id, func.min(Trip.started_us), func.max(Trip.ended_us), func.sum(Trip.distance_m)
    )
    rows = context.session.execute(query.group_by(Trip.vehicle_id))
    return {vehicle: Driven(from_us, to_us, int(sum_m)) for vehicle, from_us, to_us, sum_m in rows}


def _steps(
    context: Context,
    entity: Entity,
    row: Any,
    events: Mapping[str, Mapping[str, object]],
    effect: Any = None,
) -> None:
    """Steps as their people took them: invented work asks no guard, and refers to whatever there is."""
    flow = entity.workflow
    for event, said in events.items():
        arrow = next(one for one in (flow.leaving(row.state) if flow else []) if one.event == event)
        form = {name: _number(one) for name, one in arrow.form.items()}
        taken = replace(arrow, guard=None, form=form, effect=effect or arrow.effect)
        steps.apply(context, entity, row, taken, said)


def _number(one: Field) -> Field:
    return replace(one, kind=Kind.NUMBER) if one.kind is Kind.REFERENCE else one


def _set(context: Context, entity: Entity, row: Any, **values: object) -> None:
    before = registry.told(entity, row, context.zone)
    for name, value in values.items():
        setattr(row, name, value)
    registry.touched(context, entity, row, f"{entity.key}_changed", before)


def _add(context: Context, entity: Entity, owner: int, **values: object) -> Any:
    return registry.add(context, entity, owner, values)
