"""F02: a week without the broker, then everything through it while live values go on.

The gateway's outbox and uplink are real and run as a process of their own; its readings are made here, by a
rule that the consumer knows too, because a week at 32 meters must be written in seconds.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from civicwatt.demo import broker
from civicwatt.demo.processes import free_port
from civicwatt.drill.consumer import Consumer
from civicwatt_protocols import templates
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.uplink import Record

DIVISION, GATEWAY, TEMPLATE = "429900", "gw-01", "acrel/adw300"
MINUTE_US = 60_000_000
LIMIT_S = 230.0


@dataclass(frozen=True, slots=True)
class Load:
    """What the gateway reads; live_s: real seconds between two live readings of all meters together."""

    minutes: int = 7 * 1440
    meters: int = 32
    points: int = 20
    live_s: float = 60 / 32

    @property
    def records(self) -> int:
        """Written while there is no broker."""
        return self.minutes * self.meters


@dataclass(frozen=True, slots=True)
class Figures:
    """What a week offline takes, and how it comes in. Goals: F02, A1."""

    records: int  # written offline
    disk_mb: float  # all that the data directory held before the broker came
    rss_mb: float  # the gateway's most, writing and draining
    write_s: float
    drain_s: float
    drain_ratio: float  # records a second in the drain, against those a second of live readings
    live: int  # readings taken and delivered during the drain
    live_worst_s: float  # from the commit to the consumer
    lost: int
    duplicated: int  # readings of one meter and slot under two numbers
    wrong: int

    @property
    def goals(self) -> dict[str, bool]:
        """By name, whether it is met."""
        return {
            "disk_mb <= 256": self.disk_mb <= 256,
            "rss_mb < 150": self.rss_mb < 150,
            "drain_ratio >= 20": self.drain_ratio >= 20,
            "live_worst_s <= 5": self.live_worst_s <= 5,
            "live > 0": self.live > 0,
        }


async def offline(folder: Path, load: Load = Load()) -> Figures:
    """Run it in an empty folder; a week takes some two minutes."""
    port = free_port()
    running, consumer = broker.broker(folder, port), Consumer(port, DIVISION, GATEWAY)
    with (folder / "gateway.log").open("wb") as log:
        gateway = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "civicwatt.drill.offline_gateway", str(folder / "data"), str(port)),
            *(str(one) for one in (load.minutes, load.meters, load.points, load.live_s)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    assert gateway.stdin is not None  # noqa: S101 asked for
    assert gateway.stdout is not None  # noqa: S101
    try:
        async with asyncio.timeout(LIMIT_S):
            written = json.loads(await gateway.stdout.readline())
            broker.start(running, port)
            await consumer.come()
            gateway.stdin.write(b"go\n")
            drained = json.loads(await gateway.stdout.readline())
    finally:
        if gateway.returncode is None:
            gateway.kill()
        await gateway.wait()
        await consumer.go()
        running.kill()
    return _figures(load, written, drained, consumer)


def _figures(load: Load, written: dict[str, float], drained: dict[str, float], consumer: Consumer) -> Figures:
    kept = list(consumer.kept.values())
    # A live reading's slot is the moment it was handed to the outbox, on the clock that arrivals are told by.
    since_us = time.time_ns() // 1000 - round(time.monotonic() * 1e6)
    latency_s = [
        consumer.arrived_s[key] - (one.slot_us - since_us) / 1e6
        for key, one in consumer.kept.items()
        if one.seq > load.records
    ]
    places = Counter((one.device, one.slot_us) for one in kept)
    rate = load.records / drained["drain_s"]
    return Figures(
        load.records,
        round(written["disk"] / 1e6, 1),
        round(drained["rss_mb"], 1),
        round(written["write_s"], 1),
        round(drained["drain_s"], 1),
        round(rate * load.live_s),
        len(latency_s),
        round(max(latency_s, default=0.0), 2),
        int(drained["last_seq"]) - len(kept),
        sum(count - 1 for count in places.values()),
        consumer.changed + sum(one.values != reading(one.device, one.slot_us, load.points) for one in kept),
    )


@cache
def measures(points: int) -> tuple[str, ...]:
    """The template's, and as many others as it takes."""
    own = [register.measure for register in templates.load(TEMPLATE).registers]
    return (*own, *(one for one in MEASURES if one not in own))[:points]


def reading(device: str, slot_us: int, points: int) -> tuple[float, ...]:
    """What a meter shows in a slot: decimals as registers hold them, counters that rise."""
    dice, minute = Random(f"{device} {slot_us}"), slot_us / MINUTE_US  # noqa: S311
    values = []
    for measure in measures(points):
        if MEASURES[measure].is_counter:
            values.append(round(minute * 0.83 + dice.random(), 2))
        elif "voltage" in measure:
            values.append(round(230 + 4 * dice.random(), 1))
        elif "current" in measure:
            values.append(round(20 + 6 * dice.random(), 2))
        else:
            values.append(float(round(5000 + 900 * dice.random())))
    return tuple(values)


def record(device: str, catalogue: str, slot_us: int, points: int) -> Record:
    """The record of a slot."""
    return Record(0, slot_us, device, catalogue, reading(device, slot_us, points), {})
