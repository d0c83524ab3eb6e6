"""Five dead meters among twenty on one bus: the others are read as if they were not there."""

import statistics
from collections import defaultdict
from itertools import pairwise

from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt.drill.world import World
from civicwatt_sim import truth

METERS, DEAD = 20, 5
INTERVAL_S, TIMEOUT_MS = 5, 500
PERIOD_ERROR = 0.10


async def run(stage: Stage) -> Row:
    """The healthy meters' samples are all stored, and their periods hold."""
    shape = Shape(METERS, interval_s=INTERVAL_S, rate=1.0, timeout_ms=TIMEOUT_MS, dead=DEAD)
    async with World(stage.folder, shape, stage.seed) as world:
        world.start_gateway()
        await world.flows()
        cycles = stage.count(9, 40)
        await world.passes(cycles * INTERVAL_S)
        verdict = await world.verdict()
        healthy = set(world.devices())
        records = [one for one in world.consumer.kept.values() if one.device in healthy]
        errors = period_errors(world, healthy)
    asked = sum(len(one.values) for one in records)
    stored = sum(value is not None for one in records for value in one.values)
    worst = max(statistics.mean(one) for one in errors.values())
    return row(
        verdict,
        cycles * METERS,
        stage.seed,
        {"every live sample stored": asked == stored > 0, "period error ≤ 10 %": worst <= PERIOD_ERROR},
        meters=METERS,
        dead=DEAD,
        live_samples=asked,
        live_samples_stored=stored,
        period_error=round(worst, 4),
        period_error_of_one_cycle_at_most=round(max(max(one) for one in errors.values()), 4),
    )


def period_errors(world: World, devices: set[str]) -> dict[str, list[float]]:
    """|period − interval| / interval of these meters' first answers in a slot, by the truth ledger."""
    interval_us = world.shape.interval_us
    firsts: dict[str, dict[int, int]] = defaultdict(dict)
    for (device, _), column in truth.read(world.folder / "truth.jsonl").items():
        for at_us in column.served_us:
            if device in devices:
                slot = at_us // interval_us
                firsts[device][slot] = min(at_us, firsts[device].get(slot, at_us))
    return {
        device: [abs(b - a - interval_us) / interval_us for a, b in pairwise(sorted(times.values()))]
        for device, times in firsts.items()
    }
