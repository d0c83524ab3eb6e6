"""What the ledger says of an export of counter readings: the same arithmetic as in the books, in memory."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import gcd
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.kit.business_time import HOUR_US, MINUTE_US, SECOND_US, iso
from civicwatt_cloud.timeseries.ledger.counter.booking import whole_of
from civicwatt_cloud.timeseries.ledger.counter.consumption import Slots, slots_of
from civicwatt_cloud.timeseries.ledger.counter.facts import Facts
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.replay.errors import BadStep
from civicwatt_cloud.timeseries.ledger.replay.files import Reading
from civicwatt_cloud.timeseries.stores.readings import Ints
from civicwatt_protocols.quantity import format_micro

_STEP = re.compile(r"(\d{1,2})(m|min|h|d|mo)")
REASONS = {
    "fall": ("读数下降", "the counter fell"),
    "jump": ("跳升超出该表自身用量", "a rise that the meter's own use does not explain"),
    "glitch": ("与前后读数矛盾", "contradicted by the readings around it"),
    "form": ("换表记录与读数矛盾", "a replacement that the readings contradict"),
    "conflict": ("同一时刻已有不同的值", "another value was given for the same time"),
    "flagged": ("数据自身标为不可用", "called bad by the export itself"),
}


class Step(NamedTuple):
    """Length of the intervals: so many minutes, hours, days or months."""

    length: int
    unit: str  # m | h | d | mo

    @classmethod
    def parse(cls, text: str) -> "Step":
        """`15m`, `1h`, `1d`, `1mo`. Errors: BadStep."""
        match = _STEP.fullmatch(text)
        count, unit = (int(match[1]), match[2].replace("min", "m")) if match else (0, "")
        whole = {"m": 60, "h": 24, "d": 1, "mo": 12}.get(unit, 0)
        if not match or not count or whole % count:
            raise BadStep(text=text)
        return cls(count, unit)

    def base_us(self, zone: ZoneInfo, first_us: int, last_us: int) -> int:
        """Slots of this length add up to every interval, whatever the zone's offset is."""
        base = self.length * MINUTE_US if self.unit == "m" else HOUR_US
        for t_us in (first_us, last_us):
            offset = (
                datetime.fromtimestamp(t_us // SECOND_US, UTC).astimezone(zone).utcoffset() or timedelta()
            )
            base = gcd(base, int(offset.total_seconds()) * SECOND_US or base)
        return base

    def start_us(self, t_us: int, zone: ZoneInfo) -> int:
        """The start of the interval in which a moment lies, cut in the zone."""
        at = datetime.fromtimestamp(t_us // SECOND_US, UTC).astimezone(zone)
        if self.unit == "m":
            back = timedelta(minutes=at.minute % self.length, seconds=at.second)
            return t_us // SECOND_US * SECOND_US - int(back.total_seconds()) * SECOND_US
        if self.unit == "h":
            cut = at.replace(hour=at.hour // self.length * self.length, minute=0, second=0)
        elif self.unit == "d":
            cut = at.replace(hour=0, minute=0, second=0, fold=0)
        else:
            month = (at.month - 1) // self.length * self.length + 1
            cut = at.replace(month=month, day=1, hour=0, minute=0, second=0, fold=0)
        return int(cut.timestamp()) * SECOND_US


def replay(readings: Sequence[Reading], facts: Facts, step: Step, zone: ZoneInfo) -> dict[str, Any]:
    """Total, intervals and held steps as the command prints them; values are decimal strings."""
    used, aside = _in_order(readings)
    ts = np.array([one.at_us for one in used], np.int64)
    whole = whole_of(ts, np.array([one.micro for one in used], np.int64), zone, facts)
    base_us = step.base_us(zone, int(ts[0]), int(ts[-1])) if used else HOUR_US
    slots = slots_of(whole.steps, facts, whole.usual, base_us)
    _grade(slots, used, base_us)
    held = [
        *((one.ts_us, one.before_micro, one.after_micro, one.kind) for one in whole.held),
        *aside,
    ]
    return {
        "total": format_micro(int(slots.micro.sum())),
        "intervals": _intervals(slots, ts, base_us, step, zone),
        "held": [
            {
                "time": iso(at_us, zone),
                "from": format_micro(before),
                "to": format_micro(after),
                "reason": reason,
                "reason_zh": REASONS[reason][0],
                "reason_en": REASONS[reason][1],
            }
            for at_us, before, after, reason in sorted(held)
        ],
    }


def _in_order(readings: Sequence[Reading]) -> tuple[list[Reading], list[tuple[int, int, int, str]]]:
    """Readings by time, the first of each time; the others, and bad ones, as (time, kept, its own, why)."""
    kept: dict[int, Reading] = {}
    aside = []
    for one in readings:
        if not one.is_used:
            aside.append((one.at_us, one.micro, one.micro, "flagged"))
        elif one.at_us not in kept:
            kept[one.at_us] = one
        elif kept[one.at_us].micro != one.micro:
            aside.append((one.at_us, kept[one.at_us].micro, one.micro, "conflict"))
    return [kept[at_us] for at_us in sorted(kept)], aside


def _grade(slots: Slots, used: Sequence[Reading], base_us: int) -> None:
    """Slots that lie next to a reading which is itself an estimate are none better."""
    for n, one in enumerate(used):
        if one.grade is not Quality.MEASURED:
            first_us, last_us = used[max(n - 1, 0)].at_us, used[min(n + 1, len(used) - 1)].at_us
            touched = (slots.slot >= first_us // base_us) & (slots.slot * base_us < last_us)
            slots.quality[touched] = np.maximum(slots.quality[touched], one.grade.code)


def _intervals(slots: Slots, ts: Ints, base_us: int, step: Step, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Every interval from the first reading to the last; those of which nothing is known without a value."""
    if len(ts) < 2:
        return []
    known = dict(zip(slots.slot.tolist(), zip(*(c.tolist() for c in slots[1:]), strict=True), strict=True))
    found: dict[int, list[tuple[int, int, int]]] = {}
    for slot in range(int(ts[0]) // base_us, -(-int(ts[-1]) // base_us)):
        parts = found.setdefault(step.start_us(slot * base_us, zone), [])
        if slot in known:
            parts.append(known[slot])
    return [
        {
            "start": iso(start_us, zone),
            "value": format_micro(sum(micro for micro, _, _ in parts)) if parts else None,
            "quality": Quality.from_code(max((q for _, _, q in parts), default=Quality.MISSING.code)).value,
            "covered_s": sum(seconds for _, seconds, _ in parts),
        }
        for start_us, parts in found.items()
    ]
