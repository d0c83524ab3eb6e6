"""Tracks of vehicles: read, thinned for a map, written as GPX, GeoJSON and CSV."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US, iso
from civicwatt_cloud.kit.geo import Point, System, converted, distance_m
from civicwatt_cloud.modules.fleet.positions.fixes import MICRO, Filtered
from civicwatt_cloud.modules.fleet.positions.models import Position

GAP_US = 300 * SECOND_US  # no line is drawn through a longer silence [engineering default]
MOST_LEFT_OUT = 500  # fixes that do not count, of one track [engineering default]
NAMES = {System.WGS84: "WGS-84", System.GCJ02: "GCJ-02", System.BD09: "BD-09"}


class Dot(NamedTuple):
    """One place of a track."""

    at_us: int
    place: Point
    speed_hm_h: int
    course_deg: int
    altitude_m: int
    mileage_hm: int | None


class Gap(NamedTuple):
    """A silence within a track, and how far apart its ends lie."""

    from_us: int
    to_us: int
    distance_m: float


class LeftOut(NamedTuple):
    """A fix that does not count, and why; no place where it told none."""

    at_us: int
    place: Point | None
    reason: Filtered


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


def left_out(session: Session, vehicle_id: int, from_us: int, to_us: int) -> list[LeftOut]:
    """The fixes that do not count, the first ones of too many."""
    query = select(
        Position.at_us, Position.latitude_micro, Position.longitude_micro, Position.filtered
    ).where(
        Position.vehicle_id == vehicle_id,
        Position.at_us >= from_us,
        Position.at_us < to_us,
        Position.filtered.is_not(None),
    )
    rows = session.execute(query.order_by(Position.at_us).limit(MOST_LEFT_OUT))
    return [_left_out(*row) for row in rows]


def _left_out(at_us: int, latitude: int, longitude: int, why: str | None) -> LeftOut:
    reason = Filtered(why or "")
    told_none = reason in {Filtered.NOT_FIXED, Filtered.ZERO}
    return LeftOut(at_us, None if told_none else Point(latitude / MICRO, longitude / MICRO), reason)


def gaps(dots: Sequence[Dot]) -> list[Gap]:
    """The silences of a track."""
    pairs = pairwise(dots)
    return [
        Gap(one.at_us, other.at_us, distance_m(one.place, other.place))
        for one, other in pairs
        if other.at_us - one.at_us > GAP_US
    ]


def stretches(dots: Sequence[Dot]) -> list[list[Dot]]:
    """A track cut at its silences."""
    found: list[list[Dot]] = []
    for one in dots:
        if not found or one.at_us - found[-1][-1].at_us > GAP_US:
            found.append([])
        found[-1].append(one)
    return found


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


def gpx(dots: Sequence[Dot], name: str) -> str:
    """GPX 1.1, a segment for each stretch between silences; GPX knows WGS-84 only."""
    segments = "".join(f"<trkseg>\n{_segment(one)}</trkseg>\n" for one in stretches(dots))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="CivicWatt">\n'
        f"<trk><name>{escape(name)}</name><desc>WGS-84</desc>\n{segments}</trk>\n</gpx>\n"
    )


def _segment(dots: Iterable[Dot]) -> str:
    return "".join(
        f'<trkpt lat="{one.place.latitude:.6f}" lon="{one.place.longitude:.6f}">'
        f"<ele>{one.altitude_m}</ele><time>{iso(one.at_us, _UTC).replace('+00:00', 'Z')}</time></trkpt>\n"
        for one in dots
    )


def geojson(dots: Sequence[Dot], name: str, zone: ZoneInfo, system: System) -> str:
    """A line for each stretch between silences with the times beside it (RFC 7946, which means WGS-84)."""
    lines = [one for one in stretches(dots) if len(one) > 1]
    places = [
        [[round(dot.place.longitude, 6), round(dot.place.latitude, 6), dot.altitude_m] for dot in line]
        for line in lines
    ]
    shape = {"type": "MultiLineString", "coordinates": places} if places else None
    times = [[iso(dot.at_us, zone) for dot in line] for line in lines]
    facts = {"name": name, "coordinate_system": NAMES[system], "times": times}
    told = {"type": "Feature", "geometry": shape, "properties": facts}
    return json.dumps(told, ensure_ascii=False)


COLUMNS = (
    "time",
    "longitude",
    "latitude",
    "speed_km_h",
    "course_deg",
    "altitude_m",
    "mileage_km",
    "coordinate_system",
)


def table(dots: Iterable[Dot], zone: ZoneInfo, system: System) -> str:
    """CSV: numbers, times and the system's name only, so that no cell is ever a formula (S17)."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for one in dots:
        mileage = "" if one.mileage_hm is None else f"{one.mileage_hm / 10:.1f}"
        place = f"{one.place.longitude:.6f}", f"{one.place.latitude:.6f}"
        motion = f"{one.speed_hm_h / 10:.1f}", one.course_deg, one.altitude_m, mileage
        writer.writerow((iso(one.at_us, zone), *place, *motion, NAMES[system]))
    return file.getvalue()


_UTC = ZoneInfo("UTC")
