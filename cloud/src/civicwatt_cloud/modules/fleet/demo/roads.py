"""Roads of the demo's invented city: its ground, and the shortest way between two crossings."""

import heapq
import json
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

from civicwatt_cloud.kit.geo import Point, distance_m

GROUND = Path(__file__).parent / "ground.geojson"
DRIVEN = {"road": 1.0, "street": 1.5}  # how much longer a metre feels: people take the main roads
Roads = dict[Point, dict[Point, float]]


@cache
def roads() -> Roads:
    """The crossings, and the felt length of the way to each neighbour [m]."""
    found: Roads = defaultdict(dict)
    for feature in json.loads(GROUND.read_text())["features"]:
        weight = DRIVEN.get(feature["properties"]["kind"])
        if weight is None:
            continue
        shape = feature["geometry"]
        lines = shape["coordinates"] if shape["type"] == "MultiLineString" else [shape["coordinates"]]
        for line in lines:
            for one, other in pairwise(Point(latitude, longitude) for longitude, latitude in line):
                length = weight * distance_m(one, other)
                found[one][other] = min(length, found[one].get(other, length))
                found[other][one] = found[one][other]
    return _together(found)


def _together(graph: Roads) -> Roads:
    """Without the crossings that no road connects with most others."""
    left, largest = set(graph), set[Point]()
    while left:
        reached, waiting = set[Point](), [left.pop()]
        while waiting:
            here = waiting.pop()
            reached.add(here)
            waiting += graph[here].keys() - reached
        left -= reached
        largest = max(largest, reached, key=len)
    return {one: graph[one] for one in largest}


def nearest(place: Point) -> Point:
    """The crossing next to a place."""
    return min(roads(), key=lambda one: distance_m(one, place))


@cache
def way(start: Point, end: Point) -> tuple[Point, ...]:
    """The crossings that the shortest way leads over (Dijkstra)."""
    graph = roads()
    came: dict[Point, Point | None] = {}
    waiting: list[tuple[float, Point, Point | None]] = [(0.0, start, None)]
    while waiting and end not in came:
        length, here, before = heapq.heappop(waiting)
        if here in came:
            continue
        came[here] = before
        for there, metres in graph[here].items():
            if there not in came:
                heapq.heappush(waiting, (length + metres, there, here))
    found: list[Point] = []
    step: Point | None = end
    while step is not None:
        found.append(step)
        step = came[step]
    return tuple(reversed(found))
