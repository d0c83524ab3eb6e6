"""Between the gateway and the cloud: a gate that a drill may shut for a while."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Gate:
    """Between the gateway and the cloud: open, or shut for a while."""

    def __init__(self) -> None:
        self._open, self._shut = asyncio.Event(), asyncio.Event()
        self._open.set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def shut_s(self) -> float:
        """Seconds until it opens; 0 when it is open."""
        if self._timer is None or self._open.is_set():
            return 0.0
        return max(self._timer.when() - asyncio.get_running_loop().time(), 0.0)

    def shut(self, seconds: float) -> None:
        """Shut it from now on for so long."""
        if self._timer is not None:
            self._timer.cancel()
        self._open.clear()
        self._shut.set()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._reopen)
        log.warning("uplink_shut", seconds=seconds)

    async def keep(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run it whenever the gate is open; it is cancelled when it shuts."""
        while True:
            await self._open.wait()
            running, shutting = asyncio.create_task(run()), asyncio.create_task(self._shut.wait())
            try:
                await asyncio.wait((running, shutting), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (running, shutting):
                    task.cancel()
                await asyncio.gather(running, shutting, return_exceptions=True)
            if not running.cancelled():
                running.result()

    def _reopen(self) -> None:
        self._shut.clear()
        self._open.set()
        log.info("uplink_opened")
