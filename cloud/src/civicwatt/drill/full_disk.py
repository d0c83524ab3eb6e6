"""F08: the gateway's disk is full to the last byte, in the middle of its work."""

import asyncio
import sys

from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, row
from civicwatt.drill.small_disk import SmallDisk, refused_writes, small_disk
from civicwatt.drill.stage import Stage
from civicwatt.drill.victim import NOWHERE
from civicwatt.drill.world import World

MEGABYTES = 8
SHAPE = Shape(8, interval_s=10, rate=60.0)
FULL_S = 3.0  # each time; what is read meanwhile waits in memory
VICTIM = (sys.executable, "-m", "civicwatt.drill.victim", NOWHERE, "0")


async def run(stage: Stage) -> Row:
    """Polling never stops, what is read waits, and all is well again by itself once there is room."""
    times = stage.count(3, 15)
    with small_disk(stage.folder / "data", MEGABYTES) as disk:
        async with World(stage.folder, SHAPE, stage.seed) as world:
            world.start_gateway(VICTIM)
            await world.flows(60)
            heal_s = []
            for _ in range(times):
                await _full(world, disk)
                heal_s.append(await world.flows(SHAPE.meters + 1))
                await asyncio.sleep(1)
            verdict = await world.verdict(history=False)
            log = (world.folder / "gateway.log").read_text()
    return row(
        verdict,
        times,
        stage.seed,
        {"alarm": "outbox_cannot_write" in log, "self-healed": "outbox_writes_again" in log},
        how="tmpfs" if disk else "RLIMIT_FSIZE",
        full_s=FULL_S,
        back_after_room_s_at_most=round(max(heal_s), 2),
    )


async def _full(world: World, disk: SmallDisk | None) -> None:
    """Keep the disk full for a while: what the gateway gives up to get on is taken too."""
    if disk is None:
        with refused_writes(world.pid):
            await asyncio.sleep(FULL_S)
        return
    for _ in range(int(FULL_S / 0.1)):
        disk.fill()
        await asyncio.sleep(0.1)
    disk.free()
