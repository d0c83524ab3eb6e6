"""PV plants of the demo city: invented, with things that are not as they should be.

The pages must surface each of them: a plant that feeds in without a counter of export, a contract that has
ended, a suspicion nobody has looked at.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from civicwatt_cloud.kit.directory import Building, Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.pv.entities import FINDING, IRRADIATION, PLANT
from civicwatt_cloud.timeseries.carriers import EndUse
from civicwatt_cloud.timeseries.points import Point

RATED = {"JX01-1": 6_000, "JX02-1": 28_000, "JX08-1": 18_000, "JX10-2": 22_000}  # 0.01 kWp, by building


def fill(context: Context, city: Sequence[Institution], irradiation: Mapping[tuple[int, int], int]) -> None:
    """A plant for each bound counter of generation; irradiation [0.1 kWh/m²] of months, for the first."""
    query = (
        select(Point.id, Building)
        .join(Building, Building.id == Point.building_id)
        .where(
            Point.end_use == EndUse.PV.value,
            Point.is_consumption,
            Building.institution_id.in_([one.id for one in city]),
            Building.code.in_(RATED),
        )
        .order_by(Building.code)
    )
    for number, (point, building) in enumerate(context.session.execute(query).all()):
        plant = registry.add(
            context, PLANT, building.institution_id, _plant(context.today, number, point, building)
        )
        if number == 0:
            for (year, month), plane in irradiation.items():
                said = {"plant_id": plant.id, "year": year, "month": month, "plane": plane}
                registry.add(context, IRRADIATION, plant.owner_id, said | {"sensor": "屋面总辐射表（虚构）"})
        if number == 1:
            _suspect(context, plant.id, plant.owner_id)


def _plant(today: date, number: int, point: int, building: Building) -> dict[str, object]:
    said = {
        "code": f"PV-{building.code}",
        "name": f"{building.name}屋顶光伏",
        "building_id": building.id,
        "capacity": RATED[building.code],
        "mode": "surplus" if number == 1 else "all_here",
        "tilt": 8,
        "azimuth": 180,
        "latitude": 310_000,
        "longitude": 1_120_000,
        "generation_points": str(point),
    }
    if number == 2:
        ended = today - timedelta(days=10)
        said |= {"investment": "emc", "investor": "节能服务公司（虚构）", "contract_until": ended}
    return said


def _suspect(context: Context, plant_id: int, owner: int) -> None:
    today = context.today
    span = {"first_on": today - timedelta(days=21), "last_on": today - timedelta(days=1)}
    lost = {"lost_share": 52, "lost": 640, "found_on": today - timedelta(days=2)}
    row = registry.add(context, FINDING, owner, {"plant_id": plant_id, "kind": "soiling"} | span | lost)
    steps.begin(context, FINDING, row)
