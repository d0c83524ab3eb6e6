"""A lock that serves its threads in the order in which they came."""

import threading
from collections import deque
from types import TracebackType


class Turns:
    """One thread at a time, first come, first served; who holds it may take it again.

    The locks of the standard library let a newcomer pass: of many who wait, some wait for very long.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[tuple[threading.Event, int]] = deque()
        self._owner: int | None = None
        self._depth = 0

    def __enter__(self) -> None:
        """Wait for a turn."""
        me, turn = threading.get_ident(), threading.Event()
        with self._guard:
            if self._owner is None or self._owner == me:
                self._owner = me
                self._depth += 1
                return
            self._waiting.append((turn, me))
        try:
            turn.wait()
        except BaseException:  # interrupted: somebody else's turn
            with self._guard:
                if not turn.is_set():
                    self._waiting.remove((turn, me))
                    raise
            self._end()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hand the turn on."""
        self._end()

    def _end(self) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            self._owner = None
            if self._waiting:
                turn, self._owner = self._waiting.popleft()
                self._depth = 1
                turn.set()
