"""Messages that wait for their commit: bounded in bytes, so that a slow database costs no memory."""

import asyncio
from collections import deque
from collections.abc import Sequence

from civicwatt_cloud.timeseries.intake.parking import OVERHEAD, Message

# A second or two of work: what waits longer than a gateway's patience would be sent again and done twice.
MOST_BYTES = 16 * 1024 * 1024  # [engineering default]

_HISTORICAL = b"\x28\x01"  # is_historical: true, in the first metric of a record of ours
_IN_FIRST_METRIC = slice(20, 40)


class Inbox:
    """What is new before what is old: live readings before backlog.

    When it is full the oldest backlog is dropped, then the oldest at all: nobody has acked them, and their
    gateways are the first to send again. Dropping, not leaving them in the socket: a broker would keep them
    in its own memory, or drop them likewise.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._live: deque[Message] = deque()
        self._backlog: deque[Message] = deque()
        self._bytes = 0
        self.dropped = 0  # since the process began
        self.filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._live) + len(self._backlog)

    def put(self, message: Message) -> None:
        """Take a message."""
        lane = self._backlog if _HISTORICAL in message.payload[_IN_FIRST_METRIC] else self._live
        lane.append(message)
        self._bytes += len(message.payload) + OVERHEAD
        while self._bytes > self._most_bytes:
            self._pop(self._backlog or self._live)
            self.dropped += 1
        self._tell()

    def take(self, most_messages: int, most_bytes: int) -> list[Message]:
        """The oldest of the live ones, then of the backlog; at least one, if there is one."""
        taken: list[Message] = []
        while len(self) and len(taken) < most_messages and most_bytes > 0:
            taken.append(self._pop(self._live or self._backlog))
            most_bytes -= len(taken[-1].payload)
        self._tell()
        return taken

    def put_back(self, messages: Sequence[Message]) -> None:
        """Messages that could not be committed, before all others, as far as there is room."""
        for message in reversed(messages):
            size = len(message.payload) + OVERHEAD
            if self._bytes + size > self._most_bytes:
                self.dropped += 1
                continue
            self._live.appendleft(message)
            self._bytes += size
        self._tell()

    def _tell(self) -> None:
        if len(self):
            self.filled.set()
        else:
            self.filled.clear()

    def _pop(self, lane: deque[Message]) -> Message:
        message = lane.popleft()
        self._bytes -= len(message.payload) + OVERHEAD
        return message
