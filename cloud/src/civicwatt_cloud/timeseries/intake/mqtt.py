"""The MQTT client: aiomqtt, except that a cancel is always obeyed, and a broken connection told at once.

asyncio.wait_for, which aiomqtt waits with, loses a cancel that comes in the very moment its future is done
(Python before 3.12), and a connection that breaks meanwhile puts its own error in the place of the cancel.
civicwatt_edge.delivery.mqtt holds the same: neither end imports the other.
"""

import asyncio
import ssl
from collections.abc import Awaitable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

import aiomqtt

T = TypeVar("T")


class ClosingSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails: paho lets go of it then, and leaves it open."""

    def do_handshake(self, block: bool = False) -> None:
        """As ssl.SSLSocket does it."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


class TlsFiles(NamedTuple):
    """PEM files: whom to trust as the broker, who we are."""

    ca: Path
    cert: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, both sides by certificate, the host's name checked. Raises OSError."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made.sslsocket_class = ClosingSocket
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_verify_locations(self.ca)
        made.load_cert_chain(self.cert, self.key)
        return made


class Client(aiomqtt.Client):
    """aiomqtt's client; what cancels the task that waits on it, or holds it open, ends that task."""

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 - aiomqtt's
        try:
            async with asyncio.timeout(self.timeout if timeout is None else timeout):
                result = await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None
        if self._disconnected.done() and (error := self._disconnected.exception()):
            raise aiomqtt.MqttError("Disconnected") from error
        return result

    def _on_disconnect(self, *args: Any, **more: Any) -> None:
        super()._on_disconnect(*args, **more)
        for written in self._pending_publishes.values():
            written.set()  # aiomqtt would wait ten seconds for what nobody will confirm

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = asyncio.current_task()
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            if task is not None and task.cancelling():
                raise asyncio.CancelledError
