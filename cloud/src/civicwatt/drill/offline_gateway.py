"""The gateway of F02: `python -m civicwatt.drill.offline_gateway DATA PORT MINUTES METERS POINTS LIVE_S`.

Fills its outbox, says how much disk that takes, waits for a line, connects, reads on, tells of the drain.
"""

import asyncio
import json
import os
import sys
import time
from itertools import count, cycle, islice
from pathlib import Path

from civicwatt.bench.usage import memory_mb
from civicwatt.drill.offline import DIVISION, GATEWAY, MINUTE_US, TEMPLATE, Load, measures, record
from civicwatt_edge import loop
from civicwatt_edge.config import Broker, Gateway
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.logs import log_to_stderr
from civicwatt_protocols.uplink import Catalogue

AT_ONCE = 4_000  # records handed over before the next ones are made
PATIENCE_S = 0.05


async def run(data: Path, port: int, load: Load) -> None:
    """Write, say it, wait, drain, say it."""
    store, points = Store(data), load.points
    catalogues = [store.catalogue(f"M-{n:04}", TEMPLATE, measures(points)) for n in range(1, load.meters + 1)]
    async with Outbox(store) as outbox:
        began = time.monotonic()
        await _fill(outbox, catalogues, load.minutes, points)
        say(write_s=time.monotonic() - began, disk=(await outbox.health()).used)
        await asyncio.to_thread(sys.stdin.readline)
        began = time.monotonic()
        uplink = Uplink(
            Gateway(id=GATEWAY, division=DIVISION, data=""), Broker(port=port), outbox, Clock.real()
        )
        sending = asyncio.create_task(uplink.run())
        reading = asyncio.create_task(_live(outbox, catalogues, points, load.live_s))
        await _drained(outbox, store, load.records)
        drain_s = time.monotonic() - began
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await outbox.settle()
        await _drained(outbox, store, load.records)  # the last live reading too
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        say(drain_s=drain_s, rss_mb=memory_mb(os.getpid())[1], last_seq=outbox.last_seq)


async def _drained(outbox: Outbox, store: Store, offline: int) -> None:
    """Wait until all is acked, and more than what was written offline."""
    while store.waiting() > 0 or outbox.accepted <= offline:  # noqa: ASYNC110 - acks tell nobody
        await asyncio.sleep(PATIENCE_S)


async def _fill(outbox: Outbox, catalogues: list[Catalogue], minutes: int, points: int) -> None:
    """Write what the minutes before now would have brought."""
    now_us = time.time_ns() // 1000
    start_us = now_us - now_us % MINUTE_US - minutes * MINUTE_US
    slots = ((one, start_us + minute * MINUTE_US) for minute in range(minutes) for one in catalogues)
    while chunk := list(islice(slots, AT_ONCE)):
        for one, slot_us in chunk:
            outbox.offer(record(one.device, one.hash, slot_us, points))
        await outbox.settle()


async def _live(outbox: Outbox, catalogues: list[Catalogue], points: int, live_s: float) -> None:
    """One meter after the other, evenly."""
    began = time.monotonic()
    for number, one in zip(count(), cycle(catalogues)):
        await asyncio.sleep(max(0.0, began + number * live_s - time.monotonic()))
        slot_us = time.time_ns() // 1_000_000 * 1000
        await outbox.put(record(one.device, one.hash, slot_us, points))


def say(**told: float) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    log_to_stderr()
    minutes, meters, points = map(int, sys.argv[3:6])
    loop.run(run(Path(sys.argv[1]), int(sys.argv[2]), Load(minutes, meters, points, float(sys.argv[6]))))
