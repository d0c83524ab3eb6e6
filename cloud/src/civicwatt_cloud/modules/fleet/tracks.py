"""Tracks of vehicles: read, thinned for a map, written as GPX, GeoJSON and CSV."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import iso
from civicwatt_cloud.kit.geo import Point, System, converted
from civicwatt_cloud.modules.fleet.fixes import MICRO
from civicwatt_cloud.modules.fleet.position_models import Position


class Dot(NamedTuple):
    """One place of a track."""

    at_us: int
    place: Point
    speed_hm_h: int
    course_deg: int
    altitude_m: int
    mileage_hm: int | None


def read(session: Session, vehicle_id: int, from_us: int, to_us: int) -> list[Dot]:
    """The fixes that count, from an instant until just before another."""
    query = select(
        Position.at_us,
        Position.latitude_micro,
        Position.longitude_micro,
        Position.speed_hm_h,
        Position.course_deg,
        Position.altitude_m,
        Position.mileage_hm,
    ).where(
        Position.vehicle_id == vehicle_id,
        Position.at_us >= from_us,
        Position.at_us < to_us,
        Position.filtered.is_(None),
    )
    return [
        Dot(at_us, Point(latitude / MICRO, longitude / MICRO), speed, course, altitude, mileage)
        for at_us, latitude, longitude, speed, course, altitude, mileage in session.execute(
            query.order_by(Position.at_us)
        )
    ]


def thinned(dots: Sequence[Dot], most: int) -> list[Dot]:
    """At most so many dots of the same shape: of each stretch the one furthest from its chord."""
    if len(dots) <= most:
        return list(dots)
    inner, stretches = len(dots) - 2, most - 2
    kept = [dots[0]]
    for n in range(stretches):
        first, end = 1 + n * inner // stretches, 1 + (n + 1) * inner // stretches
        chord = dots[first - 1].place, dots[end].place
        kept.append(max(dots[first:end], key=lambda one: _off(one.place, *chord)))
    return [*kept, dots[-1]]


def _off(place: Point, one: Point, other: Point) -> float:
    """Twice the area of the triangle, in square degrees: enough to compare."""
    return abs(
        (other.longitude - one.longitude) * (place.latitude - one.latitude)
        - (place.longitude - one.longitude) * (other.latitude - one.latitude)
    )


def in_system(dots: Iterable[Dot], system: System) -> list[Dot]:
    """The same track in another coordinate system."""
    return [one._replace(place=converted(one.place, System.WGS84, system)) for one in dots]


def gpx(dots: Iterable[Dot], name: str) -> str:
    """GPX 1.1; GPX knows WGS-84 only."""
    rows = "".join(
        f'<trkpt lat="{one.place.latitude:.6f}" lon="{one.place.longitude:.6f}">'
        f"<ele>{one.altitude_m}</ele><time>{iso(one.at_us, _UTC).replace('+00:00', 'Z')}</time></trkpt>\n"
        for one in dots
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="CivicWatt">\n'
        f"<trk><name>{escape(name)}</name><trkseg>\n{rows}</trkseg></trk>\n</gpx>\n"
    )


def geojson(dots: Sequence[Dot], name: str, zone: ZoneInfo) -> str:
    """One line with the times beside it (RFC 7946)."""
    places = [[round(one.place.longitude, 6), round(one.place.latitude, 6), one.altitude_m] for one in dots]
    shape = {"type": "LineString", "coordinates": places} if len(places) > 1 else None
    times = [iso(one.at_us, zone) for one in dots]
    told = {"type": "Feature", "geometry": shape, "properties": {"name": name, "times": times}}
    return json.dumps(told, ensure_ascii=False)


def table(dots: Iterable[Dot], zone: ZoneInfo) -> str:
    """CSV: numbers and times only, so that no cell is ever a formula."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(("time", "longitude", "latitude", "speed_km_h", "course_deg", "altitude_m", "mileage_km"))
    for one in dots:
        mileage = "" if one.mileage_hm is None else f"{one.mileage_hm / 10:.1f}"
        place = f"{one.place.longitude:.6f}", f"{one.place.latitude:.6f}"
        speed = f"{one.speed_hm_h / 10:.1f}"
        writer.writerow((iso(one.at_us, zone), *place, speed, one.course_deg, one.altitude_m, mileage))
    return file.getvalue()


_UTC = ZoneInfo("UTC")
