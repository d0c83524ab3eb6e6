"""Whether the machine's clock can be believed; and if not, how far off it was once it has been set.

A gateway without a battery wakes up in 1970 or where it was switched off, and learns the time minutes later.
What it reads meanwhile is kept, held back, and stamped anew: the monotonic clock tells how long ago it was.
"""

import ctypes
import time
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from civicwatt_protocols.uplink import ClockQuality

RELEASED_S = 1_793_491_200  # 2026-11-01T00Z, about when this release was made: no right clock is earlier
# Engineering defaults.
LIFE_S = 30 * 365 * 86_400  # no gateway runs this release for so long
STEP_US = 1_000_000  # a clock that is only slewed keeps pace with the monotonic one
LOOKS = 5  # this process may be put aside between two clocks
UNSYNCHRONISED = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES = 256  # struct timex has 208


class Doubt(StrEnum):
    """Why the clock is not believed."""

    ABSURD = "absurd"  # before this release, or a generation after it
    BOOTING = "booting"  # the machine has just started and nobody has set its clock yet


class Moment(NamedTuple):
    """Two clocks at one instant, and the boot that the second one counts from."""

    wall_us: int
    monotonic_us: int
    boot: str

    def shift_us(self, later: "Moment") -> int | None:
        """How far the wall clock was set between two moments; None across a boot, when nobody can know."""
        if self.boot != later.boot:
            return None
        step_us = (later.wall_us - self.wall_us) - (later.monotonic_us - self.monotonic_us)
        return step_us if abs(step_us) > STEP_US else 0


def moment() -> Moment:
    """Now; of some looks at the two clocks the one between which the least time passed."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    name = boot.read_text().strip() if boot.exists() else ""
    looks = [(time.monotonic_ns(), time.time_ns(), time.monotonic_ns()) for _ in range(LOOKS)]
    before_ns, wall_ns, after_ns = min(looks, key=lambda look: look[2] - look[0])
    return Moment(wall_ns // 1000, (before_ns + after_ns) // 2000, name)


def is_absurd(wall_us: int) -> bool:
    """Whether no right clock can say this."""
    return not RELEASED_S <= wall_us / 1_000_000 <= RELEASED_S + LIFE_S


def doubt(now: Moment, wait_s: int, *, synchronised: bool | None) -> Doubt | None:
    """What speaks against the clock; `synchronised` is the kernel's word, None where it has none.

    A clock that nobody has set yet is waited for until `wait_s` after the machine's start.
    """
    if is_absurd(now.wall_us):
        return Doubt.ABSURD
    if synchronised is False and now.monotonic_us < wait_s * 1_000_000:
        return Doubt.BOOTING
    return None


def is_synchronised() -> bool | None:
    """Whether a time server has set the kernel's clock, None where the kernel does not tell."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != UNSYNCHRONISED


def quality() -> ClockQuality:
    """What births say of the gateway's time."""
    known = {True: ClockQuality.SYNCHRONISED, False: ClockQuality.UNSYNCHRONISED}
    return known.get(is_synchronised(), ClockQuality.UNKNOWN)  # type: ignore[arg-type]
