"""F16: whatever TZ the cloud's processes run with, days are the business zone's."""

import asyncio

from civicwatt.drill.cloud.site import Site
from civicwatt.drill.cloud.truth import HOUR_US
from civicwatt.drill.row import Row, Verdict, row
from civicwatt.drill.stage import Stage
from civicwatt_protocols.clock import Clock

ZONES = ("UTC", "Asia/Shanghai", "America/New_York")
LEAP_US = 1_835_193_600_000_000  # 2028-02-27 00:00 in Shanghai: a leap day and the end of a month follow
YEAR_US = 1_861_718_400_000_000  # 2028-12-30 00:00 in Shanghai: the end of a year follows


async def run(stage: Stage) -> Row:
    """The same readings in three zones; the truth cuts the days by itself."""
    begins = (LEAP_US, YEAR_US) if stage.full else (LEAP_US,)
    runs = [(zone, begin_us) for begin_us in begins for zone in ZONES]
    verdicts = await asyncio.gather(*(_one(stage, n, *one) for n, one in enumerate(runs)))
    return row(sum(verdicts, Verdict()), len(runs), stage.seed, zones=list(ZONES))


async def _one(stage: Stage, number: int, zone: str, begin_us: int) -> Verdict:
    end_us = begin_us + 96 * HOUR_US
    async with Site(stage, clock=Clock(end_us), name=f"{number}", environment={"TZ": zone}) as site:
        site.add(1)
        await site.begin()
        for one in site.senders:
            one.accept(range(begin_us, end_us, one.interval_us))
        return await site.verdict()
