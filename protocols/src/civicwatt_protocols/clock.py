"""The business clock: real time, or simulated time that runs faster, shared by processes of one machine."""

import time
from dataclasses import dataclass, field
from typing import Self

from .errors import BadValue

FASTEST = 1e6  # engineering default; eleven days in a second
LAST_US = 4_102_444_800_000_000  # 2100-01-01T00Z
LONGEST_S = 1e9  # of CLOCK_MONOTONIC since the machine's start


@dataclass(frozen=True)
class Clock:
    """Business time in UTC µs: origin_us at the monotonic second anchor_s, running at rate.

    CLOCK_MONOTONIC is one for all processes of a machine, so a clock passed on as text (`--clock`) shows
    the same time everywhere. The poll grid, timestamps and the calendar use it; time-outs, back-off and
    acks use real time.
    """

    origin_us: int
    rate: float = 1.0
    anchor_s: float = field(default_factory=time.monotonic)

    @classmethod
    def real(cls) -> Self:
        """The machine's time now, carried on by the monotonic clock (a clock step does not move it)."""
        return cls(time.time_ns() // 1_000)

    def now_us(self) -> int:
        """Business time, UTC µs."""
        return self.origin_us + int((time.monotonic() - self.anchor_s) * self.rate * 1_000_000)

    def real_seconds_until(self, t_us: int) -> float:
        """Real seconds to wait for business time t_us; negative when it has passed."""
        return (t_us - self.origin_us) / 1_000_000 / self.rate - (time.monotonic() - self.anchor_s)

    def __str__(self) -> str:
        return f"{self.origin_us}/{self.rate!r}/{self.anchor_s!r}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `origin_us/rate/anchor_s`, the text of another clock. Raises BadValue."""
        try:
            origin, rate, anchor = text.split("/")
            clock = cls(int(origin), float(rate), float(anchor))
        except ValueError as error:
            raise BadValue(key="clock", detail=f"{text!r}, expected origin_us/rate/anchor_s") from error
        if not 0 < clock.rate <= FASTEST:
            raise BadValue(key="clock", detail=f"rate {clock.rate}, expected above 0, at most {FASTEST:.0f}")
        if not 0 <= clock.origin_us <= LAST_US or not abs(clock.anchor_s) <= LONGEST_S:
            raise BadValue(key="clock", detail=f"{text!r}, its origin is not from 1970 to 2100")
        return clock


class MachineClock(Clock):
    """The machine's clock as it is set at each look: for those who keep no grid of their own.

    A server that was suspended for days, or whose time is corrected, must not judge by the time it had.
    """

    def now_us(self) -> int:
        """The machine's time, UTC µs."""
        return time.time_ns() // 1_000

    def real_seconds_until(self, t_us: int) -> float:
        """Real seconds to wait for t_us as long as nobody sets the clock."""
        return (t_us - self.now_us()) / 1_000_000
