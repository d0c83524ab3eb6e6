"""The cloud under a drill: real processes on databases of their own, and what they must hold in the end."""

import asyncio
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Self

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from civicwatt.bench.usage import memory_mb
from civicwatt.demo import broker
from civicwatt.demo.processes import Process, civicwatt, free_port
from civicwatt.drill.cloud import judging
from civicwatt.drill.cloud.listening import listens
from civicwatt.drill.cloud.registry import register
from civicwatt.drill.cloud.sender import Sender
from civicwatt.drill.cloud.truth import Truth
from civicwatt.drill.row import Verdict
from civicwatt.drill.stage import Stage, until
from civicwatt.errors import PartDidNotStart
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.settings import Settings
from civicwatt_cloud.timeseries.intake.sequences import received
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_protocols.clock import Clock

START_US = 1_794_963_600_000_000  # 2026-11-18 09:00 in Shanghai
READY_S = 60.0
DRAIN_S = 600.0
GO_ON_S = 5.0


class Site:
    """`async with Site(stage) as site` starts the broker; gateways and the cloud start when they are told."""

    def __init__(
        self,
        stage: Stage,
        *,
        clock: Clock | None = None,
        name: str = "cloud",
        options: Mapping[str, str] = MappingProxyType({}),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.folder = stage.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self.seed = stage.seed
        self.clock = clock or Clock(START_US)
        self.broker_port = free_port()
        self.broker = broker.broker(self.folder, self.broker_port)
        self.cloud_port = self.broker_port  # where the cloud believes the broker to be
        self.options = dict(options)  # further settings
        self.truth = Truth(self.folder / "truth.jsonl")
        self.senders: list[Sender] = []
        self._environment = dict(environment)
        self._ending = AsyncExitStack()
        self._serve: Process | None = None

    async def __aenter__(self) -> Self:
        self._ending.enter_context(self.truth)
        self._ending.callback(self.broker.kill)
        self._ending.push_async_callback(self._end_all)
        try:
            await self.start_broker()
        except BaseException:
            await self._ending.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ending.aclose()

    @property
    def ending(self) -> AsyncExitStack:
        """What is to end with the site."""
        return self._ending

    @property
    def config(self) -> Path:
        """The cloud's configuration file."""
        return self.folder / "cloud.toml"

    @property
    def settings(self) -> Settings:
        """What the file says."""
        given = {
            "data_dir": str(self.folder / "data"),
            "mqtt_port": self.cloud_port,
            "clock": str(self.clock),
            **self.options,
        }
        lines = [
            f"{key} = {value if isinstance(value, int) else repr(str(value))}" for key, value in given.items()
        ]
        self.config.write_text("\n".join(lines) + "\n")
        return Settings.load(self.config)

    def memory_mb(self) -> float:
        """What the serving process has resident now."""
        assert self.serving.pid is not None  # noqa: S101 it runs
        return memory_mb(self.serving.pid)[0]

    def add(self, count: int, *, meters: int = 2, interval_s: int = 300) -> list[Sender]:
        """So many gateways more; their meters are in the register."""
        first = len(self.senders) + 1
        new = [
            Sender(
                f"gw-{n:03}", self.truth, self.broker_port, self.seed, meters=meters, interval_s=interval_s
            )
            for n in range(first, first + count)
        ]
        self.senders += new
        return new

    async def start_broker(self) -> None:
        """Start it, first or again, and wait until it listens."""
        self.broker.start()
        await until(lambda: listens(self.broker_port), "broker", READY_S)

    def start_senders(self) -> None:
        """All of them deliver from now on."""
        for one in self.senders:
            one.start()

    async def register(self) -> None:
        """Enter the gateways' meters, as a meter list does."""
        await asyncio.to_thread(register, self.settings, self.senders)

    async def begin(self) -> None:
        """Enter the meters, start the cloud, let the gateways deliver."""
        await self.register()
        await self.serve()
        self.start_senders()

    async def serve(self, *, wait: bool = True) -> Process:
        """Start `civicwatt cloud serve`."""
        port = free_port()
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._serve = self._process("serve", "cloud", "serve", "--port", str(port))
        if wait:
            await until(lambda: listens(port) or not self.serving.alive, "cloud", READY_S)
            if not self.serving.alive:
                raise PartDidNotStart("cloud", log=self.serving.log_file.read_text()[-500:])
        return self._serve

    @property
    def serving(self) -> Process:
        """The serving process."""
        assert self._serve is not None  # noqa: S101 a drill starts it first
        return self._serve

    async def kill(self) -> None:
        """Kill -9 of the serving process."""
        await asyncio.to_thread(self.serving.kill)

    async def stop(self) -> None:
        """SIGTERM to the cloud, and wait."""
        if self._serve is not None and self._serve.alive:
            await asyncio.to_thread(self._serve.stop)

    async def command(self, *arguments: str, okay: Sequence[int] = (0,)) -> str:
        """A command of the cloud on the same configuration; what it prints."""

        def run() -> subprocess.CompletedProcess[str]:
            _ = self.settings
            return subprocess.run(
                [*civicwatt(*arguments), "--config", str(self.config)],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, **self._environment},
            )

        done = await asyncio.to_thread(run)
        if done.returncode not in okay:
            raise RuntimeError(f"{' '.join(arguments[:3])}: {done.returncode} {done.stderr[-500:]}")
        return done.stdout

    async def delivered(self, limit_s: float = DRAIN_S) -> float:
        """Wait until all that was accepted is acked; returns the seconds it took."""
        return await until(lambda: all(one.is_done for one in self.senders), "acks", limit_s)

    async def received(self, at_us: int, limit_s: float = DRAIN_S) -> int:
        """Wait until the cloud knows every record of the outboxes, while the gateways go on from a slot.

        A restored cloud asks for what it lacks when it hears of a gateway, at most once in half a minute.
        Returns the slot after the last.
        """
        loop = asyncio.get_running_loop()
        until_s, next_s = loop.time() + limit_s, 0.0
        with self.database() as database:
            while True:
                with database.reading() as session:
                    if all(received(session, s.name, s.epoch) == [(1, len(s.kept))] for s in self.senders):
                        return at_us
                if loop.time() > until_s:
                    raise PartDidNotStart("resending", log=f"{limit_s:.0f} s")
                if loop.time() > next_s and all(one.is_done for one in self.senders):
                    next_s = loop.time() + GO_ON_S
                    for one in self.senders:
                        one.accept([at_us], live=True)
                    at_us += self.senders[0].interval_us
                await asyncio.sleep(0.1)

    async def even(self, limit_s: float = DRAIN_S) -> None:
        """Wait until the books are even."""
        with self.database() as database:

            def is_even() -> bool:
                try:
                    with database.reading() as session:
                        return session.scalar(select(DirtyRange.id).limit(1)) is None
                except SQLAlchemyError:
                    return False

            await until(is_even, "books", limit_s)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The cloud's database, beside the processes that use it."""
        database = Database.of(self.settings)
        try:
            yield database
        finally:
            database.close()

    async def verdict(self, *, held: int = 0, limit_s: float = DRAIN_S) -> Verdict:
        """Wait until all is delivered and booked, end the cloud, and compare with the truth."""
        await self.delivered(limit_s)
        await self.even(limit_s)
        await self.stop()
        return await asyncio.to_thread(judging.judge, self.settings, self.truth, held)

    def _process(self, name: str, *arguments: str) -> Process:
        _ = self.settings
        changed = [f"{key}={value}" for key, value in self._environment.items()]
        call = ["/usr/bin/env", *changed] if changed else []
        command = [*call, *civicwatt(*arguments), "--config", str(self.config)]
        process = Process(name, command, self.folder / f"{name}.log")
        process.start()
        return process

    async def _end_all(self) -> None:
        for sender in self.senders:
            await sender.stop()
        if self._serve is not None:
            await asyncio.to_thread(self._serve.kill)
