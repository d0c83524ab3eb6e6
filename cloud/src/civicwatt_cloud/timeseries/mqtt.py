"""The MQTT client: aiomqtt, except that a cancel is always obeyed.

asyncio.wait_for, which aiomqtt waits with, loses a cancel that comes in the very moment its future is done
(Python before 3.12), and a connection that breaks meanwhile puts its own error in the place of the cancel.
civicwatt_edge.mqtt holds the same: neither end imports the other.
"""

import asyncio
from collections.abc import Awaitable
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
