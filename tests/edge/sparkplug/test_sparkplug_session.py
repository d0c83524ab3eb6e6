"""Connection, certificates and order: what a Sparkplug host relies on to know who is there."""

import pytest

from civicwatt_protocols.sparkplug.payload import DataType
from civicwatt_protocols.sparkplug.topics import MessageKind

CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT = 1, 3, 8, 14


def bd_seq(payload):
    (metric,) = [metric for metric in payload.metrics if metric.name == "bdSeq"]
    assert metric.datatype is DataType.INT64
    return metric.value


@pytest.mark.parametrize("statement", ["principles-persistence-clean-session-311"])
def test_every_connection_is_a_clean_mqtt_311_session(life, statement):
    assert len(life.connections) == 3
    assert all(
        (packets[0].kind, packets[0].level, packets[0].clean) == (CONNECT, 4, True)
        for packets in life.connections
    )


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-edge-node-birth-publish-connect",
        "message-flow-edge-node-birth-publish-will-message",
        "message-flow-edge-node-birth-publish-will-message-topic",
        "message-flow-edge-node-birth-publish-will-message-payload",
        "message-flow-edge-node-birth-publish-will-message-qos",
        "message-flow-edge-node-birth-publish-will-message-will-retained",
        "payloads-ndeath-will-message",
        "payloads-ndeath-will-message-qos",
        "payloads-ndeath-will-message-retain",
        "payloads-ndeath-seq",
        "topics-ndeath-topic",
        "topics-ndeath-payload",
        "topics-ndeath-seq",
    ],
)
def test_every_connection_leaves_its_death_as_a_will(life, statement):
    for will, *_ in life.connections:
        assert (will.topic, will.qos, will.retain) == ("spBv1.0/429900/NDEATH/gw-01", 1, False)
        assert [metric.name for metric in will.payload.metrics] == ["bdSeq"]
        assert will.payload.seq is None


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-edge-node-birth-publish-nbirth-payload-bdSeq",
        "message-flow-edge-node-birth-publish-will-message-payload-bdSeq",
        "operational-behavior-data-commands-rebirth-action-3",
        "payloads-nbirth-bdseq",
        "payloads-nbirth-bdseq-repeat",
        "payloads-ndeath-bdseq",
        "topics-nbirth-bdseq-included",
        "topics-nbirth-bdseq-increment",
        "topics-nbirth-bdseq-matching",
    ],
)
def test_death_and_births_of_a_connection_share_a_number_that_grows_by_one(life, statement):
    wills = [bd_seq(packets[0].payload) for packets in life.connections]
    assert wills == [0, 1, 2], "attempts that never reached the broker count for nothing"
    for packets, will in zip(life.connections, wills, strict=True):
        births = [p for p in packets if p.kind == PUBLISH and p.message is MessageKind.NBIRTH]
        assert {bd_seq(birth.payload) for birth in births} == {will}
    assert [bd_seq(death) for death in life.deaths] == [0, 2], (
        "a cut cable, a clean stop; not a broker killed"
    )


@pytest.mark.parametrize("statement", ["message-flow-edge-node-ncmd-subscribe"])
def test_commands_are_heard_before_the_birth(life, statement):
    for _, subscription, birth, *_ in life.connections:
        assert (subscription.kind, subscription.topic) == (SUBSCRIBE, "spBv1.0/429900/NCMD/gw-01")
        assert subscription.qos == 1
        assert birth.message is MessageKind.NBIRTH


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-device-birth-publish-nbirth-wait",
        "operational-behavior-data-commands-rebirth-action-2",
        "payloads-dbirth-order",
        "payloads-ddata-order",
        "principles-birth-certificates-order",
    ],
)
def test_births_come_first_and_all_of_them(life, statement):
    births = life.births()
    assert len(births) == 5, "three connections, two rebirths"
    for span in births:
        kinds = [(packet.message, packet.device) for packet in span]
        assert kinds[0] == (MessageKind.NBIRTH, None)
        assert kinds[1:3] == [(MessageKind.DBIRTH, "M-1"), (MessageKind.DBIRTH, "M-2")]
        assert all(kind is not MessageKind.NBIRTH for kind, _ in kinds[1:])


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-device-birth-publish-dbirth-payload-seq",
        "message-flow-edge-node-birth-publish-nbirth-payload-seq",
        "payloads-dbirth-seq",
        "payloads-dbirth-seq-inc",
        "payloads-ddata-seq",
        "payloads-ddata-seq-inc",
        "payloads-ddeath-seq",
        "payloads-ddeath-seq-inc",
        "payloads-ddeath-seq-number",
        "payloads-nbirth-seq",
        "payloads-sequence-num-always-included",
        "payloads-sequence-num-incrementing",
        "payloads-sequence-num-req-nbirth",
        "topics-dbirth-seq",
        "topics-ddata-seq-num",
        "topics-ddeath-seq-num",
        "topics-nbirth-seq-num",
    ],
)
def test_seq_begins_at_zero_with_each_birth_and_wraps_after_255(life, statement):
    for span in life.births():
        numbers = [packet.payload.seq for packet in span if packet.message is not MessageKind.NDEATH]
        assert numbers == [n % 256 for n in range(len(numbers))]
    assert max(len(span) for span in life.births()) > 256


