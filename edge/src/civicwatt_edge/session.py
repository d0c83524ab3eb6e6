"""One connection to the broker, from the births to the farewell.

Live lane before backlog: the newest record of each device goes first, then what is overdue, then the
disk's unacked records, lowest first. Everything but the live lane is marked historical.
"""

import asyncio
from contextlib import suppress

import aiomqtt
import structlog

from civicwatt_edge.config import Gateway
from civicwatt_edge.mqtt import publish_in_order
from civicwatt_edge.outbox import Outbox
from civicwatt_edge.store import Stored
from civicwatt_edge.window import FOR_BACKLOG, SIZE, Window
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.sparkplug.payload import Payload, encode
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import (
    Ack,
    Rebirth,
    Resend,
    as_historical,
    decode_command,
    encode_birth,
    encode_node_birth,
    encode_node_death,
    with_sequence,
)

log = structlog.get_logger()

# Engineering defaults.
TICK_S = 0.2  # how late an overdue record or a rebirth may be noticed; commits wake the sender at once
CHUNK = 100  # records in one write to the socket
FAREWELL_S = 2.0


class Session:
    """Speaks Sparkplug for the gateway on a connected client."""

    def __init__(
        self, client: aiomqtt.Client, gateway: Gateway, outbox: Outbox, clock: Clock, bd_seq: int
    ) -> None:
        self._client, self._gateway, self._outbox, self._clock = client, gateway, outbox, clock
        self._bd_seq = bd_seq
        client.pending_calls_threshold = CHUNK  # above it aiomqtt warns
        self._sequence = 0  # Sparkplug's seq of the next message
        self._window = Window()
        self._cursor = 0  # every unacked record up to this seq is in flight
        self._rewound: int | None = None
        self._reborn = True
        self._devices: list[str] = []

    async def run(self) -> None:
        """Run until the connection breaks (MqttError, maybe in a group); say goodbye when cancelled."""
        await self._client.subscribe(str(self._topic(MessageKind.NCMD)), qos=1)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen(group))
                group.create_task(self._send())
        except asyncio.CancelledError:
            with suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await self._farewell()
            raise

    async def _listen(self, group: asyncio.TaskGroup) -> None:
        async for message in self._client.messages:
            try:
                command = decode_command(message.payload)
            except CivicWattError as error:
                log.warning("command_not_understood", **error.as_dict())
                continue
            match command:
                case Ack(epoch, ranges):
                    if epoch == self._outbox.epoch:
                        self._window.ack(ranges)
                    self._outbox.ack(epoch, ranges)
                case Rebirth():
                    self._reborn = True
                case Resend(epoch, from_seq):
                    group.create_task(self._rewind(epoch, from_seq))

    async def _rewind(self, epoch: str, from_seq: int) -> None:
        log.info("resend_asked", epoch=epoch, from_seq=from_seq)
        await self._outbox.resend(epoch, from_seq)
        self._rewound = from_seq

    async def _send(self) -> None:
        while True:
            self._outbox.news.clear()
            if self._reborn:
                await self._birth()
            if self._rewound is not None:
                self._cursor, self._rewound = min(self._cursor, self._rewound - 1), None
            await self._send_live()
            await self._send_overdue()
            if await self._send_backlog():
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._outbox.news.wait()

    async def _birth(self) -> None:
        """Publish node and catalogues; the cloud that asked may have missed what is in flight."""
        self._reborn = False
        self._sequence = 0
        now_us = self._clock.now_us()
        births = await self._outbox.births()
        history = await self._outbox.history()
        node = encode_node_birth(now_us, self._bd_seq, self._next(), history=history)
        await self._client.publish(str(self._topic(MessageKind.NBIRTH)), node)
        for catalogue in births:
            topic = str(self._topic(MessageKind.DBIRTH, catalogue.device))
            await self._client.publish(topic, encode_birth(catalogue, now_us, self._next()))
        self._devices = list(dict.fromkeys(catalogue.device for catalogue in births))
        self._window.hurry()

    async def _send_live(self) -> None:
        live = self._outbox.live
        while live and len(self._window) < SIZE:
            records = [live.pop(device) for device in [*live][: min(CHUNK, SIZE - len(self._window))]]
            for record in records:
                if record.seq == self._cursor + 1:
                    self._cursor = record.seq
            await self._publish([(record, record.body) for record in records])

    async def _send_overdue(self) -> None:
        overdue = self._window.due(asyncio.get_running_loop().time())
        for start in range(0, len(overdue), CHUNK):
            still = [record for record in overdue[start : start + CHUNK] if record.seq in self._window]
            await self._publish([(record, as_historical(record.body)) for record in still])

    async def _send_backlog(self) -> bool:
        """Send a chunk from the disk; returns whether there may be more at once."""
        tail, room = self._outbox.last_seq, FOR_BACKLOG - len(self._window)
        if self._cursor >= tail or room <= 0:
            return False
        limit = min(room, CHUNK)
        chunk = await self._outbox.backlog(self._cursor, limit)
        batch = []
        for record in chunk:
            newest = self._outbox.live.get(record.device)
            if newest is not None and newest.seq == record.seq:
                del self._outbox.live[record.device]
                batch.append((record, record.body))
            elif record.seq not in self._window:
                batch.append((record, as_historical(record.body)))
        await self._publish(batch)
        self._cursor = chunk[-1].seq if len(chunk) == limit else max(self._cursor, tail)
        return True

    async def _publish(self, batch: list[tuple[Stored, bytes]]) -> None:
        """Hand a batch to the client in one go, in order: it then writes to the socket once for all."""
        now_s = asyncio.get_running_loop().time()
        messages = []
        for record, body in batch:
            self._window.sent(record, now_s)
            topic = str(self._topic(MessageKind.DDATA, record.device))
            messages.append((topic, with_sequence(body, self._next())))
        await publish_in_order(self._client, messages)

    async def _farewell(self) -> None:
        """Say that devices and gateway go, as a broken connection would have the broker say."""
        for device in self._devices:
            death = encode(Payload(self._clock.now_us() // 1000, [], self._next()))
            await self._client.publish(str(self._topic(MessageKind.DDEATH, device)), death)
        await self._client.publish(
            str(self._topic(MessageKind.NDEATH)), encode_node_death(self._bd_seq), qos=1
        )

    def _next(self) -> int:
        sequence, self._sequence = self._sequence, (self._sequence + 1) % 256
        return sequence

    def _topic(self, kind: MessageKind, device: str | None = None) -> Topic:
        return Topic(self._gateway.division, kind, self._gateway.id, device)
