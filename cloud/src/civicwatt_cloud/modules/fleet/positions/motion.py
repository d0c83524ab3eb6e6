"""Trips and stops (C3.2), one fix after the other. Pure.

A stop is all fixes within 200 m for 180 s or longer; a trip begins with the last fix of a stop from which the
vehicle moves 200 m away, and ends with the first fix of the next stop, whenever that is known. After a
silence of more than an hour with 200 m between its ends the vehicle had stopped, went, and stopped again.
Rule: C3.2; figures of traccar/traccar, which dates a stop at the latest fix instead.
"""

from typing import NamedTuple

import msgspec

from civicwatt_cloud.kit.geo import Point, distance_m
from civicwatt_cloud.modules.fleet.positions.figures import Figures

LONGEST_WINDOW = 600  # fixes of a possible stop that are kept: 180 s hold 181 [engineering default]


class Seen(NamedTuple):
    """A fix, and how far the vehicle had come by then."""

    at_us: int
    place: Point
    travelled_m: float


class Leg(NamedTuple):
    """A trip or a stop that is over."""

    is_trip: bool
    start: Seen
    end: Seen
    is_gap: bool = False  # nobody saw the way, only its ends

    @property
    def distance_m(self) -> float:
        """How far it led."""
        return self.end.travelled_m - self.start.travelled_m


class Motion(msgspec.Struct, frozen=True):
    """A vehicle stands or moves, and since when."""

    is_moving: bool
    since: Seen  # the first fix of the stop; of a trip the one it began with
    last: Seen
    window: tuple[Seen, ...] = ()  # of a trip: the newest fixes that may be a stop, all near the first


def advanced(motion: Motion | None, at_us: int, place: Point, figures: Figures) -> tuple[Motion, list[Leg]]:
    """The motion after one more fix, and what has ended."""
    if motion is None:
        seen = Seen(at_us, place, 0.0)
        return Motion(False, seen, seen), []
    step_m = distance_m(motion.last.place, place)
    seen = Seen(at_us, place, motion.last.travelled_m + step_m)
    if at_us - motion.last.at_us > figures.gap_us and step_m >= figures.stop_radius_m:
        gap = Leg(True, motion.last, seen, is_gap=True)
        return Motion(False, seen, seen), [*_ended(motion, figures), gap]
    if motion.is_moving:
        return _moving(motion, seen, figures)
    if distance_m(motion.since.place, place) < figures.stop_radius_m:
        return Motion(False, motion.since, seen), []
    stop = _ended(motion, figures)
    return Motion(True, motion.last if stop else motion.since, seen, (seen,)), stop


def restarted(motion: Motion, at_us: int, place: Point, figures: Figures) -> tuple[Motion, list[Leg]]:
    """The motion at a place that nobody drives to so fast: what was is over, and no trip led there."""
    seen = Seen(at_us, place, motion.last.travelled_m)
    return Motion(False, seen, seen), _ended(motion, figures)


def _moving(motion: Motion, seen: Seen, figures: Figures) -> tuple[Motion, list[Leg]]:
    window = (*motion.window, seen)[-LONGEST_WINDOW:]
    while any(distance_m(window[0].place, one.place) >= figures.stop_radius_m for one in window[1:]):
        window = window[1:]
    if seen.at_us - window[0].at_us < figures.stop_us:
        return Motion(True, motion.since, seen, window), []
    return Motion(False, window[0], seen), [Leg(True, motion.since, window[0])]


def _ended(motion: Motion, figures: Figures) -> list[Leg]:
    """What is over because the vehicle is somewhere else."""
    first = motion.window[0] if motion.is_moving else motion.since
    trip = [Leg(True, motion.since, first)] if motion.is_moving else []
    if motion.last.at_us - first.at_us < figures.stop_us:
        return trip
    return [*trip, Leg(False, first, motion.last)]
