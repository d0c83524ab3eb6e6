"""A breaker spares the bus what would fail anyway: a time-out in every slot, a register that is refused."""

from dataclasses import dataclass

# Engineering defaults.
FAILURES_TO_OPEN = 3
LONGEST_PAUSE = 16  # slots


@dataclass(slots=True)
class Breaker:
    """After some failures in a row it lets a probe through 2, 4, 8, at last 16 slots apart."""

    failures: int = 0  # in a row
    pause: int = 0  # slots until the next probe

    def lets_through(self) -> bool:
        """Whether to read in this slot; to be asked once a slot."""
        self.pause = max(self.pause - 1, 0)
        return self.pause == 0

    def note(self, *, failed: bool) -> None:
        """Learn how a read ended."""
        self.failures = self.failures + 1 if failed else 0
        beyond = self.failures - FAILURES_TO_OPEN
        self.pause = min(2 << min(beyond, 8), LONGEST_PAUSE) if beyond >= 0 else 0
