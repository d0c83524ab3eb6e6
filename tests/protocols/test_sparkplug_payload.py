import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import NotSparkplug
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload, decode, encode

uint64 = st.integers(0, 2**64 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]))
properties = st.dictionaries(
    texts,
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | texts,
    max_size=3,
)
VALUES: dict[DataType, st.SearchStrategy[Any]] = {
    DataType.INT8: st.integers(-128, 127),
    DataType.INT16: st.integers(-(2**15), 2**15 - 1),
    DataType.INT32: st.integers(-(2**31), 2**31 - 1),
    DataType.INT64: st.integers(-(2**63), 2**63 - 1),
    DataType.UINT8: st.integers(0, 255),
    DataType.UINT16: st.integers(0, 2**16 - 1),
    DataType.UINT32: st.integers(0, 2**32 - 1),
    DataType.UINT64: uint64,
    DataType.FLOAT: st.floats(width=32, allow_nan=False),
    DataType.DOUBLE: st.floats(allow_nan=False),
    DataType.BOOLEAN: st.booleans(),
    DataType.STRING: texts,
    DataType.DATETIME: uint64,
    DataType.TEXT: texts,
    DataType.UUID: texts,
    DataType.BYTES: st.binary(),
    DataType.FILE: st.binary(),
}


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    datatype = draw(st.sampled_from(list(VALUES)))
    is_null = draw(st.booleans())
    return Metric(
        name=draw(texts),
        alias=draw(st.none() | uint64),
        timestamp_ms=draw(st.none() | uint64),
        datatype=datatype,
        value=None if is_null else draw(VALUES[datatype]),
        is_null=is_null,
        is_historical=draw(st.booleans()),
        properties=draw(properties),
    )


payloads = st.builds(Payload, uint64, st.lists(metrics(), max_size=4), st.none() | st.integers(0, 255))


@given(payloads)
def test_a_payload_is_read_back(payload: Payload) -> None:
    assert decode(encode(payload)) == payload


def test_the_bytes_are_sparkplug_bs() -> None:
    """Field numbers and wire types written out by hand after Sparkplug 3.0.0, chapter 6."""
    quality = bytes([0x0A, 7]) + b"Quality" + bytes([0x12, 4, 0x08, 3, 0x18, 0])
    aliased = bytes([0x10, 5, 0x18, 9, 0x69]) + struct.pack("<d", 230.5)
    named = (
        bytes([0x0A, 1]) + b"n" + bytes([0x18, 9, 0x20, 12, 0x28, 1, 0x38, 1, 0x4A, len(quality)]) + quality
    )
    expected = (
        bytes([0x08, 9, 0x12, len(aliased)])
        + aliased
        + bytes([0x12, len(named)])
        + named
        + bytes([0x18, 200, 1])
    )
    payload = Payload(
        9,
        [
            Metric(alias=5, timestamp_ms=9, value=230.5),
            Metric("n", None, 9, DataType.STRING, None, True, True, {"Quality": 0}),
        ],
        200,
    )
    assert decode(expected) == payload
    payload.metrics[0].datatype = DataType.DOUBLE  # a value is written by its datatype
    assert encode(payload) == expected.replace(
        bytes([0x12, len(aliased)]) + aliased,
        bytes([0x12, len(aliased) + 2]) + aliased[:4] + b"\x20\x0a" + aliased[4:],
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x00",
        b"\xff" * 40,
        json.dumps({"timestamp": 1, "metrics": []}).encode(),
        b'{"temperature": 21.5}',
        b"<xml/>",
        "中文".encode(),
        b"\x18\x05",  # a protobuf message with seq only
        b"\x7a\x03abc",  # a protobuf message of other fields
        b"\x08\x01\x12\x00",  # a metric without name and alias
        b"\x08\x01\x12\x03\x0a\x01\xff",  # a name that is not UTF-8
        b"\x08\x01\x12\x05\x0a\x01n\x20\x63",  # data type 99
        b"\x08\x01\x12\x08\x0a\x01n\x4a\x03\x0a\x01k",  # a property key without its value
    ],
)
def test_garbage_is_not_sparkplug(data: bytes) -> None:
    with pytest.raises(NotSparkplug):
        decode(data)


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_else(data: bytes) -> None:
    try:
        decode(data)
    except NotSparkplug as error:
        assert error.code == "CW-P1300"  # noqa: PT017


@given(payloads, st.data())
def test_a_damaged_payload_raises_nothing_else(payload: Payload, data: st.DataObject) -> None:
    body = bytearray(encode(payload))
    for _ in range(3):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode(bytes(body[: data.draw(st.integers(0, len(body)))]))
    except NotSparkplug as error:
        assert error.code == "CW-P1300"  # noqa: PT017


def test_a_data_set_is_read_as_no_value() -> None:
    [metric] = decode(b"\x08\x01\x12\x0a\x0a\x01n\x20\x10\x8a\x01\x02\x08\x00").metrics
    assert (metric.datatype, metric.value, metric.is_null) == (DataType.DATASET, None, False)


def test_a_value_without_a_writable_datatype_is_refused() -> None:
    with pytest.raises(ValueError, match="datatype"):
        encode(Payload(1, [Metric("n", value=1)]))
