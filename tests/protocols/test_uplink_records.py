from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import NotOurMessage, NotSparkplug, ProtocolError, UnknownCatalogue
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.sparkplug import payload
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload
from civicwatt_protocols.uplink import (
    Catalogue,
    Data,
    GapReason,
    PointDefinition,
    Record,
    as_historical,
    decode_record,
    encode_record,
    peek,
    with_sequence,
)

EPOCH = "0193b0a0-0000-7000-8000-000000000001"
CATALOGUE = Catalogue(
    "M-0101-1",
    "acrel/adw300",
    tuple(PointDefinition(100 + 7 * n, measure) for n, measure in enumerate(MEASURES)),
)
SLOT_US = 1_790_000_000_000_000
RECORD = Record(7, SLOT_US, CATALOGUE.device, CATALOGUE.hash, tuple(float(n) for n in range(len(MEASURES))))


@st.composite
def records(draw: st.DrawFn) -> Record:
    size = len(CATALOGUE.points)
    numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
    values = draw(st.lists(numbers, min_size=size, max_size=size))
    reasons = {n: draw(st.sampled_from(GapReason)) for n, value in enumerate(values) if value is None}
    slot_ms = draw(st.integers(0, 2**43))
    seq = draw(st.integers(0, 2**63))
    return Record(seq, slot_ms * 1000, CATALOGUE.device, CATALOGUE.hash, tuple(values), reasons)


@given(records(), st.integers(0, 255))
def test_a_record_is_read_back_exactly(record: Record, seq: int) -> None:
    body = with_sequence(encode_record(record, CATALOGUE, EPOCH), seq)
    assert decode_record(body, CATALOGUE) == record
    assert decode_record(as_historical(body), CATALOGUE) == record
    assert peek(body) == (EPOCH, record.seq, CATALOGUE.hash)


def test_any_sparkplug_host_can_read_it() -> None:
    values = (None, *RECORD.values[1:])
    body = encode_record(replace(RECORD, values=values, reasons={0: GapReason.TIMEOUT}), CATALOGUE, EPOCH)
    read = payload.decode(with_sequence(body, 200))
    assert read.seq == 200
    assert read.timestamp_ms == SLOT_US // 1000
    assert {metric.timestamp_ms for metric in read.metrics} == {SLOT_US // 1000}
    assert [metric.name for metric in read.metrics[:3]] == ["cw/epoch", "cw/seq", "cw/birth"]
    gap, second = read.metrics[3:5]
    assert (gap.alias, gap.is_null, gap.properties) == (100, True, {"Quality": 0, "cw/reason": "timeout"})
    assert (second.alias, second.name, second.value) == (107, None, 1.0)


def test_backlog_is_marked_and_keeps_the_sequence() -> None:
    read = payload.decode(as_historical(with_sequence(encode_record(RECORD, CATALOGUE, EPOCH), 9)))
    assert all(metric.is_historical for metric in read.metrics)
    assert read.seq == 9


def test_a_message_costs_about_twenty_bytes_a_point() -> None:
    assert len(encode_record(RECORD, CATALOGUE, EPOCH)) < 120 + 24 * len(CATALOGUE.points)


def test_data_are_read_only_with_the_catalogue_they_name() -> None:
    other = replace(CATALOGUE, template="acrel/adl400")
    with pytest.raises(UnknownCatalogue):
        decode_record(encode_record(RECORD, CATALOGUE, EPOCH), other)
    with pytest.raises(UnknownCatalogue):
        encode_record(RECORD, other, EPOCH)


def test_a_slot_is_whole_milliseconds() -> None:
    with pytest.raises(ValueError, match="millisecond"):
        encode_record(replace(RECORD, slot_us=SLOT_US + 1), CATALOGUE, EPOCH)


def test_a_gap_needs_its_reason() -> None:
    with pytest.raises(KeyError):
        encode_record(replace(RECORD, values=(None, *RECORD.values[1:])), CATALOGUE, EPOCH)


def _damaged(change: str) -> bytes:
    message = payload.decode(encode_record(RECORD, CATALOGUE, EPOCH))
    head, points = message.metrics[:3], message.metrics[3:]
    head[0].datatype = head[2].datatype = DataType.STRING
    head[1].datatype = DataType.UINT64
    for point in points:
        point.datatype = DataType.DOUBLE
    match change:
        case "a point is missing":
            points = points[1:]
        case "two points changed places":
            points[0], points[1] = points[1], points[0]
        case "a value is not finite":
            points[0].value = float("nan")
        case "a value is absent":
            points[0].value = None
        case "a value is text":
            points[0].datatype, points[0].value = DataType.STRING, "1"
        case "a null has no reason":
            points[0].is_null = True
        case "a null has an unknown reason":
            points[0].is_null, points[0].properties = True, {"cw/reason": "tired"}
        case "a point more":
            points.append(Metric(None, 9_999, 1, DataType.DOUBLE, 1.0))
        case "a named metric more":
            points.insert(1, Metric("cw/newer", None, 1, DataType.STRING, "x"))
        case "no epoch":
            head[0].value = None
        case "no sequence":
            head[1].value = None
        case "another order of the head":
            head.reverse()
        case "no head":
            head = []
        case "no time":
            message.timestamp_ms = None
    return payload.encode(Payload(message.timestamp_ms, [*head, *points], message.seq))


@pytest.mark.parametrize(
    "change",
    [
        "a point is missing",
        "two points changed places",
        "a value is not finite",
        "a value is absent",
        "a value is text",
        "a null has no reason",
        "no epoch",
        "no sequence",
        "another order of the head",
        "no head",
        "no time",
    ],
)
def test_what_our_gateways_never_say_is_refused(change: str) -> None:
    assert decode_record(_damaged(""), CATALOGUE) == RECORD
    with pytest.raises(NotOurMessage):
        decode_record(_damaged(change), CATALOGUE)


@pytest.mark.parametrize("change", ["a point more", "a named metric more"])
def test_f29_what_a_newer_gateway_adds_is_skipped_and_named(change: str) -> None:
    values = Data(_damaged(change)).values(CATALOGUE)
    assert tuple(values.values) == RECORD.values
    assert values.unknown == ("alias 9999" if change == "a point more" else "cw/newer",)
    assert Data(_damaged("")).values(CATALOGUE).unknown == ()


def test_f29_a_gap_whose_reason_we_do_not_know_is_a_gap() -> None:
    record = decode_record(_damaged("a null has an unknown reason"), CATALOGUE)
    assert record == replace(RECORD, values=(None, *RECORD.values[1:]), reasons={})


def test_a_third_partys_message_is_not_ours() -> None:
    with pytest.raises(NotOurMessage):
        peek(payload.encode(Payload(1, [Metric("temperature", None, 1, DataType.DOUBLE, 21.5)], 1)))
    with pytest.raises(NotSparkplug):
        peek(b'{"temperature": 21.5}')


@given(st.data())
def test_a_damaged_message_raises_only_protocol_errors(data: st.DataObject) -> None:
    body = bytearray(encode_record(RECORD, CATALOGUE, EPOCH))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        peek(bytes(body))
        as_historical(bytes(body))
        record = decode_record(bytes(body), CATALOGUE)
    except ProtocolError:
        return
    assert len(record.values) == len(CATALOGUE.points)
    assert set(record.reasons) <= {n for n, value in enumerate(record.values) if value is None}


@pytest.mark.parametrize("reason", GapReason)
def test_a_reason_speaks_both_languages(reason: GapReason) -> None:
    assert reason.zh
    assert reason.en
