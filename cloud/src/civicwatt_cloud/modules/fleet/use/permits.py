"""Permits to drive while vehicles are sealed: granted by a request that was approved, or by a duty roster."""

from typing import NamedTuple

from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.rules import place_of
from civicwatt_cloud.modules.fleet.entities import PERMIT
from civicwatt_cloud.modules.fleet.models import UnsealPermit, Vehicle
from civicwatt_cloud.modules.fleet.positions import figures, happenings
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.use.rules import Terms


class Ground(NamedTuple):
    """What a permit rests on."""

    document: str
    span: Span


def terms_of(context: Context, owner_id: int) -> Terms:
    """The rule rows as they hold for an institution today."""
    place = place_of(context.session.get_one(Institution, owner_id))
    return Terms(rules_local.of(context.session), context.today, place)


def grant(context: Context, vehicle_id: int, ground: Ground) -> int | None:
    """A permit's id; None: vehicles are not sealed then, and none is needed. Errors: NoRule."""
    limits = figures.load(rules_local.of(context.session), context.today)
    if not happenings.sealed_spans(context, ground.span, limits):
        return None
    vehicle = context.session.get_one(Vehicle, vehicle_id)
    said = {"vehicle_id": vehicle.id, "document": ground.document, **ground.span._asdict()}
    permit: UnsealPermit = registry.add(context, PERMIT, vehicle.owner_id, said)
    return permit.id


def end(context: Context, permit_id: int | None, at_us: int) -> None:
    """It covers nothing after an instant; one that had not begun by then is gone."""
    permit = None if permit_id is None else context.session.get_one(UnsealPermit, permit_id)
    if permit is None or permit.removed_us is not None or permit.to_us <= at_us:
        return
    before = registry.told(PERMIT, permit, context.zone)
    if permit.from_us < at_us:
        permit.to_us = at_us
    else:
        permit.removed_us = context.now_us
    registry.touched(context, PERMIT, permit, "unseal_permit_ended", before)
