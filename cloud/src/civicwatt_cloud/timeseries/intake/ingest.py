"""The commit order: readings, then their marks, then the ack. Nothing else makes a reading ours."""

import time
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import structlog
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.errors import ConflictingReading, ForeignDivision, Unreadable
from civicwatt_cloud.timeseries.intake import quarantine
from civicwatt_cloud.timeseries.intake.catalogues import Catalogues
from civicwatt_cloud.timeseries.intake.parking import Message, Parking
from civicwatt_cloud.timeseries.intake.quarantine import Entry
from civicwatt_cloud.timeseries.intake.reader import Intake, Reader, Stored
from civicwatt_cloud.timeseries.intake.sequences import (
    add_received,
    first_missing,
    of_numbers,
    received,
    union,
)
from civicwatt_cloud.timeseries.ledger.books import mark_dirty
from civicwatt_cloud.timeseries.points import Gateway, hold_gateways
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore, WriteResult
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import Resend, encode_ack, encode_rebirth, encode_resend

log = structlog.get_logger()

REBIRTH_PAUSE_US = 30 * SECOND_US  # real time between two rebirths asked of one gateway
RESENDS = 3  # the same one is asked this often in the life of a process [engineering default]


class Command(NamedTuple):
    """What to publish once process() has returned."""

    topic: str
    payload: bytes


class Ingest:
    """Takes messages in. One instance a store; process() is called from one thread at a time."""

    def __init__(self, db: Database, store: ReadingsStore, clock: Clock) -> None:
        self._db, self._store, self._clock = db, store, clock
        self._reader = Reader(Catalogues(db), Parking())
        self._resends: dict[str, tuple[Resend, int]] = {}  # of each gateway: the last one, asked how often

    @property
    def parked(self) -> int:
        """Messages that wait for their catalogue."""
        return len(self._reader.parking)

    def process(self, messages: Iterable[Message]) -> list[Command]:
        """Read, store and mark the messages; what it returns may be published: all of it is committed.

        A message that cannot be read is set aside and the others go on. When a database fails, the
        exception leaves this function and nothing is acked: the gateways send everything again.
        """
        now_us = self._clock.now_us()
        intake = self._read(messages, now_us)
        batch = Batch.join([record.rows for record in intake.records])
        if len(batch):
            intake.aside += _conflicts(intake.records, batch, self._store.write(batch))
            # All readings, also those that were there: they may be from a process that died here.
            batch = batch.take(np.concatenate([record.columns.is_counter for record in intake.records]))
        noted = self._db.beside(partial(self._note, intake, batch, now_us))
        aside = [*intake.aside, *noted.strangers]
        if aside:
            codes = sorted({entry.error.code for entry in aside})
            log.warning("set_aside", count=len(aside), codes=codes, topic=aside[0].topic)
        for (gateway, epoch), records in noted.repeated.items():
            log.info("records_repeated", gateway=gateway, epoch=epoch, records=records)
        commands = [
            _command(outbox.division, outbox.gateway, encode_ack(outbox.epoch, of_numbers(numbers)))
            for outbox, numbers in intake.done.items()
        ]
        commands += [_command(*place, encode_rebirth()) for place in noted.asked]
        for division, gateway, resend in noted.missing:
            if self._may_ask_again(gateway, resend):
                log.warning("records_missing", gateway=gateway, epoch=resend.epoch, from_seq=resend.from_seq)
                commands.append(_command(division, gateway, encode_resend(resend.epoch, resend.from_seq)))
        return commands

    @staticmethod
    def _note(intake: Intake, counters: Batch, now_us: int, session: Session) -> "_Noted":
        """Tell the database of the messages; the gateways' rows late, as others may wait for them."""
        mark_dirty(session, counters.point, counters.ts_us)
        strangers = _note_gateways(session, intake, now_us)
        quarantine.add(session, now_us, [*intake.aside, *strangers])
        numbers: dict[tuple[str, str], list[int]] = {}
        for outbox, some in intake.done.items():
            numbers.setdefault((outbox.gateway, outbox.epoch), []).extend(some)
        repeated = add_received(session, numbers)
        asked = [place for place in sorted(intake.rebirth_wanted) if _may_ask(session, place[1])]
        return _Noted(strangers, repeated, asked, _missing(session, intake))

    def _may_ask_again(self, gateway: str, resend: Resend) -> bool:
        """Whether to ask for it: a command can get lost, but what does not come after a few is gone."""
        last, times = self._resends.get(gateway, (resend, 0))
        times = times + 1 if last == resend else 1
        self._resends[gateway] = (resend, times)
        return times <= RESENDS

    def _read(self, messages: Iterable[Message], now_us: int) -> Intake:
        intake = Intake()
        waiting = deque(messages)
        while waiting:
            message = waiting.popleft()
            try:
                waiting.extend(self._reader.read(message, now_us, intake))
            except CivicWattError as error:
                intake.aside.append(Entry(message.topic, error, message.payload))
            except (ValueError, ArithmeticError, LookupError, TypeError) as error:
                log.exception("message_unreadable", topic=message.topic)
                intake.aside.append(Entry(message.topic, Unreadable(detail=repr(error)), message.payload))
        return intake


