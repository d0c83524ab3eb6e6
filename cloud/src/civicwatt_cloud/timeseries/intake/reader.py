"""From a gateway's message to a row: read, or set aside with the reason."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from civicwatt_cloud.kit.business_time import SECOND_US
from civicwatt_cloud.timeseries.errors import (
    AncientReading,
    FutureReading,
    ImplausibleValue,
    TooLarge,
    WrongDevice,
)
from civicwatt_cloud.timeseries.intake.catalogues import Catalogues, Columns
from civicwatt_cloud.timeseries.intake.parking import Message, Parking
from civicwatt_cloud.timeseries.intake.quarantine import Entry
from civicwatt_cloud.timeseries.stores.readings import REASON_CODE, VALUE_LIMIT, Batch, Floats
from civicwatt_protocols.errors import CivicWattError, NotOurMessage
from civicwatt_protocols.sparkplug.topics import NAMESPACE, MessageKind, Topic
from civicwatt_protocols.uplink import (
    Catalogue,
    GapReason,
    History,
    Record,
    decode_birth,
    decode_node_birth,
    decode_node_death,
    decode_record,
    peek,
)

MAX_PAYLOAD = 256 * 1024  # bytes; 600 points with their names need 50 kB [engineering default]
FUTURE_US = 24 * 3600 * SECOND_US  # [engineering default]
ANCIENT_US = 1_577_836_800 * SECOND_US  # 2020-01-01T00Z: an unset clock says 1970 or 2000
_MAX_SEQ = 2**63 - 2  # a range of the received ones is looked for up to the number after its end
_MAX_EPOCH = 36


@dataclass(frozen=True, slots=True)
class Outbox:
    """One outbox of one gateway: where acks go, and what they name."""

    division: str
    gateway: str
    epoch: str


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """One record on its way into the store."""

    message: Message
    device: str
    columns: Columns
    catalogue: Catalogue
    rows: Batch


@dataclass(slots=True)
class Intake:
    """What a handful of messages comes to, before anything is written."""

    records: list[Stored] = field(default_factory=list)
    done: dict[Outbox, list[int]] = field(default_factory=dict)  # to be acked once all is committed
    aside: list[Entry] = field(default_factory=list)
    present: dict[str, tuple[str, bool]] = field(default_factory=dict)  # gateway: its division, is it online
    newest_slot_us: dict[str, int] = field(default_factory=dict)
    births: list[tuple[Topic, Message]] = field(default_factory=list)  # of gateways
    rebirth_wanted: set[tuple[str, str]] = field(default_factory=set)  # (division, gateway)
    histories: dict[tuple[str, str], History] = field(default_factory=dict)  # by (division, gateway)


class Reader:
    """Reads messages one by one into an Intake."""

    def __init__(self, catalogues: Catalogues, parking: Parking) -> None:
        self.catalogues = catalogues
        self.parking = parking
        self._births: dict[str, int] = {}  # bdSeq of each gateway's last NBIRTH

    def read(self, message: Message, now_us: int, intake: Intake) -> list[Message]:
        """Take one message in; returns parked ones that can be read now.

        Errors: CivicWattError for a message that must be set aside whole and is not acked.
        """
        if message.topic.startswith(f"{NAMESPACE}/STATE/"):
            return []
        if len(message.payload) > MAX_PAYLOAD:
            raise TooLarge(size=len(message.payload), limit=MAX_PAYLOAD)
        topic = Topic.parse(message.topic)
        match topic.kind:
            case MessageKind.NBIRTH:
                birth = decode_node_birth(message.payload)
                self._births[topic.gateway] = birth.bd_seq
                intake.births.append((topic, message))
                intake.present[topic.gateway] = (topic.division, True)
                if birth.history is not None:
                    intake.histories[topic.division, topic.gateway] = birth.history
            case MessageKind.NDEATH:
                # A will can come late, after the gateway is back: it ends only the birth it names.
                ended = decode_node_death(message.payload)
                if self._births.get(topic.gateway, ended) == ended:
                    intake.present[topic.gateway] = (topic.division, False)
            case MessageKind.DBIRTH:
                catalogue = decode_birth(message.payload, topic.device or "")
                self.catalogues.put(catalogue)
                intake.present[topic.gateway] = (topic.division, True)
                return self.parking.take(topic.gateway, catalogue.hash)
            case MessageKind.DDATA:
                self._read_data(message, topic, now_us, intake)
            case MessageKind.NDATA:
                raise NotOurMessage(detail="NDATA")
            case _:  # commands, our own among them, and device deaths, which the readings' reasons tell
                pass
        return []

    def _read_data(self, message: Message, topic: Topic, now_us: int, intake: Intake) -> None:
        epoch, seq, digest = peek(message.payload)
        if seq > _MAX_SEQ or len(epoch) > _MAX_EPOCH:
            raise NotOurMessage(detail="cw/seq or cw/epoch are out of range")
        catalogue = self.catalogues.get(digest)
        intake.present[topic.gateway] = (topic.division, True)
        if catalogue is None or topic.gateway not in self._births:
            intake.rebirth_wanted.add((topic.division, topic.gateway))
        if catalogue is None:
            self.parking.put(topic.gateway, digest, message)
            return
        # From here on the record counts as received, whatever is wrong with it: it is kept here or in
        # quarantine. Without an ack the gateway would send it again for ever, and it would not get better.
        intake.done.setdefault(Outbox(topic.division, topic.gateway, epoch), []).append(seq)
        try:
            if catalogue.device != topic.device:
                raise WrongDevice(topic_device=topic.device, device=catalogue.device)
            record = decode_record(message.payload, catalogue)
            _check_time(record.slot_us, now_us)
        except CivicWattError as error:
            intake.aside.append(Entry(message.topic, error, message.payload))
            return
        columns = self.catalogues.columns(topic.gateway, catalogue)
        rows, wild = _rows(record, columns)
        for i in wild:
            measure = catalogue.points[i].measure
            implausible = ImplausibleValue(device=topic.device, measure=measure, value=record.values[i])
            intake.aside.append(Entry(message.topic, implausible, message.payload))
        intake.records.append(Stored(message, catalogue.device, columns, catalogue, rows))
        newest = intake.newest_slot_us.get(topic.gateway, 0)
        intake.newest_slot_us[topic.gateway] = max(newest, record.slot_us)


def _check_time(slot_us: int, now_us: int) -> None:
    """A wrong clock must not spread consumption over decades, nor stand as the newest reading for years."""
    if slot_us > now_us + FUTURE_US:
        raise FutureReading(at=_instant(slot_us))
    if slot_us < ANCIENT_US:
        raise AncientReading(at=_instant(slot_us))


def _instant(t_us: int) -> str:
    """ISO 8601 where there is such a date; a broken clock can say anything."""
    try:
        return datetime.fromtimestamp(t_us / SECOND_US, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return f"{t_us} µs"


def _rows(record: Record, columns: Columns) -> tuple[Batch, list[int]]:
    """The record's rows, and the places of values that no meter can have: those become gaps."""
    value: Floats = np.array([math.nan if v is None else v for v in record.values], np.float64)
    reason = np.zeros(len(value), np.uint8)
    for i, why in record.reasons.items():
        reason[i] = REASON_CODE[why]
    wild = np.flatnonzero(np.abs(value) > VALUE_LIMIT)
    value[wild] = math.nan
    reason[wild] = REASON_CODE[GapReason.INVALID]
    ts_us = np.full(len(value), record.slot_us, np.int64)
    return Batch(columns.point, ts_us, value, reason), wild.tolist()
