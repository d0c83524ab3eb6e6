"""Whose money an actor may see: of sensitive vehicles only who keeps vehicles sees any, and is noted."""

from sqlalchemy import ColumnElement, select

from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.records import registry, sensitive
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.fleet.entities import VEHICLE, WATCHERS
from civicwatt_cloud.modules.fleet.models import Vehicle

ACCOUNTANTS = (WATCHERS - {Role.DISPATCHER}) | {Role.APPROVER, Role.FINANCE, Role.LIAISON, Role.ASSET_MANAGER}
TO_LEAVE = sensitive.leaves(VEHICLE)  # for workbooks: what is marked 不联网 is in none


def vehicles(context: Context, *conditions: ColumnElement[bool]) -> list[Vehicle]:
    """The vehicles whose money the actor may see, disposed ones too, by their age in the registry."""
    visible = registry.visible(VEHICLE, context.actor, ACCOUNTANTS)
    rows = context.session.scalars(select(Vehicle).where(visible, *conditions).order_by(Vehicle.id)).all()
    return registry.open_to(context, VEHICLE, rows)


def vehicle(context: Context, vehicle_id: int) -> Vehicle:
    """One of them. Errors: NotFound, alike for one that is absent and one not to be seen."""
    found = vehicles(context, Vehicle.id == vehicle_id)
    if not found:
        raise NotFound()
    return found[0]