class _Noted(NamedTuple):
    """What the transaction found, beside what it wrote."""

    strangers: list[Entry]  # births of gateways that belong to another division
    repeated: dict[tuple[str, str], int]  # records stored before, by gateway and epoch
    asked: list[tuple[str, str]]  # division and gateway of whom a rebirth is asked
    missing: list[tuple[str, str, Resend]]


def _missing(session: Session, intake: Intake) -> list[tuple[str, str, Resend]]:
    """What gateways keep as acked and is not here: our database was restored from a backup, or is new."""
    wanted = []
    for (division, gateway), history in intake.histories.items():
        stored = union([*received(session, gateway, history.epoch), *history.lost])
        missing = first_missing(stored, history.first, history.last)
        if missing is not None:
            wanted.append((division, gateway, Resend(history.epoch, missing)))
    return wanted


def _conflicts(records: Sequence[Stored], batch: Batch, written: WriteResult) -> list[Entry]:
    """Readings whose place holds another value: the first stays, the second is set aside."""
    ends = np.cumsum([len(record.rows) for record in records])
    entries = []
    for row, kept in zip(written.conflicts.tolist(), written.kept.tolist(), strict=True):
        which = int(np.searchsorted(ends, row, side="right"))
        record = records[which]
        error = ConflictingReading(
            device=record.device,
            measure=record.catalogue.points[row - int(ends[which]) + len(record.rows)].measure,
            at=str(np.datetime64(int(batch.ts_us[row]), "us")) + "Z",
            stored=kept,
            received=float(batch.value[row]),
        )
        entries.append(Entry(record.message.topic, error, record.message.payload))
    return entries


def _note_gateways(session: Session, intake: Intake, now_us: int) -> list[Entry]:
    """What is known of those that spoke; a gateway's first division stays its own, whatever it says later.

    Returns the births that say another one.
    """
    rows = hold_gateways(session, intake.present)
    for gateway, (division, online) in intake.present.items():
        row = rows[gateway]
        row.division = row.division or division
        row.online, row.last_seen_us = online, now_us
        row.last_slot_us = max(
            filter(None, (row.last_slot_us, intake.newest_slot_us.get(gateway))), default=None
        )
    strangers = []
    for topic, message in intake.births:
        row = rows[topic.gateway]
        if row.division != topic.division:
            error = ForeignDivision(gateway=row.id, division=row.division, said=topic.division)
            strangers.append(Entry(message.topic, error, message.payload))
    return strangers


def _may_ask(session: Session, gateway: str) -> bool:
    """Whether a rebirth may be asked now; settled in the database, so that workers ask once together."""
    now_us = time.time_ns() // 1000
    last = Gateway.rebirth_asked_us
    # A time ahead of now is from before the clock was set back.
    ripe = or_(last.is_(None), last <= now_us - REBIRTH_PAUSE_US, last > now_us)
    ask = update(Gateway).where(Gateway.id == gateway, ripe).values(rebirth_asked_us=now_us)
    return session.execute(ask.returning(Gateway.id)).first() is not None


def _command(division: str, gateway: str, payload: bytes) -> Command:
    return Command(str(Topic(division, MessageKind.NCMD, gateway)), payload)
