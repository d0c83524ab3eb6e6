"""The MQTT client: aiomqtt, with three of its habits changed.

aiomqtt makes a coroutine, a task and an event of each publish: 45 µs, against 9 µs of the paho client below
it (docs/decisions/0010-mqtt-client.md). So a batch goes to paho, and only its last message is awaited.

A broker that hangs up instead of answering is told at once, with the TLS alert if it sent one.

And a cancel is always obeyed. asyncio.wait_for, which aiomqtt waits with, loses one that comes in the very
moment its future is done (Python before 3.12), and a connection that breaks meanwhile puts its own error in
the place of the cancel. civicwatt_cloud.timeseries.intake.mqtt holds the same: neither end imports the other.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import aiomqtt
from paho.mqtt.enums import LogLevel

T = TypeVar("T")


class TurnedAway(aiomqtt.MqttError):
    """The broker took the connection and hung up before it answered the CONNECT."""


class Client(aiomqtt.Client):
    """aiomqtt's client; what cancels the task that waits on it, or holds it open, ends that task."""

    async def __aenter__(self) -> Self:
        said: list[str] = []  # of the errors on the way; a TLS 1.3 broker refuses after the handshake

        def note(_client: object, _userdata: object, level: int, text: str) -> None:
            if level == LogLevel.MQTT_LOG_ERR:
                said.append(text)

        self._client.on_log = note
        try:
            return await super().__aenter__()
        except TurnedAway:
            raise TurnedAway(said[-1] if said else "connection closed") from None
        finally:
            self._client.on_log = None

    def _on_disconnect(self, *args: Any, **more: Any) -> None:
        super()._on_disconnect(*args, **more)
        if not self._connected.done():
            self._connected.set_exception(TurnedAway())
        for written in self._pending_publishes.values():
            written.set()  # aiomqtt would wait ten seconds for what nobody will confirm

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 - aiomqtt's
        try:
            async with asyncio.timeout(self.timeout if timeout is None else timeout):
                result = await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None
        if self._disconnected.done() and (error := self._disconnected.exception()):
            raise aiomqtt.MqttError("Disconnected") from error
        return result

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task = asyncio.current_task()
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            if task is not None and task.cancelling():
                raise asyncio.CancelledError


async def publish_in_order(client: aiomqtt.Client, messages: Sequence[tuple[str, bytes]]) -> None:
    """Publish (topic, body) pairs with QoS 0; returns when all are written to the socket. Raises MqttError.

    A connection leaves in the order it was fed: when the last message has been written, so have the others.
    """
    if messages:
        *others, last = messages
        for topic, body in others:
            client._client.publish(topic, body)  # as aiomqtt.Client.publish begins
        await client.publish(*last)
