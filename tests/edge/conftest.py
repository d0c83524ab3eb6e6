"""A Modbus server that misbehaves on demand, and a consumer that acks like the cloud."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiomqtt
import pytest
import structlog
from mosquitto import Mosquitto

from civicwatt_edge.delivery import mqtt
from civicwatt_protocols.sparkplug.payload import decode
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import (
    Catalogue,
    Record,
    decode_birth,
    decode_record,
    encode_ack,
    encode_rebirth,
    peek,
)

DIVISION, GATEWAY = "429900", "gw-01"


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """Short lines in a failing test's report; a command's own set-up of the log does not outlive its test."""
    structlog.configure([structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a condition; fail at the deadline."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 no event of ours tells what another process did
            await asyncio.sleep(0.01)


@pytest.fixture(name="until", scope="session")
def until_fixture() -> Callable[..., Awaitable[None]]:
    return until


@dataclass
class FakeMeter:
    """Modbus TCP on loopback: register r of unit u holds `register(u, r)`; `behave` may answer otherwise."""

    port: int = 0
    served: list[tuple[float, int, int]] = field(default_factory=list)  # loop time, unit, address
    connections: int = 0
    silent: set[int] = field(default_factory=set)
    behave: Callable[[bytes, bytes], Awaitable[list[tuple[float, bytes]]]] | None = None  # [(delay, bytes)]

    @staticmethod
    def register(unit: int, address: int) -> int:
        return (unit * 1000 + address) & 0xFFFF

    def answer(self, request: bytes) -> bytes:
        unit, function = request[6], request[7]
        address, count = int.from_bytes(request[8:10]), int.from_bytes(request[10:12])
        words = b"".join(self.register(unit, address + i).to_bytes(2) for i in range(count))
        pdu = bytes([function, len(words)]) + words
        return request[:4] + (len(pdu) + 1).to_bytes(2) + bytes([unit]) + pdu

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        loop = asyncio.get_running_loop()
        try:
            while request := await reader.readexactly(12):
                self.served.append((loop.time(), request[6], int.from_bytes(request[8:10])))
                if request[6] in self.silent:
                    continue
                right = self.answer(request)
                parts = [(0.0, right)] if self.behave is None else await self.behave(request, right)
                for delay, part in parts:
                    await asyncio.sleep(delay)
                    writer.write(part)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def _serving() -> AsyncIterator[FakeMeter]:
    fake = FakeMeter()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()


@pytest.fixture
async def meter() -> AsyncIterator[FakeMeter]:
    async with _serving() as fake:
        yield fake


@pytest.fixture(scope="session")
def serving() -> Callable[[], object]:
    """Another meter, for as long as the test says."""
    return _serving


@dataclass
class Cloud:
    """Decodes and remembers what a gateway says; acks each record unless told not to."""

    port: int
    acks: bool = True
    messages: list[tuple[Topic, bytes]] = field(default_factory=list)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)
    births: list[Catalogue] = field(default_factory=list)
    records: dict[tuple[str, int], Record] = field(default_factory=dict)
    arrivals: list[tuple[int, bool]] = field(default_factory=list)  # cw/seq, historical
    sequences: list[int | None] = field(default_factory=list)
    client: aiomqtt.Client | None = None

    async def run(self) -> None:
        while True:
            try:
                # timeout: a publish that the broker's death interrupts is given up soon
                async with mqtt.Client("127.0.0.1", self.port, timeout=1) as client:
                    await client.subscribe(f"spBv1.0/{DIVISION}/#")
                    self.client = client
                    async for message in client.messages:
                        await self._hear(client, Topic.parse(str(message.topic)), message.payload)
            except aiomqtt.MqttError:
                self.client = None
                await asyncio.sleep(0.05)

    async def command(self, payload: bytes) -> None:
        await until(lambda: self.client is not None)
        assert self.client is not None
        await self.client.publish(str(Topic(DIVISION, MessageKind.NCMD, GATEWAY)), payload)

    def count(self, kind: MessageKind) -> int:
        return sum(topic.kind is kind for topic, _ in self.messages)

    async def _hear(self, client: aiomqtt.Client, topic: Topic, body: bytes) -> None:
        if topic.kind is MessageKind.NCMD:
            return
        self.messages.append((topic, body))
        if topic.kind in (MessageKind.NBIRTH, MessageKind.DBIRTH, MessageKind.DDATA, MessageKind.DDEATH):
            self.sequences.append(decode(body).seq)
        if topic.kind is MessageKind.DBIRTH:
            catalogue = decode_birth(body, topic.device or "")
            self.catalogues[catalogue.hash] = catalogue
            self.births.append(catalogue)
        elif topic.kind is MessageKind.DDATA:
            await self._take(client, body)

    async def _take(self, client: aiomqtt.Client, body: bytes) -> None:
        epoch, seq, birth = peek(body)
        self.arrivals.append((seq, bool(decode(body).metrics[0].is_historical)))
        if birth not in self.catalogues:
            await self.command(encode_rebirth())
            return
        self.records[epoch, seq] = decode_record(body, self.catalogues[birth])
        if self.acks:
            await self.command(encode_ack(epoch, [(seq, seq)]))


@asynccontextmanager
async def _listening(port: int) -> AsyncIterator[Cloud]:
    cloud = Cloud(port)
    task = asyncio.create_task(cloud.run())
    try:
        await until(lambda: cloud.client is not None)
        yield cloud
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def cloud(mosquitto: Mosquitto) -> AsyncIterator[Cloud]:
    async with _listening(mosquitto.port) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def listening() -> Callable[[int], object]:
    """Another consumer, joining when the test says."""
    return _listening
