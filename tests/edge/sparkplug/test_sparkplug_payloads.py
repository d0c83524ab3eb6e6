"""Topics, times, names, types and values of what is published."""

import re
from collections import Counter

import pytest

from civicwatt_protocols.sparkplug.message import parse
from civicwatt_protocols.sparkplug.payload import DataType
from civicwatt_protocols.sparkplug.topics import MessageKind

BIRTHS = (MessageKind.NBIRTH, MessageKind.DBIRTH)


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-device-birth-publish-dbirth-match-edge-node-topic",
        "message-flow-device-birth-publish-dbirth-topic",
        "message-flow-edge-node-birth-publish-nbirth-topic",
        "topic-structure",
        "topic-structure-namespace-a",
        "topic-structure-namespace-device-id-associated-message-types",
        "topic-structure-namespace-device-id-non-associated-message-types",
        "topics-dbirth-topic",
        "topics-ddata-topic",
        "topics-ddeath-topic",
        "topics-nbirth-topic",
    ],
)
def test_topics_name_gateway_and_device(life, statement):
    node, device = r"N(BIRTH|DEATH)/gw-01", r"D(BIRTH|DATA|DEATH)/gw-01/M-[12]"
    for packet in life.published():
        assert re.fullmatch(rf"spBv1\.0/429900/({node}|{device})", packet.topic)


@pytest.mark.parametrize(
    "statement",
    [
        "payloads-dbirth-timestamp",
        "payloads-ddata-timestamp",
        "payloads-metric-timestamp-in-UTC",
        "payloads-nbirth-timestamp",
        "payloads-timestamp-in-UTC",
        "topics-dbirth-timestamp",
        "topics-ddata-timestamp",
        "topics-nbirth-timestamp",
    ],
)
def test_a_message_has_the_time_of_publishing_and_a_metric_that_of_its_value(life, statement):
    for packets in life.connections:
        earliest = packets[0].at_us // 1000
        for packet in (p for p in packets[2:] if p.kind == 3 and p.message is not MessageKind.NDEATH):
            sent = packet.payload.timestamp_ms
            assert earliest <= sent <= packet.at_us // 1000, "UTC milliseconds of the gateway's clock"
            earliest = sent
            assert all(metric.timestamp_ms <= sent for metric in packet.payload.metrics)
            if packet.message is MessageKind.DDATA:
                assert {metric.timestamp_ms % 1000 for metric in packet.payload.metrics} == {0}


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-device-birth-publish-dbirth-payload",
        "message-flow-edge-node-birth-publish-nbirth-payload",
        "payloads-alias-birth-requirement",
        "payloads-metric-datatype-req",
        "payloads-metric-datatype-value",
        "payloads-metric-datatype-value-type",
        "payloads-name-birth-data-requirement",
        "payloads-name-requirement",
        "topics-dbirth-metric-reqs",
        "topics-dbirth-metrics",
        "topics-nbirth-metrics",
    ],
)
def test_a_birth_names_types_and_values_every_metric(life, statement):
    for packet in (packet for packet in life.published() if packet.message in BIRTHS):
        for metric in packet.payload.metrics:
            assert metric.name
            assert metric.datatype in (
                DataType.INT64,
                DataType.UINT64,
                DataType.DOUBLE,
                DataType.STRING,
                DataType.BOOLEAN,
            )
            assert metric.is_null == (metric.value is None)
            assert not metric.is_historical
        if packet.message is MessageKind.DBIRTH:
            points = [metric for metric in packet.payload.metrics if not metric.name.startswith("cw/")]
            assert points
            assert all(metric.alias for metric in points)


@pytest.mark.parametrize("statement", ["payloads-alias-uniqueness"])
def test_an_alias_names_one_metric_in_the_whole_gateway_for_ever(life, statement):
    meant = {
        metric.alias: (packet.device, metric.name)
        for packet in life.published(MessageKind.DBIRTH)
        for metric in packet.payload.metrics
        if metric.alias
    }
    assert len(set(meant.values())) == len(meant)
    for packet in life.published(MessageKind.DBIRTH):
        for metric in packet.payload.metrics:
            assert metric.alias is None or meant[metric.alias] == (packet.device, metric.name)


