"""F36: thirty days in which anything may happen, by seeded dice; in the end the books are the truth's."""

import asyncio
from collections import Counter as Tally
from collections.abc import Awaitable, Callable
from random import Random

from civicwatt.drill.cloud.sender import Sender
from civicwatt.drill.cloud.site import START_US, Site
from civicwatt.drill.cloud.torn import breaks_after
from civicwatt.drill.cloud.truth import HOUR_US
from civicwatt.drill.link import Link, unchanged
from civicwatt.drill.row import Row, row
from civicwatt.drill.stage import Stage
from civicwatt_cloud.kit.business_time import DAY_US
from civicwatt_protocols.clock import Clock

DAYS = 30
FURTHEST = 60_000  # bytes until a line breaks
SLOPE_MB_A_DAY = 2.0


class Nemesis:
    """One fault after the other; each heals by itself."""

    def __init__(self, site: Site, links: list[Link], dice: Random, pause_s: float) -> None:
        self._site, self._links, self._dice, self._pause_s = site, links, dice, pause_s
        self.done: Tally[str] = Tally()
        self.glitches = 0
        self._faults: list[Callable[[], Awaitable[None]]] = [
            self._kill_cloud,
            self._kill_broker,
            self._cut_lines,
            self._hold_a_gateway,
            self._send_twice,
            self._shuffle,
            self._restart_cloud,
            self._glitch,
        ]
        dice.shuffle(self._faults)

    async def strike(self, number: int) -> None:
        """The next fault: each once, then by the dice."""
        fault = self._faults[number] if number < len(self._faults) else self._dice.choice(self._faults)
        self.done[fault.__name__.strip("_")] += 1
        await fault()

    async def _kill_cloud(self) -> None:
        await self._site.kill()
        await self._site.serve()

    async def _restart_cloud(self) -> None:
        await self._site.stop()
        await self._site.serve()

    async def _kill_broker(self) -> None:
        await asyncio.to_thread(self._site.broker.kill)
        await asyncio.sleep(self._pause_s)
        await self._site.start_broker()

    async def _cut_lines(self) -> None:
        for link in self._links:
            link.asks = lambda: breaks_after(self._dice, FURTHEST)
            link.break_all()
        await asyncio.sleep(self._pause_s)
        for link in self._links:
            link.asks = lambda: unchanged

    async def _hold_a_gateway(self) -> None:
        one = self._dice.choice(self._site.senders)
        one.held = True
        await asyncio.sleep(self._pause_s)
        one.held = False

    async def _send_twice(self) -> None:
        one = self._some()
        one.again(seq for seq in list(one.kept) if self._dice.randrange(3) == 0)

    async def _shuffle(self) -> None:
        for one in self._site.senders:
            one.shuffle()

    async def _glitch(self) -> None:
        """The next reading within an hour shows zero."""
        one = self._some()
        device, counter = self._dice.choice(list(one.counters.items()))
        slot_us = (counter.next_us or START_US) // HOUR_US * HOUR_US + HOUR_US // 2
        while (next_us := counter.next_us or START_US) < slot_us + HOUR_US // 2:
            showing = 0 if next_us == slot_us else None
            self.glitches += showing == 0
            one.keep(device, next_us, counter.step(next_us, showing=showing))

    def _some(self) -> Sender:
        return self._dice.choice(self._site.senders)


async def run(stage: Stage) -> Row:
    """The days go by while faults strike, with hardly a pause between them."""
    days_s = stage.count(40, 1800)
    clock = Clock(START_US, DAYS * 86_400 / days_s)
    async with Site(stage, clock=clock) as site:
        links = [Link(site.broker_port), Link(site.broker_port)]
        for link in links:
            await link.start()
            site.ending.push_async_callback(link.close)
        site.cloud_port = links[0].port
        site.add(stage.count(3, 20), interval_s=900)
        for one in site.senders:
            one.port = links[1].port
        await site.begin()
        nemesis = Nemesis(site, links, stage.dice, stage.count(1, 5))
        polling = asyncio.create_task(_poll(site))
        number = 0
        while not polling.done():
            await nemesis.strike(number)
            await asyncio.sleep(stage.dice.uniform(0, 1))
            number += 1
        polling.result()
        await site.delivered()
        await site.even()
        quiet_mb = site.memory_mb()
        for one in site.senders:
            one.again(list(one.kept))  # all thirty days once more, to the same process
        await site.delivered()
        await site.even()
        grown = round(site.memory_mb() - quiet_mb, 1)
        verdict = await site.verdict(held=nemesis.glitches)
    goals = {
        "each fault at least once": len(nemesis.done) == 8,
        "memory does not grow with the days": grown <= SLOPE_MB_A_DAY * DAYS,
    }
    return row(
        verdict,
        number,
        stage.seed,
        goals,
        days=DAYS,
        faults=[f"{name} {times}" for name, times in sorted(nemesis.done.items())],
        grown_mb=grown,
    )


async def _poll(site: Site) -> None:
    """Readings of every slot of the business clock, for thirty days."""
    end_us = START_US + DAYS * DAY_US
    while True:
        now_us = min(site.clock.now_us(), end_us)
        for one in site.senders:
            for device, counter in one.counters.items():
                while (slot_us := counter.next_us or START_US) < now_us:
                    one.keep(device, slot_us, counter.step(slot_us))
        if now_us == end_us:
            return
        await asyncio.sleep(0.1)
