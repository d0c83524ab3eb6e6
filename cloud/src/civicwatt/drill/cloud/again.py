"""F12, F13: messages twice, in any order, weeks late, and for a month that was reported."""

import json

from civicwatt.drill.cloud import judging
from civicwatt.drill.cloud.registry import code
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour, LedgerMonth

SLOT_US = 300_000_000
MONTH = 202610  # reported, while a gateway still holds some of it
HOLE_US = (1_793_296_800_000_000, 1_793_556_000_000_000)  # 2026-10-30 02:00 to 2026-11-02 02:00 in Shanghai


async def twice(stage: Stage) -> Row:
    """A tenth of a day, then the whole of it, once more: the sums stay bit-equal."""
    async with Site(stage) as site:
        site.add(stage.count(3, 20))
        await site.begin()
        for one in site.senders:
            one.accept(range(START_US - DAY_US, START_US, SLOT_US))
        sums = {await _sums(site)}
        for share in (10, 1):
            for one in site.senders:
                one.again(seq for seq in list(one.kept) if one.dice.randrange(share) == 0)
                one.shuffle()
            sums.add(await _sums(site))
        sent = sum(one.sent for one in site.senders)
        verdict = await site.verdict()
    goals = {"sums bit-equal after each": len(sums) == 1}
    return row(verdict, 2, stage.seed, goals, messages=sent)


async def _sums(site: Site) -> str:
    """The sums of all tables, once all is delivered and booked."""
    await site.delivered()
    await site.even()
    with site.database() as database, database.reading() as session:
        tables = (judging.sums(session, table) for table in (LedgerHour, LedgerDay, LedgerMonth))
        return str([sorted(one.items()) for one in tables])


async def late(stage: Stage) -> Row:
    """Sixty days in any order, a gateway that held thirty, and three days of a month that was reported."""
    async with Site(stage) as site:
        anyhow, holding, reported = site.add(3, meters=1, interval_s=stage.count(3600, 300))
        step_us = anyhow.interval_us
        first_us = START_US - 60 * DAY_US
        await site.begin()
        anyhow.accept(range(first_us, START_US, step_us))
        anyhow.shuffle()
        holding.accept(range(first_us, first_us + 30 * DAY_US, step_us))
        await site.delivered()
        holding.held = True
        holding.accept(range(first_us + 30 * DAY_US, START_US, step_us))
        hole = range(*HOLE_US, step_us)
        for slot_us in range(first_us, START_US, step_us):
            for device, counter in reported.counters.items():
                shown = counter.step(slot_us)
                if slot_us not in hole:
                    reported.keep(device, slot_us, shown)
        missing = [
            (device, slot_us, site.truth.shown[reported.name, device, slot_us])
            for device in reported.counters
            for slot_us in hole
        ]
        held_back = len(holding.unacked)
        holding.held = False
        holding.shuffle()
        await site.delivered()
        await site.even()
        office, meter = code(reported), (reported.name, next(iter(reported.counters)))
        await site.command("closing", "month", office, "2026-10", "--by", "演练", "--document", "十月报表")
        before = judging.month_of(site.settings, meter, MONTH)
        days = await _days(site)
        for device, slot_us, shown in missing:
            reported.keep(device, slot_us, shown)
        reported.shuffle()
        await site.delivered()
        await site.even()
        left_alone = judging.month_of(site.settings, meter, MONTH) == before and await _days(site) == days
        proposed = json.loads(await site.command("closing", "corrections", "--json"))
        for one in proposed:
            await site.command("closing", "approve", one["number"], "--by", "演练", "--reason", "补传数据")
        verdict = await site.verdict()
    goals = {"the reported month is left alone": left_alone, "a correction is proposed": len(proposed) == 1}
    return row(verdict, 3, stage.seed, goals, corrections=len(proposed), held_back=held_back)


async def _days(site: Site) -> dict[tuple[int, int], int]:
    """The booked days of the reported month."""
    with site.database() as database, database.reading() as session:
        return {
            key: micro for key, micro in judging.sums(session, LedgerDay).items() if key[1] // 100 == MONTH
        }
