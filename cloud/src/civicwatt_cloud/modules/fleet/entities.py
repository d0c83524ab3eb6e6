"""The registry of official vehicles, their fences and their permits; who keeps and who reads it."""

from sqlalchemy.orm import Session

from civicwatt_cloud.kit.records.entity import Entity, Report
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.areas import check_fence, check_vehicle
from civicwatt_cloud.modules.fleet.marks import check_mark
from civicwatt_cloud.modules.fleet.models import Fence, UnsealPermit, Vehicle

KEEPERS = frozenset({Role.FLEET_MANAGER, Role.FLEET_CLERK})
WATCHERS = KEEPERS | {Role.DISPATCHER, Role.DISCIPLINE, Role.AUDITOR, Role.SUPERVISOR}  # who may see where
READERS = WATCHERS | {Role.APPROVER, Role.LIAISON, Role.STAFF, Role.DRIVER, Role.FINANCE, Role.ASSET_MANAGER}


def check_registered(session: Session, vehicle: Vehicle) -> None:
    """Its terminal's number is one, its exemption was approved. Errors: BadTerminal, NotExempt."""
    check_vehicle(session, vehicle)
    check_mark(session, vehicle)


VEHICLE = Entity(
    "vehicle",
    "vehicles",
    Vehicle,
    "车辆",
    "vehicle",
    "plate",
    read=READERS,
    write=KEEPERS,
    columns=("plate", "kind", "state", "body", "energy", "registered_on", "mark", "vin", "terminal_phone"),
    filters=("kind", "state", "home_fence_id", "pool_id", "seats", "body", "energy", "registered_on", "mark"),
    searched=("plate", "vin"),
    natural_key=("plate",),
    sees_personal=WATCHERS,
    check=check_registered,
    reports=(Report("ledger/export", "单车台账", "ledger of the vehicle", KEEPERS, asks_year=True),),
)
FENCE = Entity(
    "fence",
    "fences",
    Fence,
    "电子围栏",
    "fence",
    "name",
    read=WATCHERS,
    write=KEEPERS,
    columns=("name", "shape", "rule", "calendar", "is_for_all"),
    filters=("shape", "rule", "calendar"),
    check=check_fence,
)
PERMIT = Entity(
    "unseal_permit",
    "unseal-permits",
    UnsealPermit,
    "启封许可",
    "unseal permit",
    "document",
    read=WATCHERS,
    write=frozenset({Role.FLEET_MANAGER}),
    filters=("vehicle_id", "from_us", "to_us"),
)
