"""Explain Sparkplug B payloads: protobuf fields with their offsets, metrics as Sparkplug means them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from civicwatt_protocols.errors import NotSparkplug
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.sparkplug.payload import Metric, decode

from .field import Explained, Field

NAME = "Sparkplug B"
_TIMESTAMP, _METRICS, _SEQ = 1, 2, 3


def explain(data: bytes) -> Explained:
    """A payload, field by field. Raises NotSparkplug.

    Which measure an alias is, only the device's birth tells.
    """
    payload = decode(data)
    explained = Explained(NAME)
    metrics = iter(payload.metrics)
    for number, start, size in _fields(data):
        if number == _TIMESTAMP:
            explained.fields.append(Field(start, size, "时间戳", "timestamp", _time(payload.timestamp_ms)))
        elif number == _SEQ:
            explained.fields.append(Field(start, size, "序号 seq", "seq", str(payload.seq)))
        elif number == _METRICS:
            explained.fields.append(_metric(next(metrics), start, size))
        else:
            explained.fields.append(Field(start, size, f"字段 {number}", f"field {number}"))
    return explained


def _metric(metric: Metric, start: int, size: int) -> Field:
    name = metric.name if metric.name is not None else f"alias {metric.alias}"
    known = MEASURES.get(metric.name or "")
    notes = [_time(metric.timestamp_ms)] if metric.timestamp_ms is not None else []
    if metric.name is not None and metric.alias is not None:
        notes.append(f"alias {metric.alias}")
    if metric.datatype is not None:
        notes.append(metric.datatype.name)
    notes += [f"{key}={value}" for key, value in metric.properties.items()]
    zh = [*notes, *(["补传"] if metric.is_historical else []), *(["无值"] if metric.is_null else [])]
    en = [*notes, *(["historical"] if metric.is_historical else []), *(["null"] if metric.is_null else [])]
    number = metric.value if isinstance(metric.value, int | float) else None
    return Field(
        start,
        size,
        f"测量 {name}",
        f"metric {name}",
        "" if metric.value is None else _text(metric.value),
        known.unit if known and number is not None else "",
        "，".join(zh),
        ", ".join(en),
        known.key if known else None,
        None if known is None or number is None else str(number),
    )


def _text(value: object) -> str:
    return value.hex(" ").upper() if isinstance(value, bytes) else str(value)


def _time(ms: int | None) -> str:
    try:
        return datetime.fromtimestamp((ms or 0) / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return f"{ms} ms"


def _fields(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(number, start, size) of the top fields of a protobuf message that has been parsed once."""
    at = 0
    while at < len(data):
        start = at
        key, at = _varint(data, at)
        match key & 7:
            case 0:
                _, at = _varint(data, at)
            case 1:
                at += 8
            case 2:
                length, at = _varint(data, at)
                at += length
            case 5:
                at += 4
            case _:
                raise NotSparkplug(f"byte {start}", detail=f"wire type {key & 7}")
        yield key >> 3, start, at - start


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
