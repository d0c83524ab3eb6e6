"""Fences (C3.3): who passes the edge of an area, and who should be inside now. Pure.

Rule: C3.3; the figures are choices.
"""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from civicwatt_cloud.kit.geo import Area
from civicwatt_cloud.modules.fleet.choices import FenceCalendar, FenceRule
from civicwatt_cloud.modules.fleet.positions.figures import Figures
from civicwatt_cloud.modules.fleet.positions.fixes import Fix


class Passing(StrEnum):
    """How a vehicle passes the edge."""

    ENTER = "fence_enter"
    EXIT = "fence_exit"
    CROSSED = "fence_crossed"  # in and out again between two fixes


class Passed(NamedTuple):
    """The edge was passed."""

    passing: Passing
    at_us: int


class Side(msgspec.Struct, frozen=True):
    """On which side of the edge a vehicle is; leaving takes some fixes to believe."""

    is_inside: bool
    first_us: int = 0  # of the fixes that are clearly outside since it was inside
    count: int = 0  # of them


INSIDE, OUTSIDE = Side(True), Side(False)


def advanced(
    side: Side | None, area: Area, before: Fix | None, fix: Fix, figures: Figures
) -> tuple[Side, Passed | None]:
    """The side after one more fix, and what passed; the first fix of all passes nothing.

    An exit is told at the first fix outside, once three in a row or 60 s of them are further out than the
    fix is accurate and than the margin.
    """
    outside_m = area.outside_m(fix.place)
    if side is None:
        return (OUTSIDE if outside_m else INSIDE), None
    if not outside_m:
        return INSIDE, None if side.is_inside else Passed(Passing.ENTER, fix.at_us)
    if not side.is_inside:
        return OUTSIDE, _crossed(area, before, fix, figures)
    if outside_m <= max(fix.accuracy_m or 0, figures.fence_margin_m):
        return INSIDE, None
    first_us = side.first_us or fix.at_us
    if side.count + 1 >= figures.fence_fixes or fix.at_us - first_us >= figures.fence_us:
        return OUTSIDE, Passed(Passing.EXIT, first_us)
    return Side(True, first_us, side.count + 1), None


def _crossed(area: Area, before: Fix | None, fix: Fix, figures: Figures) -> Passed | None:
    """Between two fixes outside; after a long silence nobody knows the way."""
    if before is None or fix.at_us - before.at_us > figures.gap_us:
        return None
    return Passed(Passing.CROSSED, fix.at_us) if area.crosses(before.place, fix.place) else None


def holds(calendar: FenceCalendar, *, is_sealed: bool) -> bool:
    """Whether the fence asks anything at a moment when vehicles are sealed, or are not."""
    return calendar is FenceCalendar.ALWAYS or (calendar is FenceCalendar.SEALED) == is_sealed


def is_broken(rule: FenceRule, side: Side) -> bool:
    """Whether a vehicle is now where it should not be, whether it passed an edge or not."""
    return rule is (FenceRule.OUTSIDE if side.is_inside else FenceRule.INSIDE)


def breaks(rule: FenceRule, passing: Passing) -> bool:
    """Whether passing the edge this way is what the fence forbids."""
    if passing is Passing.EXIT:
        return rule is FenceRule.INSIDE
    return rule is FenceRule.OUTSIDE
