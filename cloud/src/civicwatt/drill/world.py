"""The rig of a drill: simulated meters with their truth ledger, a gateway process, a broker, a consumer."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from civicwatt.demo import broker
from civicwatt.demo.processes import Process, free_port
from civicwatt.drill import evidence
from civicwatt.drill.consumer import Consumer
from civicwatt.drill.link import Link
from civicwatt.drill.plant import DIVISION, GATEWAY, START_US, Shape, city, configuration, name
from civicwatt.drill.row import Verdict
from civicwatt.drill.stage import until
from civicwatt_protocols.clock import Clock
from civicwatt_sim.meter import simulate
from civicwatt_sim.server import Plant
from civicwatt_sim.truth import TruthLedger

READY_S = 20.0
DRAIN_S = 60.0
GRACE_S = 0.5  # real seconds from an answer to its commit on a busy machine
RUN = "from civicwatt_edge.cli import app; app()"


class World:
    """`async with World(folder, shape, seed) as world` starts all but the gateway; nothing outlives it.

    Meters and consumer live in this process, so that a drill can tell them what to do; gateway and broker
    are real processes. `linked` puts a Link before the meters and before the broker.
    """

    def __init__(
        self, folder: Path, shape: Shape, seed: int, *, linked: bool = False, clock: Clock | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.shape, self.data = folder, shape, folder / "data"
        self.clock = clock or Clock(START_US, shape.rate)
        self.kills_us: list[int] = []
        self.broker_port = free_port()
        self.broker = broker.broker(folder, self.broker_port)
        self.broker_lines = ""  # in the gateway's file
        self.consumer = Consumer(self.broker_port, DIVISION, GATEWAY)
        self.broker_link: Link | None = Link(self.broker_port) if linked else None
        self.bus_links: list[Link] = []
        self._linked = linked
        self._meters = simulate(city(shape, seed))
        self._ending = AsyncExitStack()
        self._gateway: Process | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._ending.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ending.aclose()

    @property
    def config(self) -> Path:
        """The gateway's configuration file."""
        return self.folder / "gateway.toml"

    @property
    def gateway(self) -> Process:
        """The gateway's process."""
        assert self._gateway is not None  # noqa: S101 a drill starts it first
        return self._gateway

    @property
    def pid(self) -> int:
        """The gateway's process id."""
        assert self.gateway.pid is not None  # noqa: S101 it has been started
        return self.gateway.pid

    def devices(self) -> list[str]:
        """The names of the meters that answer."""
        shape = self.shape
        return [name(b, u) for b in range(shape.buses) for u in range(shape.dead + 1, shape.meters + 1)]

    def start_gateway(
        self, prefix: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> Process:
        """Start it; `prefix` replaces the interpreter's call of the gateway's command."""
        command = [*(prefix or [sys.executable, "-c", RUN]), "run", "--config", str(self.config)]
        if environment is None:
            command += ["--clock", str(self.clock)]
        else:
            command = ["/usr/bin/env", *(f"{key}={value}" for key, value in environment.items()), *command]
        self._gateway = Process("gateway", command, self.folder / "gateway.log")
        self._gateway.start()
        return self._gateway

    async def kill_gateway(self) -> None:
        """Kill -9, now."""
        self.kills_us.append(self.clock.now_us())
        await asyncio.to_thread(self.gateway.kill)

    async def stop_gateway(self) -> None:
        """SIGTERM, and wait."""
        if self._gateway is not None:
            await asyncio.to_thread(self._gateway.stop)

    async def flows(self, more: int = 1) -> float:
        """Wait until so many records more have come than now; returns the seconds it took."""
        count = len(self.consumer.kept) + more
        return await until(lambda: len(self.consumer.kept) >= count, "records at the consumer", READY_S)

    async def passes(self, clock_s: float) -> None:
        """Let this time pass on the drill's clock."""
        await asyncio.sleep(clock_s / self.clock.rate)

    async def drained(self, limit_s: float = DRAIN_S) -> int:
        """Wait until all that is on the gateway's disk now has arrived; returns its newest slot [µs]."""
        await self.flows(self.shape.buses * self.shape.meters)
        disk, _ = await asyncio.to_thread(evidence.accepted, self.data)
        slots = {(one.device, one.slot_us) for one in disk}

        def done() -> bool:
            return slots <= {(one.device, one.slot_us) for one in self.consumer.kept.values()}

        await until(done, "the backlog at the consumer", limit_s)
        return max(slot_us for _, slot_us in slots)

    async def verdict(
        self, *, owed: bool = True, history: bool = True, until_us: int | None = None
    ) -> Verdict:
        """Drain, end the gateway and compare.

        owed: each slot must have its record. history: what was delivered must still be kept locally.
        """
        if until_us is None:
            until_us = await self.drained()
        await self.stop_gateway()
        return await asyncio.to_thread(self._judge, until_us, owed, history)

    def _judge(self, until_us: int, owed: bool, history: bool) -> Verdict:
        disk, points = evidence.accepted(self.data)
        interval_us = self.shape.interval_us
        grace_us = int(GRACE_S * self.clock.rate * 1_000_000)
        if not history:
            disk = [*disk, *self.consumer.kept.values()]
        slots = evidence.by_slot(disk)
        missing = evidence.unwritten(slots, interval_us, self.kills_us, grace_us) if owed else []
        served = evidence.Answers.read(self.folder / "truth.jsonl", interval_us)
        verdict = evidence.judge(
            disk, self.consumer.kept.values(), points, served, until_us=until_us, unwritten=missing
        )
        return replace(verdict, wrong=verdict.wrong + self.consumer.changed)

    async def _start(self) -> None:
        ledger = self._ending.enter_context(TruthLedger(self.folder / "truth.jsonl"))
        self.plant = Plant(self._meters, self.clock, ledger)
        ports = await self.plant.start("127.0.0.1", 0)
        self._ending.push_async_callback(self.plant.close)
        broker_port = self.broker_port
        if self._linked:
            self.bus_links = [Link(port) for port in ports]
            for link in self.bus_links:
                await self._link(link)
            ports = [link.port for link in self.bus_links]
        if self.broker_link is not None:
            await self._link(self.broker_link)
            broker_port = self.broker_link.port
        self.config.write_text(configuration(self.shape, ports, broker_port, self.broker_lines))
        self._ending.callback(self.broker.kill)
        await self.start_broker()
        await self.consumer.come()
        self._ending.push_async_callback(self.consumer.go)
        self._ending.callback(self._kill_what_is_left)

    async def start_broker(self) -> None:
        """Start it, first or again, and wait until it listens."""
        self.broker.start()
        await until(lambda: _listens(self.broker_port), "broker", READY_S)

    async def _link(self, link: Link) -> None:
        await link.start()
        self._ending.push_async_callback(link.close)

    def _kill_what_is_left(self) -> None:
        if self._gateway is not None:
            self._gateway.kill()


def _listens(port: int) -> bool:
    with open("/proc/net/tcp") as sockets:
        return f"0100007F:{port:04X} 00000000:0000 0A" in sockets.read()
