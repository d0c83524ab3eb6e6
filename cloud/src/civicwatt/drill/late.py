"""F23: answers that come after their time-out must never be taken for the next ones."""

import asyncio
from random import Random

from civicwatt.drill.link import Pass
from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.stage import Stage
from civicwatt.drill.world import World

SHAPE = Shape(8, interval_s=10, rate=20.0, timeout_ms=50)
LATE = 0.2  # of all answers
FURTHEST_S = 0.12


async def run(stage: Stage) -> Row:
    """The whole gateway behind a line that holds answers back, and its bus clients by the thousand."""
    reads = stage.count(3_000, 100_000)
    whole, clients = await asyncio.gather(_gateway(stage), stage.work("late_reads", reads, stage.seed))
    verdict = whole + Verdict(wrong=clients["wrong"])
    return row(
        verdict,
        clients["reads"] + whole.records,
        stage.seed,
        {"answers were late": clients["late"] > 0},
        **{f"client_{key}": value for key, value in clients.items()},
    )


async def _gateway(stage: Stage) -> Verdict:
    async with World(stage.folder, SHAPE, stage.seed, linked=True) as world:
        dice = stage.dice
        world.bus_links[0].answers = lambda: _late(dice)
        world.start_gateway()
        await world.flows()
        await world.passes(SHAPE.interval_s * stage.count(24, 400))
        return await world.verdict()


def _late(dice: Random) -> Pass:
    async def carry(data: bytes) -> list[bytes]:
        if dice.random() < LATE:
            await asyncio.sleep(dice.uniform(SHAPE.timeout_ms / 1000 * 0.8, FURTHEST_S))
        return [data]

    return carry
