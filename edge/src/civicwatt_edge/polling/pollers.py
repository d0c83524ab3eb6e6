"""The pollers of all buses, brought from one configuration to the next while they run."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

import structlog

from civicwatt_edge.bus.connect import open_bus
from civicwatt_edge.config import BusConfig
from civicwatt_edge.polling.device import Device, make_devices
from civicwatt_edge.polling.poller import BusPoller, Part
from civicwatt_edge.storage.outbox import Outbox
from civicwatt_edge.storage.store import Store
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import Record

log = structlog.get_logger()


class Polling:
    """One task a bus; a bus whose configuration stays as it was is never disturbed."""

    def __init__(
        self, group: asyncio.TaskGroup, outbox: Outbox, clock: Clock, accept: Callable[[Record], None]
    ) -> None:
        self._group, self._outbox, self._clock, self._accept = group, outbox, clock, accept
        self._running: dict[BusConfig, tuple[BusPoller, asyncio.Task[None]]] = {}

    async def follow(self, buses: Sequence[BusConfig]) -> set[str]:
        """Stop the buses that are gone or changed, each between two reads, and start the new ones.

        A device that stays goes on with the slot that comes next for it: none is left out, none read twice.
        Gives the devices that are read no more. Raises sqlite3.OperationalError, and has then done nothing.
        """
        before = _devices(self._running)
        new = [bus for bus in buses if bus not in self._running]
        devices = await self._outbox.with_store(lambda store: _settle(store, buses, new))
        due: dict[Part, int] = {}
        for bus in [bus for bus in self._running if bus not in buses]:
            poller, task = self._running.pop(bus)
            async with poller.reading:
                task.cancel()
            await asyncio.wait([task])
            due |= poller.next_slots()
        for bus in new:
            poller = BusPoller(open_bus(bus), devices[bus], self._clock, self._accept, due)
            self._running[bus] = poller, self._group.create_task(poller.run())
        log.info("polling", buses=len(self._running), started=[bus.name for bus in new])
        return before - _devices(buses)

    def cancel(self) -> None:
        """End at once, a read in hand included."""
        for _, task in self._running.values():
            task.cancel()


def _devices(buses: Iterable[BusConfig]) -> set[str]:
    return {device.id for bus in buses for device in bus.device}


def _settle(
    store: Store, buses: Sequence[BusConfig], new: Sequence[BusConfig]
) -> dict[BusConfig, list[Device]]:
    store.retire_all_but(_devices(buses))
    return {bus: [part for device in bus.device for part in make_devices(device, store)] for bus in new}
