"""Catalogues, records and the reasons of gaps."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from sys import intern  # thousands of catalogues name the same measures
from typing import Self

EPOCH, SEQ, BIRTH = "cw/epoch", "cw/seq", "cw/birth"  # metrics of every DDATA, declared in the DBIRTH
TEMPLATE, CLOCK = "cw/template", "cw/clock"  # metrics of births
HISTORY, LOST = "cw/history", "cw/lost"  # metrics of NBIRTHs
QUALITY, REASON, UNIT = "Quality", "cw/reason", "engUnit"  # properties; Quality 0 is Sparkplug's "bad"
BD_SEQ, REBIRTH = "bdSeq", "Node Control/Rebirth"  # Sparkplug's own names
RELOAD = "Node Control/Reload"  # ours, under the prefix that Sparkplug gives to commands


class GapReason(StrEnum):
    """Why a slot has no value."""

    TIMEOUT = "timeout"
    DISCONNECTED = "disconnected"
    REFUSED = "refused"
    BAD_FRAME = "bad_frame"
    INVALID = "invalid"
    LATE = "late"
    THINNED = "thinned"

    @property
    def zh(self) -> str:
        """What the reason says to a person, in Chinese."""
        return _REASON_TEXTS[self][0]

    @property
    def en(self) -> str:
        """What the reason says to a person, in English."""
        return _REASON_TEXTS[self][1]


_REASON_TEXTS = {
    GapReason.TIMEOUT: ("设备无应答", "the device did not answer"),
    GapReason.DISCONNECTED: ("与设备的连接中断", "no connection to the device"),
    GapReason.REFUSED: ("设备拒绝了请求", "the device refused the request"),
    GapReason.BAD_FRAME: ("应答报文有误", "the answer was malformed"),
    GapReason.INVALID: ("设备报告该值无效", "the device reports the value as not available"),
    GapReason.LATE: ("总线或网关繁忙，错过采集时刻", "bus or gateway busy, the slot passed"),
    GapReason.THINNED: (
        "网关存储空间不足，上送前已抽稀",
        "thinned before delivery: the gateway had no room",
    ),
}


@dataclass(frozen=True, slots=True)
class PointDefinition:
    """One point of a device. The alias is unique in the whole gateway, persistent and never reused."""

    alias: int
    measure: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The points of one device in the order of its records; hash names exactly this content."""

    device: str
    template: str
    points: tuple[PointDefinition, ...]
    hash: str = field(init=False, compare=False)
    aliases: list[int] = field(init=False, compare=False, repr=False)  # of the points

    def __post_init__(self) -> None:
        object.__setattr__(self, "aliases", [point.alias for point in self.points])
        content = {
            "device": self.device,
            "template": self.template,
            "points": [[point.alias, point.measure] for point in self.points],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        object.__setattr__(self, "hash", hashlib.sha256(text.encode()).hexdigest()[:16])

    @classmethod
    def stored(cls, device: str, template: str, points: str) -> Self:
        """A catalogue from a database, its points as points_text() gave them."""
        rows = json.loads(points)
        return cls(
            device, template, tuple(PointDefinition(alias, intern(measure)) for alias, measure in rows)
        )

    def points_text(self) -> str:
        """The points as a database keeps them: JSON [[alias, measure], …]."""
        return json.dumps([[point.alias, point.measure] for point in self.points])


@dataclass(frozen=True, slots=True)
class Record:
    """The result of one poll of one device, as it stands in the outbox under seq.

    slot_us: grid time, UTC µs, whole milliseconds. catalogue: hash of the catalogue the values follow.
    Each value that is None has its reason under its index.
    """

    seq: int
    slot_us: int
    device: str
    catalogue: str
    values: tuple[float | None, ...]
    reasons: Mapping[int, GapReason] = field(default_factory=dict)
