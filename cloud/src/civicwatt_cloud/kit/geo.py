"""Places on the earth: the three coordinate systems used in China, distances, and areas on the ground.

GCJ-02 is WGS-84 moved by some hundred metres inside China; BD-09 is GCJ-02 moved once more. The way back is
found by iteration. Source: public descriptions of the algorithms (googollee/eviltransform); no standard's
text is public. Degrees are decimal, distances metres.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin, sqrt
from typing import NamedTuple

import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as Spot
from shapely.geometry.base import BaseGeometry

EARTH_M = 6_371_000.0  # mean radius
METRES_PER_DEGREE = EARTH_M * pi / 180
_AXIS_M, _ECCENTRICITY_2 = 6_378_245.0, 0.00669342162296594323  # Krasovsky 1940, as GCJ-02 uses it
_BD_PI = pi * 3000 / 180
_CHINA = (0.8293, 55.8271, 72.004, 137.8347)  # south, north, west, east: GCJ-02 differs inside only
_NEAR = 1e-10  # degrees, of the iteration
_MOST_TURNS = 30


class Point(NamedTuple):
    """A place."""

    latitude: float
    longitude: float


class System(StrEnum):
    """The system coordinates are given in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def distance_m(one: Point, other: Point) -> float:
    """The great circle's length (haversine)."""
    south, north = radians(one.latitude), radians(other.latitude)
    rise = sin((north - south) / 2) ** 2
    turn = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, rise + cos(south) * cos(north) * turn)))


def converted(place: Point, source: System, target: System) -> Point:
    """The same place in another system, good to 1e-6°."""
    if source is target:
        return place
    wgs84 = {System.WGS84: _same, System.GCJ02: _gcj02_to_wgs84, System.BD09: _bd09_to_wgs84}[source](place)
    return {System.WGS84: _same, System.GCJ02: _wgs84_to_gcj02, System.BD09: _wgs84_to_bd09}[target](wgs84)


def _same(place: Point) -> Point:
    return place


def _wgs84_to_gcj02(place: Point) -> Point:
    south, north, west, east = _CHINA
    if not (south <= place.latitude <= north and west <= place.longitude <= east):
        return place
    x, y = place.longitude - 105.0, place.latitude - 35.0
    ripple = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    rise = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    rise += (ripple + 20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    rise += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    turn = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    turn += (ripple + 20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    turn += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    latitude = radians(place.latitude)
    flat = 1 - _ECCENTRICITY_2 * sin(latitude) ** 2
    north_m = _AXIS_M * (1 - _ECCENTRICITY_2) / (flat * sqrt(flat))
    east_m = _AXIS_M / sqrt(flat) * cos(latitude)
    return Point(place.latitude + degrees(rise / north_m), place.longitude + degrees(turn / east_m))


def _gcj02_to_wgs84(place: Point) -> Point:
    return _undone(_wgs84_to_gcj02, place, place)


def _wgs84_to_bd09(place: Point) -> Point:
    return _gcj02_to_bd09(_wgs84_to_gcj02(place))


def _bd09_to_wgs84(place: Point) -> Point:
    return _gcj02_to_wgs84(_bd09_to_gcj02(place))


def _gcj02_to_bd09(place: Point) -> Point:
    y, x = place
    length = hypot(x, y) + 0.00002 * sin(y * _BD_PI)
    angle = atan2(y, x) + 0.000003 * cos(x * _BD_PI)
    return Point(length * sin(angle) + 0.006, length * cos(angle) + 0.0065)


def _bd09_to_gcj02(place: Point) -> Point:
    return _undone(_gcj02_to_bd09, place, Point(place.latitude - 0.006, place.longitude - 0.0065))


def _undone(converted: Callable[[Point], Point], place: Point, guess: Point) -> Point:
    """What is converted to the place: a guess nearby, moved by what it misses until that is nothing."""
    for _ in range(_MOST_TURNS):
        told = converted(guess)
        north, east = place.latitude - told.latitude, place.longitude - told.longitude
        guess = Point(guess.latitude + north, guess.longitude + east)
        if max(abs(north), abs(east)) < _NEAR:
            break
    return guess


@dataclass(frozen=True, slots=True)
class Area:
    """An area on the ground, in metres around its middle: good for areas up to some hundred kilometres."""

    middle: Point
    ground: BaseGeometry
    bounds: tuple[float, float, float, float]  # west, south, east, north of the middle, m

    def metres(self, place: Point) -> tuple[float, float]:
        """East and north of the middle."""
        return _metres(self.middle, place)

    def outside_m(self, place: Point) -> float:
        """How far a place lies outside; 0 inside and on the edge."""
        x, y = self.metres(place)
        away = self._at_least(x, y)
        if away > FAR_M:
            return away  # of a place so far away no rule asks more
        return float(shapely.distance(self.ground, Spot(x, y)))

    def crosses(self, one: Point, other: Point) -> bool:
        """Whether the straight way between two places touches it."""
        (x1, y1), (x2, y2) = self.metres(one), self.metres(other)
        west, south, east, north = self.bounds
        if max(x1, x2) < west or min(x1, x2) > east or max(y1, y2) < south or min(y1, y2) > north:
            return False
        return bool(shapely.intersects(self.ground, LineString(((x1, y1), (x2, y2)))))

    def _at_least(self, x: float, y: float) -> float:
        west, south, east, north = self.bounds
        return hypot(max(west - x, 0.0, x - east), max(south - y, 0.0, y - north))


FAR_M = 10_000.0  # from here on a distance may be told too short [engineering default]


def polygon(corners: list[Point]) -> Area:
    """The area inside at least three corners. Errors: ValueError, where its edge crosses itself."""
    middle = _middle(corners)
    made = Polygon([_metres(middle, corner) for corner in corners])
    if not made.is_valid or not made.area:
        raise ValueError("the edge crosses itself, or encloses nothing")
    return _area(middle, made)


def circle(middle: Point, radius_m: float) -> Area:
    """All within a radius, as a polygon of 128 corners: 0.03 % too small at most."""
    return _area(middle, Spot(0.0, 0.0).buffer(radius_m, quad_segs=32))


def corridor(way: list[Point], width_m: float) -> Area:
    """All within a width of a way of at least two places."""
    middle = _middle(way)
    return _area(middle, LineString([_metres(middle, place) for place in way]).buffer(width_m))


def _area(middle: Point, ground: BaseGeometry) -> Area:
    shapely.prepare(ground)
    return Area(middle, ground, ground.bounds)


def _middle(places: list[Point]) -> Point:
    south, north = min(one.latitude for one in places), max(one.latitude for one in places)
    west, east = min(one.longitude for one in places), max(one.longitude for one in places)
    return Point((south + north) / 2, (west + east) / 2)


def _metres(middle: Point, place: Point) -> tuple[float, float]:
    east = (place.longitude - middle.longitude) * METRES_PER_DEGREE * cos(radians(middle.latitude))
    return east, (place.latitude - middle.latitude) * METRES_PER_DEGREE
