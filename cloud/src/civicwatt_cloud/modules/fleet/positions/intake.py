"""The one way in for positions, whatever they come by: committed in handfuls, then answered.

Fixes are known by vehicle and time: what comes again changes nothing. What is filtered is kept and marked.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.business_time import date_of
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.threads import in_thread
from civicwatt_cloud.modules.fleet.areas import phone_of
from civicwatt_cloud.modules.fleet.positions import figures, guarded, writing
from civicwatt_cloud.modules.fleet.positions.fixes import Fix
from civicwatt_cloud.modules.fleet.positions.guarded import Fences
from civicwatt_cloud.modules.fleet.positions.models import VehicleLive
from civicwatt_cloud.modules.fleet.positions.watching import Watched, of_text
from civicwatt_protocols.clock import Clock

log = structlog.get_logger()

GATHER_S = 0.05  # what comes this close together is committed together [engineering default]
MOST_WAITING = 10_000  # arrivals; whoever brings more waits [engineering default]
MOST_AT_ONCE = 1_000  # arrivals in one commit [engineering default]


class Source(StrEnum):
    """What a fix came by."""

    TERMINAL = "terminal"
    GATEWAY = "gateway"
    FORWARDED = "forwarded"


class Arrival(NamedTuple):
    """Fixes of one terminal."""

    phone: str
    source: Source
    fixes: tuple[Fix, ...]


class Intake:
    """Takes positions in; one in an installation, because it knows what each vehicle was last seen doing."""

    def __init__(self, database: Database, zone: ZoneInfo, clock: Clock) -> None:
        self._database, self._zone, self._clock = database, zone, clock
        self._fences = Fences()
        self._watched: dict[int, Watched] = {}
        self._waiting: asyncio.Queue[tuple[Arrival, asyncio.Future[bool]]] = asyncio.Queue(MOST_WAITING)

    async def accept(self, arrival: Arrival) -> bool:
        """Whether the fixes are committed; False: no vehicle has this terminal. Errors: the database's."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        await self._waiting.put((arrival, answer))
        return await answer

    async def run(self) -> None:
        """Commit what has arrived, for as long as the application lives."""
        while True:
            taken = [await self._waiting.get()]
            await asyncio.sleep(GATHER_S)
            while len(taken) < MOST_AT_ONCE and not self._waiting.empty():
                taken.append(self._waiting.get_nowait())
            try:
                done = await in_thread(partial(self.commit, [arrival for arrival, _ in taken]))
            except Exception as error:
                log.exception("positions_failed", arrivals=len(taken))
                for _, answer in taken:
                    _fail(answer, error)
            else:
                for (_, answer), is_known in zip(taken, done, strict=True):
                    if not answer.done():
                        answer.set_result(is_known)

    def commit(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """Commit arrivals together; which of them are of a known vehicle."""
        done, watched = self._database.beside(partial(self._work, arrivals))
        self._watched |= watched  # only now: what was not committed was not seen
        return done

    def _work(self, arrivals: Sequence[Arrival], session: Session) -> tuple[list[bool], dict[int, Watched]]:
        now_us = self._clock.now_us()
        context = Context(session, PLATFORM, self._zone, now_us)
        day = date_of(now_us, self._zone)
        limits = figures.load(rules_local.of(session), day)
        known = guarded.known(session, {phone_of(one.phone) for one in arrivals})
        fixes: dict[str, dict[int, tuple[Fix, Source]]] = defaultdict(dict)
        for one in arrivals:
            for fix in one.fixes:
                fixes[phone_of(one.phone)].setdefault(fix.at_us, (fix, one.source))
        before = self._before(session, [one.id for one in known.values()])
        batch = writing.Batch(context, self._fences.refresh(session), limits)
        for phone in sorted(known, key=lambda phone: known[phone].id):
            vehicle = known[phone]
            batch.take(vehicle, before[vehicle.id], self._fences.of(vehicle), fixes[phone])
        return [phone_of(one.phone) in known for one in arrivals], batch.write()

    def _before(self, session: Session, vehicles: Sequence[int]) -> dict[int, Watched]:
        """What is known of vehicles; after a restart it is read."""
        missing = [one for one in vehicles if one not in self._watched]
        query = select(VehicleLive.vehicle_id, VehicleLive.state).where(VehicleLive.vehicle_id.in_(missing))
        read = {number: of_text(text) for number, text in session.execute(query)} if missing else {}
        return {one: self._watched.get(one) or read.get(one) or Watched() for one in vehicles}


def _fail(answer: asyncio.Future[bool], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
        answer.exception()  # whoever waits may be gone: nobody else is told
