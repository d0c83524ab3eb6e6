"""The gateway: pollers fill the outbox, the uplink empties it, nothing flows back but acks."""

import asyncio
from contextlib import suppress
from pathlib import Path

import structlog

from civicwatt_edge import notify, renewal
from civicwatt_edge.config import Config
from civicwatt_edge.connect import open_bus
from civicwatt_edge.device import make_device
from civicwatt_edge.errors import OutboxCorrupt
from civicwatt_edge.outbox import Outbox
from civicwatt_edge.poller import BusPoller
from civicwatt_edge.presence import Presence
from civicwatt_edge.store import Store
from civicwatt_edge.uplink import Uplink
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import Record

log = structlog.get_logger()

# Six months of local history: 重点用能单位能耗在线监测系统技术规范 第6部分 (read in a secondary source).
HISTORY_US = 183 * 86_400 * 1_000_000
# Engineering defaults.
HOUSEKEEPING_S = 3_600
RESTART_S = 1.0  # before a damaged outbox is opened anew
CLOCK_LOOK_S = 1.0
CLOCK_STEP_US = 1_000_000  # a clock that is only slewed keeps pace with the monotonic one


async def run(config: Config, clock: Clock | None, stop: asyncio.Event) -> None:
    """Run until `stop` is set; a damaged outbox is set aside on the way. Raises OutboxBusy at the start.

    Without a clock it is the machine's, and when that one is set, polling begins anew on its grid.
    """
    beside = [asyncio.create_task(work) for work in (renewal.keep(config), notify.keep_alive())]
    try:
        while not stop.is_set():
            try:
                await _run(config, clock, stop)
            except* OutboxCorrupt as errors:
                log.error("outbox_corrupt", error=str(errors.exceptions[0]))
                await asyncio.sleep(RESTART_S)
    finally:
        notify.tell("STOPPING=1")
        for task in beside:
            task.cancel()


async def _run(config: Config, given: Clock | None, stop: asyncio.Event) -> None:
    clock = given or Clock.real()
    names = [upstream.name for upstream in config.upstreams]
    store = Store(Path(config.gateway.data), names, config.gateway.quota_bytes)
    presence = Presence()
    buses = [(open_bus(bus), [make_device(device, store) for device in bus.device]) for bus in config.bus]
    async with Outbox(store) as outbox, asyncio.TaskGroup() as group:
        log.info(
            "gateway_started", gateway=config.gateway.id, epoch=outbox.epoch, next_seq=outbox.last_seq + 1
        )

        def accept(record: Record) -> None:
            presence.note(record)
            outbox.offer(record)

        polling = [group.create_task(BusPoller(bus, devices, clock, accept).run()) for bus, devices in buses]
        sending = [
            group.create_task(Uplink(config.gateway, upstream, outbox, clock, presence.gone).run())
            for upstream in config.upstreams
        ]
        others = [group.create_task(outbox.watch()), group.create_task(_keep_house(outbox, clock))]
        await (stop.wait() if given else _stopped_or_set(clock, stop))
        for task in polling:
            task.cancel()
        await outbox.settle()
        for task in (*sending, *others):
            task.cancel()
    log.info("gateway_stopped", accepted=outbox.accepted, dropped=outbox.dropped)


async def _stopped_or_set(clock: Clock, stop: asyncio.Event) -> None:
    """Wait for the end, or until the machine's clock was set: late after its start, or after a suspension."""
    while not stop.is_set():
        ahead_us = Clock.real().now_us() - clock.now_us()
        if abs(ahead_us) > CLOCK_STEP_US:
            log.warning("clock_set", ahead_s=ahead_us / 1_000_000)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOCK_LOOK_S):
                await stop.wait()


async def _keep_house(outbox: Outbox, clock: Clock) -> None:
    """Delete history older than six months; what was never acked stays whatever its age."""
    while True:
        try:
            await outbox.forget(clock.now_us() - HISTORY_US)
        except Exception:
            log.exception("housekeeping_failed")
        await asyncio.sleep(HOUSEKEEPING_S)
