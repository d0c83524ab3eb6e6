import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_protocols.errors import NotOurMessage, NotSparkplug
from civicwatt_protocols.sparkplug import payload
from civicwatt_protocols.sparkplug.payload import DataType, Metric, Payload
from civicwatt_protocols.uplink import (
    Ack,
    Rebirth,
    Resend,
    decode_command,
    encode_ack,
    encode_rebirth,
    encode_resend,
)

ranges = st.lists(st.tuples(st.integers(0, 2**63), st.integers(0, 100)).map(lambda r: (r[0], r[0] + r[1])))


@given(st.text("0123456789abcdef-", min_size=1), ranges)
def test_an_ack_is_read_back(epoch: str, ranges: list[tuple[int, int]]) -> None:
    assert decode_command(encode_ack(epoch, ranges)) == Ack(epoch, tuple(ranges))


def test_rebirth_and_resend_are_read_back() -> None:
    assert decode_command(encode_rebirth()) == Rebirth()
    assert decode_command(encode_resend("e", 2**63)) == Resend("e", 2**63)


@pytest.mark.parametrize(
    "command",
    [encode_ack("e", [(1, 2)]), encode_rebirth(), encode_resend("e", 1)],
    ids=["ack", "rebirth", "resend"],
)
def test_a_command_has_a_time_and_no_sequence(command: bytes) -> None:
    read = payload.decode(command)
    assert read.timestamp_ms
    assert read.seq is None


def test_any_node_understands_a_rebirth() -> None:
    [metric] = payload.decode(encode_rebirth()).metrics
    assert (metric.name, metric.datatype, metric.value) == ("Node Control/Rebirth", DataType.BOOLEAN, True)


@pytest.mark.parametrize("text", ["1", "1-", "2-1", "a-b", "1-2,", "1-2-3", "-1-2"])
def test_malformed_ranges_are_refused(text: str) -> None:
    metrics = [
        Metric("cw/epoch", None, 1, DataType.STRING, "e"),
        Metric("cw/ack", None, 1, DataType.STRING, text),
    ]
    with pytest.raises(NotOurMessage):
        decode_command(payload.encode(Payload(1, metrics)))


@pytest.mark.parametrize(
    "metric",
    [
        Metric("Node Control/Reboot", None, 1, DataType.BOOLEAN, True),
        Metric("Node Control/Rebirth", None, 1, DataType.BOOLEAN, False),
        Metric("cw/ack", None, 1, DataType.STRING, "1-2"),
        Metric("cw/resend", None, 1, DataType.UINT64, 5),
    ],
)
def test_other_commands_are_refused(metric: Metric) -> None:
    with pytest.raises(NotOurMessage):
        decode_command(payload.encode(Payload(1, [metric])))


def test_garbage_is_no_command() -> None:
    with pytest.raises(NotSparkplug):
        decode_command(b"rebirth")
