"""F01, F06, F07: the broker is away, is killed with messages in flight, or nobody listens."""

import asyncio

from civicwatt.drill.plant import Shape
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage, until
from civicwatt.drill.world import World

HOUR_S = 3600
LIVE_S, BACKLOG_S = 5.0, 180.0
QUEUED = 1_000  # what mosquitto keeps for a subscriber by default; the rest it drops without a word


async def down_an_hour(stage: Stage) -> Row:
    """F01: an hour of the clock without a broker; then the newest values come first, and all the rest."""
    shape = Shape(8, interval_s=60, rate=stage.count(150, 60))
    async with World(stage.folder, shape, stage.seed) as world:
        world.start_gateway()
        await world.flows(20)
        await asyncio.to_thread(world.broker.kill)
        await world.passes(HOUR_S)
        before = set(world.consumer.kept)
        await world.start_broker()
        back_us, back_s = world.clock.now_us(), asyncio.get_running_loop().time()
        connected_s = await until(lambda: len(world.consumer.kept) > len(before), "reconnect", 30)

        def all_live() -> bool:
            fresh = [one for key, one in world.consumer.kept.items() if key not in before]
            return {one.device for one in fresh if one.slot_us >= back_us - shape.interval_us} >= set(
                world.devices()
            )

        live_s = await until(all_live, "live values", 30)
        until_us = await world.drained(BACKLOG_S)
        drain_s = asyncio.get_running_loop().time() - back_s
        verdict = await world.verdict(until_us=until_us)
    outage = HOUR_S // shape.interval_s * shape.meters
    return row(
        verdict,
        1,
        stage.seed,
        {"live values ≤ 5 s after reconnect": live_s <= LIVE_S, "backlog ≤ 3 min": drain_s <= BACKLOG_S},
        outage_clock_s=HOUR_S,
        outage_records=outage,
        reconnect_s=round(connected_s, 2),
        live_after_reconnect_s=round(live_s, 2),
        drain_s=round(drain_s, 2),
    )


async def killed_in_flight(stage: Stage) -> Row:
    """F06: the broker is killed again and again while records fly; the gateway sends them again."""
    kills, dice = stage.count(6, 40), stage.dice
    async with World(stage.folder, Shape(8, interval_s=10, rate=40.0), stage.seed) as world:
        world.start_gateway()
        await world.flows()
        for _ in range(kills):
            await asyncio.sleep(dice.uniform(0.1, 1.0))
            await asyncio.to_thread(world.broker.kill)
            await asyncio.sleep(dice.uniform(0.0, 0.5))
            await world.start_broker()
            await world.flows()
        verdict = await world.verdict()
        again = world.consumer.deliveries - len(world.consumer.kept)
    return row(verdict, kills, stage.seed, sent_again=again)


async def consumer_away(stage: Stage) -> Row:
    """F07: more records than a broker would queue while the consumer is away; none is forgotten."""
    shape = Shape(10, buses=2, interval_s=10, rate=stage.count(60, 60))
    away = stage.count(1_400, 10_000)
    async with World(stage.folder, shape, stage.seed) as world:
        world.start_gateway()
        await world.flows()
        await world.consumer.go()
        before = len(world.consumer.kept)
        records_per_s = shape.buses * shape.meters * shape.rate / shape.interval_s
        await asyncio.sleep(away / records_per_s)
        await world.consumer.come()
        drain_s = await until(lambda: len(world.consumer.kept) - before >= away, "backlog", 120)
        verdict = await world.verdict()
    queued = len(world.consumer.kept) - before
    return row(
        verdict,
        1,
        stage.seed,
        {"more than 1,000 records waited": away > QUEUED},
        waited=away,
        brought_after=queued,
        drain_s=round(drain_s, 2),
    )
