"""What holds now, looked at on a timer (C3.3 levels, C3.4, C3.5): no fix needs to come for it to be seen."""

from collections.abc import Iterator

from sqlalchemy import select

from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Job
from civicwatt_cloud.modules.fleet.choices import VehicleState
from civicwatt_cloud.modules.fleet.positions import fences, figures, guarded, happenings
from civicwatt_cloud.modules.fleet.positions.figures import Figures
from civicwatt_cloud.modules.fleet.positions.guarded import Fences, Known
from civicwatt_cloud.modules.fleet.positions.happenings import Happening
from civicwatt_cloud.modules.fleet.positions.models import OpenCondition, VehicleEventKind, VehicleLive
from civicwatt_cloud.modules.fleet.positions.seals import Span
from civicwatt_cloud.modules.fleet.positions.silence import is_silent
from civicwatt_cloud.modules.fleet.positions.watching import Watched, of_text

EVERY_S = 30  # [engineering default]
NO_FENCE = 0


def look(context: Context) -> None:
    """Tell what has begun to hold since the last look, and what of it has ended."""
    limits = figures.load(rules_local.of(context.session), context.today)
    states = {row.vehicle_id: row.state for row in context.session.scalars(select(VehicleLive))}
    marks = context.session.scalars(select(OpenCondition))
    open_ = {(row.vehicle_id, row.kind, row.fence_id): row for row in marks}
    areas = Fences()
    areas.refresh(context.session)
    is_sealed = happenings.is_sealed(context, context.now_us, limits)
    for vehicle in guarded.all_known(context.session):
        if vehicle.id not in states:
            continue
        watched = of_text(states[vehicle.id])
        _sealed_trip(context, vehicle, watched, limits)
        for kind, fence_id in _conditions(context, vehicle, watched, areas, limits, is_sealed=is_sealed):
            if open_.pop((vehicle.id, kind, fence_id), None) is None:
                _begins(context, vehicle, kind, fence_id)
    for row in open_.values():
        context.session.delete(row)


def _conditions(
    context: Context, vehicle: Known, watched: Watched, areas: Fences, limits: Figures, *, is_sealed: bool
) -> Iterator[tuple[VehicleEventKind, int]]:
    last_us = watched.last.at_us if watched.last else 0
    in_use = vehicle.state == VehicleState.IN_USE
    if is_silent(last_us, context.now_us, limits, was_moving=watched.is_moving, is_in_use=in_use):
        yield VehicleEventKind.SILENT, NO_FENCE
    for guard in areas.guards(vehicle):
        side = watched.sides.get(guard.id)
        asks = fences.holds(guard.calendar, is_sealed=is_sealed)
        if side is not None and asks and fences.is_broken(guard.rule, side):
            yield VehicleEventKind.FENCE_BROKEN, guard.id


def _begins(context: Context, vehicle: Known, kind: VehicleEventKind, fence_id: int) -> None:
    mark = {"vehicle_id": vehicle.id, "kind": kind, "fence_id": fence_id}
    context.session.add(OpenCondition(**mark, since_us=context.now_us))
    is_violation = kind is VehicleEventKind.FENCE_BROKEN
    what = Happening(kind, context.now_us, is_violation, fence_id or None)
    happenings.write(context, vehicle, what)


def _sealed_trip(context: Context, vehicle: Known, watched: Watched, limits: Figures) -> None:
    """A trip that has not ended yet; its end will tell how far it led."""
    trip = watched.motion
    if trip is None or not trip.is_moving:
        return
    distance_m = trip.last.travelled_m - trip.since.travelled_m
    span = Span(trip.since.at_us, trip.last.at_us)
    what = happenings.sealed_use(context, vehicle, span, distance_m, limits)
    if what is not None:
        happenings.write(context, vehicle, what)


JOB = Job("fleet_watch", EVERY_S, look)
