"""Many gateways that send as fast as they are acked: encoded beforehand, a bounded window each, re-sent late.

A process of its own: `python -m civicwatt.bench.cloud_gateways PORT GATEWAYS DEVICES POINTS SLOTS`; when all
births and the first slot are acked it sends the others, and prints one JSON line.
"""

import asyncio
import json
import sys
import time
from collections import deque

import aiomqtt

from civicwatt_protocols import templates
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import (
    Ack,
    Catalogue,
    PointDefinition,
    Rebirth,
    Record,
    decode_command,
    encode_birth,
    encode_node_birth,
    encode_record,
    published,
    with_sequence,
)

DIVISION = "429900"
TEMPLATE = "eastron/sdm630"
SLOT_US = 60_000_000
WINDOW = 3_000  # readings in flight of each gateway; ours have up to 1,000 messages
RESEND_S = 5.0
CHUNK = 50  # records of one gateway in a row
HOST = "127.0.0.1"


class Gateway:
    """The records of one gateway on their way."""

    def __init__(self, number: int, devices: int, points: int) -> None:
        self.name = f"gw-{number:03}"
        self.epoch = f"0193b0a0-0000-7000-8000-{number:012}"
        self.catalogues = [
            Catalogue(f"M-{device:04}", TEMPLATE, _points(device * points, points))
            for device in range(devices)
        ]
        self.waiting: deque[tuple[int, bytes]] = deque()
        self.flying: dict[int, tuple[float, bytes]] = {}
        self._window = WINDOW // points
        self.unborn = True  # the cloud has not heard its births, or wants them again

    def births(self) -> list[bytes]:
        """Of the node and its devices, ready for the socket; what flies is sent again after them."""
        now_us = time.time_ns() // 1000
        self.unborn = False
        self.flying = {seq: (0.0, frame) for seq, (_, frame) in self.flying.items()}
        node = (self._topic(MessageKind.NBIRTH), encode_node_birth(now_us, 0))
        devices = [
            (self._topic(MessageKind.DBIRTH, one.device), encode_birth(one, now_us, 0))
            for one in self.catalogues
        ]
        return [_publish(*birth) for birth in (node, *devices)]

    def encode(self, slot_us: int, slot: int) -> None:
        """One record a device, ready for the socket."""
        for number, one in enumerate(self.catalogues):
            seq = slot * len(self.catalogues) + number + 1
            values = tuple(1000.0 + slot + index for index in range(len(one.points)))
            record = Record(seq, slot_us, one.device, one.hash, values)
            body = with_sequence(published(encode_record(record, one, self.epoch), slot_us), seq % 256)
            self.waiting.append((seq, _publish(self._topic(MessageKind.DDATA, one.device), body)))

    def next(self, now_s: float) -> list[bytes]:
        """A few that the window has room for."""
        frames = []
        for _ in range(min(CHUNK, self._window - len(self.flying), len(self.waiting))):
            seq, frame = self.waiting.popleft()
            self.flying[seq] = (now_s, frame)
            frames.append(frame)
        return frames

    def overdue(self, now_s: float) -> list[bytes]:
        """What has waited too long for its ack."""
        late = [(seq, frame) for seq, (sent_s, frame) in self.flying.items() if now_s - sent_s > RESEND_S]
        self.flying |= {seq: (now_s, frame) for seq, frame in late}
        return [frame for _, frame in late]

    def _topic(self, kind: MessageKind, device: str | None = None) -> str:
        return str(Topic(DIVISION, kind, self.name, device))


def _points(first: int, count: int) -> tuple[PointDefinition, ...]:
    """The measures of a real meter, and beyond them channels that no ledger books."""
    names = [register.measure for register in templates.load(TEMPLATE).registers][:30]
    names += [f"channel_{number}" for number in range(len(names), count)]
    return tuple(PointDefinition(first + index, name) for index, name in enumerate(names[:count]))


def _publish(topic: str, body: bytes) -> bytes:
    """An MQTT 3.1.1 PUBLISH at QoS 0."""
    name = topic.encode()
    return _frame(0x30, len(name).to_bytes(2, "big") + name + body)


def _frame(kind: int, content: bytes) -> bytes:
    length, rest = bytearray(), len(content)
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    return bytes([kind, *length, rest]) + content


CONNECT = _frame(0x10, b"\0\4MQTT\4\2\0\0\0\5bench")  # clean session, no keep-alive


async def deliver(gateways: list[Gateway], writer: asyncio.StreamWriter) -> tuple[float, int]:
    """Send all that is waiting until all is acked; returns (seconds, records sent again)."""
    began, again, looked = time.monotonic(), 0, time.monotonic()
    while any(one.waiting or one.flying for one in gateways):
        now, frames = time.monotonic(), []
        for one in gateways:
            frames += one.births() if one.unborn else []
            frames += one.next(now)
        if now - looked > 1.0:
            looked, late = now, [frame for one in gateways for frame in one.overdue(now)]
            again += len(late)
            frames += late
        if frames:
            writer.write(b"".join(frames))
            await writer.drain()
        await asyncio.sleep(0 if frames else 0.002)
    return time.monotonic() - began, again


async def hear(client: aiomqtt.Client, gateways: dict[str, Gateway]) -> None:
    """Take acks."""
    async for message in client.messages:
        command = decode_command(bytes(message.payload))
        gateway = gateways[Topic.parse(message.topic.value).gateway]
        if isinstance(command, Rebirth):
            gateway.unborn = True
        elif isinstance(command, Ack):
            flying = gateway.flying
            for first, last in command.ranges:
                for seq in range(first, last + 1):
                    flying.pop(seq, None)


async def main(port: int, count: int, devices: int, points: int, slots: int) -> None:
    """All of it."""
    gateways = [Gateway(number, devices, points) for number in range(count)]
    first_us = time.time_ns() // 1000 // SLOT_US * SLOT_US - slots * SLOT_US
    async with aiomqtt.Client(HOST, port) as client:
        await client.subscribe(f"spBv1.0/{DIVISION}/NCMD/+")
        hearing = asyncio.create_task(hear(client, {one.name: one for one in gateways}))
        for one in gateways:
            one.encode(first_us, 0)
        _, writer = await asyncio.open_connection(HOST, port)
        writer.write(CONNECT)
        await deliver(gateways, writer)
        for slot in range(1, slots):
            for one in gateways:
                one.encode(first_us + slot * SLOT_US, slot)
        seconds, again = await deliver(gateways, writer)
        writer.close()
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
    metrics = count * devices * points * (slots - 1)
    facts = {"metrics": metrics, "seconds": round(seconds, 3), "sent_again": again}
    sys.stdout.write(json.dumps(facts | {"cpu_s": round(time.process_time(), 2)}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
