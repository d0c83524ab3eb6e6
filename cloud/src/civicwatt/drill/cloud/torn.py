"""F27: connections break after k bytes: between gateways, broker, cloud and the readings database."""

from random import Random

from civicwatt.drill.cloud import servers
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.truth import HOUR_US
from civicwatt.drill.link import Cut, Link, Pass, unchanged
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage, until

FURTHEST = 20_000  # bytes


async def run(stage: Stage) -> Row:
    """What was under way, half written or not, comes again, and counts once."""
    cuts, stage_dice = stage.count(6, 100), stage.dice
    stage.folder.mkdir(parents=True, exist_ok=True)
    engine = servers.victoria(stage.folder) or servers.influxdb(stage.folder)
    options = {}
    links = []
    site = Site(stage)
    if engine is not None:
        await engine.start()
        site.ending.callback(engine.remove)
        links.append(await _link(site, engine.port))
        options["readings_url"] = engine.options["readings_url"].replace(str(engine.port), str(links[0].port))
    site.options |= options
    async with site:
        uplink, downlink = await _link(site, site.broker_port), await _link(site, site.broker_port)
        links += [uplink, downlink]
        site.cloud_port = downlink.port
        site.add(3)
        for one in site.senders:
            one.port = uplink.port
        await site.begin()
        for one in site.senders:
            one.accept([START_US - 24 * HOUR_US])
        await site.delivered()
        for link in links:
            link.asks = lambda: breaks_after(stage_dice, FURTHEST)
        downlink.answers = lambda: breaks_after(stage_dice, 4 * FURTHEST)  # readings on their way in
        for one in site.senders:
            one.accept(range(START_US - 24 * HOUR_US + one.interval_us, START_US, one.interval_us))
        uplink.break_all()
        downlink.break_all()
        began, two = uplink.connections, downlink.connections + 2
        await until(lambda: uplink.connections - began > cuts, "so many connections", 20.0 * cuts)
        await until(lambda: downlink.connections > two, "as many of the cloud", 100.0)
        for link in links:
            link.asks = link.answers = lambda: unchanged
        verdict = await site.verdict()
        again = sum(one.sent - len(one.kept) for one in site.senders)
    told = {"store": engine.name if engine else None, "connections": [one.connections for one in links]}
    return row(verdict, cuts, stage.seed, None, sent_again=again, **told)


async def _link(site: Site, port: int) -> Link:
    link = Link(port)
    await link.start()
    site.ending.push_async_callback(link.close)
    return link


def breaks_after(dice: Random, furthest: int) -> Pass:
    """For one connection: it breaks within so many bytes."""
    left = dice.randint(1, furthest)

    async def carry(data: bytes) -> list[bytes]:
        nonlocal left
        if len(data) >= left:
            raise Cut(data[:left])
        left -= len(data)
        return [data]

    return carry
