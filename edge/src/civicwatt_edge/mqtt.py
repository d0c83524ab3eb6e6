"""The MQTT client: aiomqtt, with two of its habits changed.

aiomqtt makes a coroutine, a task and an event of each publish: 45 µs, against 9 µs of the paho client below
it (docs/decisions/0010-mqtt-client.md). So a batch goes to paho, and only its last message is awaited.

And a cancel is always obeyed. asyncio.wait_for, which aiomqtt waits with, loses one that comes in the very
moment its future is done (Python before 3.12), and a connection that breaks meanwhile puts its own error in
the place of the cancel. civicwatt_cloud.timeseries.mqtt holds the same: neither end imports the other.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from types import TracebackType
from typing import TypeVar

import aiomqtt

T = TypeVar("T")


class Client(aiomqtt.Client):
    """aiomqtt's client; what cancels the task that waits on it, or holds it open, ends that task."""

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109 - aiomqtt's
        try:
            async with asyncio.timeout(self.timeout if timeout is None else timeout):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None

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
