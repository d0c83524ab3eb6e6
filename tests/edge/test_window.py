"""F07: what is in flight to a cloud that was away goes out again as soon as it is back."""

from civicwatt_edge.delivery.window import ACK_TIMEOUT_S, SILENCE_S, Window
from civicwatt_edge.storage.store import Stored


def flown(window: Window, count: int, now_s: float) -> None:
    for seq in range(1, count + 1):
        window.sent(Stored(seq, "M-1", b""), now_s)


def test_f07_the_first_ack_after_a_silence_makes_all_that_waits_due_at_once() -> None:
    window = Window()
    for turn in range(5):  # each wait is longer than the one before
        flown(window, 100, now_s=turn * 20.0)
    now_s = 80.0 + SILENCE_S
    assert window.due(now_s) == []
    window.ack([(1, 1)], now_s)
    assert [record.seq for record in window.due(now_s)] == list(range(2, 101))


def test_an_ack_that_comes_in_time_hurries_nothing() -> None:
    window = Window()
    flown(window, 100, now_s=1_000.0)
    window.ack([(1, 50)], 1_000.0 + ACK_TIMEOUT_S / 2)
    assert window.due(1_000.0 + ACK_TIMEOUT_S / 2) == []
    assert len(window) == 50


def test_acks_of_what_was_acked_before_are_no_silence() -> None:
    """A cloud that is behind acks what was sent twice: it is there, and must not be given more."""
    window = Window()
    flown(window, 3, now_s=0.0)
    for second in range(1, 60, 5):
        window.ack([(70, 90)], float(second))
    flown(window, 3, now_s=56.0)
    window.ack([(1, 1)], 57.0)
    assert window.due(57.0) == []


def test_what_was_sent_often_keeps_its_long_waits_after_the_silence() -> None:
    window = Window()
    for turn in range(5):
        flown(window, 10, now_s=turn * 20.0)
    window.ack([(1, 1)], 200.0)
    flown(window, 10, now_s=200.0)
    assert [record.seq for record in window.due(200.0 + 8 * ACK_TIMEOUT_S)] == [1]
