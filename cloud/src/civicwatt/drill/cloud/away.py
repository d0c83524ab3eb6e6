"""F07, F10, F11: the ingest is away, a database is down for an hour, a database is slow."""

import asyncio
from contextlib import closing
from random import Random
from sqlite3 import connect

from civicwatt.drill.cloud import servers
from civicwatt.drill.cloud.servers import Server
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.truth import HOUR_US
from civicwatt.drill.link import Link, Pass
from civicwatt.drill.row import Row, Verdict, row, skipped
from civicwatt.drill.stage import Stage, until
from civicwatt_protocols.clock import Clock

QUEUED = 1_200  # messages; Mosquitto keeps 1,000 for a subscriber that is away, and drops the others silently
RATE = 360.0  # an hour in ten seconds
FLAT_MB = 64.0
CATCH_UP_S = 600.0


async def ingest_away(stage: Stage) -> Row:
    """The cloud has subscribed and is gone; more is sent than the broker keeps for it."""
    async with Site(stage) as site:
        site.add(stage.count(2, 20))
        await site.begin()
        first_us = START_US - stage.count(72, 240) * HOUR_US
        for one in site.senders:
            one.window = 1_000_000
            one.accept([first_us])
        await site.delivered()
        await site.kill()
        before = sum(one.sent for one in site.senders)
        for one in site.senders:
            one.accept(range(first_us + one.interval_us, START_US, one.interval_us))
        await until(lambda: sum(one.sent for one in site.senders) - before > QUEUED, "messages sent", 60)
        queued = sum(one.sent for one in site.senders) - before
        await site.serve()
        verdict = await site.verdict()
    return row(verdict, 1, stage.seed, {"more than 1000 sent meanwhile": queued > QUEUED}, queued=queued)


async def down_an_hour(stage: Stage) -> Row:
    """One database after the other: nothing is acked meanwhile, nothing grows, all of it comes in."""
    stage.folder.mkdir(parents=True, exist_ok=True)
    made = (servers.victoria(stage.folder), await asyncio.to_thread(servers.postgresql, stage.folder))
    engines = [
        one for one in (*made, servers.influxdb(stage.folder) if stage.full else None) if one is not None
    ]
    runs = await asyncio.gather(*(_down(stage, one) for one in engines), _refused(stage))
    verdicts, grown, acks, caught_up = zip(*runs, strict=True)
    goals = {
        "nothing is acked while it is down": not any(acks),
        "memory stays flat": max(grown) <= FLAT_MB,
        "caught up within 10 minutes": max(caught_up) <= CATCH_UP_S,
    }
    return row(
        sum(verdicts, Verdict()),
        len(runs),
        stage.seed,
        goals,
        stores=[*(one.name for one in engines), "sqlite"],
        grown_mb=list(grown),
        caught_up_s=list(caught_up),
    )


Hour = tuple[Verdict, float, int, float]  # verdict, MB grown, records acked while down, seconds to catch up


async def _down(stage: Stage, engine: Server) -> Hour:
    await engine.start()
    clock = Clock(START_US, RATE)
    site = Site(stage, clock=clock, name=engine.name, options=engine.options)
    site.ending.callback(engine.remove)
    async with site:
        await _with_history(site, stage)
        await engine.stop()
        grown, acks = await _an_hour(site)
        await engine.start()
        caught_up = await site.delivered(CATCH_UP_S)
        await site.even()
        await site.stop()
        verdict = await site.verdict()
    return verdict, grown, acks, round(caught_up, 1)


async def _refused(stage: Stage) -> Hour:
    """SQLite gives nobody else a turn to write."""
    async with Site(stage, clock=Clock(START_US, RATE), name="sqlite") as site:
        await _with_history(site, stage)
        with closing(connect(site.settings.database_path, timeout=30, isolation_level=None)) as blocking:
            blocking.execute("BEGIN IMMEDIATE")
            grown, acks = await _an_hour(site)
            blocking.execute("ROLLBACK")
        caught_up = await site.delivered(CATCH_UP_S)
        verdict = await site.verdict()
    return verdict, grown, acks, round(caught_up, 1)


async def _with_history(site: Site, stage: Stage) -> None:
    site.add(stage.count(1, 20))
    await site.begin()
    for one in site.senders:
        one.accept(range(START_US - 12 * HOUR_US, START_US, one.interval_us))
    await site.delivered()
    await site.even()


async def _an_hour(site: Site) -> tuple[float, int]:
    """Live readings for an hour of the business clock; returns (MB grown, how many of them were acked)."""
    before_mb, known = site.memory_mb(), [len(one.kept) for one in site.senders]
    for n in range(12):
        for one in site.senders:
            one.accept([START_US + n * one.interval_us], live=True)
        await asyncio.sleep(max(0.0, site.clock.real_seconds_until(START_US)) + 300 / RATE)
    # An ack that was on its way when the hour began is for an earlier record.
    acked = sum(one.acked_after(seq) for one, seq in zip(site.senders, known, strict=True))
    return round(site.memory_mb() - before_mb, 1), acked


async def slow(stage: Stage) -> Row:
    """Every answer of the readings database is late, some by five seconds: a queue of bounded size."""
    stage.folder.mkdir(parents=True, exist_ok=True)
    engine = servers.victoria(stage.folder) or servers.influxdb(stage.folder)
    if engine is None:
        return skipped(stage.seed, "没有 victoria-metrics 或 influxdb · no readings database to slow down")
    await engine.start()
    link = Link(engine.port)
    link.answers = lambda: _late(stage.dice)
    await link.start()
    url = engine.options["readings_url"].replace(str(engine.port), str(link.port))
    site = Site(stage, options={"readings_url": url})
    site.ending.callback(engine.remove)
    site.ending.push_async_callback(link.close)
    async with site:
        site.add(stage.count(3, 50))
        await site.begin()
        for one in site.senders:
            one.accept([START_US - 24 * HOUR_US])
        await site.delivered()
        before_mb = site.memory_mb()
        for one in site.senders:
            one.accept(range(START_US - 24 * HOUR_US + one.interval_us, START_US, one.interval_us))
        seconds = await site.delivered(300)
        grown = round(site.memory_mb() - before_mb, 1)
        verdict = await site.verdict(limit_s=300)
    goals = {"memory stays bounded": grown <= 2 * FLAT_MB}
    return row(verdict, 1, stage.seed, goals, store=engine.name, drained_s=round(seconds, 1), grown_mb=grown)


def _late(dice: Random) -> Pass:
    async def carry(data: bytes) -> list[bytes]:
        await asyncio.sleep(5.0 if dice.random() < 0.02 else dice.uniform(0.02, 0.1))
        return [data]

    return carry
