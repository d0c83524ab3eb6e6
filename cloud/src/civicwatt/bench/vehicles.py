"""`civicwatt bench fleet`: 3,000 vehicles tell where they are every 30 s; what that costs of one core."""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time

from civicwatt.bench.figures import Figure, figure, progress
from civicwatt.bench.usage import cpu_s, memory_mb
from civicwatt_protocols.jt808 import Location, Message, Splitter, encode, messages, parse
from civicwatt_protocols.jt808.location import location_body

GOAL_CORES = 1.0
VEHICLES = 3_000
PERIOD_S = 30.0
PATIENCE_S = 60
REGISTRATION = b"\0\0\0\0" + b"ZX".ljust(5, b"\0") + b"T".ljust(20, b"\0") + b"1".ljust(7, b"\0") + b"\1"


def phone(number: int) -> str:
    """The terminal of a vehicle."""
    return f"{13_900_000_000 + number:012d}"


def run(vehicles: int = VEHICLES, period_s: float = PERIOD_S) -> dict[str, Figure]:
    """Measure; every fix must be answered and stored within the period."""
    _allow_connections(vehicles)
    with tempfile.TemporaryDirectory(prefix="civicwatt-bench-") as name:
        command = [sys.executable, "-m", "civicwatt.bench.vehicles_server", name, str(vehicles)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdin is not None  # noqa: S101 - a pipe
            assert server.stdout is not None  # noqa: S101
            try:
                port = int(server.stdout.readline())
                facts = asyncio.run(_drive(port, server.pid, vehicles, period_s))
                resident_mb, _ = memory_mb(server.pid)
                server.stdin.close()
                stored, events = (int(part) for part in server.stdout.readline().split())
            finally:
                server.kill()
    complete = facts["answered"] == vehicles and stored == 2 * vehicles
    cores = facts.pop("cores")
    told = {**facts, "stored": stored, "events": events, "rss_mb": resident_mb, "vehicles": vehicles}
    return {"fleet": figure(cores, "cores", GOAL_CORES, also=complete, **told, complete=complete)}


async def _drive(port: int, pid: int, vehicles: int, period_s: float) -> Figure:
    progress(f"fleet: {vehicles} terminals register and prove themselves")
    began = time.monotonic()
    devices = [_Device(number) for number in range(vehicles)]
    gate = asyncio.Semaphore(100)
    await asyncio.gather(*(one.come(port, gate) for one in devices))
    came_s = time.monotonic() - began
    progress(f"fleet: {vehicles} fixes in {period_s:.0f} s, fences evaluated")
    before, start = cpu_s(pid), time.monotonic()
    waits = await asyncio.gather(
        *(one.tell(start + period_s * n / vehicles) for n, one in enumerate(devices))
    )
    elapsed_s = time.monotonic() - start
    used_s = cpu_s(pid) - before
    for one in devices:
        one.close()
    times = sorted(wait for wait in waits if wait is not None)
    return {
        "cores": used_s / elapsed_s,
        "elapsed_s": round(elapsed_s, 1),
        "answered": len(times),
        "answer_p50_ms": round(times[len(times) // 2] * 1000),
        "answer_p99_ms": round(times[len(times) * 99 // 100] * 1000),
        "ms_per_fix": round(used_s / vehicles * 1000, 3),
        "came_s": round(came_s, 1),
    }


class _Device:
    """A terminal: it registers, tells a fix inside its yard, and then one outside."""

    def __init__(self, number: int) -> None:
        self._number, self._serial = number, 0
        self._splitter, self._heard = Splitter(), list[bytes]()

    async def come(self, port: int, gate: asyncio.Semaphore) -> None:
        async with gate:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
            registered = await self._say(messages.REGISTER, REGISTRATION)
            await self._say(messages.AUTHENTICATE, registered.body[3:])
            await self._say(messages.LOCATION, self._where(time.time() - 60, 0))

    async def tell(self, at_s: float) -> float | None:
        await asyncio.sleep(max(0.0, at_s - time.monotonic()))
        began = time.monotonic()
        said = messages.answered(await self._say(messages.LOCATION, self._where(time.time(), 400)))
        return time.monotonic() - began if said.result == messages.Result.OK else None

    def close(self) -> None:
        self._writer.close()

    def _where(self, at_s: float, east_micro: int) -> bytes:
        longitude = 112_000_000 + self._number % 100 * 10_000 + east_micro
        latitude = 30_000_000 + self._number // 100 * 10_000
        at_us = int(at_s) * 1_000_000
        return location_body(Location(0, 3, latitude, longitude, 30, 365, 90, at_us))

    async def _say(self, kind: int, body: bytes) -> Message:
        self._serial += 1
        self._writer.write(encode(Message(kind, phone(self._number), self._serial, body)))
        async with asyncio.timeout(PATIENCE_S):
            while not self._heard:
                data = await self._reader.read(4096)
                if not data:
                    raise ConnectionError(f"terminal {self._number} was refused")
                self._heard += self._splitter.feed(data)
        return parse(self._heard.pop(0))


def _allow_connections(vehicles: int) -> None:
    """A socket each, on either side of the loopback; the server inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = vehicles + 500
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
