"""The gateway: pollers fill the outbox, the uplink empties it, nothing flows back but acks."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import structlog
from msgspec.structs import replace

from civicwatt_edge import machine_time
from civicwatt_edge.config import BusConfig, Config
from civicwatt_edge.config_file import ConfigFile
from civicwatt_edge.delivery import tls
from civicwatt_edge.delivery.gate import Gate
from civicwatt_edge.delivery.presence import Presence
from civicwatt_edge.delivery.uplink import Uplink
from civicwatt_edge.errors import OutboxCorrupt
from civicwatt_edge.identity import renewal
from civicwatt_edge.polling.pollers import Polling
from civicwatt_edge.security_errors import ClockNotSet
from civicwatt_edge.service import control, notify
from civicwatt_edge.service.answers import answers
from civicwatt_edge.service.health import Health
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.room import is_disk_fault
from civicwatt_edge.storage.schema import is_corrupt
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import Record

log = structlog.get_logger()

# Six months of local history: 重点用能单位能耗在线监测系统技术规范 第6部分 (read in a secondary source).
HISTORY_US = 183 * 86_400 * 1_000_000
# Engineering defaults.
HOUSEKEEPING_S = 3_600
RESTART_S = 1.0  # before a damaged outbox is opened anew
LOOK_S = 1.0  # at the configuration file and the clock


async def run(file: ConfigFile, clock: Clock | None, stop: asyncio.Event) -> None:
    """Run until `stop` is set; a damaged outbox is set aside on the way. Raises OutboxBusy at the start.

    Without a clock it is the machine's, and when that one is set, polling begins anew on its grid.
    """
    beside = [asyncio.create_task(work) for work in (renewal.keep(file), notify.keep_alive())]
    try:
        while not stop.is_set():
            try:
                await _run(file, clock, stop)
            except* OutboxCorrupt as errors:
                log.error("outbox_corrupt", error=str(errors.exceptions[0]))
                await asyncio.sleep(RESTART_S)
    finally:
        notify.tell("STOPPING=1")
        for task in beside:
            task.cancel()


async def _run(file: ConfigFile, given: Clock | None, stop: asyncio.Event) -> None:
    """Run until the end, or until something has changed that all of this was built on."""
    config, clock = file.config, given or Clock.real()
    doubt = None if given else _doubt(config)
    store = await _opened(config, stop, believed=doubt is None)
    if store is None:
        return
    presence, health, gate = Presence(), Health(), Gate()
    async with Outbox(store) as outbox, asyncio.TaskGroup() as group:
        log.info(
            "gateway_started", gateway=config.gateway.id, epoch=outbox.epoch, next_seq=outbox.last_seq + 1
        )

        def accept(record: Record) -> None:
            presence.note(record)
            health.note(record)
            outbox.offer(record)

        polling = Polling(group, outbox, clock, accept)
        buses, taken_up = config.bus, await _take_up(config.bus, polling, presence, outbox)
        uplinks = {
            upstream.name: Uplink(config.gateway, upstream, outbox, clock, presence.gone, reload=file.ask)
            for upstream in config.upstreams
        }
        told = answers(config.gateway.id, clock, outbox, store, uplinks, health=health, gate=gate, file=file)
        others = [
            group.create_task(outbox.watch()),
            group.create_task(control.serve(Path(config.gateway.data), told)),
        ]
        if doubt is None:  # a clock that runs years ahead would take all history for old
            others.append(group.create_task(_keep_house(outbox, clock)))
        for uplink in uplinks.values():
            if doubt is None:
                others.append(group.create_task(gate.keep(uplink.run)))
            else:  # readings are kept until it is known when they were taken
                uplink.down = ClockNotSet(at=tls.day(time.time()))
                log.warning("clock_not_believed", doubt=doubt.value, reason=str(uplink.down))
        while not stop.is_set() and (given or (not _was_set(clock) and _doubt(config) == doubt)):
            changed = file.look()
            if changed:
                if replace(file.config, bus=()) != replace(config, bus=()):
                    break
                buses = file.config.bus
            if changed or not taken_up:
                taken_up = await _take_up(buses, polling, presence, outbox, say=changed)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await stop.wait()
        polling.cancel()
        await outbox.settle()
        for task in others:
            task.cancel()
    log.info("gateway_stopped", accepted=outbox.accepted, dropped=outbox.dropped)


async def _take_up(
    buses: Sequence[BusConfig], polling: Polling, presence: Presence, outbox: Outbox, *, say: bool = True
) -> bool:
    """Poll these buses from now on; False while the disk does not take what must be noted of them first."""
    try:
        presence.leave(await polling.follow(buses))
    except sqlite3.OperationalError as error:
        if not is_disk_fault(error):
            raise
        if say:
            log.error("buses_not_taken_up", error=str(error))
        return False
    outbox.announce()
    return True


async def _opened(config: Config, stop: asyncio.Event, *, believed: bool) -> Store | None:
    """The store, told what the clock is worth; while the disk is full or read-only it is tried again."""
    said = ""
    while not stop.is_set():
        try:
            return await asyncio.to_thread(_open, config, believed=believed)
        except (OSError, sqlite3.OperationalError) as error:
            if not is_disk_fault(error):
                raise
            if str(error) != said:
                log.error("outbox_cannot_open", error=str(error))
            said = str(error)
        with suppress(TimeoutError):
            async with asyncio.timeout(RESTART_S):
                await stop.wait()
    return None


def _open(config: Config, *, believed: bool) -> Store:
    names = [one.name for one in config.upstreams]
    with ExitStack() as opened:
        try:
            store = Store(
                Path(config.gateway.data), names, config.gateway.quota_bytes, gateway=config.gateway.id
            )
            opened.callback(store.close)
            store.judge_time(machine_time.moment(), believed=believed)
        except sqlite3.DatabaseError as error:
            if is_corrupt(error):
                raise OutboxCorrupt(config.gateway.data, detail=error) from error
            raise
        opened.pop_all()
    return store


def _doubt(config: Config) -> machine_time.Doubt | None:
    now, wait_s = machine_time.moment(), config.gateway.time_wait_s
    return machine_time.doubt(now, wait_s, synchronised=machine_time.is_synchronised())


def _was_set(clock: Clock) -> bool:
    """Whether the machine's clock was set since this one took it: after a start, or after a suspension."""
    ahead_us = Clock.real().now_us() - clock.now_us()
    if abs(ahead_us) > machine_time.STEP_US:
        log.warning("clock_set", ahead_s=ahead_us / 1_000_000)
    return abs(ahead_us) > machine_time.STEP_US


async def _keep_house(outbox: Outbox, clock: Clock) -> None:
    """Delete history older than six months; what was never acked stays whatever its age."""
    while True:
        try:
            await outbox.forget(clock.now_us() - HISTORY_US)
        except Exception:
            log.exception("housekeeping_failed")
        await asyncio.sleep(HOUSEKEEPING_S)
