"""F31: many gateways come back at once, each with a day's backlog."""

import asyncio

from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt_cloud.kit.business_time import DAY_US

LIVE_LAG_S = 30.0
GROWN_MB = 256.0
LIVE_EVERY_S = 1.0


async def run(stage: Stage) -> Row:
    """Live readings overtake the backlog: from acceptance to ack, p99."""
    gateways, meters = stage.count(30, 500), stage.count(1, 2)
    async with Site(stage) as site:
        site.add(gateways, meters=meters)
        await site.register()
        for one in site.senders:
            one.accept(range(START_US - DAY_US, START_US, one.interval_us))
        backlog = sum(len(one.kept) for one in site.senders)
        await site.serve()
        before_mb, most_mb = site.memory_mb(), 0.0
        loop = asyncio.get_running_loop()
        began, slot = loop.time(), 0
        site.start_senders()
        while not all(one.is_done for one in site.senders) or slot < 3:
            for one in site.senders:
                one.accept([START_US + slot * one.interval_us], live=True)
            slot += 1
            await asyncio.sleep(LIVE_EVERY_S)
            most_mb = max(most_mb, site.memory_mb())
            if not any(not kept.is_live for one in site.senders for kept in one.unacked.values()):
                break
        drained_s = loop.time() - began
        verdict = await site.verdict(limit_s=600)
        lags = sorted(
            kept.acked_s - kept.accepted_s
            for one in site.senders
            for kept in one.kept.values()
            if kept.is_live and kept.acked_s is not None
        )
    p99 = lags[int(len(lags) * 0.99)]
    grown = round(most_mb - before_mb, 1)
    goals = {"live lag p99 at most 30 s": p99 <= LIVE_LAG_S, "memory stays bounded": grown <= GROWN_MB}
    return row(
        verdict,
        1,
        stage.seed,
        goals,
        gateways=gateways,
        backlog=backlog,
        live=len(lags),
        live_lag_p99_s=round(p99, 2),
        drained_s=round(drained_s, 1),
        grown_mb=grown,
    )