@pytest.mark.parametrize(
    "statement",
    [
        "operational-behavior-data-publish-dbirth",
        "operational-behavior-data-publish-nbirth",
        "payloads-alias-data-cmd-requirement",
        "payloads-metric-datatype-not-req",
        "topics-ddata-payload",
        "topics-nbirth-metric-reqs",
    ],
)
def test_data_carry_only_what_the_birth_has_declared_by_alias_without_type(life, statement):
    for span in life.births():
        declared = {}
        for packet in span:
            metrics = packet.payload.metrics
            if packet.message is MessageKind.DBIRTH:
                declared[packet.device] = {metric.alias or metric.name for metric in metrics}
            elif packet.message is MessageKind.DDATA:
                assert {metric.alias or metric.name for metric in metrics} <= declared[packet.device]
                assert all((metric.alias is None) != (metric.name is None) for metric in metrics)
                assert all(metric.datatype is None for metric in metrics)
    assert not life.published(MessageKind.NDATA), "the node's own metrics are in its birth, all of them"


@pytest.mark.parametrize(
    "statement",
    ["operational-behavior-data-publish-dbirth-values", "operational-behavior-data-publish-nbirth-values"],
)
def test_a_birth_tells_the_present_values(life, statement):
    first, second = (span for span in life.births()[:2])
    assert all(metric.is_null for metric in first[1].payload.metrics if metric.alias), "nothing read so far"
    (birth,) = [
        packet for packet in second if packet.message is MessageKind.DBIRTH and packet.device == "M-2"
    ]
    before = [packet for packet in first if packet.message is MessageKind.DDATA and packet.device == "M-2"]
    values = {metric.alias: metric.value for metric in before[-1].payload.metrics if metric.alias}
    assert any(value is not None for value in values.values())
    assert {metric.alias: metric.value for metric in birth.payload.metrics if metric.alias} == values


@pytest.mark.parametrize("statement", ["operational-behavior-data-publish-dbirth-order"])
def test_present_values_come_in_the_order_of_time(life, statement):
    for span in life.births():
        newest: Counter[str] = Counter()
        for packet in (packet for packet in span if packet.message is MessageKind.DDATA):
            head, *rest = packet.payload.metrics
            assert {metric.is_historical for metric in rest} == {head.is_historical}
            if not head.is_historical:
                assert head.timestamp_ms > newest[packet.device]
                newest[packet.device] = head.timestamp_ms
    late = [packet for packet in life.published(MessageKind.DDATA) if packet.payload.metrics[0].is_historical]
    assert late, "a dead device and two outages leave a backlog"


@pytest.mark.parametrize(
    "statement",
    [
        "payloads-metric-propertyvalue-type-req",
        "payloads-metric-propertyvalue-type-type",
        "payloads-metric-propertyvalue-type-value",
        "payloads-propertyset-keys-array-size",
        "payloads-propertyset-quality-value-type",
        "payloads-propertyset-quality-value-value",
        "payloads-propertyset-values-array-size",
    ],
)
def test_properties_are_typed_and_a_bad_value_says_so(life, statement):
    qualities = 0
    for packet in life.published():
        for metric in parse(packet.data).metrics:
            keys, values = metric.properties.keys, metric.properties.values
            assert len(keys) == len(values)
            assert all(value.type in (DataType.INT32, DataType.STRING) for value in values)
            for key, value in zip(keys, values, strict=True):
                if key == "Quality":
                    qualities += 1
                    assert metric.is_null
                    assert (value.type, value.int_value) == (DataType.INT32, 0)
    assert qualities


@pytest.mark.parametrize(
    "statement",
    [
        "operational-behavior-data-commands-rebirth-datatype",
        "operational-behavior-data-commands-rebirth-name",
        "operational-behavior-data-commands-rebirth-name-aliases",
        "operational-behavior-data-commands-rebirth-value",
        "payloads-nbirth-rebirth-req",
        "topics-nbirth-rebirth-metric",
    ],
)
def test_a_node_birth_offers_the_rebirth_command(life, statement):
    for packet in life.published(MessageKind.NBIRTH):
        (offer,) = [metric for metric in packet.payload.metrics if metric.name == "Node Control/Rebirth"]
        assert (offer.datatype, offer.value, offer.alias) == (DataType.BOOLEAN, False, None)
