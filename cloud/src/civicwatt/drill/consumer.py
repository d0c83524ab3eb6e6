"""The other end: a consumer that acks as the cloud does, decodes and keeps every record it hears."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress

import aiomqtt

from civicwatt.bench.consumer import ranges
from civicwatt_edge.delivery import mqtt
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

Key = tuple[str, int, str, int]  # epoch, number, device, slot: a reading that comes again is none

GATHER_S = 0.02  # acks, as the cloud's subscriber does
REBIRTH_S = 1.0


class Consumer:
    """Keeps records by key: what comes again is counted, and must be the same.

    As the cloud, which knows a reading by point and slot, it keeps two records under one number; that there
    are two is counted in `changed`, as is a record that comes again with another content.
    """

    def __init__(self, port: int, division: str, gateway: str) -> None:
        self.kept: dict[Key, Record] = {}
        self.arrived_s: dict[Key, float] = {}  # loop time of the first delivery
        self.deliveries = 0
        self.changed = 0  # deliveries of a known number with another content
        self.acks = True
        self.secure: Callable[[], ssl.SSLContext] | None = None  # asked at each connect
        self._port, self._division = port, division
        self._commands = str(Topic(division, MessageKind.NCMD, gateway))
        self._numbers: dict[tuple[str, int], Record] = {}
        self._catalogues: dict[str, Catalogue] = {}
        self._unacked: list[tuple[str, int]] = []
        self._asked_s = 0.0
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def come(self) -> None:
        """Subscribe; returns when the broker has confirmed it."""
        self._listening.clear()
        self._task = asyncio.create_task(self._run())
        await self._listening.wait()

    async def go(self) -> None:
        """Be away: nothing is heard nor acked."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            with suppress(aiomqtt.MqttError):
                secure = None if self.secure is None else self.secure()
                async with mqtt.Client("127.0.0.1", self._port, timeout=2, tls_context=secure) as client:
                    client.pending_calls_threshold = 1_000
                    await client.subscribe(f"spBv1.0/{self._division}/#")
                    self._listening.set()
                    acking = asyncio.create_task(self._ack(client))
                    try:
                        async for message in client.messages:
                            await self._hear(client, Topic.parse(str(message.topic)), bytes(message.payload))
                    finally:
                        acking.cancel()
            await asyncio.sleep(0.1)

    async def _hear(self, client: aiomqtt.Client, topic: Topic, body: bytes) -> None:
        if topic.kind is MessageKind.DBIRTH:
            catalogue = decode_birth(body, topic.device or "")
            self._catalogues[catalogue.hash] = catalogue
        elif topic.kind is MessageKind.DDATA:
            await self._take(client, body)

    async def _take(self, client: aiomqtt.Client, body: bytes) -> None:
        epoch, seq, birth = peek(body)
        now_s = asyncio.get_running_loop().time()
        catalogue = self._catalogues.get(birth)
        if catalogue is None:
            if now_s > self._asked_s + REBIRTH_S:
                self._asked_s = now_s
                await client.publish(self._commands, encode_rebirth())
            return
        record = decode_record(body, catalogue)
        key = (epoch, seq, record.device, record.slot_us)
        self.deliveries += 1
        self.changed += self._numbers.setdefault((epoch, seq), record) != record
        if key not in self.kept:
            self.kept[key], self.arrived_s[key] = record, now_s
        self._unacked.append((epoch, seq))

    async def _ack(self, client: aiomqtt.Client) -> None:
        with suppress(aiomqtt.MqttError):
            while True:
                await asyncio.sleep(GATHER_S)
                if not self.acks or not self._unacked:
                    continue
                keys, self._unacked = self._unacked, []
                for epoch in {epoch for epoch, _ in keys}:
                    body = encode_ack(epoch, ranges([seq for each, seq in keys if each == epoch]))
                    await client.publish(self._commands, body)
