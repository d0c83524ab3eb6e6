"""The MQTT client: aiomqtt, with its reading done in blocks (docs/decisions/0020-reading-mqtt-in-blocks.md).

paho reads a message in four system calls and aiomqtt wraps it twice; so messages at QoS 0 are taken straight
from the socket's bytes, and every other frame is left to paho.

A cancel is always obeyed, and a broken connection told at once. asyncio.wait_for, which aiomqtt waits with,
loses a cancel that comes in the very moment its future is done (Python before 3.12), and a connection that
breaks meanwhile puts its own error in the place of the cancel. civicwatt_edge.delivery.mqtt holds the same:
neither end imports the other.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.intake.frames import split
from civicwatt_cloud.timeseries.intake.inbox import Inbox
from civicwatt_cloud.timeseries.intake.parking import Message

T = TypeVar("T")

BLOCK = 1 << 18


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

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Those that the settings name; None: no TLS."""
        if settings.mqtt_ca and settings.mqtt_cert and settings.mqtt_key:
            return cls(settings.mqtt_ca, settings.mqtt_cert, settings.mqtt_key)
        return None

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or newer, both sides by certificate, the host's name checked. Raises OSError."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        made.sslsocket_class = ClosingSocket
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_verify_locations(self.ca)
        made.load_cert_chain(self.cert, self.key)
        return made


class Client(aiomqtt.Client):
    """aiomqtt's client, its messages in an inbox; what cancels the task that waits on it ends that task."""

    def __init__(self, inbox: Inbox, host: str, port: int, *, version5: bool = False, **more: Any) -> None:
        protocol = aiomqtt.ProtocolVersion.V5 if version5 else aiomqtt.ProtocolVersion.V311
        super().__init__(host, port, protocol=protocol, **more)
        self._inbox, self._version5 = inbox, version5
        self._begun = b""  # a frame that has not arrived whole
        self._for_paho = bytearray()
        self._lost = False
        self._client._sock_recv = self._serve_paho  # type: ignore[method-assign]

    async def hear(self, topic: str) -> None:
        """Subscribe at QoS 1. Raises MqttError, also where the broker refuses: nothing would ever come."""
        for code in await self.subscribe(topic, qos=1):
            if isinstance(code, ReasonCode) and code.is_failure:
                raise aiomqtt.MqttError(f"{topic}: {code}")

    async def filled(self, limit_s: float) -> None:
        """Return when there is a message, or after some time. Raises MqttError when the connection breaks."""
        waiting = asyncio.ensure_future(self._inbox.filled.wait())
        try:
            awaited = (waiting, self._disconnected)
            await asyncio.wait(awaited, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
        if self._disconnected.done():
            raise aiomqtt.MqttError("Disconnected") from self._disconnected.exception()

    async def send(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Publish at QoS 0; returns when all are written to the socket. Raises MqttError.

        A connection leaves in the order it was fed: when the last is written, so are the others.
        """
        if messages:
            *others, last = messages
            for topic, payload in others:
                self._client.publish(topic, payload)  # as aiomqtt.Client.publish begins
            await self.publish(*last)

    def _on_socket_open(self, client: Any, userdata: Any, sock: Any) -> None:
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self._loop.add_reader, sock.fileno(), self._read, sock)

    def _read(self, sock: Any) -> None:
        """Take what has arrived, in the place of paho's loop_read."""
        try:
            block = _arrived(sock)
            if block is None:
                return
            self._lost = not block
            self._begun = split(self._begun + block, self._take, self._leave, version5=self._version5)
            if self._lost:
                self._client.loop_read()
        except Exception as error:
            if not self._disconnected.done():
                self._disconnected.set_exception(error)

    def _take(self, topic: bytes, payload: bytes, retain: bool) -> None:
        """What the broker has retained is left: no gateway of ours asks for that, it would come for ever."""
        if not retain:
            self._inbox.put(Message(topic.decode(errors="replace"), payload))

    def _leave(self, frame: bytes) -> None:
        self._for_paho += frame
        while self._for_paho and self._client.socket() is not None:
            self._client.loop_read()

    def _serve_paho(self, bufsize: int) -> bytes:
        if not self._for_paho and not self._lost:
            raise BlockingIOError
        given = bytes(self._for_paho[:bufsize])
        del self._for_paho[:bufsize]
        return given

    def _on_message(self, client: Any, userdata: Any, message: Any) -> None:
        """A message at QoS 1: a will."""
        self._take(message._topic, message.payload, message.retain)

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


def _arrived(sock: Any) -> bytes | None:
    """The bytes that are there; none: the other end has closed; None: nothing after all."""
    try:
        block: bytes = sock.recv(BLOCK)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return None
    with suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        while isinstance(sock, ssl.SSLSocket) and sock.pending():  # no reader wakes for what TLS holds
            block += sock.recv(BLOCK)
    return block
