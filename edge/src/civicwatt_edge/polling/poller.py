"""Polling on a fixed grid: slot k is k·interval since the UNIX epoch on the clock, whatever a poll takes.

A bus is serial, buses run beside each other. Every slot of every device yields exactly one record: values,
or a gap with its reason.
"""

import asyncio
import heapq
from collections.abc import Callable, Mapping
from types import MappingProxyType

import structlog

from civicwatt_edge.bus.connect import Bus
from civicwatt_edge.polling.breaker import FAILURES_TO_OPEN, Breaker
from civicwatt_edge.polling.device import Device
from civicwatt_protocols.clock import Clock
from civicwatt_protocols.uplink import GapReason, Record

log = structlog.get_logger()

Part = tuple[str, bool]  # of a meter: its name, and whether it is the one that reads all


class BusPoller:
    """Reads the devices of one bus, each in its slots, and hands every record on."""

    def __init__(
        self,
        bus: Bus,
        devices: list[Device],
        clock: Clock,
        accept: Callable[[Record], None],
        next_slots: Mapping[Part, int] = MappingProxyType({}),  # of the poller that read them before
    ) -> None:
        self._bus, self._devices, self._clock, self._accept = bus, devices, clock, accept
        self._breakers = [Breaker() for _ in devices]
        # Due slots; within a slot the devices that answered last time come first.
        now_us = clock.now_us()
        self._due = [
            (device.slot_from(next_slots.get(_part(device), now_us + 1)), 0, index)
            for index, device in enumerate(devices)
        ]
        heapq.heapify(self._due)
        self.reading = asyncio.Lock()  # held from the beginning of a read to its record

    async def run(self) -> None:
        """Poll until cancelled."""
        due = self._due
        try:
            while due:
                await self._sleep_until(due[0][0])
                async with self.reading:
                    slot_us, _, index = due[0]
                    next_us = await self._serve(slot_us, index)
                    heapq.heapreplace(due, (next_us, self._breakers[index].failures, index))
        finally:
            self._bus.close()

    def next_slots(self) -> dict[Part, int]:
        """The slot that comes next."""
        return {_part(self._devices[index]): slot_us for slot_us, _, index in self._due}

    async def _sleep_until(self, slot_us: int) -> None:
        """A loop may wake its sleepers up to a millisecond early: what is read then is not of this slot."""
        await asyncio.sleep(0)  # the others run even when there is nothing to wait for
        while (wait_s := self._clock.real_seconds_until(slot_us)) > 0:  # noqa: ASYNC110 - time is what it waits for
            await asyncio.sleep(wait_s)

    async def _serve(self, slot_us: int, index: int) -> int:
        """Do a device's due slot and return its next one; slots that passed meanwhile are said, not read."""
        device, breaker = self._devices[index], self._breakers[index]
        now_us = self._clock.now_us()
        while (next_us := device.slot_from(slot_us + 1)) <= now_us:
            self._accept(device.gap(slot_us, GapReason.LATE))
            slot_us = next_us
        if breaker.lets_through():
            record = await self._read(device, slot_us)
            self._note(device, breaker, silent=is_silent(record))
        else:
            record = device.gap(slot_us, GapReason.TIMEOUT)
        self._accept(record)
        return next_us

    async def _read(self, device: Device, slot_us: int) -> Record:
        """Read a device; a fault of ours in understanding its answer costs this slot, not the bus.

        An answer that came after the slot was over tells of another time, so it is no reading of this one.
        """
        try:
            record = await device.read(self._bus, slot_us)
        except Exception:
            log.exception("read_failed", device=device.catalogue.device)
            return device.gap(slot_us, GapReason.BAD_FRAME)
        late = any_value(record) and self._clock.now_us() >= slot_us + device.interval_us
        return device.gap(slot_us, GapReason.LATE) if late else record

    def _note(self, device: Device, breaker: Breaker, *, silent: bool) -> None:
        before = breaker.failures
        breaker.note(failed=silent)
        if breaker.failures == FAILURES_TO_OPEN:
            log.warning("device_silent", device=device.catalogue.device, timeouts=breaker.failures)
        elif before >= FAILURES_TO_OPEN and breaker.failures == 0:
            log.info("device_back", device=device.catalogue.device)


def _part(device: Device) -> Part:
    return device.catalogue.device, device.except_us is None


def is_silent(record: Record) -> bool:
    """Whether the device cost a time-out and told nothing."""
    return GapReason.TIMEOUT in record.reasons.values() and not any_value(record)


def any_value(record: Record) -> bool:
    """Whether anything was read at all."""
    return any(value is not None for value in record.values)
