"""One life of a gateway, captured between it and a real broker, to be judged statement by statement."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mosquitto import Mosquitto

from civicwatt.demo import broker
from civicwatt.demo.processes import free_port
from civicwatt_edge import agent
from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.delivery import uplink as uplink_module
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.sparkplug.payload import Payload, decode
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import encode_rebirth

CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT = 1, 3, 8, 14


@dataclass
class Packet:
    """One MQTT 3.1.1 packet of the gateway; topic, qos, retain and payload of a CONNECT are its will's."""

    kind: int
    at_us: int  # on the gateway's clock, when it passed
    topic: str = ""
    qos: int = 0
    retain: bool = False
    data: bytes = b""
    level: int = 0
    clean: bool = False

    @property
    def message(self) -> MessageKind:
        return Topic.parse(self.topic).kind

    @property
    def device(self) -> str | None:
        return Topic.parse(self.topic).device

    @property
    def payload(self) -> Payload:
        return decode(self.data)


def read_packet(first: int, body: bytes, at_us: int) -> Packet:
    """The packets that a gateway sends. Source: MQTT 3.1.1, chapter 3."""

    def text(at: int) -> tuple[bytes, int]:
        end = at + 2 + int.from_bytes(body[at : at + 2])
        return body[at + 2 : end], end

    kind = first >> 4
    if kind == CONNECT:
        level, flags = body[6], body[7]
        _, at = text(10)
        topic, at = text(at)
        data, _ = text(at)
        return Packet(
            kind, at_us, topic.decode(), flags >> 3 & 3, bool(flags & 32), data, level, bool(flags & 2)
        )
    if kind == PUBLISH:
        topic, at = text(0)
        qos = first >> 1 & 3
        return Packet(kind, at_us, topic.decode(), qos, bool(first & 1), body[at + (2 if qos else 0) :])
    if kind == SUBSCRIBE:
        topic, at = text(2)
        return Packet(kind, at_us, topic.decode(), body[at])
    return Packet(kind, at_us)


