"""One vehicle, watched fix by fix: which fixes count, its trips and stops, the fences it passes. Pure.

All that is needed to go on with the next fix is in `Watched`, which is kept beside the positions.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from civicwatt_cloud.kit.geo import Area
from civicwatt_cloud.modules.fleet.positions import fences, motion
from civicwatt_cloud.modules.fleet.positions.fences import Passed, Side
from civicwatt_cloud.modules.fleet.positions.figures import Figures
from civicwatt_cloud.modules.fleet.positions.fixes import Filtered, Fix, is_too_fast, judged
from civicwatt_cloud.modules.fleet.positions.motion import Leg, Motion


class Watched(msgspec.Struct, frozen=True):
    """What a vehicle's fixes so far come to."""

    last: Fix | None = None  # the newest that counts
    motion: Motion | None = None
    sides: dict[int, Side] = {}  # by fence
    doubt: Fix | None = None  # the newest of those that nobody gets to that fast
    doubts: int = 0  # in a row, near each other

    @property
    def is_moving(self) -> bool:
        """Whether it was on its way when last heard of."""
        trip = self.motion is not None and self.motion.is_moving
        return trip or (self.last is not None and self.last.is_on is True)


class Seen(NamedTuple):
    """What one more fix tells."""

    watched: Watched
    filtered: Filtered | None = None
    legs: tuple[Leg, ...] = ()
    passed: tuple[tuple[int, Passed], ...] = ()  # by fence
    is_power_cut: bool = False  # now, and not before


_decoder = msgspec.json.Decoder(Watched)
_encoder = msgspec.json.Encoder()


def text_of(watched: Watched) -> str:
    """As it is kept."""
    return _encoder.encode(watched).decode()


def of_text(text: str) -> Watched:
    """The way back."""
    return _decoder.decode(text)


def seen(watched: Watched, fix: Fix, now_us: int, areas: Mapping[int, Area], figures: Figures) -> Seen:
    """Take in one more fix, newer than all before it."""
    last = watched.last
    filtered = judged(fix, last, now_us, figures)
    if filtered is None or last is None:
        return _counted(watched, fix, areas, figures) if filtered is None else Seen(watched, filtered)
    if filtered is not Filtered.TOO_FAST:
        return Seen(watched, filtered)
    near = watched.doubt is not None and not is_too_fast(fix, watched.doubt, figures)
    doubts = watched.doubts + 1 if near else 1
    if doubts < figures.jump_fixes:
        return Seen(msgspec.structs.replace(watched, doubt=fix, doubts=doubts), filtered)
    return _counted(watched, fix, areas, figures, is_jump=True)  # it is there, however it came


def _counted(
    watched: Watched, fix: Fix, areas: Mapping[int, Area], figures: Figures, *, is_jump: bool = False
) -> Seen:
    last, before = watched.last, watched.motion
    if is_jump and before is not None:
        now, legs = motion.restarted(before, fix.at_us, fix.place, figures)
    else:
        now, legs = motion.advanced(before, fix.at_us, fix.place, figures)
    sides, passed = {}, []
    for number, area in areas.items():
        came_from = None if is_jump else last
        sides[number], passing = fences.advanced(watched.sides.get(number), area, came_from, fix, figures)
        if passing is not None:
            passed.append((number, passing))
    cut = fix.is_power_cut and not (last is not None and last.is_power_cut)
    return Seen(Watched(fix, now, sides), None, tuple(legs), tuple(passed), cut)
