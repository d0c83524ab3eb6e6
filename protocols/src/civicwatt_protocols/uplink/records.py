"""DDATA bodies: one outbox record each. The hot path: no object per metric but protobuf's own.

The metrics' timestamp is the slot. Sparkplug's seq and the time of publishing are known only when a body is
sent: protobuf messages may be concatenated and the last value of a field counts, so both are appended.
"""

from math import isfinite
from typing import Any

from civicwatt_protocols.errors import NotOurMessage, UnknownCatalogue
from civicwatt_protocols.sparkplug.message import PayloadMessage, parse
from civicwatt_protocols.sparkplug.payload import put_properties, read_properties

from .vocabulary import BIRTH, EPOCH, QUALITY, REASON, SEQ, Catalogue, GapReason, Record

_HEAD = 3  # metrics before the points: epoch, seq, birth
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
    return _head(parse(body))


def decode_record(body: bytes, catalogue: Catalogue) -> Record:
    """The record of a DDATA body. Raises NotSparkplug, NotOurMessage, UnknownCatalogue.

    All points of the catalogue must be there, in its order: our gateways send them so.
    """
    message = parse(body)
    _, seq, birth = _head(message)
    if birth != catalogue.hash:
        raise UnknownCatalogue(catalogue.device, expected=catalogue.hash, found=birth)
    metrics, points = message.metrics, catalogue.points
    if len(metrics) != _HEAD + len(points):
        raise NotOurMessage(catalogue.device, detail=f"{len(metrics) - _HEAD} points, not {len(points)}")
    values: list[float | None] = []
    reasons: dict[int, GapReason] = {}
    for index, point in enumerate(points):
        metric = metrics[index + _HEAD]
        if metric.alias != point.alias:
            raise NotOurMessage(catalogue.device, detail=f"alias {metric.alias}, not {point.alias}")
        value = metric.double_value
        if value != 0.0 and isfinite(value):  # zero may also stand for no value: look closer
            values.append(value)
        elif metric.is_null:
            values.append(None)
            reasons[index] = _reason(metric)
        elif metric.HasField("double_value") and isfinite(value):
            values.append(value)
        else:
            raise NotOurMessage(catalogue.device, detail=f"{point.measure} is neither a number nor null")
    return Record(seq, metrics[0].timestamp * 1000, catalogue.device, birth, tuple(values), reasons)


def _head(message: Any) -> tuple[str, int, str]:
    if len(message.metrics) < _HEAD or not message.HasField("timestamp"):
        raise NotOurMessage(detail="cw/epoch, cw/seq, cw/birth or the timestamp are missing")
    epoch, seq, birth = message.metrics[0], message.metrics[1], message.metrics[2]
    if (epoch.name, seq.name, birth.name) != (EPOCH, SEQ, BIRTH):
        raise NotOurMessage(detail="the first metrics are not cw/epoch, cw/seq, cw/birth")
    if not epoch.HasField("timestamp"):
        raise NotOurMessage(detail="cw/epoch does not carry the slot")
    if not (epoch.string_value and seq.HasField("long_value") and birth.string_value):
        raise NotOurMessage(detail="cw/epoch, cw/seq or cw/birth have no value")
    return epoch.string_value, seq.long_value, birth.string_value


def _reason(metric: Any) -> GapReason:
    try:
        return GapReason(str(read_properties(metric).get(REASON)))
    except ValueError as error:
        raise NotOurMessage(detail="a null value without a known cw/reason") from error