@pytest.mark.parametrize(
    "statement",
    [
        "message-flow-device-birth-publish-dbirth-qos",
        "message-flow-device-birth-publish-dbirth-retained",
        "message-flow-edge-node-birth-publish-nbirth-qos",
        "message-flow-edge-node-birth-publish-nbirth-retained",
        "payloads-dbirth-qos",
        "payloads-dbirth-retain",
        "payloads-ddata-qos",
        "payloads-ddata-retain",
        "payloads-nbirth-qos",
        "payloads-nbirth-retain",
        "topics-dbirth-mqtt",
        "topics-ddata-mqtt",
        "topics-ddeath-mqtt",
        "topics-nbirth-mqtt",
    ],
)
def test_messages_go_at_qos_0_and_are_not_retained(life, statement):
    kinds = {packet.message for packet in life.published()}
    assert kinds == {
        MessageKind.NBIRTH,
        MessageKind.NDEATH,
        MessageKind.DBIRTH,
        MessageKind.DDATA,
        MessageKind.DDEATH,
    }
    for packet in life.published():
        assert (packet.qos, packet.retain) == (1 if packet.message is MessageKind.NDEATH else 0, False)


@pytest.mark.parametrize("statement", ["operational-behavior-device-ddeath", "payloads-ddeath-timestamp"])
def test_a_silent_device_dies_and_is_born_again_before_its_values(life, statement):
    told = [packet for packet in life.published() if packet.device == "M-1"]
    last = None
    for packet in told:
        live = packet.message is MessageKind.DDATA and not packet.payload.metrics[0].is_historical
        assert not (live and last is MessageKind.DDEATH), "a dead device has no present values"
        if packet.message is not MessageKind.DDATA:
            last = packet.message
    first_life = [
        packet.message for packet in life.published(device="M-1") if packet.message is not MessageKind.DDATA
    ][:5]
    # dies; a rebirth finds it dead, so its points are told and its death again; it comes back
    assert first_life == [
        MessageKind.DBIRTH,
        MessageKind.DDEATH,
        MessageKind.DBIRTH,
        MessageKind.DDEATH,
        MessageKind.DBIRTH,
    ]
    for death in life.published(MessageKind.DDEATH):
        assert life.connections[0][0].at_us // 1000 <= (death.payload.timestamp_ms or 0)
        assert (death.payload.timestamp_ms or 0) <= death.at_us // 1000
    assert not life.published(MessageKind.DDEATH, "M-2")[1:], "the other device dies with the gateway only"


@pytest.mark.parametrize(
    "statement",
    [
        "operational-behavior-edge-node-intentional-disconnect-ndeath",
        "operational-behavior-edge-node-intentional-disconnect-packet",
        "payloads-ndeath-will-message-publisher",
        "payloads-ndeath-will-message-publisher-disconnect-mqtt311",
    ],
)
def test_a_clean_stop_says_death_and_then_disconnects(life, statement):
    *_, death, farewell = [packet for packet in life.connections[-1] if packet.kind in (PUBLISH, DISCONNECT)]
    assert (death.message, farewell.kind) == (MessageKind.NDEATH, DISCONNECT)
    assert death.data == life.connections[-1][0].data, "as the will says it"


def test_f06_with_all_this_no_record_is_lost(life):
    assert life.sequences == list(range(1, len(life.sequences) + 1))
    assert len(life.sequences) > 256
