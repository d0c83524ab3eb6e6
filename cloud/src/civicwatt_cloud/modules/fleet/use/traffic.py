"""What the traffic police know of vehicles, brought in as a workbook and matched with dispatch orders.

Source: 党政机关公务用车管理办法, 第二十三条、第二十四条.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.modules.fleet.entities import KEEPERS, WATCHERS
from civicwatt_cloud.modules.fleet.models import UnsealPermit, Vehicle
from civicwatt_cloud.modules.fleet.stock.choices import TrafficMatch
from civicwatt_cloud.modules.fleet.stock.errors import NotItsVehicle
from civicwatt_cloud.modules.fleet.stock.models import TrafficRecord
from civicwatt_cloud.modules.fleet.use.models import VOID, VehicleRequest


def check_record(session: Session, row: TrafficRecord) -> None:
    """The record is of the institution whose vehicle it is, and matched. Errors: NotItsVehicle."""
    vehicle = session.get_one(Vehicle, row.vehicle_id)
    if vehicle.owner_id != row.owner_id:
        owner = session.get_one(Institution, vehicle.owner_id)
        raise NotItsVehicle(plate=vehicle.plate, owner=owner.name)
    row.request_id = _order(session, row)
    if row.request_id is not None:
        row.match = TrafficMatch.ORDERED
    else:
        row.match = TrafficMatch.PERMITTED if _is_permitted(session, row) else TrafficMatch.UNORDERED


def _order(session: Session, row: TrafficRecord) -> int | None:
    """The request that the vehicle was out for: from its departure, else its plan, to its return."""
    query = select(VehicleRequest.id).where(
        VehicleRequest.vehicle_id == row.vehicle_id,
        VehicleRequest.state.not_in(VOID),
        VehicleRequest.removed_us.is_(None),
        func.coalesce(VehicleRequest.departed_us, VehicleRequest.from_us) <= row.at_us,
        func.coalesce(VehicleRequest.returned_us, VehicleRequest.to_us) >= row.at_us,
    )
    return session.scalar(query.order_by(VehicleRequest.id).limit(1))


def _is_permitted(session: Session, row: TrafficRecord) -> bool:
    query = select(UnsealPermit.id).where(
        UnsealPermit.vehicle_id == row.vehicle_id,
        UnsealPermit.from_us <= row.at_us,
        UnsealPermit.to_us > row.at_us,
        UnsealPermit.removed_us.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


TRAFFIC = Entity(
    "traffic_record",
    "traffic-records",
    TrafficRecord,
    "交警记录",
    "record of the traffic police",
    "number",
    read=WATCHERS,
    write=KEEPERS,
    columns=("number", "vehicle_id", "kind", "at_us", "place", "match", "request_id"),
    filters=("kind", "match", "vehicle_id", "at_us"),
    searched=("number", "place", "what"),
    natural_key=("number",),
    check=check_record,
)
