"""The commit order: readings, then their marks, then the ack. Nothing else makes a reading ours."""

import time
from collections import deque
from collections.abc import Collection, Iterable
from functools import partial
from typing import NamedTuple

import numpy as np
import structlog
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import metrics
from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.intake import plain, presence, quarantine
from civicwatt_cloud.timeseries.intake.catalogues import Catalogues
from civicwatt_cloud.timeseries.intake.errors import ConflictingReading, NoCatalogueYet, TooLarge, Unreadable
from civicwatt_cloud.timeseries.intake.foreign import Foreign
from civicwatt_cloud.timeseries.intake.handful import Intake
from civicwatt_cloud.timeseries.intake.parking import Message, Parking
from civicwatt_cloud.timeseries.intake.quarantine import Entry
from civicwatt_cloud.timeseries.intake.reader import Reader
from civicwatt_cloud.timeseries.intake.sequences import (
    add_received,
    first_missing,
    of_numbers,
    received,
    union,
)
from civicwatt_cloud.timeseries.ledger.marks import mark_dirty
from civicwatt_cloud.timeseries.stores.readings import Batch, ReadingsStore, WriteResult
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.errors import CivicWattError
from civicwatt_protocols.sparkplug.topics import MessageKind, Topic
from civicwatt_protocols.uplink import Resend, encode_ack, encode_rebirth, encode_resend

log = structlog.get_logger()

REBIRTH_PAUSE_US = 30 * SECOND_US  # real time between two rebirths asked of one gateway
REPLAYS = 50  # at a time
RESENDS = 3  # the same one is asked this often in the life of a process [engineering default]


class Command(NamedTuple):
    """What to publish once process() has returned."""

    topic: str
    payload: bytes


class Ingest:
    """Takes messages in. process() is called from one thread at a time; other workers may do the same."""

    def __init__(
        self,
        db: Database,
        store: ReadingsStore,
        clock: Clock,
        foreign: Foreign | None = None,
        groups: Collection[str] = (),  # of nodes of other makers; without `foreign` another process has them
    ) -> None:
        self._db, self._store, self._clock = db, store, clock
        self._reader = Reader(Catalogues(db), Parking(), foreign, groups)
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
        return self._commit(self._read([*self._found(), *messages], now_us), now_us)

    def tend(self) -> list[Command]:
        """What is due without a message: replays, and messages whose predecessors have not come."""
        now_us, intake = self._clock.now_us(), Intake()
        self._reader.read_overdue(now_us, intake)
        due = self._commit(intake, now_us) if intake.divisions or intake.reborn else []
        return [*due, *self.replay()]

    def replay(self, limit: int = REPLAYS) -> list[Command]:
        """Take in again what people have asked for from the quarantine, and note what became of it.

        As process(): the same message may come as often as it likes.
        """
        with self._db.reading() as session:
            asked = quarantine.asked(session, limit)
        commands = []
        for row in asked:
            now_us = self._clock.now_us()
            intake = self._read([Message(row.topic, row.payload)], now_us)
            if len(row.payload) >= quarantine.KEEP_BYTES:
                intake = Intake(
                    aside=[Entry(row.topic, TooLarge(size="?", limit=quarantine.KEEP_BYTES), b"")]
                )
            elif intake.rebirth_wanted and not intake.done:
                intake.aside.append(Entry(row.topic, NoCatalogueYet(), row.payload))
            commands += self._commit(intake, now_us, replayed=row.id)
        return commands

    def _commit(self, intake: Intake, now_us: int, replayed: int | None = None) -> list[Command]:
        columns = self._reader.catalogues.columns([(one.gateway, one.catalogue) for one in intake.records])
        batch = intake.batch(columns)
        if len(batch):
            written = self._store.write(batch)
            metrics.INGEST_READINGS.inc(written.inserted)
            intake.aside += _conflicts(intake, batch, written)
            # All readings, also those that were there: they may be from a process that died here.
            batch = batch.take(np.concatenate([each.is_counter for each in columns]))
        noted = self._db.beside(partial(_note, intake, batch, now_us, replayed))
        aside = [*intake.aside, *noted.strangers]
        if aside:
            codes = sorted({entry.error.code for entry in aside})
            log.warning("set_aside", count=len(aside), codes=codes, topic=aside[0].topic)
            for entry in aside:
                metrics.INGEST_ASIDE.labels(entry.error.code).inc()
        for (gateway, epoch), records in noted.repeated.items():
            metrics.INGEST_REPEATED.inc(records)
            log.info("records_repeated", gateway=gateway, epoch=epoch, records=records)
        if newest_us := max(intake.newest_slot_us.values(), default=0):
            metrics.INGEST_LAG.set((now_us - newest_us) / SECOND_US)
        commands = [
            _command(outbox.division, outbox.gateway, encode_ack(outbox.epoch, of_numbers(numbers)))
            for outbox, numbers in intake.done.items()
        ]
        commands += [Command(str(topic), encode_rebirth()) for topic in noted.asked]
        commands += [
            Command(f"{plain.ACKS}/{division}/{gateway}", plain.encode_answer(answers))
            for (division, gateway), answers in intake.answers.items()
        ]
        for division, gateway, resend in noted.missing:
            if self._may_ask_again(gateway, resend):
                log.warning("records_missing", gateway=gateway, epoch=resend.epoch, from_seq=resend.from_seq)
                commands.append(_command(division, gateway, encode_resend(resend.epoch, resend.from_seq)))
        return commands

    def set_aside(self, message: Message, error: CivicWattError) -> None:
        """Set a message aside that nothing else can be done with."""
        entry = Entry(message.topic, error, message.payload)
        now_us = self._clock.now_us()
        self._db.beside(lambda session: quarantine.add(session, now_us, [entry]))

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

    def _found(self) -> list[Message]:
        """Parked messages whose catalogue another worker has heard of meanwhile."""
        parking, catalogues = self._reader.parking, self._reader.catalogues
        return [
            message
            for gateway, digest in parking.awaited()
            if catalogues.get(digest) is not None
            for message in parking.take(gateway, digest)
        ]


