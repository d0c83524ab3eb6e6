"""A gateway's connection to a real broker, and an ingest behind it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import aiomqtt
from cloud.timeseries.intake.fake_gateway import FakeGateway
from mosquitto import Mosquitto

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake.ingest import Ingest
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.roles import Role
from civicwatt_cloud.timeseries.intake.subscriber import Subscriber
from civicwatt_cloud.timeseries.stores.readings import ReadingsStore
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import Ack, Rebirth, decode_command


class Link:
    """A gateway's connection: publishes, and collects what it is told."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.acked: set[int] = set()
        self.rebirths = 0

    async def send(self, messages: list[Message]) -> None:
        for message in messages:
            await self.client.publish(message.topic, message.payload)

    async def listen(self) -> None:
        async for message in self.client.messages:
            match decode_command(bytes(message.payload)):
                case Ack(ranges=ranges):
                    self.acked.update(n for lo, hi in ranges for n in range(lo, hi + 1))
                case Rebirth():
                    self.rebirths += 1

    async def send_until_acked(self, gateway: FakeGateway, messages: dict[int, Message]) -> None:
        """What an edge does: everything that has no ack goes out again."""
        while missing := sorted(set(messages) - self.acked):
            await self.send([gateway.birth(), *(messages[n] for n in missing)])
            with contextlib.suppress(TimeoutError):
                await until(lambda: not set(messages) - self.acked, 2.0)


async def until(condition: Callable[[], object], limit_s: float = 20.0) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - what is waited for lies in another thread or process
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def connected(mosquitto: Mosquitto, gateway: FakeGateway) -> AsyncIterator[Link]:
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.subscribe(f"spBv1.0/{gateway.division}/NCMD/{gateway.name}")
        link = Link(client)
        listening = asyncio.create_task(link.listen())
        try:
            yield link
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


@contextlib.asynccontextmanager
async def ingesting(
    mosquitto: Mosquitto, db: Database, store: ReadingsStore, clock: Clock, role: Role | None = None
) -> AsyncIterator[Subscriber]:
    subscriber = Subscriber(Ingest(db, store, clock), "127.0.0.1", mosquitto.port, role=role)
    running = asyncio.create_task(subscriber.run())
    try:
        await until(lambda: subscriber.connected)
        yield subscriber
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
