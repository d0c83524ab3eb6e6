"""Routes beyond the registry: where a vehicle has been, and its terminal."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.access import Requires
from civicwatt_cloud.kit.audit import Deed
from civicwatt_cloud.kit.business_time import DAY_US, iso
from civicwatt_cloud.kit.geo import System, converted
from civicwatt_cloud.kit.identity import Actor
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.api import RecordId, writing
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.routing import PROBLEMS
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.modules.fleet.entities import KEEPERS, VEHICLE, WATCHERS
from civicwatt_cloud.modules.fleet.errors import TooLong
from civicwatt_cloud.modules.fleet.positions import tracks
from civicwatt_cloud.modules.fleet.positions.models import Terminal
from civicwatt_cloud.modules.fleet.positions.tracks import Dot, Gap, LeftOut

router = APIRouter(prefix="/api/v1/fleet", tags=["公务用车"], responses=PROBLEMS)

LONGEST_DAYS = 31
watcher = Depends(Requires(WATCHERS))


class Asked(BaseModel):
    """Which part of a track, and what for: the purpose is written into the audit (S25)."""

    model_config = ConfigDict(extra="forbid")

    from_: AwareDatetime = Field(alias="from", description="起始时间 · first instant")
    to: AwareDatetime = Field(description="结束时间 · until just before")
    purpose: str = Field(min_length=2, max_length=200, description="查看事由，记入审计 · why; it is logged")
    system: System = Field(System.WGS84, description="坐标系 · coordinate system")


class Drawn(Asked):
    """For a map."""

    points: int = Field(2000, ge=10, le=20_000, description="最多返回点数 · at most so many points")


class Format(StrEnum):
    """How a track is written."""

    GPX = "gpx"
    GEOJSON = "geojson"
    CSV = "csv"


class Exported(Asked):
    """For a file; GPX is always WGS-84."""

    format: Format = Field(Format.GPX, description="格式 · format")


class Place(BaseModel):
    """Where, and how it moved."""

    at: str
    longitude: float
    latitude: float
    speed_km_h: float
    course_deg: int


class Silence(BaseModel):
    """Nothing was heard for a while: no line leads through it."""

    from_: str = Field(serialization_alias="from")
    to: str
    distance_m: int = Field(description="两端直线距离 · between its ends")


class NotCounted(BaseModel):
    """A fix that does not count; no place where it told none."""

    at: str
    longitude: float | None
    latitude: float | None
    reason: str
    zh: str
    en: str


class Track(BaseModel):
    """A track; `fixes` counts those that it was thinned from."""

    fixes: int
    points: list[Place]
    gaps: list[Silence]
    left_out: list[NotCounted]


@router.get("/vehicles/{record_id}/track", operation_id="get_fleet_track", summary="车辆轨迹")
def track(
    request: Request, record_id: RecordId, asked: Annotated[Drawn, Query()], actor: Annotated[Actor, watcher]
) -> Track:
    """Where a vehicle has been, thinned for a map."""
    with writing(request, actor) as context:
        vehicle, dots = _viewed(context, record_id, asked)
        shown = tracks.in_system(tracks.thinned(dots, asked.points), asked.system)
        apart = tracks.left_out(context.session, vehicle.id, _us(asked.from_), _us(asked.to))
        return Track(
            fixes=len(dots),
            points=[place_of(one, context) for one in shown],
            gaps=[_silence(one, context) for one in tracks.gaps(dots)],
            left_out=[_not_counted(one, context, asked.system) for one in apart],
        )


@router.get("/vehicles/{record_id}/track/export", operation_id="export_fleet_track", summary="导出轨迹")
def export(
    request: Request,
    record_id: RecordId,
    asked: Annotated[Exported, Query()],
    actor: Annotated[Actor, watcher],
) -> Response:
    """The whole track as a file."""
    with writing(request, actor) as context:
        vehicle, dots = _viewed(context, record_id, asked)
        if asked.format is Format.GPX:
            text, kind = tracks.gpx(dots, vehicle.plate), "application/gpx+xml"
        else:
            dots = tracks.in_system(dots, asked.system)
            if asked.format is Format.GEOJSON:
                text = tracks.geojson(dots, vehicle.plate, context.zone, asked.system)
                kind = "application/geo+json"
            else:
                text, kind = tracks.table(dots, context.zone, asked.system), "text/csv"
    system = System.WGS84 if asked.format is Format.GPX else asked.system
    name = f"track-{vehicle.id}-{asked.from_:%Y-%m-%d}-{system}.{asked.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


@router.delete(
    "/vehicles/{record_id}/terminal",
    operation_id="forget_fleet_terminal",
    summary="解除终端绑定",
    status_code=204,
)
def forget(
    request: Request, record_id: RecordId, actor: Annotated[Actor, Depends(Requires(KEEPERS))]
) -> None:
    """Let another terminal register for the vehicle."""
    with writing(request, actor) as context:
        vehicle = registry.get(context, VEHICLE, record_id)
        registry.writable(context, VEHICLE, record_id, vehicle.rev)
        row = context.session.get(Terminal, vehicle.id)
        if row is not None:
            before = {"maker": row.maker, "model": row.model, "number": row.number}
            context.session.delete(row)
            deed = Deed("terminal_forgotten", f"vehicle/{vehicle.id}", before, None)
            audit.note(context.session, actor.who, deed)


def _viewed(context: Context, vehicle_id: int, asked: Asked) -> tuple[Any, list[Dot]]:
    """The vehicle and its track; who looks, and why, is written down. Errors: NotFound, TooLong."""
    vehicle = registry.get(context, VEHICLE, vehicle_id)
    scope_of(context.actor, WATCHERS).institution(context.session, vehicle.owner_id)
    from_us, to_us = _us(asked.from_), _us(asked.to)
    if not 0 < to_us - from_us <= LONGEST_DAYS * DAY_US:
        raise TooLong(days=LONGEST_DAYS)
    said = {"purpose": asked.purpose, "from": iso(from_us, context.zone), "to": iso(to_us, context.zone)}
    deed = Deed("track_viewed", f"vehicle/{vehicle.id}", None, said)
    audit.note(context.session, context.actor.who, deed)
    return vehicle, tracks.read(context.session, vehicle.id, from_us, to_us)


def _us(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000)


def place_of(dot: Dot, context: Context) -> Place:
    """A dot as it is told."""
    return Place(
        at=iso(dot.at_us, context.zone),
        longitude=round(dot.place.longitude, 6),
        latitude=round(dot.place.latitude, 6),
        speed_km_h=dot.speed_hm_h / 10,
        course_deg=dot.course_deg,
    )


def _silence(gap: Gap, context: Context) -> Silence:
    ends = iso(gap.from_us, context.zone), iso(gap.to_us, context.zone)
    return Silence(from_=ends[0], to=ends[1], distance_m=round(gap.distance_m))


def _not_counted(one: LeftOut, context: Context, system: System) -> NotCounted:
    place = one.place and converted(one.place, System.WGS84, system)
    return NotCounted(
        at=iso(one.at_us, context.zone),
        longitude=round(place.longitude, 6) if place else None,
        latitude=round(place.latitude, 6) if place else None,
        reason=one.reason,
        zh=one.reason.zh,
        en=one.reason.en,
    )
