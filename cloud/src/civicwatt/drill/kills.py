"""F03: the gateway is killed with kill -9, at random instants and at named ones."""

import asyncio
import sys
from contextlib import suppress
from random import Random

from civicwatt.demo.processes import Process
from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.stage import Stage, until
from civicwatt.drill.victim import NOWHERE, POINTS
from civicwatt.drill.world import World
from civicwatt.errors import PartDidNotStart

SHAPE = Shape(6, interval_s=10, rate=80.0)
RESTART_S = 10.0
LONGEST_LIFE_S = 1.8  # a gateway needs about half of it to start
POINT_REACHED_S = 4.0
SIDE_BY_SIDE = 3


async def run(stage: Stage) -> Row:
    """Kill and kill again; some lives end at named points, the others anywhere, start-up included."""
    kills = stage.count(10, 500)
    chains = min(SIDE_BY_SIDE, kills // 5)
    shares = [kills // chains + (number < kills % chains) for number in range(chains)]
    ends = await asyncio.gather(*(_chain(stage, number, share) for number, share in enumerate(shares)))
    verdict, at_points, restart_s = Verdict(), 0, 0.0
    for one, named, slowest_s in ends:
        verdict, at_points, restart_s = verdict + one, at_points + named, max(restart_s, slowest_s)
    return row(
        verdict,
        kills,
        stage.seed,
        {"restart ≤ 10 s": restart_s <= RESTART_S, "named points were hit": at_points > 0},
        kills_at_named_points=at_points,
        named_points=sorted(POINTS),
        restart_s_at_most=round(restart_s, 2),
    )


async def _chain(stage: Stage, number: int, kills: int) -> tuple[Verdict, int, float]:
    """(verdict, kills at named points, slowest restart) of one gateway killed so often."""
    dice = Random(stage.dice.randrange(1 << 30) + number)  # noqa: S311
    points = sorted(POINTS)
    named = 0
    async with World(stage.folder / f"chain-{number}", SHAPE, stage.seed + number) as world:
        _start(world)
        await world.flows()
        await world.kill_gateway()
        for turn in range(kills - 1):
            if turn % 2:
                named += await _dies_at(world, points[(turn // 2 + number) % len(points)], dice)
            else:
                _start(world)
                await asyncio.sleep(dice.uniform(0.05, LONGEST_LIFE_S))
                await world.kill_gateway()
        _start(world)
        restart_s = await world.flows()
        return await world.verdict(), named, restart_s


def _start(world: World, point: str = NOWHERE, times: int = 0) -> Process:
    return world.start_gateway([sys.executable, "-m", "civicwatt.drill.victim", point, str(times)])


async def _dies_at(world: World, point: str, dice: Random) -> bool:
    """Start a gateway that kills itself at a point; whether it did in time, else it is killed there."""
    victim = _start(world, point, dice.randint(1, 25))
    with suppress(PartDidNotStart):
        await until(lambda: not victim.alive, point, POINT_REACHED_S)
    reached = not victim.alive
    await world.kill_gateway()
    return reached