class _Noted(NamedTuple):
    """What the transaction found, beside what it wrote."""

    strangers: list[Entry]  # births of gateways that belong to another division
    repeated: dict[tuple[str, str], int]  # records stored before, by gateway and epoch
    asked: list[Topic]  # on which a rebirth is asked
    missing: list[tuple[str, str, Resend]]


def _note(intake: Intake, counters: Batch, now_us: int, replayed: int | None, session: Session) -> _Noted:
    """Tell the database of the messages; the gateways' rows late, as others may wait for them."""
    if len(counters):
        mark_dirty(session, counters.point, counters.ts_us)
    unborn, strangers = presence.note(session, intake, now_us)
    if replayed is None:
        quarantine.add(session, now_us, [*intake.aside, *strangers])
    else:
        outcome = intake.aside[0].error.code if intake.aside else quarantine.STORED
        quarantine.settle(session, replayed, outcome, now_us)
    numbers: dict[tuple[str, str], list[int]] = {}
    for outbox, some in intake.done.items():
        numbers.setdefault((outbox.gateway, outbox.epoch), []).extend(some)
    repeated = add_received(session, numbers)
    ours = [*unborn, *intake.rebirth_wanted]
    wanted = {gateway: Topic(division, MessageKind.NCMD, gateway) for division, gateway in ours}
    wanted |= intake.reborn
    asked = [wanted[gateway] for gateway in sorted(wanted) if _may_ask(session, gateway)]
    return _Noted(strangers, repeated, asked, _missing(session, intake))


def _missing(session: Session, intake: Intake) -> list[tuple[str, str, Resend]]:
    """What gateways keep as acked and is not here: our database was restored from a backup, or is new."""
    wanted = []
    for (division, gateway), history in intake.histories.items():
        stored = union([*received(session, gateway, history.epoch), *history.lost])
        missing = first_missing(stored, history.first, history.last)
        if missing is not None:
            wanted.append((division, gateway, Resend(history.epoch, missing)))
    return wanted


def _conflicts(intake: Intake, batch: Batch, written: WriteResult) -> list[Entry]:
    """Readings whose place holds another value: the first stays, the second is set aside."""
    named = intake.named(written.conflicts)
    entries = []
    for row, kept, (record, measure) in zip(written.conflicts, written.kept, named, strict=True):
        error = ConflictingReading(
            device=record.catalogue.device,
            measure=measure,
            at=str(np.datetime64(int(batch.ts_us[row]), "us")) + "Z",
            stored=float(kept),
            received=float(batch.value[row]),
        )
        entries.append(Entry(record.message.topic, error, record.message.payload))
    return entries


def _may_ask(session: Session, gateway: str) -> bool:
    return presence.may_ask_rebirth(session, gateway, time.time_ns() // 1000, REBIRTH_PAUSE_US)


def _command(division: str, gateway: str, payload: bytes) -> Command:
    return Command(str(Topic(division, MessageKind.NCMD, gateway)), payload)
