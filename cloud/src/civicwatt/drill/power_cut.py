"""F04: the power goes at any instant; what was not synced may be lost, what was accepted may not."""

import asyncio

from civicwatt.drill.preload import can_compile, compiled
from civicwatt.drill.row import Row, Verdict, row, skipped
from civicwatt.drill.stage import Stage

WORKERS = 2


async def run(stage: Stage) -> Row:
    """Record a real run's writes and syncs, then cut the power at random points of the record."""
    if not can_compile():
        return skipped(stage.seed, "没有 C 编译器，无法记录写入 · no C compiler (cc) to record writes with")
    stage.folder.mkdir(parents=True)
    root = stage.folder / "disk"
    root.mkdir()
    log = stage.folder / "calls"
    recorder = await asyncio.to_thread(compiled, "recorder", stage.folder)
    recorded = {"LD_PRELOAD": str(recorder), "RECORD_ROOT": str(root), "RECORD_LOG": str(log)}
    await stage.work("power_writer", root, stage.count(150, 500), stage.seed, environment=recorded)
    points = stage.count(40, 2_000)
    shares = [points // WORKERS + (n < points % WORKERS) for n in range(WORKERS)]
    ends = await asyncio.gather(
        *(stage.work("power_replay", log, root, n, stage.seed + i) for i, n in enumerate(shares))
    )
    total = {key: sum(one[key] for one in ends) for key in ends[0]}
    return row(
        Verdict(lost=total["lost"], wrong=total["wrong"], records=total["said_and_found"]),
        points,
        stage.seed,
        {"something had been accepted": total["said_and_found"] > 0},
        recorded_calls=ends[0]["calls"],
    )
