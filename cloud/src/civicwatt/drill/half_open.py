"""F24: connections that carry nothing any more and are not closed, to the meters and to the broker."""

import asyncio
from statistics import median

from civicwatt.drill.link import Link
from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage, until
from civicwatt.drill.world import World

PERIODS = 2
BROKER_PERIOD_S = 60  # at the usual interval: two of them are what a silent broker may take
REACH_S = 90.0


async def run(stage: Stage) -> Row:
    """Found within two poll periods, connected anew without a restart, nothing lost."""
    trials = stage.count(4, 30)
    shape = Shape(4, interval_s=3, rate=1.0, timeout_ms=500)
    async with World(stage.folder, shape, stage.seed, linked=True) as world:
        link = world.broker_link
        assert link is not None  # noqa: S101 it is linked
        world.start_gateway()
        await world.flows(4)
        broker_s = []
        bus_s = []
        for _ in range(stage.count(1, 3)):
            finding = asyncio.create_task(_found(link))
            for _ in range(trials):
                bus_s.append(await _found(world.bus_links[0]))
                await world.passes(shape.interval_s / 2)
            broker_s.append(await finding)
        verdict = await world.verdict()
    return row(
        verdict,
        len(bus_s) + len(broker_s),
        stage.seed,
        {
            "bus found within 2 periods": max(bus_s) <= PERIODS * shape.interval_s,
            "broker found within 2 minutes": max(broker_s) <= PERIODS * BROKER_PERIOD_S,
        },
        bus_interval_s=shape.interval_s,
        bus_found_s_median=round(median(bus_s), 2),
        bus_found_s_at_most=round(max(bus_s), 2),
        broker_found_s_at_most=round(max(broker_s), 2),
    )


async def _found(link: Link) -> float:
    """Seconds until there is a new connection after the one of now fell silent."""
    connections = link.connections
    link.go_half_open()
    return await until(lambda: link.connections > connections, "a new connection", REACH_S)
