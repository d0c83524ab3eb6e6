# ruff: noqa: S311
"""The victim of the kill test: accepts records for ever and says each sequence number once it is accepted."""

import asyncio
import random
import sys
from pathlib import Path

from civicwatt_edge.storage import outbox as front
from civicwatt_edge.storage import store as store_module
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.uplink import Record

# So small that the kills also hit segments being written, renamed and left behind.
store_module.SEGMENT, store_module.IN_ROWS, front.TIDY_S = 32, 16, 0.005


async def write(directory: Path) -> None:
    store = Store(directory)
    catalogue = store.catalogue("M-1", "simulated/water_counter", ["water_volume", "water_flow"])
    async with Outbox(store) as outbox:
        sys.stdout.write(f"epoch {outbox.epoch}\n")

        async def one(slot: int) -> None:
            record = Record(0, slot * 1_000_000, "M-1", catalogue.hash, (float(slot), 0.5), {})
            seq = await outbox.put(record)
            sys.stdout.write(f"{seq} {slot}\n")
            sys.stdout.flush()
            if random.random() < 0.3:  # some are acked: their numbers must not come back either
                outbox.ack(outbox.epoch, [(seq, seq)])

        slot = 0
        while True:
            await asyncio.gather(*(one(slot + i) for i in range(random.randint(1, 30))))
            slot += 30


asyncio.run(write(Path(sys.argv[1])))
