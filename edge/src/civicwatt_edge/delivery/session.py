"""One connection to the broker, from the births to the farewell.

Live lane before backlog: the newest record of each device goes first, then what is overdue, then the
disk's unacked records, lowest first. Everything but the live lane is marked historical.
"""

import asyncio
from collections.abc import Callable, Set
from contextlib import suppress

import aiomqtt
import structlog

from civicwatt_edge import machine_time
from civicwatt_edge.config import MAIN, Gateway
from civicwatt_edge.delivery.mqtt import publish_in_order
from civicwatt_edge.delivery.primary_host import PrimaryHost
from civicwatt_edge.delivery.window import FOR_BACKLOG, SIZE, Window
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Stored
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.sparkplug.payload import Payload, encode
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import (
    Ack,
    Catalogue,
    Rebirth,
    Reload,
    Resend,
    as_historical,
    decode_command,
    encode_birth,
    encode_node_birth,
    encode_node_death,
    published,
    with_sequence,
)

log = structlog.get_logger()

# Engineering defaults.
TICK_S = 0.2  # how late an overdue record may be noticed; commits and rebirths wake the sender at once
CHUNK = 100  # records in one write to the socket
FAREWELL_S = 2.0


class Session:
    """Speaks Sparkplug for the gateway on a connected client."""

    def __init__(
        self,
        client: aiomqtt.Client,
        gateway: Gateway,
        outbox: Outbox,
        clock: Clock,
        bd_seq: int,
        *,
        host: PrimaryHost,
        gone: Set[str],
        upstream: str = MAIN,
        reload: Callable[[], None] = lambda: None,
    ) -> None:
        self._client, self._gateway, self._outbox, self._clock = client, gateway, outbox, clock
        self._bd_seq, self._host, self._gone, self._upstream = bd_seq, host, gone, upstream
        self._reload = reload
        self._live, self._news = outbox.live[upstream], outbox.news[upstream]
        client.pending_calls_threshold = CHUNK  # above it aiomqtt warns
        self._sequence = 0  # Sparkplug's seq of the next message
        self._window = Window()
        self._cursor = 0  # every unacked record up to this seq is in flight
        self._rewound: int | None = None
        self._reborn = True
        self._announced = False  # the node's birth is out
        self._known = outbox.announcements
        self._born: dict[str, Catalogue] = {}  # by device, the current one
        self._dead: set[str] = set()  # devices whose death is out

    async def run(self) -> None:
        """Run until the connection breaks (MqttError, maybe in a group) or the primary host goes.

        However it ends, a gateway that has said its birth says goodbye: the broker keeps a will to itself
        when the connection is closed in order.
        """
        self._host.begin()
        await self._client.subscribe(str(self._topic(MessageKind.NCMD)), qos=1)
        if self._host.topic is not None:
            await self._client.subscribe(self._host.topic, qos=1)
        try:
            async with asyncio.TaskGroup() as group:
                sending = group.create_task(self._send())
                await self._listen(group)
                sending.cancel()
        finally:
            with suppress(aiomqtt.MqttError, TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await self._farewell()

    async def _listen(self, group: asyncio.TaskGroup) -> None:
        """Obey commands until the primary host, once there, has gone."""
        async for message in self._client.messages:
            if message.topic.value == self._host.topic:
                if self._host_goes(message.payload):
                    return
                continue
            try:
                command = decode_command(message.payload)
            except CivicWattError as error:
                log.warning("command_not_understood", **error.as_dict())
                continue
            match command:
                case Ack(epoch, ranges):
                    if epoch == self._outbox.epoch:
                        self._window.ack(ranges, asyncio.get_running_loop().time())
                    self._outbox.ack(epoch, ranges, self._upstream)
                case Rebirth():
                    self._reborn = True
                    self._news.set()
                case Reload():
                    self._reload()
                case Resend(epoch, from_seq):
                    group.create_task(self._rewind(epoch, from_seq))

    def _host_goes(self, payload: bytes) -> bool:
        was_online = self._host.online.is_set()
        try:
            self._host.hear(payload)
        except CivicWattError as error:
            log.warning("state_not_understood", **error.as_dict())
        if self._host.online.is_set() == was_online:
            return False
        log.info("primary_host_offline" if was_online else "primary_host_online")
        return was_online

    async def _rewind(self, epoch: str, from_seq: int) -> None:
        log.info("resend_asked", upstream=self._upstream, epoch=epoch, from_seq=from_seq)
        await self._outbox.resend(epoch, from_seq, self._upstream)
        self._rewound = from_seq

    async def _send(self) -> None:
        await self._host.online.wait()
        while True:
            self._news.clear()
            if self._known != self._outbox.announcements:
                self._known, self._reborn = self._outbox.announcements, True
            if self._reborn:
                await self._birth()
            await self._tell_deaths_and_returns()
            if self._rewound is not None:
                self._cursor, self._rewound = min(self._cursor, self._rewound - 1), None
            await self._send_live()
            await self._send_overdue()
            if await self._send_backlog():
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._news.wait()

    async def _birth(self) -> None:
        """Publish node and catalogues; the cloud that asked may have missed what is in flight."""
        self._reborn = False
        await self._tell_deaths_and_returns()  # a device that is read no more may not be born again
        self._sequence = 0
        now_us = self._clock.now_us()
        births = await self._outbox.births(self._upstream)
        history = await self._outbox.history(self._upstream)
        self._announced, self._born, self._dead = (
            True,
            {catalogue.device: catalogue for catalogue in births},
            set(),
        )
        node = encode_node_birth(now_us, self._bd_seq, self._next(), machine_time.quality(), history)
        await self._client.publish(str(self._topic(MessageKind.NBIRTH)), node)
        for catalogue in births:
            await self._device_birth(catalogue)
        self._window.hurry()

    async def _device_birth(self, catalogue: Catalogue) -> None:
        newest = self._outbox.newest.get(catalogue.device)
        body = None if newest is None else newest.body
        birth = encode_birth(catalogue, self._clock.now_us(), self._next(), machine_time.quality(), body)
        await self._client.publish(str(self._topic(MessageKind.DBIRTH, catalogue.device)), birth)

    async def _device_death(self, device: str) -> None:
        death = encode(Payload(self._clock.now_us() // 1000, [], self._next()))
        await self._client.publish(str(self._topic(MessageKind.DDEATH, device)), death)

    async def _tell_deaths_and_returns(self) -> None:
        """Publish what has changed; until a device is back its records, gaps all, go as historical."""
        for device in sorted((self._gone & self._born.keys()) - self._dead):
            self._dead.add(device)
            await self._device_death(device)
        for device in sorted(self._dead - self._gone):
            await self._device_birth(self._born[device])
            self._dead.discard(device)

    def _live_body(self, record: Stored) -> bytes:
        return as_historical(record.body) if record.device in self._dead else record.body

    async def _send_live(self) -> None:
        live = self._live
        while live and len(self._window) < SIZE and not self._reborn:
            records = [live.pop(device) for device in [*live][: min(CHUNK, SIZE - len(self._window))]]
            for record in records:
                if record.seq == self._cursor + 1:
                    self._cursor = record.seq
            await self._publish([(record, self._live_body(record)) for record in records])

    async def _send_overdue(self) -> None:
        overdue = self._window.due(asyncio.get_running_loop().time())
        for start in range(0, len(overdue), CHUNK):
            if self._reborn:
                return
            await self._send_live()  # the newest values do not wait behind what is sent again
            still = [record for record in overdue[start : start + CHUNK] if record.seq in self._window]
            await self._publish([(record, as_historical(record.body)) for record in still])

    async def _send_backlog(self) -> bool:
        """Send a chunk from the disk; returns whether there may be more at once."""
        tail, room = self._outbox.last_seq, FOR_BACKLOG - len(self._window)
        if self._cursor >= tail or room <= 0 or self._reborn:
            return False
        limit = min(room, CHUNK)
        chunk = await self._outbox.backlog(self._cursor, limit, self._upstream)
        batch = []
        for record in chunk:
            newest = self._live.get(record.device)
            if newest is not None and newest.seq == record.seq:
                del self._live[record.device]
                batch.append((record, self._live_body(record)))
            elif record.seq not in self._window:
                batch.append((record, as_historical(record.body)))
        await self._publish(batch)
        self._cursor = chunk[-1].seq if len(chunk) == limit else max(self._cursor, tail)
        return True

    async def _publish(self, batch: list[tuple[Stored, bytes]]) -> None:
        """Hand a batch to the client in one go, in order: it then writes to the socket once for all."""
        now_s, now_us = asyncio.get_running_loop().time(), self._clock.now_us()
        messages = []
        for record, body in batch:
            self._window.sent(record, now_s)
            topic = str(self._topic(MessageKind.DDATA, record.device))
            messages.append((topic, with_sequence(published(body, now_us), self._next())))
        await publish_in_order(self._client, messages)

    async def _farewell(self) -> None:
        """Say that devices and gateway go, as a broken connection would have the broker say."""
        if not self._announced:
            return
        for device in self._born:
            if device not in self._dead:
                await self._device_death(device)
        await self._client.publish(
            str(self._topic(MessageKind.NDEATH)), encode_node_death(self._bd_seq), qos=1
        )

    def _next(self) -> int:
        sequence, self._sequence = self._sequence, (self._sequence + 1) % 256
        return sequence

    def _topic(self, kind: MessageKind, device: str | None = None) -> Topic:
        return Topic(self._gateway.division, kind, self._gateway.id, device)
