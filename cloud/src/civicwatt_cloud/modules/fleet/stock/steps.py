"""What the workflows of the stock have in common: who takes part, and vehicles changed in their course."""

from typing import Any

from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow.spec import Transition
from civicwatt_cloud.modules.fleet.entities import KEEPERS, VEHICLE
from civicwatt_cloud.modules.fleet.models import Vehicle

MANAGER = frozenset({Role.FLEET_MANAGER})
FINANCE = frozenset({Role.FINANCE})
APPROVER = frozenset({Role.APPROVER})
UNIT = frozenset({Role.APPROVER, Role.FLEET_CLERK})
WRITERS = UNIT | KEEPERS  # who draws up plans and disposals


def change_vehicle(context: Context, vehicle: Vehicle, what: str, **values: Any) -> None:
    """Change a vehicle in the course of a step, written down."""
    before = registry.told(VEHICLE, vehicle, context.zone)
    for name, value in values.items():
        setattr(vehicle, name, value)
    registry.touched(context, VEHICLE, vehicle, what, before)


def by_city(event: str, zh: str, en: str, sources: tuple[str, ...], target: str, **more: Any) -> Transition:
    """A step of an office at city level or above."""
    return Transition(event, zh, en, sources, target, level=Level.CITY, **more)
