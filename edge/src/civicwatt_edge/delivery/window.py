"""Records on their way: sent, not yet acked, to be sent again when their time is up."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from civicwatt_edge.storage.ranges import Range
from civicwatt_edge.storage.store import Stored

# Engineering defaults.
SIZE = 1_000
FOR_BACKLOG = 750  # so that a backlog waiting for acks never keeps the newest values from leaving
ACK_TIMEOUT_S = 5.0
LONGEST_WAIT_S = 60.0
SILENCE_S = 2 * ACK_TIMEOUT_S  # without any ack: whoever acks then has been away


@dataclass(slots=True)
class _Flight:
    record: Stored
    sent: int  # times
    due_s: float  # loop time at which it is sent again


class Window:
    """The unacked records in flight on one connection; times are the event loop's seconds."""

    def __init__(self) -> None:
        self._flights: dict[int, _Flight] = {}
        self._heard_s = 0.0  # the newest ack, or since when one is awaited

    def __len__(self) -> int:
        return len(self._flights)

    def __contains__(self, seq: int) -> bool:
        return seq in self._flights

    def sent(self, record: Stored, now_s: float) -> None:
        """Note a sending; each one waits twice as long as the one before, with jitter."""
        if not self._flights:
            self._heard_s = now_s
        flight = self._flights.setdefault(record.seq, _Flight(record, 0, 0.0))
        wait_s = min(ACK_TIMEOUT_S * 2**flight.sent, LONGEST_WAIT_S)
        flight.due_s = now_s + wait_s * random.uniform(1.0, 1.5)  # noqa: S311 spreads load, guards nothing
        flight.sent = min(flight.sent + 1, 10)

    def ack(self, ranges: Sequence[Range], now_s: float) -> None:
        """Forget what the cloud has committed; the first ack after a silence makes the rest due at once."""
        for low, high in ranges:
            narrow = high - low < len(self._flights)
            for seq in range(low, high + 1) if narrow else [*self._flights]:
                if low <= seq <= high:
                    self._flights.pop(seq, None)
        if now_s - self._heard_s > SILENCE_S:
            for flight in self._flights.values():
                flight.due_s = now_s  # once: the longer waits of what was sent often stay as they are
        self._heard_s = now_s

    def due(self, now_s: float) -> list[Stored]:
        """Records whose ack is overdue."""
        return [flight.record for flight in self._flights.values() if flight.due_s <= now_s]

    def hurry(self) -> None:
        """Make all due: the cloud has lost or never seen what is in flight."""
        for flight in self._flights.values():
            flight.sent, flight.due_s = 0, 0.0
