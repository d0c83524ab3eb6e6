"""How each device has been answering: its newest values, its share of failures in the last hour."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from civicwatt_edge.polling.breaker import FAILURES_TO_OPEN
from civicwatt_edge.polling.poller import is_silent
from civicwatt_protocols.uplink import Catalogue, GapReason, Record

MINUTE_US, MINUTES = 60_000_000, 60


@dataclass(slots=True)
class _Device:
    newest: Record
    good: dict[str, Record] = field(default_factory=dict)  # by catalogue: the newest one that was answered
    misses: int = 0  # slots in a row without an answer
    reason: GapReason | None = None  # of the newest failure
    minutes: deque[list[int]] = field(default_factory=deque)  # [minute, failed points, points]


class Health:
    """Learns from every record; a minute is counted by its slots."""

    def __init__(self) -> None:
        self._devices: dict[str, _Device] = {}

    def note(self, record: Record) -> None:
        """Take a record as it is handed to the outbox; a slot missed for our own reasons says nothing."""
        if set(record.reasons.values()) == {GapReason.LATE}:
            return
        device = self._devices.setdefault(record.device, _Device(record))
        device.newest = record
        failed = [reason for reason in record.reasons.values() if reason is not GapReason.INVALID]
        answered = len(record.reasons) < len(record.values) or len(failed) < len(record.reasons)
        if failed:
            device.reason = failed[0]
        if answered:
            device.good[record.catalogue] = record
        device.misses = device.misses + 1 if is_silent(record) else 0
        minute = record.slot_us // MINUTE_US
        if not device.minutes or device.minutes[-1][0] != minute:
            device.minutes.append([minute, 0, 0])
        device.minutes[-1][1] += len(failed)
        device.minutes[-1][2] += len(record.values)
        while device.minutes[0][0] <= minute - MINUTES:
            device.minutes.popleft()

    def told(
        self, devices: Iterable[str], catalogues: Mapping[str, Catalogue], now_us: int
    ) -> list[dict[str, Any]]:
        """Of these devices: seconds since the newest value, failures of an hour, breaker, newest values."""
        known = (self._devices[name] for name in devices if name in self._devices)
        return [self._told(device, catalogues, now_us) for device in known]

    def _told(self, device: _Device, catalogues: Mapping[str, Catalogue], now_us: int) -> dict[str, Any]:
        failed, asked = (sum(minute[place] for minute in device.minutes) for place in (1, 2))
        catalogue = catalogues[device.newest.catalogue]
        # A meter that is read in two parts has two catalogues; a much older one is of a former configuration.
        answered = sorted(device.good.values(), key=lambda one: one.slot_us)
        good = [one for one in answered if one.slot_us > answered[-1].slot_us - MINUTES * MINUTE_US]
        values: dict[str, float | None] = {}
        for one in good:
            measures = [point.measure for point in catalogues[one.catalogue].points]
            values |= zip(measures, one.values, strict=True)
        failing = device.newest not in good or bool(device.newest.reasons)
        return {
            "device": device.newest.device,
            "template": catalogue.template,
            "age_s": round((now_us - good[-1].slot_us) / 1_000_000, 1) if good else None,
            "slot_us": device.newest.slot_us,
            "failed": round(failed / asked, 4) if asked else 0.0,
            "breaker": "open" if device.misses >= FAILURES_TO_OPEN else "closed",
            "reason": device.reason.value if failing and device.reason else None,
            "values": values,
        }
