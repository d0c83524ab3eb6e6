"""Whoever waits for a turn gets it in the order of coming."""

import threading

import pytest

from civicwatt_cloud.kit.turns import Turns


def test_turns_are_taken_in_the_order_of_coming_and_twice_by_their_holder() -> None:
    turns, order, come = Turns(), list[int](), threading.Semaphore(0)

    def take(number: int) -> None:
        come.release()
        with turns, turns:
            order.append(number)

    threads = [threading.Thread(target=take, args=(one,)) for one in range(20)]
    with turns:
        for place, thread in enumerate(threads, 1):
            thread.start()
            come.acquire()
            while len(turns._waiting) < place:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join(10)
    assert order == list(range(20))


def test_a_turn_that_ends_badly_is_handed_on() -> None:
    turns = Turns()
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"), turns:
            raise ValueError("bad")
    with turns:
        assert not turns._waiting
