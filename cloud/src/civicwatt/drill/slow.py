"""F22: devices that answer slowly, some of them too slowly."""

import asyncio
import statistics
from collections import Counter

from civicwatt.drill.dead_meters import PERIOD_ERROR, period_errors
from civicwatt.drill.plant import Shape, name
from civicwatt.drill.refused import counting
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt.drill.world import World
from civicwatt_sim.faults import Fault, FaultKind, Faults

# All real times are a fifth of a usual bus, as the clock runs five times as fast.
RATE = 5.0
TIMEOUT_MS = 200
SLOW_MS, TOO_SLOW_MS = (10, 140), (300, 1000)  # 50 to 700 ms, 1.5 to 5 s
SLOW_UNITS, TOO_SLOW_UNITS = (3, 7), (2, 8)


async def run(stage: Stage) -> Row:
    """The healthy keep their periods; who never answers in time is asked ever more seldom."""
    shape = Shape(12, interval_s=10, rate=RATE, timeout_ms=TIMEOUT_MS)
    cycles, dice = stage.count(14, 90), stage.dice
    requests: Counter[int] = Counter()
    async with World(stage.folder, shape, stage.seed, linked=True) as world:
        world.bus_links[0].asks = lambda: counting(requests)

        async def vary() -> None:
            while True:
                slow = [(name(0, unit), dice.randint(*SLOW_MS)) for unit in SLOW_UNITS]
                slow += [(name(0, unit), dice.randint(*TOO_SLOW_MS)) for unit in TOO_SLOW_UNITS]
                world.plant.faults = Faults(
                    [Fault(kind=FaultKind.DELAY, device=device, delay_ms=ms) for device, ms in slow]
                )
                await asyncio.sleep(0.3)

        varying = asyncio.create_task(vary())
        try:
            world.start_gateway()
            await world.flows()
            await world.passes(cycles * shape.interval_s)
            verdict = await world.verdict()
        finally:
            varying.cancel()
        healthy = {name(0, unit) for unit in range(1, 13) if unit not in (*SLOW_UNITS, *TOO_SLOW_UNITS)}
        records = list(world.consumer.kept.values())
        errors = period_errors(world, healthy)
    slots = Counter(one.device for one in records)
    gaps = sum(None in one.values for one in records if one.device in healthy)
    slow_gaps = sum(None in one.values for one in records if one.device in {name(0, u) for u in SLOW_UNITS})
    worst = max(statistics.mean(one) for one in errors.values())
    spared = all(requests[unit] < slots[name(0, unit)] for unit in TOO_SLOW_UNITS)
    return row(
        verdict,
        sum(slots.values()),
        stage.seed,
        {
            "period error ≤ 10 %": worst <= PERIOD_ERROR,
            "every healthy sample stored": gaps == 0,
            "who answers in time is read": slow_gaps == 0,
            "breaker opens": spared,
        },
        period_error=round(worst, 4),
        healthy_gaps=gaps,
        slow_gaps=slow_gaps,
        requests_to_the_too_slow=sum(requests[unit] for unit in TOO_SLOW_UNITS),
        slots_of_the_too_slow=sum(slots[name(0, unit)] for unit in TOO_SLOW_UNITS),
    )
