"""F05: the process that takes readings in dies by kill -9, at any instant, under load."""

import asyncio

from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage

GATEWAYS = 4
SLOT_US = 300_000_000
RECOVERY_S = 10.0


async def run(stage: Stage) -> Row:
    """Killed while messages arrive; what was not acked comes again, and counts once."""
    kills, slots = stage.count(4, 200), stage.count(288, 4_000)
    longest = 0.0
    async with Site(stage) as site:
        site.add(GATEWAYS)
        await site.register()
        site.start_senders()
        share = -(-slots // (kills + 1))  # so that each start finds new readings to ack
        first_us = START_US - share * (kills + 1) * SLOT_US
        for trial in range(kills + 1):
            await site.serve()
            begin_us = first_us + trial * share * SLOT_US
            heard = sum(one.heard for one in site.senders)
            for one in site.senders:
                one.accept(range(begin_us, begin_us + share * SLOT_US, SLOT_US))
            longest = max(longest, await _acks(site, heard))
            if trial < kills:
                await asyncio.sleep(stage.dice.uniform(0, 0.2) + 0.01 * (trial % 10))
                await site.kill()
        verdict = await site.verdict()
        sent, kept = (
            sum(values) for values in zip(*((s.sent, len(s.kept)) for s in site.senders), strict=True)
        )
    return row(
        verdict,
        kills,
        stage.seed,
        {"acks within 10 s of the start": longest <= RECOVERY_S},
        sent_again=sent - kept,
        first_ack_s=round(longest, 2),
    )


async def _acks(site: Site, before: int) -> float:
    """Seconds from now to the next ack."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while sum(one.heard for one in site.senders) == before:
        if loop.time() - began > 60:
            raise TimeoutError("no ack in 60 s")
        await asyncio.sleep(0.01)
    return loop.time() - began
