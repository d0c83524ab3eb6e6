"""The process whose power is cut: `python -m civicwatt.drill.power_writer FOLDER GROUPS SEED`.

It puts records into the gateway's own outbox, has some of them acked, and writes into FOLDER/said, once a
record is accepted, its number and slot: what has been said before the cut must be there after it.
"""

import asyncio
import os
import sys
from pathlib import Path
from random import Random

from civicwatt.drill import small
from civicwatt.drill.plant import FLOAT_METER, MEASURES
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.uplink import Record

LARGEST_GROUP = 12
ACKED = 0.6


async def write(folder: Path, groups: int, dice: Random) -> None:
    """Put group after group, each waiting for its acceptance."""
    small.segments()
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    store = Store(folder / "data")
    catalogue = store.catalogue("M-0001", FLOAT_METER, MEASURES)
    slot = 0
    async with Outbox(store) as outbox:

        async def one(slot_us: int) -> int:
            values = tuple(round(dice.uniform(0, 1e6), 6) for _ in MEASURES)
            seq = await outbox.put(Record(0, slot_us, "M-0001", catalogue.hash, values, {}))
            os.write(said, f"{seq} {slot_us}\n".encode())
            return seq

        for _ in range(groups):
            slots = [(slot + n) * 1_000_000 for n in range(dice.randint(1, LARGEST_GROUP))]
            slot += len(slots)
            seqs = await asyncio.gather(*(one(slot_us) for slot_us in slots))
            if dice.random() < ACKED:
                outbox.ack(outbox.epoch, [(seqs[0], seqs[dice.randrange(len(seqs))])])


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1]), int(sys.argv[2]), Random(int(sys.argv[3]))))  # noqa: S311
