"""Places: three coordinate systems and the ways back, distances, areas on the ground."""

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit import geo
from civicwatt_cloud.kit.geo import METRES_PER_DEGREE, Point, System, converted, distance_m

SHARED = Path(__file__).parents[4] / "shared" / "data" / "gps"
in_china = st.builds(Point, st.floats(18.2, 53.5), st.floats(73.6, 134.7))
anywhere = st.builds(Point, st.floats(-89, 89), st.floats(-179, 179))
near = st.builds(Point, st.floats(31.0, 31.06), st.floats(112.17, 112.23))
YARD = geo.polygon([Point(31.02, 112.19), Point(31.02, 112.21), Point(31.04, 112.21), Point(31.04, 112.19)])


@pytest.fixture(scope="module")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("third-party test data (../shared/data) are not here")
    return SHARED


@given(in_china, st.sampled_from(System), st.sampled_from(System))
def test_every_way_there_and_back_is_good_to_a_millionth_of_a_degree(
    place: Point, source: System, target: System
) -> None:
    back = converted(converted(place, source, target), target, source)
    assert math.isclose(back.latitude, place.latitude, abs_tol=1e-6)
    assert math.isclose(back.longitude, place.longitude, abs_tol=1e-6)


@given(in_china)
def test_gcj02_lies_some_hundred_metres_off(place: Point) -> None:
    assert distance_m(place, converted(place, System.WGS84, System.GCJ02)) < 1500


def test_gcj02_and_wgs84_are_the_same_outside_china() -> None:
    berlin = Point(52.5, 13.4)
    assert converted(berlin, System.WGS84, System.GCJ02) == berlin


def test_gcj02_agrees_with_the_vectors_of_eviltransform(shared: Path) -> None:
    vectors = json.loads((shared / "gcj02_vectors.json").read_text())
    for case in vectors["cases"]:
        told = converted(Point(*case["wgs"]), System.WGS84, System.GCJ02)
        assert told == pytest.approx(case["gcj"], abs=1e-5)
        assert (
            distance_m(converted(Point(*case["gcj"]), System.GCJ02, System.WGS84), Point(*case["wgs"])) < 0.5
        )
    far = vectors["distance"]
    assert distance_m(Point(*far["a"]), Point(*far["b"])) == pytest.approx(far["m"], rel=0.002)


@given(anywhere, anywhere, anywhere)
def test_a_distance_is_the_same_both_ways_and_no_detour_is_shorter(a: Point, b: Point, c: Point) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a))
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 1e-3


def test_a_track_is_as_long_as_gpxpy_says(shared: Path) -> None:
    text = (shared / "gpxpy_around-visnjan-with-car.gpx").read_text()
    places = [Point(float(a), float(b)) for a, b in re.findall(r'<trkpt lat="([^"]+)" lon="([^"]+)"', text)]
    assert len(places) == 104
    assert sum(distance_m(a, b) for a, b in pairwise(places)) == pytest.approx(2736.3, rel=0.003)


def test_how_far_outside_a_yard_a_place_lies() -> None:
    assert YARD.outside_m(Point(31.03, 112.2)) == 0
    assert YARD.outside_m(Point(31.03, 112.2101)) == pytest.approx(9.5, abs=0.05)
    assert YARD.outside_m(Point(31.03, 112.215)) == pytest.approx(476, abs=0.5)
    assert distance_m(Point(31.03, 112.18), Point(31.03, 112.22)) == pytest.approx(3811, abs=0.5)
    assert YARD.crosses(Point(31.03, 112.18), Point(31.03, 112.22))
    assert not YARD.crosses(Point(31.05, 112.18), Point(31.05, 112.22))


@given(near, near)
def test_a_way_between_a_place_inside_and_one_outside_crosses_the_edge(a: Point, b: Point) -> None:
    if not YARD.outside_m(a) or not YARD.outside_m(b):
        assert YARD.crosses(a, b)
    assert YARD.crosses(a, b) == YARD.crosses(b, a)


@given(near, st.floats(50, 5000))
def test_a_circle_is_what_lies_within_its_radius(place: Point, radius_m: float) -> None:
    middle = Point(31.03, 112.2)
    far_m = distance_m(middle, place)
    if abs(far_m - radius_m) > 0.002 * radius_m:
        assert (geo.circle(middle, radius_m).outside_m(place) == 0) == (far_m < radius_m)


@given(st.floats(31.021, 31.039), st.floats(0, 600))
def test_a_corridor_is_what_lies_within_its_width(latitude: float, off_m: float) -> None:
    way = geo.corridor([Point(31.02, 112.2), Point(31.04, 112.2)], 300)
    place = Point(latitude, 112.2 + off_m / METRES_PER_DEGREE / math.cos(math.radians(31.03)))
    assert way.outside_m(place) == pytest.approx(max(0.0, off_m - 300), abs=0.01)


@pytest.mark.parametrize("corners", [[(0, 0), (1, 1), (0, 1), (1, 0)], [(0, 0), (1, 1), (2, 2)]])
def test_an_edge_that_crosses_itself_or_encloses_nothing_is_refused(corners: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match="edge"):
        geo.polygon([Point(*corner) for corner in corners])


def test_fences_agree_with_traccar(shared: Path) -> None:
    cases = json.loads((shared / "traccar_geofence_cases.json").read_text())["cases"]
    for case in cases:
        kind, numbers = case["wkt_lat_lon"].split("(", 1)
        parts = [[float(n) for n in pair.split()] for pair in numbers.strip("()").split(",")]
        if kind.startswith("CIRCLE"):
            area = geo.circle(Point(*parts[0]), parts[1][0])
        elif kind.startswith("POLYGON"):
            area = geo.polygon([Point(*one) for one in parts])
        else:
            area = geo.corridor([Point(*one) for one in parts], case["buffer_m"] or 0.01)
        args = case["args"]
        found = (
            area.outside_m(Point(*args)) == 0
            if case["op"] == "containsPoint"
            else area.crosses(Point(*args[:2]), Point(*args[2:]))
        )
        assert found is case["expect"], case["case"]
    assert len(cases) == 12
