"""What positions come to, without a database: which fixes count, trips and stops, fences, seals, silence."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit import calendar, geo, rules
from civicwatt_cloud.kit.geo import METRES_PER_DEGREE, Area, Point
from civicwatt_cloud.modules.fleet.choices import FenceCalendar, FenceRule
from civicwatt_cloud.modules.fleet.positions import fences, figures, motion, seals, silence, watching
from civicwatt_cloud.modules.fleet.positions.fences import Passed, Passing
from civicwatt_cloud.modules.fleet.positions.fixes import Filtered, Fix, judged
from civicwatt_cloud.modules.fleet.positions.motion import Leg, Motion
from civicwatt_cloud.modules.fleet.positions.seals import Severity, Span
from civicwatt_cloud.modules.fleet.positions.watching import Watched

ZONE = ZoneInfo("Asia/Shanghai")
FIGURES = figures.load(rules.load(), date(2026, 10, 1))
T0 = 1_790_818_200_000_000
S = 1_000_000
YARD = geo.polygon([Point(31.02, 112.19), Point(31.02, 112.21), Point(31.04, 112.21), Point(31.04, 112.19)])
INSIDE, NEAR, FAR = (31.03, 112.2), (31.03, 112.2101), (31.03, 112.215)


def fix(at_s: float, place: tuple[float, float] = INSIDE, accuracy_m: int | None = None) -> Fix:
    latitude, longitude = place
    micro = round(latitude * 1e6), round(longitude * 1e6)
    return Fix(T0 + round(at_s * S), *micro, accuracy_m=accuracy_m)


def passings(sent: Iterable[Fix], area: Area = YARD) -> list[Passed]:
    side, before, found = None, None, []
    for one in sent:
        side, passed = fences.advanced(side, area, before, one, FIGURES)
        before = one
        found += [passed] if passed else []
    return found


def test_m03_1_near_the_edge_is_no_exit_and_three_fixes_outside_are_one_at_the_first() -> None:
    quiet = [fix(0), fix(30, NEAR, accuracy_m=15)]
    assert YARD.outside_m(quiet[1].place) == pytest.approx(9.5, abs=0.05)
    assert YARD.outside_m(fix(0, FAR).place) == pytest.approx(476, abs=0.5)
    assert passings(quiet) == []
    out = [fix(60 + 30 * n, FAR) for n in range(3)]
    assert passings(quiet + out[:2]) == []
    assert passings(quiet + out) == [Passed(Passing.EXIT, out[0].at_us)]
    assert len(passings(quiet + out + [fix(200 + n, FAR) for n in range(50)])) == 1


def test_m03_2_a_way_across_between_two_fixes_outside_is_one_crossing() -> None:
    sent = [fix(0, (31.03, 112.18)), fix(120, (31.03, 112.22))]
    assert geo.distance_m(sent[0].place, sent[1].place) == pytest.approx(3811, abs=0.5)
    assert passings(sent) == [Passed(Passing.CROSSED, sent[1].at_us)]
    assert passings([sent[0], sent[1]._replace(at_us=sent[0].at_us + 3601 * S)]) == []


def test_sixty_seconds_outside_are_enough_and_a_fix_inside_begins_anew() -> None:
    assert passings([fix(0), fix(30, FAR), fix(90, FAR)]) == [Passed(Passing.EXIT, T0 + 30 * S)]
    assert passings([fix(0), fix(1, FAR), fix(2, FAR), fix(3), fix(4, FAR), fix(5, FAR)]) == []
    assert passings([fix(0, FAR), fix(30)]) == [Passed(Passing.ENTER, T0 + 30 * S)]


@given(st.lists(st.tuples(st.sampled_from((INSIDE, NEAR, FAR)), st.integers(1, 300)), max_size=40))
def test_passings_alternate_whatever_comes(steps: list[tuple[tuple[float, float], int]]) -> None:
    at_s, sent = 0, []
    for place, pause_s in steps:
        at_s += pause_s
        sent.append(fix(at_s, place))
    kinds = [one.passing for one in passings(sent) if one.passing is not Passing.CROSSED]
    assert all(a != b for a, b in pairwise(kinds))


@pytest.mark.parametrize(
    ("rule", "calendar_", "is_inside", "is_sealed", "broken"),
    [
        (FenceRule.INSIDE, FenceCalendar.SEALED, False, True, True),
        (FenceRule.INSIDE, FenceCalendar.SEALED, False, False, False),
        (FenceRule.INSIDE, FenceCalendar.ALWAYS, True, True, False),
        (FenceRule.OUTSIDE, FenceCalendar.OPEN, True, False, True),
        (FenceRule.OUTSIDE, FenceCalendar.OPEN, True, True, False),
        (FenceRule.WATCH, FenceCalendar.ALWAYS, False, True, False),
    ],
)
def test_what_a_fence_asks_now(
    rule: FenceRule, calendar_: FenceCalendar, is_inside: bool, is_sealed: bool, broken: bool
) -> None:
    asks = fences.holds(calendar_, is_sealed=is_sealed)
    side = fences.INSIDE if is_inside else fences.OUTSIDE
    assert (asks and fences.is_broken(rule, side)) is broken


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (fix(30), None),
        (fix(30)._replace(is_fixed=False), Filtered.NOT_FIXED),
        (fix(30)._replace(latitude_micro=91_000_000), Filtered.NOT_FIXED),
        (fix(30, (0, 0)), Filtered.ZERO),
        (fix(100 + 60), None),
        (fix(100 + 61), Filtered.FUTURE),
        (fix(30, accuracy_m=200), None),
        (fix(30, accuracy_m=201), Filtered.INACCURATE),
        (fix(30, (31.06, 112.2)), Filtered.TOO_FAST),  # 3.3 km in 30 s
        (fix(61, (31.06, 112.2)), None),
    ],
)
def test_c3_1_which_fixes_count(one: Fix, reason: Filtered | None) -> None:
    assert judged(one, fix(0), T0 + 100 * S, FIGURES) is reason


def test_a_jump_that_three_fixes_confirm_is_believed_and_no_trip_leads_there() -> None:
    watched, told = Watched(), []
    for one in [fix(0), fix(30, (32.0, 112.2)), fix(60, (32.0, 112.2)), fix(90, (32.0, 112.2))]:
        seen = watching.seen(watched, one, T0 + 100 * S, {}, FIGURES)
        watched = seen.watched
        told.append((seen.filtered, seen.legs))
    assert told == [(None, ()), (Filtered.TOO_FAST, ()), (Filtered.TOO_FAST, ()), (None, ())]
    assert watched.last == fix(90, (32.0, 112.2))


def legs(sent: Iterable[tuple[float, float]]) -> tuple[Motion, list[Leg]]:
    """Of a vehicle that is so many metres north of a place at some seconds."""
    state, found = None, []
    for at_s, north_m in sent:
        place = Point(31.0 + north_m / METRES_PER_DEGREE, 112.2)
        state, more = motion.advanced(state, T0 + round(at_s * S), place, FIGURES)
        found += more
    assert state is not None
    return state, found


def told(leg: Leg) -> tuple[bool, float, float, int]:
    return leg.is_trip, (leg.start.at_us - T0) / S, (leg.end.at_us - T0) / S, round(leg.distance_m)


def test_c3_2_a_trip_ends_at_the_first_fix_of_the_stop() -> None:
    standing = [(30.0 * n, 0.0) for n in range(11)]
    driving = [(300 + 30.0 * n, 400.0 * n) for n in range(1, 11)]
    parked = [(600 + 30.0 * n, 4000.0 + n) for n in range(1, 8)]
    state, found = legs(standing + driving + parked)
    assert [told(one) for one in found] == [(False, 0, 300, 0), (True, 300, 600, 4000)]
    assert not state.is_moving
    _, early = legs(standing + driving + parked[:5])
    assert [one.is_trip for one in early] == [False]


def test_c3_2_a_red_light_is_no_stop() -> None:
    sent = [(0.0, 0.0), (30, 300), (60, 600), (90, 600), (150, 610), (200, 900), (230, 1300), (260, 1700)]
    state, found = legs(sent)
    assert state.is_moving
    assert found == []


def test_c3_2_after_a_long_silence_it_stopped_went_and_stopped_again() -> None:
    state, found = legs([(0.0, 0.0), (200, 5), (200 + 3601, 9000), (200 + 3631, 9005)])
    assert [told(one) for one in found] == [(False, 0, 200, 0 + 5), (True, 200, 3801, 8995)]
    assert found[1].is_gap
    assert not state.is_moving
    _, short = legs([(0.0, 0.0), (200, 5), (200 + 3600, 9000)])
    assert [one.is_gap for one in short] == [False]


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(-3000, 3000)), min_size=1, max_size=60))
def test_legs_follow_each_other_and_never_overlap(steps: list[tuple[int, int]]) -> None:
    at_s, north_m, sent = 0, 0, []
    for pause_s, step_m in steps:
        at_s, north_m = at_s + pause_s, north_m + step_m
        sent.append((float(at_s), float(north_m)))
    state, found = legs(sent)
    for leg in found:
        assert leg.start.at_us <= leg.end.at_us
        assert leg.is_trip or leg.end.at_us - leg.start.at_us >= FIGURES.stop_us
    assert all(a.end.at_us <= b.start.at_us for a, b in pairwise(found))
    watched = Watched(last=fix(0), motion=state)
    assert watching.of_text(watching.text_of(watched)) == watched  # as it is kept over a restart


def at(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+08:00").timestamp()) * S


@pytest.mark.parametrize(
    ("day", "is_violation"),
    [
        ("2026-10-01", True),  # Thursday, National Day
        ("2026-10-10", False),  # Saturday, make-up working day
        ("2026-10-11", True),  # Sunday
        ("2026-02-14", False),  # Saturday, make-up working day
    ],
)
def test_m03_4_sealed_use_by_the_calendar(day: str, is_violation: bool) -> None:
    trip = Span(at(f"{day}T09:30:00"), at(f"{day}T10:05:00"))
    sealed = seals.sealed(trip, ZONE, lambda one: calendar.day(one).workday, FIGURES.seal_hours)
    assert bool(seals.uncovered(sealed, [])) is is_violation
    assert seals.severity(12_400, FIGURES) is Severity.SERIOUS


def test_c3_4_permits_must_cover_all_of_it() -> None:
    trip = Span(at("2026-09-30T23:50:00"), at("2026-10-01T00:20:00"))
    sealed = seals.sealed(trip, ZONE, lambda one: calendar.day(one).workday, (0, 0))
    assert sealed == [Span(at("2026-10-01T00:00:00"), at("2026-10-01T00:20:00"))]
    first = Span(at("2026-10-01T00:00:00"), at("2026-10-01T00:10:00"))
    second = Span(at("2026-10-01T00:10:00"), at("2026-10-01T01:00:00"))
    assert seals.uncovered(sealed, [first]) == [Span(first.to_us, trip.to_us)]
    assert seals.uncovered(sealed, [first, second]) == []


def test_c3_4_hours_of_working_days_may_be_sealed_too() -> None:
    day = Span(at("2026-09-30T00:00:00"), at("2026-10-01T00:00:00"))
    night = seals.sealed(day, ZONE, lambda one: True, (22 * 60, 6 * 60))
    assert night == [
        Span(day.from_us, at("2026-09-30T06:00:00")),
        Span(at("2026-09-30T22:00:00"), day.to_us),
    ]


@pytest.mark.parametrize(
    ("silent_s", "was_moving", "is_in_use", "is_silent"),
    [
        (1800, True, True, False),
        (1801, True, False, True),
        (1801, False, True, False),
        (86_401, False, True, True),
        (86_401, False, False, False),
    ],
)
def test_c3_5_who_is_silent(silent_s: int, was_moving: bool, is_in_use: bool, is_silent: bool) -> None:
    now_us = T0 + silent_s * S
    found = silence.is_silent(T0, now_us, FIGURES, was_moving=was_moving, is_in_use=is_in_use)
    assert found is is_silent
