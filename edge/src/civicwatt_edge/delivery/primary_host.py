"""The host application without which nothing is published: Sparkplug's primary host.

While it is away the readings stay in the outbox, and a gateway that can reach another broker may go there.
"""

import asyncio

import structlog

from civicwatt_protocols.sparkplug.state import decode_state
from civicwatt_protocols.sparkplug.topics import state_topic

log = structlog.get_logger()


class PrimaryHost:
    """Whether the host is there by its own word; without a host configured it always is."""

    def __init__(self, host: str | None) -> None:
        self.topic = None if host is None else state_topic(host)
        self.online = asyncio.Event()
        self._newest_ms = 0

    def begin(self) -> None:
        """A connection begins: what the host said on the one before does not count, nor when it said it."""
        self._newest_ms = 0
        if self.topic is None:
            self.online.set()
        else:
            self.online.clear()

    def hear(self, payload: bytes) -> None:
        """Take its word; one older than the newest heard so far is no news. Raises NotSparkplug."""
        state = decode_state(payload)
        if state.timestamp < self._newest_ms:
            log.warning("old_state_ignored", timestamp_ms=state.timestamp, newest_ms=self._newest_ms)
            return
        self._newest_ms = state.timestamp
        if state.online:
            self.online.set()
        else:
            self.online.clear()