@dataclass
class Tap:
    """Stands between gateway and broker, hands all on and writes down what the gateway sends."""

    upstream: int
    clock: Clock
    port: int = 0
    connections: list[list[Packet]] = field(default_factory=list)
    open: list[asyncio.StreamWriter] = field(default_factory=list)
    serving: set[asyncio.Task[None] | None] = field(default_factory=set)
    server: asyncio.Server | None = None

    async def listen(self) -> None:
        """Take connections, again on the same port."""
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    def deaf(self) -> None:
        """Refuse connections: no CONNECT can leave the gateway."""
        assert self.server is not None
        self.server.close()

    def cut(self) -> None:
        """Break the connections without a word, as a pulled cable that both sides notice."""
        for writer in self.open:
            writer.transport.abort()
        self.open.clear()

    def count(self, kind: MessageKind, device: str | None = None) -> int:
        return len([*published(self.connections, kind, device)])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.current_task())
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        packets: list[Packet] = []
        self.connections.append(packets)
        self.open += [writer, back]
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._answers(there, writer))
                group.create_task(self._said(reader, back, packets))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            back.transport.abort()

    async def _answers(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await there.read(65536):
            writer.write(data)
        raise ConnectionResetError

    async def _said(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, packets: list[Packet]
    ) -> None:
        while True:
            head = await reader.readexactly(2)
            while head[-1] & 128:
                head += await reader.readexactly(1)
            length = sum((byte & 127) << 7 * place for place, byte in enumerate(head[1:]))
            body = await reader.readexactly(length)
            packets.append(read_packet(head[0], body, self.clock.now_us()))
            back.write(head + body)


def published(
    connections: list[list[Packet]], kind: MessageKind | None = None, device: str | None = None
) -> Iterator[Packet]:
    for packet in (packet for packets in connections for packet in packets if packet.kind == PUBLISH):
        if kind in (None, packet.message) and device in (None, packet.device):
            yield packet


@asynccontextmanager
async def _tapped(upstream: int, clock: Clock) -> AsyncIterator[Tap]:
    tap = Tap(upstream, clock)
    await tap.listen()
    yield tap
    tap.deaf()
    tap.cut()
    await asyncio.gather(*filter(None, tap.serving))
    await asyncio.sleep(0)  # the turn in which aborted sockets are closed


@pytest.fixture(scope="session")
def tapped() -> Callable[[int, Clock], object]:
    """A tap before a broker's port."""
    return _tapped


CONFIG = """
[gateway]
id = "gw-01"
division = "429900"
data = "data"
[broker]
port = {broker}
[[bus]]
name = "b1"
url = "tcp://127.0.0.1:{meter}"
timeout_ms = 40
[[bus.device]]
id = "M-1"
interval_s = 1
template = "simulated/water_counter"
[[bus]]
name = "b2"
url = "tcp://127.0.0.1:{meter}"
timeout_ms = 1000
[[bus.device]]
id = "M-2"
unit = 2
interval_s = 1
template = "eastron/sdm630"
"""


@dataclass
class Life:
    """What the gateway sent on each connection, and which deaths and records a subscriber heard."""

    connections: list[list[Packet]]
    deaths: list[Payload]
    sequences: list[int]  # cw/seq of the records that arrived

    def published(self, kind: MessageKind | None = None, device: str | None = None) -> list[Packet]:
        return [*published(self.connections, kind, device)]

    def births(self) -> list[list[Packet]]:
        """The messages from each NBIRTH up to the next one, or to the end of its connection."""
        spans: list[list[Packet]] = []
        for packets in self.connections:
            for packet in published([packets]):
                if packet.message is MessageKind.NBIRTH:
                    spans.append([])
                spans[-1].append(packet)
        return spans


async def _live(directory: Path, mosquitto: Mosquitto, serving, listening, until) -> Life:
    clock = Clock(1_800_000_000_000_000, 25)
    stop = asyncio.Event()
    async with (
        serving() as meter,
        listening(mosquitto.port) as cloud,
        _tapped(mosquitto.port, clock) as tap,
    ):
        (directory / "gw.toml").write_text(CONFIG.format(broker=tap.port, meter=meter.port))
        running = asyncio.create_task(agent.run(ConfigFile(directory / "gw.toml"), clock, stop))
        await until(lambda: tap.count(MessageKind.DDATA) >= 10)
        meter.silent.add(1)
        await until(lambda: tap.count(MessageKind.DDEATH, "M-1") == 1)
        await cloud.command(encode_rebirth())  # while a device is dead
        await until(lambda: tap.count(MessageKind.DDEATH, "M-1") == 2)
        meter.silent.clear()
        await until(lambda: tap.count(MessageKind.DBIRTH, "M-1") == 3)
        count = tap.count(MessageKind.DDATA) + 260
        await until(lambda: tap.count(MessageKind.DDATA) >= count, 20)
        await cloud.command(encode_rebirth())
        await until(lambda: tap.count(MessageKind.DBIRTH, "M-2") == 3)
        tap.cut()
        await until(lambda: cloud.count(MessageKind.NDEATH) == 1)
        await until(lambda: tap.count(MessageKind.DBIRTH, "M-2") == 4)
        tap.deaf()
        mosquitto.kill()
        count = len(meter.served) + 100
        await until(lambda: len(meter.served) > count and cloud.client is None, 30)
        mosquitto.start()
        await until(lambda: cloud.client is not None)
        await tap.listen()
        count = len(cloud.records) + 20
        await until(lambda: tap.count(MessageKind.DBIRTH, "M-2") == 5)
        await until(lambda: len(cloud.records) > count)
        epoch, newest = max(cloud.records)
        await until(lambda: all((epoch, seq) in cloud.records for seq in range(1, newest)))
        stop.set()
        await running
        await until(lambda: cloud.count(MessageKind.NDEATH) == 2)
        deaths = [decode(body) for topic, body in cloud.messages if topic.kind is MessageKind.NDEATH]
        return Life(tap.connections, deaths, sorted(seq for _, seq in cloud.records if seq <= newest))


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory, serving, listening, until) -> Life:
    """The gateway meets a dying device, two rebirths, a cut connection, a killed broker and a clean stop."""
    program = broker.mosquitto()
    if program is None:
        pytest.skip("mosquitto is not installed: Sparkplug over a real broker is not tested")
    directory = tmp_path_factory.mktemp("life")
    mosquitto = Mosquitto(program, free_port(), directory)
    mosquitto.start()
    patch = pytest.MonkeyPatch()
    patch.setattr(uplink_module, "LONGEST_PAUSE_S", 0.5)
    try:
        return asyncio.run(_live(directory, mosquitto, serving, listening, until))
    finally:
        patch.undo()
        mosquitto.kill()
