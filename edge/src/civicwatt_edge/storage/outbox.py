"""The asyncio front of the store: readings come in, are committed in groups, and are offered to the uplinks.

One writer thread; a group is what arrives within 50 ms. A record is accepted when its group is on the
disk, and only then can an uplink see it. When SQLite cannot write, the group is tried again for ever and a
bounded number of later ones waits: polling never waits for the disk. A second thread handles the files.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, TypeVar

import structlog

from civicwatt_edge.config import MAIN
from civicwatt_edge.errors import OutboxCorrupt, OutboxFull
from civicwatt_edge.storage.ranges import Range
from civicwatt_edge.storage.room import is_full
from civicwatt_edge.storage.schema import is_corrupt
from civicwatt_edge.storage.store import Store, Stored
from civicwatt_protocols.uplink import Catalogue, History, Record

log = structlog.get_logger()
T = TypeVar("T")

# Engineering defaults.
GROUP_S = 0.05
GROUP_RECORDS = 500
WAITING_GROUPS = 20
RETRY_S = 1.0
TIDY_S = 1.0
FLUSH_S = 5.0


@dataclass(frozen=True, slots=True)
class Health:
    """How the outbox fares; the figures are of this epoch but `dropped`, which is of this process.

    error: why nothing can be written now, "" when all is well. Sizes in bytes.
    """

    error: str
    used: int
    quota: int
    free: int
    waiting: Mapping[str, int]  # by upstream: records not acked
    dropped: int  # never accepted: the disk took nothing for too long
    thinned: int  # their gauges are gone, their slots say so
    lost: int  # accepted, gone before delivery: the quota, or damage
    salvaged: int  # brought back from a damaged file


@dataclass(slots=True)
class _Group:
    """What one transaction will take; `done` yields the stored records."""

    done: asyncio.Future[list[Stored]]
    records: list[Record] = field(default_factory=list)
    acked: dict[str, list[Range]] = field(default_factory=dict)  # by upstream
    open: bool = True


class Outbox:
    """Use as `async with Outbox(store)`; leaving flushes what waits and closes the store."""

    def __init__(self, store: Store) -> None:
        self.epoch = store.epoch
        # by upstream and device: the newest committed record that its uplink has not taken
        self.live: dict[str, dict[str, Stored]] = {name: {} for name in store.upstreams}
        self.newest: dict[str, Stored] = {}  # by device: the newest committed record, taken or not
        self.news = {name: asyncio.Event() for name in store.upstreams}  # set after each commit
        self.announcements = 0  # grows when the devices are others than before
        self.last_seq = store.last_seq()
        self.accepted = 0
        self.dropped = 0
        self._store = store
        self._groups: deque[_Group] = deque()
        self._work = asyncio.Event()
        self._writer = ThreadPoolExecutor(1, "outbox-writer")
        self._files = ThreadPoolExecutor(1, "outbox-files")
        self.error = ""  # why nothing can be written now

    async def __aenter__(self) -> Self:
        self._damage: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._flusher = asyncio.create_task(self._flush())
        self._tidier = asyncio.create_task(self._tidy())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.settle()
        self._flusher.cancel()
        self._tidier.cancel()
        await asyncio.gather(self._flusher, self._tidier, return_exceptions=True)
        for group in self._groups:
            self._fail(group, OutboxFull("outbox.db", count=len(group.records)))
        self._writer.shutdown()
        self._files.shutdown()
        self._store.close()

    async def watch(self) -> None:
        """Return never; raise OutboxCorrupt when the file turns out to be damaged."""
        ends: list[asyncio.Future[Any]] = [self._flusher, self._damage]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if self._damage.done():
            raise OutboxCorrupt("outbox.db", detail=self._damage.result())
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

    def ack(self, epoch: str, ranges: Sequence[Range], upstream: str = MAIN) -> None:
        """Note what an upstream has; an ack of another epoch is ignored: it names other records."""
        if epoch == self.epoch:
            self._open_group().acked.setdefault(upstream, []).extend(ranges)
        else:
            log.warning("ack_of_other_epoch", epoch=epoch, upstream=upstream)

    async def settle(self) -> None:
        """Wait until what was handed in so far is on the disk, at most FLUSH_S."""
        if self._groups:
            ends: list[asyncio.Future[Any]] = [self._groups[-1].done, self._flusher]
            await asyncio.wait(ends, timeout=FLUSH_S, return_when=asyncio.FIRST_COMPLETED)

    async def with_store(self, work: Callable[[Store], T]) -> T:
        """Have the writer's thread do something with the store between two commits."""
        return await self._run(self._writer, partial(work, self._store))

    def announce(self) -> None:
        """Have every uplink tell anew which devices there are."""
        self.announcements += 1
        for news in self.news.values():
            news.set()

    async def births(self, upstream: str = MAIN) -> list[Catalogue]:
        """Catalogues that unacked records name, then the current one of each device."""
        return await self._run(self._files, partial(self._store.births, upstream))

    async def history(self, upstream: str = MAIN) -> History | None:
        """The acked records that are kept, None while there are none."""
        kept = await self._run(self._files, partial(self._store.kept, upstream))
        return None if kept is None else History(self.epoch, *kept, self._store.lost().ranges)

    async def backlog(self, after: int, limit: int, upstream: str = MAIN) -> list[Stored]:
        """Unacked records above a sequence number, lowest first."""
        return await self._run(self._files, partial(self._store.backlog, after, limit, upstream))

    async def next_bd_seq(self, upstream: str = MAIN) -> int:
        """The birth/death number of a new connection."""
        return await self._run(self._writer, partial(self._store.next_bd_seq, upstream))

    async def resend(self, epoch: str, from_seq: int, upstream: str = MAIN) -> None:
        """Have an upstream get again what is kept from a sequence number on."""
        if epoch != self.epoch:
            log.warning("resend_of_other_epoch", epoch=epoch, upstream=upstream)
            return
        await self.settle()  # acks that came before must not undo it
        await self._run(self._writer, partial(self._store.resend, max(from_seq, 1), upstream))
        self.news[upstream].set()

    async def forget(self, before_us: int) -> None:
        """Delete history with slots before a time."""
        await self._run(self._files, partial(self._store.forget, before_us))
        await self._run(self._writer, partial(self._store.drop_rows, before_us))

    async def health(self) -> Health:
        """How the outbox fares."""
        store = self._store
        used = await self._run(self._files, store.used)
        return Health(
            self.error,
            used,
            store.room.quota,
            store.room.free(),
            {name: store.waiting(name) for name in store.upstreams},
            self.dropped,
            store.counted("thinned"),
            store.lost().count,
            store.counted("salvaged"),
        )

    def _open_group(self) -> _Group:
        group = self._groups[-1] if self._groups else None
        if group is None or not group.open or len(group.records) >= GROUP_RECORDS:
            group = _Group(asyncio.get_running_loop().create_future())
            self._groups.append(group)
            if len(self._groups) > WAITING_GROUPS:
                dropped = self._groups[1]  # the first is being tried
                del self._groups[1]
                for upstream, ranges in dropped.acked.items():  # records go, what was acked stays so
                    self._groups[1].acked.setdefault(upstream, []).extend(ranges)
                self._fail(dropped, OutboxFull("outbox.db", count=len(dropped.records)))
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
                stored = await self._commit(group.records, group.acked)
            except OutboxCorrupt:
                raise
            except Exception as error:
                stored = await self._commit_singly(group)
                group.done.set_exception(error)
                group.done.exception()  # seen: those who only offered do not ask
            self._groups.popleft()
            if not self._groups:
                self._work.clear()
            for record in stored:
                self.newest[record.device] = record
                for live in self.live.values():
                    live.pop(record.device, None)  # so that the dict stays in order of sequence
                    live[record.device] = record
                self.last_seq = record.seq
            self.accepted += len(stored)
            for news in self.news.values():
                news.set()
            if not group.done.done():
                group.done.set_result(stored)

    async def _commit(self, records: Sequence[Record], acked: Mapping[str, Sequence[Range]]) -> list[Stored]:
        while True:
            try:
                stored = await self._run(self._writer, partial(self._store.commit, records, acked))
            except sqlite3.OperationalError as error:
                await self._suffer(error)
                await asyncio.sleep(RETRY_S)
            else:
                if self.error:
                    log.info("outbox_writes_again", dropped=self.dropped)
                self.error = ""
                return stored

    async def _commit_singly(self, group: _Group) -> list[Stored]:
        """A record is a fault of ours: it goes, those beside it and the acks stay."""
        stored = await self._commit([], group.acked)
        for record in group.records:
            try:
                stored += await self._commit([record], {})
            except OutboxCorrupt:
                raise
            except Exception as error:
                log.exception("record_not_storable", device=record.device)
                self._drop([record], error)
        return stored

    async def _tidy(self) -> None:
        """Keep house beside the commits: pack, make room, let the database follow."""
        while True:
            more = False
            try:
                more = await self._run(self._files, self._store.tidy)
                await self._run(self._writer, self._store.note)
            except (sqlite3.OperationalError, OSError) as error:
                await self._suffer(error)
            except OutboxCorrupt:
                pass  # `watch` tells it
            except Exception:
                log.exception("housekeeping_failed")
            if not more:
                await asyncio.sleep(TIDY_S)

    async def _suffer(self, error: Exception) -> None:
        """A write has failed: say so once, and make room where that may help."""
        if not self.error:
            log.error("outbox_cannot_write", error=str(error), waiting=len(self._groups))
        self.error = str(error)
        if is_full(error):
            with suppress(sqlite3.OperationalError, OSError):  # others took all: the next try may find room
                await self._run(self._files, self._store.relieve)

    def _fail(self, group: _Group, error: Exception) -> None:
        self._drop(group.records, error)
        group.done.set_exception(error)
        group.done.exception()  # seen: those who only offered do not ask

    def _drop(self, records: Sequence[Record], error: Exception) -> None:
        self.dropped += len(records)
        if records:
            log.error("records_dropped", error=str(error), count=len(records), total=self.dropped)

    async def _run(self, executor: Executor, work: Callable[[], T]) -> T:
        """Raises OutboxCorrupt for what SQLite says of a damaged file, else what the work raises."""
        try:
            return await asyncio.get_running_loop().run_in_executor(executor, work)
        except sqlite3.Error as error:
            if not is_corrupt(error):
                raise
            if not self._damage.done():
                self._damage.set_result(error)
            raise OutboxCorrupt("outbox.db", detail=error) from error
