"""A peer between the meters and the broker of a bench, and what arrives from it."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiomqtt

from civicwatt.bench.rig import READY_S, Plant, Rig
from civicwatt.bench.usage import cpu_s, memory_mb
from civicwatt.demo import broker
from civicwatt.demo.processes import Process, listening, wait_until
from civicwatt.errors import PartDidNotStart

FIRST_VALUE_S = 15.0
WARM_S = 3.0  # after the first value, before anything counts
SILENCE_S, LONGEST_S = 0.25, 3.0  # between two cycles; it is waited for no longer than that
# Each gateway that connects asks ThingsBoard for its limits, and sends nothing before the answer.
LIMITS_ASKED = "v1/devices/me/rpc/request/+"
NO_LIMITS = json.dumps({"rateLimits": {}, "maxInflightMessages": 100, "maxPayloadSize": 65536})

Commands = Callable[[Plant, Path, int, int], Sequence[Sequence[str]]]  # folder, first bus port, broker port


@dataclass(frozen=True)
class Observed:
    """What was seen between two moments."""

    payloads: Sequence[bytes]
    cpu_s: float
    elapsed_s: float
    rss_mb: float
    processes: int


class PeerRig(Rig):
    """A rig with other processes in the place of our gateway; without commands it is ours."""

    def __init__(self, plant: Plant, folder: Path, commands: Commands | None) -> None:
        super().__init__(plant, folder)
        self._commands = commands
        self.measured = [self.gateway]

    def _start(self) -> None:
        if self._commands is None:
            super()._start()
            return
        self._ending.callback(self._broker.kill)
        broker.start(self._broker, self._broker_port)
        arguments = [str(self._bus_port), str(self._plant.buses), str(self._plant.answer_ms), str(self._log)]
        meters = self._process("meters", [sys.executable, "-m", "civicwatt.bench.responder", *arguments])
        meters.start()
        last = self._bus_port + self._plant.buses - 1
        wait_until(lambda: listening(last), "meters", READY_S, meters)
        commands = self._commands(self._plant, self._folder, self._bus_port, self._broker_port)
        self.measured = [self._process(f"peer-{number}", one) for number, one in enumerate(commands)]

    def observe(self, topic: str, seconds: float) -> Observed:
        """Subscribe, start the peer, wait for values, count for so long. TimeoutError when none comes."""
        return asyncio.run(_observe(self._broker_port, topic, self.measured, seconds))


async def _observe(port: int, topic: str, measured: Sequence[Process], seconds: float) -> Observed:
    payloads: list[bytes] = []
    came = asyncio.Event()

    async def collect() -> None:
        async for message in client.messages:
            if message.topic.matches(LIMITS_ASKED):
                await client.publish(message.topic.value.replace("request", "response"), NO_LIMITS, qos=1)
            else:
                payloads.append(bytes(message.payload))
                came.set()

    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe([(topic, 1), (LIMITS_ASKED, 1)])
        for process in measured:
            if not process.alive:
                process.start()
        collecting = asyncio.create_task(collect())
        try:
            async with asyncio.timeout(FIRST_VALUE_S):
                await came.wait()
            await asyncio.sleep(WARM_S)
            await _silence(came)
            pids = family(process.pid for process in measured if process.pid)
            first, cpu, began = len(payloads), _cpu_s(pids), time.monotonic()
            await asyncio.sleep(seconds)
            last, spent, elapsed = len(payloads), _cpu_s(pids) - cpu, time.monotonic() - began
        finally:
            collecting.cancel()
            _all_run(measured)
    rss = sum(memory_mb(pid)[0] for pid in pids)
    return Observed(payloads[first:last], spent, elapsed, round(rss, 1), len(pids))


def _all_run(measured: Iterable[Process]) -> None:
    for process in measured:
        if not process.alive:
            raise PartDidNotStart(process.name, log=str(process.log_file))


async def _silence(came: asyncio.Event) -> None:
    """Wait until a cycle's values are all here; not for ever on a gateway that spreads them."""
    deadline = time.monotonic() + LONGEST_S
    with suppress(TimeoutError):
        while time.monotonic() < deadline:
            came.clear()
            await asyncio.wait_for(came.wait(), SILENCE_S)


def family(pids: Iterable[int]) -> list[int]:
    """These processes and all their children (Linux)."""
    found = list(pids)
    for pid in found:  # grows while it is walked
        for task in Path(f"/proc/{pid}/task").iterdir():
            found.extend(int(child) for child in (task / "children").read_text().split())
    return found


def _cpu_s(pids: Iterable[int]) -> float:
    return sum(cpu_s(pid) for pid in pids)
