"""DDATA bodies: one outbox record each. The hot path: no object per metric but protobuf's own.

The metrics' timestamp is the slot. Sparkplug's seq and the time of publishing are known only when a body is
sent: protobuf messages may be concatenated and the last value of a field counts, so both are appended.
"""

from math import isnan

from civicwatt_protocols.errors import UnknownCatalogue
from civicwatt_protocols.sparkplug.message import PayloadMessage, parse
from civicwatt_protocols.sparkplug.payload import put_properties

from .data import Data
from .vocabulary import BIRTH, EPOCH, QUALITY, REASON, SEQ, Catalogue, Record

_SEQ_FIELD = [b"\x18" + bytes([n] if n < 128 else [n & 127 | 128, 1]) for n in range(256)]  # field 3, varint


def encode_record(record: Record, catalogue: Catalogue, epoch: str) -> bytes:
    """The DDATA body of a record, without Sparkplug seq. Raises UnknownCatalogue."""
    if record.catalogue != catalogue.hash:
        raise UnknownCatalogue(record.device, expected=catalogue.hash, found=record.catalogue)
    at_ms, sub_ms = divmod(record.slot_us, 1000)
    if sub_ms:
        raise ValueError(f"slot {record.slot_us} µs is no whole millisecond")
    message = PayloadMessage(timestamp=at_ms)
    add = message.metrics.add
    add(name=EPOCH, timestamp=at_ms, string_value=epoch)
    add(name=SEQ, timestamp=at_ms, long_value=record.seq)
    add(name=BIRTH, timestamp=at_ms, string_value=catalogue.hash)
    for index, (point, value) in enumerate(zip(catalogue.points, record.values, strict=True)):
        metric = add()
        metric.alias = point.alias
        metric.timestamp = at_ms
        if value is None:
            metric.is_null = True
            put_properties(metric, {QUALITY: 0, REASON: record.reasons[index].value})
        else:
            metric.double_value = value
    body: bytes = message.SerializeToString()
    return body


def with_sequence(body: bytes, seq: int) -> bytes:
    """The body with Sparkplug's seq (0..255) appended: ready to publish."""
    return body + _SEQ_FIELD[seq]


def published(body: bytes, now_us: int) -> bytes:
    """The body with the time of its publishing as the payload's timestamp."""
    stamp: bytes = PayloadMessage(timestamp=now_us // 1000).SerializeToString()
    return body + stamp


def as_historical(body: bytes) -> bytes:
    """The body with every metric marked is_historical: backlog, not the present state."""
    message = parse(body)
    for metric in message.metrics:
        metric.is_historical = True
    marked: bytes = message.SerializeToString()
    return marked


def peek(body: bytes) -> tuple[str, int, str]:
    """(epoch, seq, catalogue hash), readable without the catalogue. Raises NotSparkplug, NotOurMessage."""
    data = Data(body)
    return data.epoch, data.seq, data.birth


def decode_record(body: bytes, catalogue: Catalogue) -> Record:
    """The record of a DDATA body. Raises NotSparkplug, NotOurMessage, UnknownCatalogue."""
    data = Data(body)
    slot_us, values, reasons, _ = data.values(catalogue)
    numbers = tuple(None if isnan(value) else value for value in values)
    return Record(data.seq, slot_us, catalogue.device, catalogue.hash, numbers, reasons)
