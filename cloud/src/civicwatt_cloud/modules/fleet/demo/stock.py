"""The stock of the demo's vehicles: what they are and cost, some not as it should be.

The pages must surface each of them: a car above its standard, one too many, one without the mark, a filling
elsewhere than at the fixed point, one above its cost quota, a renewal that waits, a disposal on its way,
a violation that is explained, a vehicle that the traffic police saw without an order.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.fleet.choices import Body, Energy, Mark, VehicleKind, VehicleState
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.stock import costs, seal_orders
from civicwatt_cloud.modules.fleet.stock.choices import CostKind, SupplierKind, TrafficKind
from civicwatt_cloud.modules.fleet.stock.costs import Fuelled, Paid
from civicwatt_cloud.modules.fleet.stock.disposal import DISPOSAL
from civicwatt_cloud.modules.fleet.stock.exemptions import EXEMPTION
from civicwatt_cloud.modules.fleet.stock.models import Violation
from civicwatt_cloud.modules.fleet.stock.purchase import PLAN
from civicwatt_cloud.modules.fleet.stock.quotas import QUOTA
from civicwatt_cloud.modules.fleet.stock.steps import change_vehicle
from civicwatt_cloud.modules.fleet.stock.suppliers import SUPPLIER
from civicwatt_cloud.modules.fleet.stock.violations import EXPLAIN, VIOLATION
from civicwatt_cloud.modules.fleet.use.traffic import TRAFFIC

ABOVE, UNMARKED, ELSEWHERE, DEAR, OLD, LEAVING, SECRET = 1, 4, 6, 8, 10, 35, 2  # by their order
SUPPLIERS = {
    SupplierKind.PURCHASE: "荆襄汽车贸易公司",
    SupplierKind.FUEL: "荆襄石油政务站",
    SupplierKind.REPAIR: "荆襄公务车维修厂",
    SupplierKind.INSURANCE: "荆襄财产保险公司",
    SupplierKind.VALUATION: "荆襄资产评估所",
}
SMALL = {VehicleKind.CONFIDENTIAL, VehicleKind.ENFORCEMENT}


def fill(context: Context, city: Sequence[Institution]) -> None:
    """Complete the vehicles that are there, and give them quotas, a year of costs and some cases."""
    today = context.today
    owners = {one.id for one in city}
    query = select(Vehicle).where(Vehicle.owner_id.in_(owners)).order_by(Vehicle.id)
    vehicles = context.session.scalars(query).all()
    for kind, name in SUPPLIERS.items():
        values = {"kind": kind, "name": name, "valid_from": date(today.year, 1, 1), "contract": f"DD-{kind}"}
        registry.add(context, SUPPLIER, city[0].id, values)
    for number, vehicle in enumerate(vehicles):
        _described(context, number, vehicle, today)
        _spent(context, number, vehicle, today)
    _quotas(context, vehicles, today)
    _cases(context, vehicles, today)
    seal_orders.look(context)


def _described(context: Context, number: int, vehicle: Vehicle, today: date) -> None:
    is_small, is_electric = VehicleKind(vehicle.kind) in SMALL, number % 6 == 5 or bool(vehicle.range_m)
    years = 9 if number == OLD else 2 + number % 6
    values: dict[str, Any] = {
        "body": Body.CAR,
        "energy": Energy.ELECTRIC if is_electric else Energy.PETROL,
        "price": 11_580_000 if is_small else 16_980_000,
        "displacement_ml": None if is_electric else 1500 if is_small else 1800,
        "registered_on": today - timedelta(days=365 * years + number),
        "mark": Mark.MISSING if number == UNMARKED else Mark.MARKED,
    }
    if number == ABOVE:
        values |= {"price": 23_980_000, "displacement_ml": 2000}
    change_vehicle(context, vehicle, "vehicle_changed", **values)


def _spent(context: Context, number: int, vehicle: Vehicle, today: date) -> None:
    """A filling a quarter with the odometer read, insurance, repairs."""
    odometer_m, new_year = 30_000_000 + number * 1_000_000, date(today.year, 1, 1)
    fixed = SUPPLIERS[SupplierKind.FUEL]
    for quarter in range(4):
        day = new_year + timedelta(days=90 * quarter + number % 20)
        if day > today or vehicle.energy == Energy.ELECTRIC:
            break
        odometer_m += 2_400_000 + number * 20_000
        volume_ml = 196_000 + number * 1_500
        place = "路边加油站" if (number, quarter) == (ELSEWHERE, 1) else fixed
        amount = round(volume_ml * 0.78)  # 分
        filled = Fuelled(day, volume_ml, amount, place, f"JY-{vehicle.id}-{quarter}", odometer_m)
        costs.enter_fuel(context, vehicle, filled)
    repair = 1_680_000 if number == DEAR else 120_000 + number * 3_000
    for kind, amount, supplier in (
        (CostKind.INSURANCE, 380_000, SUPPLIERS[SupplierKind.INSURANCE]),
        (CostKind.REPAIR, repair, SUPPLIERS[SupplierKind.REPAIR]),
        (CostKind.TOLL, 40_000 + number * 1_000, "湖北高速"),
    ):
        day = min(new_year + timedelta(days=30 + number), today)
        costs.enter_cost(context, vehicle, Paid(kind, day, amount, supplier, f"{kind}-{vehicle.id}"))


def _quotas(context: Context, vehicles: Sequence[Vehicle], today: date) -> None:
    """As many places as vehicles, here and there one more, and once one less."""
    held = Counter((one.owner_id, one.kind) for one in vehicles)
    for number, ((owner, kind), count) in enumerate(sorted(held.items())):
        places = count - 1 if number == 1 else count + (number % 4 == 0)
        values = {"kind": kind, "number": places, "valid_from": date(today.year - 1, 1, 1)}
        registry.add(context, QUOTA, owner, {**values, "document": f"荆编〔{today.year - 1}〕12号"})


def _cases(context: Context, vehicles: Sequence[Vehicle], today: date) -> None:
    """A renewal that waits for review, a disposal that waits for its valuation, an exemption."""
    some = dict(enumerate(vehicles))
    if (old := some.get(OLD)) is not None:
        car = {"kind": old.kind, "body": Body.CAR, "energy": Energy.ELECTRIC, "price": 15_800_000}
        renewal = {
            "year": today.year,
            "replaces_id": old.id,
            "still_usable": "no",
            "reason": "车况差，维修费用高",
        }
        _begun(context, PLAN, old.owner_id, {**car, **renewal, "state": "submitted"})
        seen = {"number": "JJ-20260412-0731", "vehicle_id": old.id, "kind": TrafficKind.PASSAGE}
        seen |= {"at_us": context.now_us - 200 * DAY_US, "place": "荆襄绕城高速东县收费站"}
        registry.add(context, TRAFFIC, old.owner_id, seen)
    if (leaving := some.get(LEAVING)) is not None:
        said = {"vehicle_id": leaving.id, "method": "auction", "reason": "闲置", "state": "agreed"}
        _begun(context, DISPOSAL, leaving.owner_id, said)
        change_vehicle(context, leaving, "vehicle_retired", state=VehicleState.TO_DISPOSE)
    if (secret := some.get(SECRET)) is not None:
        said = {
            "vehicle_id": secret.id,
            "reason": "执行保密任务",
            "approval": "荆公〔2026〕3号",
            "state": "approved",
        }
        _begun(context, EXEMPTION, secret.owner_id, said)
        change_vehicle(context, secret, "vehicle_exempted", mark=Mark.EXEMPT)
    violation = context.session.scalar(select(Violation).order_by(Violation.id).limit(1))
    if violation is not None:
        said = {"explanation": "防汛值守临时出车，值班表未及时登记"}
        steps.apply(context, VIOLATION, violation, EXPLAIN, said)


def _begun(context: Context, entity: Entity, owner_id: int, values: dict[str, Any]) -> None:
    steps.begin(context, entity, registry.add(context, entity, owner_id, values))
