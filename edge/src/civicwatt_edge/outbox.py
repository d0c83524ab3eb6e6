"""The asyncio front of the store: readings come in, are committed in groups, and are offered to the uplink.

One writer thread; a group is what arrives within 20 ms. A record is accepted when its group is on the
disk, and only then can the uplink see it. When SQLite cannot write, the group is tried again for ever and a
bounded number of later ones waits: polling never waits for the disk.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

import structlog

from civicwatt_edge.errors import OutboxCorrupt, OutboxFull
from civicwatt_edge.store import Range, Store, Stored, is_corrupt
from civicwatt_protocols.uplink import Catalogue, History, Record

log = structlog.get_logger()
T = TypeVar("T")

# Engineering defaults.
GROUP_S = 0.02
GROUP_RECORDS = 500
WAITING_GROUPS = 20
RETRY_S = 1.0
CHUNK = 2_000
FLUSH_S = 5.0


@dataclass(slots=True)
class _Group:
    """What one transaction will take; `done` yields the stored records."""

    done: asyncio.Future[list[Stored]]
    records: list[Record] = field(default_factory=list)
    acked: list[Range] = field(default_factory=list)
    open: bool = True


class Outbox:
    """Use as `async with Outbox(store)`; leaving flushes what waits and closes the store."""

    def __init__(self, store: Store) -> None:
        self.epoch = store.epoch
        # by device: the newest committed record that the uplink has not taken
        self.live: dict[str, Stored] = {}
        self.newest: dict[str, Stored] = {}  # by device: the newest committed record, taken or not
        self.news = asyncio.Event()  # set after each commit
        self.last_seq = store.last_seq()
        self.accepted = 0
        self.dropped = 0
        self._store = store
        self._groups: deque[_Group] = deque()
        self._work = asyncio.Event()
        self._writer = ThreadPoolExecutor(1, "outbox-writer")
        self._reader = ThreadPoolExecutor(1, "outbox-reader")

    async def __aenter__(self) -> Self:
        self._flusher = asyncio.create_task(self._flush())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.settle()
        self._flusher.cancel()
        await asyncio.gather(self._flusher, return_exceptions=True)
        for group in self._groups:
            self._drop(group, OutboxFull("outbox.db", count=len(group.records)))
        self._writer.shutdown()
        self._reader.shutdown()
        self._store.close()

    async def watch(self) -> None:
        """Return never; raise OutboxCorrupt when the file turns out to be damaged."""
        await asyncio.shield(self._flusher)

    def offer(self, record: Record) -> None:
        """Take a record (its seq is not read) without waiting for the disk."""
        self._open_group().records.append(record)

    async def put(self, record: Record) -> int:
        """Take a record and return its sequence number once it is accepted; raises OutboxFull."""
        group = self._open_group()
        index = len(group.records)
        group.records.append(record)
        return (await asyncio.shield(group.done))[index].seq

    def ack(self, epoch: str, ranges: Sequence[Range]) -> None:
        """Have the ranges moved to the history; one of another epoch is ignored: it names other records."""
        if epoch == self.epoch:
            self._open_group().acked.extend(ranges)
        else:
            log.warning("ack_of_other_epoch", epoch=epoch)

    async def settle(self) -> None:
        """Wait until what was handed in so far is on the disk, at most FLUSH_S."""
        if self._groups:
            ends: list[asyncio.Future[Any]] = [self._groups[-1].done, self._flusher]
            await asyncio.wait(ends, timeout=FLUSH_S, return_when=asyncio.FIRST_COMPLETED)

    async def births(self) -> list[Catalogue]:
        """Catalogues that unacked records name, then the current one of each device."""
        return await self._run(self._reader, self._store.births)

    async def history(self) -> History | None:
        """The acked records that are kept, None while there are none."""
        kept = await self._run(self._reader, self._store.kept)
        return None if kept is None else History(self.epoch, *kept)

    async def backlog(self, after: int, limit: int) -> list[Stored]:
        """Unacked records above a sequence number, lowest first."""
        return await self._run(self._reader, partial(self._store.backlog, after, limit))

    async def next_bd_seq(self) -> int:
        """The birth/death number of a new connection."""
        return await self._run(self._writer, self._store.next_bd_seq)

    async def resend(self, epoch: str, from_seq: int) -> None:
        """Put the history from a sequence number on back to be sent, in chunks between the commits."""
        if epoch != self.epoch:
            log.warning("resend_of_other_epoch", epoch=epoch)
            return
        after: int | None = max(from_seq, 0) - 1
        while after is not None:
            after = await self._run(self._writer, partial(self._store.rewind, after, CHUNK))
            self.news.set()

    async def forget(self, before_us: int) -> None:
        """Delete history with slots before a time, in chunks between the commits."""
        while await self._run(self._writer, partial(self._store.forget, before_us, CHUNK)) == CHUNK:
            pass

    def _open_group(self) -> _Group:
        group = self._groups[-1] if self._groups else None
        if group is None or not group.open or len(group.records) >= GROUP_RECORDS:
            group = _Group(asyncio.get_running_loop().create_future())
            self._groups.append(group)
            if len(self._groups) > WAITING_GROUPS:
                dropped = self._groups[1]  # the first is being tried
                del self._groups[1]
                self._drop(dropped, OutboxFull("outbox.db", count=len(dropped.records)))
            self._work.set()
        return group

    async def _flush(self) -> None:
        while True:
            await self._work.wait()
            group = self._groups[0]
            if len(group.records) < GROUP_RECORDS:
                await asyncio.sleep(GROUP_S)
            group.open = False
            try:
                stored = await self._commit(group)
            except OutboxCorrupt:
                raise
            except Exception as error:  # a fault of ours in a record: it must not stop the ones behind it
                log.exception("records_not_storable")
                self._drop(group, error)
                stored = []
            self._groups.popleft()
            if not self._groups:
                self._work.clear()
            for record in stored:
                self.live.pop(record.device, None)  # so that the dict stays in order of sequence
                self.live[record.device] = self.newest[record.device] = record
                self.last_seq = record.seq
            self.accepted += len(stored)
            self.news.set()
            if not group.done.done():
                group.done.set_result(stored)

    async def _commit(self, group: _Group) -> list[Stored]:
        failing = False
        while True:
            try:
                stored = await self._run(
                    self._writer, partial(self._store.commit, group.records, group.acked)
                )
            except sqlite3.Error as error:
                if is_corrupt(error):
                    raise OutboxCorrupt("outbox.db", detail=error) from error
                if not failing:
                    log.error("outbox_cannot_write", error=str(error), waiting=len(self._groups))
                failing = True
                await asyncio.sleep(RETRY_S)
            else:
                if failing:
                    log.info("outbox_writes_again", dropped=self.dropped)
                return stored

    def _drop(self, group: _Group, error: Exception) -> None:
        self.dropped += len(group.records)
        if group.records:
            log.error("records_dropped", error=str(error), count=len(group.records), total=self.dropped)
        group.done.set_exception(error)
        group.done.exception()  # seen: those who only offered do not ask

    async def _run(self, executor: Executor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, work)
