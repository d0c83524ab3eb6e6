"""What waits for its commit: bounded, the newest first to be served; and how it comes off the wire."""

from itertools import pairwise

import pytest
from cloud.timeseries.intake.fake_gateway import NOW_HOUR, FakeGateway
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.intake.frames import BadFrame, split
from civicwatt_cloud.timeseries.intake.inbox import Inbox
from civicwatt_cloud.timeseries.intake.parking import OVERHEAD, Message
from civicwatt_protocols.uplink import as_historical, published

EVERYTHING = (10_000, 1 << 30)


def message(number: int, size: int = 100) -> Message:
    return Message(str(number), bytes(size))


def historical(number: int) -> Message:
    body = FakeGateway().data(number, NOW_HOUR * HOUR_US, 1.0, 2.0).payload
    return Message(str(number), as_historical(published(body, NOW_HOUR * HOUR_US)))


def test_live_readings_go_before_backlog_and_each_in_its_order() -> None:
    inbox = Inbox()
    for one in (historical(1), message(2), historical(3), message(4)):
        inbox.put(one)
    assert [one.topic for one in inbox.take(3, 1 << 30)] == ["2", "4", "1"]
    assert inbox.filled.is_set()
    assert [one.topic for one in inbox.take(*EVERYTHING)] == ["3"]
    assert not inbox.filled.is_set()


def test_f10_a_full_inbox_drops_the_oldest_backlog_first_and_stays_bounded() -> None:
    inbox = Inbox(most_bytes=5 * (100 + OVERHEAD))
    inbox.put(historical(0))
    for number in range(1, 11):
        inbox.put(message(number))
    assert [one.topic for one in inbox.take(*EVERYTHING)] == ["6", "7", "8", "9", "10"]
    assert inbox.dropped == 6


def test_what_could_not_be_committed_comes_first_again() -> None:
    inbox = Inbox(most_bytes=4 * (100 + OVERHEAD))
    for number in (1, 2):
        inbox.put(message(number))
    taken = inbox.take(*EVERYTHING)
    for number in (3, 4, 5):
        inbox.put(message(number))
    inbox.put_back(taken)
    assert [one.topic for one in inbox.take(*EVERYTHING)] == ["2", "3", "4", "5"]  # room for one of the two


def test_a_message_that_is_larger_than_the_inbox_leaves_it_as_it_was() -> None:
    inbox = Inbox(most_bytes=1000)
    inbox.put(message(1, size=2000))
    inbox.put_back([message(2, size=2000)])
    assert (len(inbox), inbox.dropped, inbox.filled.is_set()) == (0, 2, False)


def test_a_commit_is_bounded_in_messages_and_in_bytes() -> None:
    inbox = Inbox()
    for number in range(10):
        inbox.put(message(number))
    assert len(inbox.take(3, 1 << 30)) == 3
    assert len(inbox.take(100, 250)) == 3
    assert len(inbox.take(100, 1)) == 1


def publish(topic: bytes, payload: bytes, *, version5: bool, first: int = 0x30) -> bytes:
    body = len(topic).to_bytes(2, "big") + topic + (b"\x00" if version5 else b"") + payload
    length, rest = bytearray(), len(body)
    while rest > 127:
        length.append(rest & 127 | 128)
        rest >>= 7
    return bytes([first, *length, rest]) + body


@given(
    st.lists(st.tuples(st.sampled_from([b"a", b"spBv1.0/1/DDATA/g/d"]), st.binary(max_size=300)), max_size=8),
    st.lists(st.integers(0, 2000), max_size=6),
    st.booleans(),
)
def test_frames_are_the_same_however_the_bytes_are_cut(
    sent: list[tuple[bytes, bytes]], cuts: list[int], version5: bool
) -> None:
    ping = b"\xd0\x00"
    stream = b"".join(publish(*one, version5=version5) + ping for one in sent)
    taken: list[tuple[bytes, bytes]] = []
    others: list[bytes] = []
    left = b""
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    for start, end in pairwise(edges):
        block = left + stream[start:end]
        left = split(block, lambda *one: taken.append(one[:2]), others.append, version5=version5)
    assert (taken, others, left) == (sent, [ping] * len(sent), b"")


def test_a_message_at_qos_1_and_a_retained_one_are_told_apart() -> None:
    heard: list[tuple[bytes, bytes, bool]] = []
    others: list[bytes] = []
    kept = publish(b"t", b"1", version5=False, first=0x31)
    sure = publish(b"t", b"12", version5=False, first=0x32)
    split(kept + sure, lambda *one: heard.append(one), others.append, version5=False)
    assert (heard, others) == ([(b"t", b"1", True)], [sure])


@pytest.mark.parametrize("block", [b"\x30\x80\x80\x80\x80\x01", b"\x30\x03\x00\x09t", b"\x30\x01\x00"])
def test_bytes_that_are_no_mqtt_are_refused(block: bytes) -> None:
    with pytest.raises((BadFrame, IndexError)):
        split(block, lambda *_: None, lambda _: None, version5=False)
