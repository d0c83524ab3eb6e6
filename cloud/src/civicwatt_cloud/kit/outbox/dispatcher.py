"""Handing on events: from the table to a row for each hearer, and from there to the hearers.

A hearer inside takes an event and loses its row in one transaction: whenever the process is killed, both
happened or neither. A hearer outside is told first and loses its row afterwards: it may be told twice, and
knows by the event's number. The database has one server, so there is one dispatcher.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.events import STAYS, Background, Event, Facts
from civicwatt_cloud.kit.identity import real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.outbox.errors import NoSuchHearer
from civicwatt_cloud.kit.outbox.models import Delivery
from civicwatt_cloud.kit.records.context import Context
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import CivicWattError

log = structlog.get_logger()

BATCH = 50  # events of one transaction
FIRST_WAIT_S, LONGEST_WAIT_S, FACTOR = 5, 3600, 4  # between tries [engineering default]
TRIES = 12  # some seven hours, then it is dead [engineering default]
REASON = 300  # letters


class Told(NamedTuple):
    """An event as those outside hear of it; instants in UTC µs."""

    id: int
    name: str
    at_us: int
    facts: Facts


class Outside(NamedTuple):
    """A hearer elsewhere: `send` returns when the event was taken, and raises when it was not."""

    key: str  # webhook/oa
    names: tuple[str, ...]  # of events; `ticket.*`: all that begin so
    send: Callable[[Told], None]


@dataclass(frozen=True)
class Dispatcher:
    """Who hears of what in this process."""

    database: Database
    zone: ZoneInfo
    clock: Clock
    inside: Sequence[Background]
    outside: Sequence[Outside] = ()

    def hand_on(self) -> None:
        """One round for the hearers inside: what is new gets its rows, then all hear what is due."""
        while self._spread():
            pass
        for key in dict.fromkeys(one.key for one in self.inside):
            self._round(key, self._hear)
        self._bury()

    def tell(self, one: Outside) -> None:
        """One round for a hearer outside."""

        def send(rows: Sequence[Delivery], failed: set[int]) -> None:
            for row in rows:
                if row.lane not in failed:
                    try:
                        self._send(one, row)
                    except Exception as error:
                        failed.add(row.lane)
                        self._failed(row, error)

        self._round(one.key, send)

    def _send(self, one: Outside, delivery: Delivery) -> None:
        with self.database.reading() as session:
            event = session.get_one(Event, delivery.event_id)
        one.send(Told(event.id, event.name, event.at_us, json.loads(event.facts)))
        with self.database.session() as session:
            _take(session, delivery)

    def _spread(self) -> bool:
        """Give each hearer of some new events its row; whether there may be more."""
        new = select(Event).where(Event.told_us.is_(None)).order_by(Event.id).limit(BATCH)
        with self.database.reading() as session:  # a writer makes others wait: only where there is something
            if session.scalar(new.with_only_columns(Event.id).limit(1)) is None:
                return False
        with self.database.session() as session:
            found = session.scalars(new).all()
            for event in found:
                facts = json.loads(event.facts)
                lane = int(facts.get("owner_id") or 0)
                hearers = self._hearers(event.name, stays=STAYS in facts)
                session.add_all(Delivery(event_id=event.id, hearer=key, lane=lane) for key in hearers)
                event.told_us = real_now_us()
        return len(found) == BATCH

    def _hearers(self, name: str, *, stays: bool) -> dict[str, None]:
        keys = [one.key for one in self.inside if one.name == name]
        outside = () if stays else self.outside
        keys += [one.key for one in outside if any(matches(wanted, name) for wanted in one.names)]
        return dict.fromkeys(keys)

    def _round(self, hearer: str, take: Callable[[Sequence[Delivery], set[int]], None]) -> None:
        """Whatever is due, each lane in its order; a lane of which one fails waits with it."""
        failed: set[int] = set()
        while rows := self._due(hearer, failed):
            take(rows, failed)

    def _due(self, hearer: str, failed: set[int]) -> Sequence[Delivery]:
        alive = select(Delivery).where(Delivery.hearer == hearer, Delivery.dead_us.is_(None))
        waits = alive.where(Delivery.next_us > real_now_us()).with_only_columns(Delivery.lane)
        due = alive.where(Delivery.lane.not_in(waits), Delivery.lane.not_in(failed))
        with self.database.reading() as session:
            return session.scalars(due.order_by(Delivery.event_id).limit(BATCH)).all()

    def _hear(self, rows: Sequence[Delivery], failed: set[int]) -> None:
        """Several in one transaction, since a commit costs most; one that fails undoes its own part."""
        refused: list[tuple[Delivery, Exception]] = []
        with self.database.session() as session:
            for row in rows:
                if row.lane not in failed:
                    try:
                        with session.begin_nested():
                            self._hear_one(session, row)
                    except Exception as error:
                        failed.add(row.lane)
                        refused.append((row, error))
        for row, why in refused:
            self._failed(row, why)

    def _hear_one(self, session: Session, delivery: Delivery) -> None:
        event = session.get_one(Event, delivery.event_id)
        if not _take(session, delivery):
            return
        context = Context(session, PLATFORM, self.zone, self.clock.now_us())
        for one in self.inside:
            if (one.key, one.name) == (delivery.hearer, event.name):
                one.handle(context, json.loads(event.facts))

    def _failed(self, delivery: Delivery, error: Exception) -> None:
        with self.database.session() as session:
            row = session.get(Delivery, delivery.id)
            if row is None:
                return
            row.tries, row.reason = row.tries + 1, said(error)
            row.next_us = real_now_us() + wait_us(row.tries)
            if row.tries >= TRIES:
                row.dead_us = real_now_us()
        facts = {"hearer": row.hearer, "number": row.event_id, "tries": row.tries, "reason": row.reason}
        if row.dead_us:
            log.error("event_given_up", **facts)
        else:
            is_news = row.tries == 1 and not isinstance(error, CivicWattError)
            log.warning("event_not_taken", **facts, exc_info=error if is_news else None)

    def _bury(self) -> None:
        """What waits for a hearer that there is no more."""
        known = [*(one.key for one in self.inside), *(one.key for one in self.outside)]
        orphans = select(Delivery).where(Delivery.hearer.not_in(known), Delivery.dead_us.is_(None))
        with self.database.reading() as session:
            if session.scalar(orphans.with_only_columns(Delivery.id).limit(1)) is None:
                return
        with self.database.session() as session:
            for row in session.scalars(orphans):
                row.dead_us, row.reason = real_now_us(), said(NoSuchHearer(hearer=row.hearer))


def matches(wanted: str, name: str) -> bool:
    """Whether an event is one of those that a hearer outside asks for."""
    return name.startswith(wanted.removesuffix("*")) if wanted.endswith("*") else name == wanted


def wait_us(tries: int) -> int:
    """How long to wait after a number of failures."""
    seconds: int = min(LONGEST_WAIT_S, FIRST_WAIT_S * FACTOR ** (tries - 1))
    return seconds * SECOND_US


def said(error: Exception) -> str:
    """Why it failed, as the list of dead letters shows it."""
    text = str(error) if isinstance(error, CivicWattError) else f"{type(error).__name__}: {error}"
    return text[:REASON]


def waiting(session: Session) -> list[tuple[Delivery, Event]]:
    """What somebody should look at: tried in vain at least once, the oldest first."""
    query = select(Delivery, Event).join(Event, Event.id == Delivery.event_id)
    tried = query.where((Delivery.tries > 0) | Delivery.dead_us.is_not(None))
    return [(row, event) for row, event in session.execute(tried.order_by(Delivery.id))]


def revive(row: Delivery) -> None:
    """Let it be tried again from the beginning."""
    row.tries, row.next_us, row.dead_us = 0, 0, None


def _take(session: Session, delivery: Delivery) -> bool:
    """Whether the row was still there; it is no more."""
    row = session.get(Delivery, delivery.id)
    if row is not None:
        session.delete(row)
    return row is not None
