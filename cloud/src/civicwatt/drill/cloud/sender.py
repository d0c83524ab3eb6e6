"""A gateway that keeps what it has accepted until the cloud has acked it: the protocol without the meters."""

import asyncio
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import aiomqtt

from civicwatt.drill.cloud.meters import MEASURES, Counter
from civicwatt.drill.cloud.truth import Shown, Truth
from civicwatt_edge.delivery import mqtt
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import (
    Ack,
    Catalogue,
    History,
    PointDefinition,
    Rebirth,
    Record,
    Resend,
    as_historical,
    decode_command,
    encode_birth,
    encode_node_birth,
    encode_node_death,
    encode_record,
    with_sequence,
)

DIVISION = "429900"
TEMPLATE = "chint/dtsu666"
WINDOW = 200  # records in flight
RESEND_S = 2.0
LOOK_S = 0.02
LONGEST_PAUSE_S = 1.0

Change = Callable[[bytes], bytes]  # what becomes of a body on its way


@dataclass(slots=True)
class Kept:
    """One record in the outbox."""

    topic: str
    body: bytes
    is_live: bool
    accepted_s: float
    acked_s: float | None = None


class Sender:
    """One gateway with a few meters. accept() writes the truth, then the outbox; run() delivers."""

    def __init__(
        self,
        name: str,
        truth: Truth,
        port: int,
        seed: int,
        *,
        meters: int = 2,
        interval_s: int = 300,
        measures: Sequence[str] = MEASURES,
    ) -> None:
        self.name, self.port = name, port
        self.interval_us = interval_s * 1_000_000
        self.dice = Random(f"{seed} {name}")  # noqa: S311
        devices = [f"M-{n + 1}" for n in range(meters)]
        self.counters = {
            one: Counter((name, one), truth, Random(f"{seed} {name} {one}"), self.interval_us)  # noqa: S311
            for one in devices
        }
        width = len(measures)
        self.catalogues = {
            one: Catalogue(
                one, TEMPLATE, tuple(PointDefinition(n * width + i + 1, m) for i, m in enumerate(measures))
            )
            for n, one in enumerate(devices)
        }
        self.epoch = str(uuid.UUID(int=self.dice.getrandbits(128)))
        self.kept: dict[int, Kept] = {}
        self.unacked: dict[int, Kept] = {}
        self._live: deque[int] = deque()
        self._backlog: deque[int] = deque()
        self._flying: dict[int, float] = {}  # since when, the oldest first
        self.sent = 0  # messages of readings
        self.heard = 0  # acks
        self.window = WINDOW
        self.change: Change = bytes
        self.held = False  # keeps everything to itself
        self._bd_seq = -1
        self._unborn = True
        self._task: asyncio.Task[None] | None = None

    def accept(self, slots_us: Iterable[int], *, live: bool = False) -> None:
        """Readings of all meters in these slots."""
        for slot_us in slots_us:
            for device, counter in self.counters.items():
                self.keep(device, slot_us, counter.step(slot_us), live=live)

    def keep(self, device: str, slot_us: int, shown: Shown, *, live: bool = False) -> None:
        """Put a reading that the truth has into the outbox."""
        seq, catalogue = len(self.kept) + 1, self.catalogues[device]
        values = (shown.counter / 1_000_000, shown.power / 1_000_000)
        extra = (1.0,) * (len(catalogue.points) - len(values))
        record = Record(seq, slot_us, device, catalogue.hash, (*values, *extra))
        body = encode_record(record, catalogue, self.epoch)
        now_s = asyncio.get_running_loop().time()
        topic = self._topic(MessageKind.DDATA, device)
        self.kept[seq] = Kept(topic, body if live else as_historical(body), live, now_s)
        self.unacked[seq] = self.kept[seq]
        (self._live if live else self._backlog).append(seq)

    def again(self, numbers: Iterable[int]) -> None:
        """Send these once more, whatever was acked."""
        for seq in numbers:
            self.unacked[seq] = self.kept[seq]
            self._backlog.append(seq)

    def shuffle(self) -> None:
        """Put what waits into any order."""
        waiting = list(self._backlog)
        self.dice.shuffle(waiting)
        self._backlog = deque(waiting)

    def forget(self) -> None:
        """A wiped gateway: an empty outbox of another epoch; what was not acked is lost with it."""
        self.kept, self.unacked, self._flying = {}, {}, {}
        self._live.clear()
        self._backlog.clear()
        self.epoch = str(uuid.UUID(int=self.dice.getrandbits(128)))
        self._unborn = True

    @property
    def is_done(self) -> bool:
        """Whether all is acked."""
        return not self.unacked

    def acked_after(self, seq: int) -> int:
        """How many of the records after this one are acked."""
        return sum(one > seq and one not in self.unacked for one in self.kept)

    def start(self) -> None:
        """Deliver from now on."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Be gone."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        pause_s = 0.1
        while True:
            with suppress(aiomqtt.MqttError, OSError):
                await self._connection()
                pause_s = 0.1
            await asyncio.sleep(self.dice.uniform(0, pause_s))  # full jitter
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _connection(self) -> None:
        self._bd_seq, self._unborn = self._bd_seq + 1, True
        will = aiomqtt.Will(self._topic(MessageKind.NDEATH), encode_node_death(self._bd_seq), 1)
        async with mqtt.Client("127.0.0.1", self.port, timeout=5, will=will) as client:
            await client.subscribe(self._topic(MessageKind.NCMD), qos=1)
            hearing = asyncio.create_task(self._hear(client))
            try:
                while not hearing.done():
                    batch = [] if self.held else self._next()
                    await mqtt.publish_in_order(client, batch)
                    await asyncio.sleep(LOOK_S)
                hearing.result()
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)

    def _next(self) -> list[tuple[str, bytes]]:
        """Births where they are wanted, then what has waited too long, live readings before the backlog."""
        now_s = asyncio.get_running_loop().time()
        batch = self._births() if self._unborn else []
        while self._flying and now_s - next(iter(self._flying.values())) > RESEND_S:
            late = next(iter(self._flying))
            del self._flying[late]
            self._live.append(late)
        while len(self._flying) < self.window and (lane := self._live or self._backlog):
            seq = lane.popleft()
            if (one := self.unacked.get(seq)) is None:
                continue
            self._flying.pop(seq, None)
            self._flying[seq] = now_s
            self.sent += 1
            batch.append((one.topic, with_sequence(self.change(one.body), self.sent % 256)))
        return batch

    def _births(self) -> list[tuple[str, bytes]]:
        self._unborn = False
        now_us = max((one.last_us or 0 for one in self.counters.values()), default=0)
        acked = [seq for seq in self.kept if seq not in self.unacked]
        history = History(self.epoch, min(acked), max(acked)) if acked else None
        node = encode_node_birth(now_us, self._bd_seq, history=history)
        return [(self._topic(MessageKind.NBIRTH), node)] + [
            (self._topic(MessageKind.DBIRTH, one.device), encode_birth(one, now_us, 0))
            for one in self.catalogues.values()
        ]

    async def _hear(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            match decode_command(bytes(message.payload)):
                case Rebirth():
                    self._unborn = True
                case Ack(epoch, ranges) if epoch == self.epoch:
                    self.acked(ranges)
                case Resend(epoch, first) if epoch == self.epoch:
                    self.again(seq for seq in self.kept if seq >= first)

    def acked(self, ranges: Iterable[tuple[int, int]]) -> None:
        """The cloud has these records."""
        now_s = asyncio.get_running_loop().time()
        self.heard += 1
        for first, last in ranges:
            for seq in range(first, last + 1):
                self._flying.pop(seq, None)
                if (one := self.unacked.pop(seq, None)) is not None and one.acked_s is None:
                    one.acked_s = now_s

    def _topic(self, kind: MessageKind, device: str | None = None) -> str:
        return str(Topic(DIVISION, kind, self.name, device))
