"""Sparkplug B payloads as plain dataclasses, for any node; our own hot path is uplink/records.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from civicwatt_protocols.errors import NotSparkplug

from .message import PayloadMessage, parse


class DataType(IntEnum):
    """Data types of metrics and properties. Source: Sparkplug 3.0.0, chapter 6 (data types)."""

    UNKNOWN = 0
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    DATASET = 16
    BYTES = 17
    FILE = 18
    TEMPLATE = 19
    PROPERTY_SET = 20
    PROPERTY_SET_LIST = 21
    INT8_ARRAY = 22
    INT16_ARRAY = 23
    INT32_ARRAY = 24
    INT64_ARRAY = 25
    UINT8_ARRAY = 26
    UINT16_ARRAY = 27
    UINT32_ARRAY = 28
    UINT64_ARRAY = 29
    FLOAT_ARRAY = 30
    DOUBLE_ARRAY = 31
    BOOLEAN_ARRAY = 32
    STRING_ARRAY = 33
    DATETIME_ARRAY = 34


Value = int | float | bool | str | bytes
PropertyValue = int | float | bool | str | None

_INT = {DataType.INT8, DataType.INT16, DataType.INT32, DataType.UINT8, DataType.UINT16, DataType.UINT32}
_LONG = {DataType.INT64, DataType.UINT64, DataType.DATETIME}
_TEXT = {DataType.STRING, DataType.TEXT, DataType.UUID}
_SIGNED_BITS = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}


@dataclass(slots=True)
class Metric:
    """One metric, named or aliased. Without a datatype (DATA messages) integers are unsigned, as sent."""

    name: str | None = None
    alias: int | None = None
    timestamp_ms: int | None = None
    datatype: DataType | None = None
    value: Value | None = None
    is_null: bool = False
    is_historical: bool = False
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)


@dataclass(slots=True)
class Payload:
    """One payload; seq is Sparkplug's 0..255."""

    timestamp_ms: int | None = None
    metrics: list[Metric] = field(default_factory=list)
    seq: int | None = None


def encode(payload: Payload) -> bytes:
    """A payload's bytes. A metric with a value needs its datatype."""
    message = PayloadMessage()
    if payload.timestamp_ms is not None:
        message.timestamp = payload.timestamp_ms
    for metric in payload.metrics:
        _put_metric(message.metrics.add(), metric)
    if payload.seq is not None:
        message.seq = payload.seq
    data: bytes = message.SerializeToString()
    return data


def decode(data: bytes) -> Payload:
    """Bytes into a payload. Raises NotSparkplug for anything else."""
    message = parse(data)
    try:
        return Payload(
            message.timestamp if message.HasField("timestamp") else None,
            [_metric(one) for one in message.metrics],
            message.seq if message.HasField("seq") else None,
        )
    except ValueError as error:  # text that is not UTF-8, a datatype that does not exist
        raise NotSparkplug(detail=str(error)) from error


def put_properties(target: Any, properties: Mapping[str, PropertyValue]) -> None:
    """Write properties into a metric message, the type following the Python value."""
    for key, value in properties.items():
        target.properties.keys.append(key)
        one = target.properties.values.add()
        match value:
            case None:
                one.type, one.is_null = DataType.STRING, True
            case bool():
                one.type, one.boolean_value = DataType.BOOLEAN, value
            case int() if -(2**31) <= value < 2**31:
                one.type, one.int_value = DataType.INT32, value % 2**32
            case int():
                one.type, one.long_value = DataType.INT64, value % 2**64
            case float():
                one.type, one.double_value = DataType.DOUBLE, value
            case str():
                one.type, one.string_value = DataType.STRING, value


def read_properties(source: Any) -> dict[str, PropertyValue]:
    """The properties of a metric message; nested property sets are read as None."""
    found = source.properties
    if len(found.keys) != len(found.values):
        raise NotSparkplug(detail="property keys and values differ in number")
    return {key: _property(value) for key, value in zip(found.keys, found.values, strict=True)}


def _put_metric(target: Any, metric: Metric) -> None:
    if metric.name is not None:
        target.name = metric.name
    if metric.alias is not None:
        target.alias = metric.alias
    if metric.timestamp_ms is not None:
        target.timestamp = metric.timestamp_ms
    if metric.datatype is not None:
        target.datatype = metric.datatype
    if metric.is_historical:
        target.is_historical = True
    if metric.is_null:
        target.is_null = True
    elif metric.value is not None:
        _put_value(target, metric.datatype, metric.value)
    if metric.properties:
        put_properties(target, metric.properties)


def _put_value(target: Any, datatype: DataType | None, value: Any) -> None:
    if datatype in _INT:
        target.int_value = value % 2**32
    elif datatype in _LONG:
        target.long_value = value % 2**64
    elif datatype is DataType.FLOAT:
        target.float_value = value
    elif datatype is DataType.DOUBLE:
        target.double_value = value
    elif datatype is DataType.BOOLEAN:
        target.boolean_value = value
    elif datatype in _TEXT:
        target.string_value = value
    elif datatype in (DataType.BYTES, DataType.FILE):
        target.bytes_value = value
    else:
        raise ValueError(f"no value of datatype {datatype!r} can be written")


def _metric(source: Any) -> Metric:
    has = source.HasField
    if not has("name") and not has("alias"):
        raise NotSparkplug(detail="a metric without name and alias")
    datatype = DataType(source.datatype) if has("datatype") else None
    carried = source.WhichOneof("value")
    return Metric(
        name=source.name if has("name") else None,
        alias=source.alias if has("alias") else None,
        timestamp_ms=source.timestamp if has("timestamp") else None,
        datatype=datatype,
        value=None if carried is None or source.is_null else _signed(getattr(source, carried), datatype),
        is_null=source.is_null,
        is_historical=source.is_historical,
        properties=read_properties(source) if has("properties") else {},
    )


def _property(source: Any) -> PropertyValue:
    carried = source.WhichOneof("value")
    if carried is None or source.is_null:
        return None
    datatype = DataType(source.type) if source.HasField("type") else None
    value: PropertyValue = _signed(getattr(source, carried), datatype)
    return value


def _signed(value: Any, datatype: DataType | None) -> Any:
    """Two's complement of the datatype's width: signed integers travel in unsigned fields."""
    bits = _SIGNED_BITS.get(datatype) if datatype is not None else None
    if bits is None or not isinstance(value, int):
        return value
    low = value & ((1 << bits) - 1)
    return low - (1 << bits) if low >> (bits - 1) else low
