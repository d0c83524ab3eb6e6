"""Where the vehicles are now, and the ground that maps draw under them."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.geo import System
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import reading
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.modules.fleet.entities import VEHICLE, WATCHERS
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.positions import tracks, watching
from civicwatt_cloud.modules.fleet.positions.api import Place, place_of
from civicwatt_cloud.modules.fleet.positions.fixes import Fix
from civicwatt_cloud.modules.fleet.positions.models import (
    OpenCondition,
    VehicleEvent,
    VehicleEventKind,
    VehicleLive,
)
from civicwatt_cloud.modules.fleet.positions.tracks import Dot
from civicwatt_cloud.modules.fleet.positions.watching import Watched

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/fleet", tags=["公务用车"], responses=PROBLEMS)
watcher = Depends(Requires(WATCHERS))
NO_GROUND = '{"type": "FeatureCollection", "features": []}'


class Motion(StrEnum):
    """What a vehicle does, as far as is known."""

    MOVING = "moving"  # on a trip that has not ended
    STANDING = "standing"
    SILENT = "silent"  # not heard of for too long
    UNKNOWN = "unknown"  # never heard of


class LiveVehicle(BaseModel):
    """A vehicle, where it was last, and what is wrong with that now."""

    vehicle_id: int
    plate: str
    kind: str
    owner_id: int
    owner: str
    motion: Motion
    is_on: bool | None = Field(description="点火 · the ignition, where it is told")
    place: Place | None
    alarms: list[VehicleEventKind] = Field(description="正在发生的违规 · violations that last")


@router.get("/live", operation_id="list_fleet_live", summary="车辆实时位置")
def live(
    request: Request, actor: Annotated[Actor, watcher], system: System = System.WGS84
) -> list[LiveVehicle]:
    """Each vehicle that the actor may see, by plate."""
    with reading(request, actor) as context:
        return list(_live(context, system))


@router.get(
    "/ground",
    operation_id="get_fleet_ground",
    summary="地图底图",
    response_class=Response,
    responses={200: {"content": {"application/geo+json": {}}}},
    dependencies=[watcher],
)
def ground(request: Request) -> Response:
    """The GeoJSON (WGS-84) of the setting `map_ground`; empty where there is none."""
    path = request.app.state.settings.map_ground
    if path is not None and path.is_file():
        return FileResponse(path, media_type="application/geo+json", headers={"Cache-Control": "no-cache"})
    if path is not None:
        log.warning("map_ground_absent", path=str(path))
    return Response(NO_GROUND, media_type="application/geo+json")


def _live(context: Context, system: System) -> Iterator[LiveVehicle]:
    session = context.session
    query = (
        select(Vehicle.id, Vehicle.plate, Vehicle.kind, Vehicle.owner_id, Institution.name, VehicleLive.state)
        .join(Institution, Institution.id == Vehicle.owner_id)
        .outerjoin(VehicleLive, VehicleLive.vehicle_id == Vehicle.id)
        .where(registry.visible(VEHICLE, context.actor, WATCHERS))
        .order_by(Vehicle.plate)
    )
    lasting = {(row.vehicle_id, row.kind) for row in session.scalars(select(OpenCondition))}
    driven = _sealed_trips(context)
    for number, plate, kind, owner_id, owner, state in session.execute(query):
        watched = watching.of_text(state) if state else Watched()
        place = None
        if watched.last is not None:
            (dot,) = tracks.in_system([_dot(watched.last)], system)
            place = place_of(dot, context)
        broken = (number, VehicleEventKind.FENCE_BROKEN) in lasting
        trip = watched.motion.since.at_us if watched.motion and watched.motion.is_moving else None
        told: list[tuple[Any, VehicleEventKind]] = [
            (broken, VehicleEventKind.FENCE_BROKEN),
            ((number, trip) in driven, VehicleEventKind.SEALED_USE),
        ]
        yield LiveVehicle(
            vehicle_id=number,
            plate=plate,
            kind=kind,
            owner_id=owner_id,
            owner=owner,
            motion=_motion(watched, is_silent=(number, VehicleEventKind.SILENT) in lasting),
            is_on=watched.last.is_on if watched.last else None,
            place=place,
            alarms=[one for holds, one in told if holds],
        )


def _sealed_trips(context: Context) -> set[tuple[int, int]]:
    """Vehicles and beginnings of the trips of the last day that were driven while sealed."""
    query = select(VehicleEvent.vehicle_id, VehicleEvent.at_us).where(
        VehicleEvent.kind == VehicleEventKind.SEALED_USE,
        VehicleEvent.at_us > context.now_us - DAY_US,
        VehicleEvent.removed_us.is_(None),
    )
    return {(vehicle_id, at_us) for vehicle_id, at_us in context.session.execute(query)}


def _motion(watched: Watched, *, is_silent: bool) -> Motion:
    if watched.last is None:
        return Motion.UNKNOWN
    if is_silent:
        return Motion.SILENT
    return Motion.MOVING if watched.motion is not None and watched.motion.is_moving else Motion.STANDING


def _dot(fix: Fix) -> Dot:
    told = fix.speed_hm_h, fix.course_deg, fix.altitude_m, fix.mileage_hm
    return Dot(fix.at_us, fix.place, *told)
