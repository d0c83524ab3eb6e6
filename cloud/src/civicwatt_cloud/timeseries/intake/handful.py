"""What a handful of messages comes to, before anything is written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from civicwatt_cloud.timeseries.intake.catalogues import Columns
from civicwatt_cloud.timeseries.intake.errors import ImplausibleValue
from civicwatt_cloud.timeseries.intake.parking import Message
from civicwatt_cloud.timeseries.intake.plain import Answer
from civicwatt_cloud.timeseries.intake.quarantine import Entry
from civicwatt_cloud.timeseries.stores.readings import REASON_CODE, VALUE_LIMIT, Batch
from civicwatt_protocols.sparkplug.topics import Topic
from civicwatt_protocols.uplink import Catalogue, GapReason, History


class Outbox(NamedTuple):
    """One outbox of one gateway: where acks go, and what they name."""

    division: str
    gateway: str
    epoch: str


class Stored(NamedTuple):
    """One record on its way into the store."""

    message: Message
    gateway: str
    catalogue: Catalogue
    slot_us: int


@dataclass(slots=True)
class Intake:
    """What a handful of messages comes to, before anything is written."""

    records: list[Stored] = field(default_factory=list)
    values: list[float] = field(default_factory=list)  # of all records, one after the other
    reasons: list[tuple[int, GapReason]] = field(default_factory=list)  # by the place among the values
    done: dict[Outbox, list[int]] = field(default_factory=dict)  # to be acked once all is committed
    aside: list[Entry] = field(default_factory=list)
    divisions: dict[str, str] = field(default_factory=dict)  # of each gateway that spoke, as it says
    newest_slot_us: dict[str, int] = field(default_factory=dict)  # of each gateway that sent data
    lives: dict[str, list[tuple[bool, int]]] = field(default_factory=dict)  # births and deaths: bdSeq
    births: dict[str, Message] = field(default_factory=dict)  # of gateways
    rebirth_wanted: set[tuple[str, str]] = field(default_factory=set)  # (division, gateway)
    histories: dict[tuple[str, str], History] = field(default_factory=dict)  # by (division, gateway)
    answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)  # to JSON gateways, likewise
    guests: set[str] = field(default_factory=set)  # gateways that know no births, or have births of their own
    reborn: dict[str, Topic] = field(default_factory=dict)  # guests to be asked for a birth, by what topic

    def batch(self, columns: Sequence[Columns]) -> Batch:
        """All records in columns; a value that no meter can have becomes a gap and is set aside."""
        sizes = [len(record.catalogue.points) for record in self.records]
        value = np.array(self.values, np.float64)
        reason = np.zeros(len(value), np.uint8)
        for place, why in self.reasons:
            reason[place] = REASON_CODE[why]
        wild = np.flatnonzero(np.abs(value) > VALUE_LIMIT)
        for row, (record, measure) in zip(wild, self.named(wild), strict=True):
            error = ImplausibleValue(device=record.catalogue.device, measure=measure, value=float(value[row]))
            self.aside.append(Entry(record.message.topic, error, record.message.payload))
        value[wild] = math.nan
        reason[wild] = REASON_CODE[GapReason.INVALID]
        points = [each.point for each in columns]
        slots = np.array([record.slot_us for record in self.records], np.int64)
        point = np.concatenate(points) if points else np.zeros(0, np.int32)
        return Batch(point, np.repeat(slots, sizes), value, reason)

    def named(self, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> list[tuple[Stored, str]]:
        """The record and the measure of some rows of the batch."""
        ends = np.cumsum([len(record.catalogue.points) for record in self.records])
        found = []
        for row in rows.tolist():
            which = int(np.searchsorted(ends, row, side="right"))
            record = self.records[which]
            first = int(ends[which]) - len(record.catalogue.points)
            found.append((record, record.catalogue.points[row - first].measure))
        return found
