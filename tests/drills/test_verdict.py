# ruff: noqa: S311
"""What judges a drill sees each kind of fault: every check is proven with a planted one."""

from random import Random

import pytest

from civicwatt.drill import power_replay, run
from civicwatt.drill.evidence import Answers, judge, unwritten
from civicwatt.drill.row import Verdict, failed, passed, row, skipped
from civicwatt.errors import UnknownDrill
from civicwatt_protocols.uplink import GapReason, Record
from civicwatt_sim.truth import Served

S = 1_000_000
POINTS = {"cat": ["active_power_total", "frequency"]}


def record(seq: int, slot: int, power: float | None = 1.5, why: GapReason = GapReason.TIMEOUT) -> Record:
    return Record(seq, slot * 10 * S, "M-1", "cat", (power, 50.0), {} if power is not None else {0: why})


RUN = [record(1, 1), record(2, 2, None), record(3, 3)]


def answers(power: tuple[int, ...] = (1_500_000, 1_500_000, 1_500_000)) -> Answers:
    at_us = [slot * 10 * S + S for slot in (1, 2, 3)]
    columns = {
        ("M-1", "active_power_total"): Served(at_us[: len(power)], list(power)),
        ("M-1", "frequency"): Served(at_us, [50_000_000] * 3),
    }
    return Answers(columns, 10 * S)


SERVED = answers()


def test_a_faultless_run_has_nothing_lost_doubled_or_wrong() -> None:
    verdict = judge(RUN, RUN, POINTS, SERVED, until_us=30 * S)
    assert verdict == Verdict(records=3, values=5)
    assert row(verdict, 1, 7)["ok"] is True


def test_what_was_accepted_and_did_not_arrive_is_lost_and_what_is_young_is_not_yet() -> None:
    assert judge(RUN, RUN[:2], POINTS, SERVED, until_us=30 * S).lost == 1
    assert judge(RUN, RUN[:2], POINTS, SERVED, until_us=20 * S).lost == 0


def test_what_arrived_and_is_not_on_the_gateways_disk_is_lost_there() -> None:
    assert judge(RUN[:2], RUN, POINTS, SERVED, until_us=0).lost == 1


def test_a_slot_that_says_two_things_is_doubled_and_one_that_says_the_same_again_is_not() -> None:
    again, other = [*RUN, record(4, 3)], [*RUN, record(4, 3, 1.6)]
    assert judge(again, again, POINTS, SERVED, until_us=30 * S).duplicated == 0
    assert judge(RUN, other, POINTS, SERVED, until_us=30 * S).duplicated == 1


def test_a_value_of_another_slot_or_of_no_slot_is_wrong() -> None:
    later = answers((1_500_000, 1_500_000, 1_600_000))
    assert judge(RUN, RUN, POINTS, later, until_us=30 * S).wrong == 1
    assert judge(RUN, RUN, POINTS, Answers({}, 10 * S), until_us=30 * S).wrong == 5


def test_a_record_that_changed_on_its_way_is_wrong_and_one_thinned_on_the_disk_is_declared() -> None:
    changed = judge(RUN, [record(1, 1, None), *RUN[1:]], POINTS, SERVED, until_us=30 * S)
    assert (changed.wrong, changed.thinned) == (1, 0)
    thin = judge([record(1, 1, None, GapReason.THINNED), *RUN[1:]], RUN, POINTS, SERVED, until_us=30 * S)
    assert (thin.wrong, thin.thinned) == (0, 1)


def test_a_slot_without_record_is_owed_unless_the_gateway_was_dead() -> None:
    slots = [("M-1", slot * 10 * S) for slot in (1, 2, 7)]
    missing = [("M-1", slot * 10 * S) for slot in (3, 4, 5, 6)]
    assert unwritten(slots, 10 * S, [], 0) == missing
    assert unwritten(slots, 10 * S, [int(52.5 * S)], 0) == missing[:2]  # killed in slot 5, 4 in flight
    assert unwritten(slots, 10 * S, [int(21 * S)], 0) == []


def test_a_missed_promise_or_an_error_fails_and_a_skipped_fault_does_not() -> None:
    assert not passed({"F01": row(Verdict(), 1, 7, {"backlog ≤ 3 min": False})})
    assert not passed({"F01": row(Verdict(), 0, 7)})
    assert not passed({"F01": failed(7, ValueError("x"))})
    assert passed({"F01": skipped(7, "no compiler"), "F02": row(Verdict(thinned=3), 1, 7)})
    assert row(Verdict(lost=1), 1, 7)["ok"] is False


def test_an_unknown_drill_is_said_with_those_there_are() -> None:
    assert [one.key for one in run.chosen(" f03,F23")] == ["F03", "F23"]
    with pytest.raises(UnknownDrill, match="X99"):
        run.chosen("X99")


def event(op: str, path: str = "/d/x", offset: int = 0, data: bytes = b"") -> power_replay.Event:
    return power_replay.Event(op, path, offset, data)


def test_f04_a_cut_keeps_what_was_synced_and_any_part_of_what_was_not() -> None:
    cut_disk = power_replay.Disk()
    for each in (event("W", data=b"ab"), event("S"), event("W", offset=2, data=b"cd"), event("T", offset=3)):
        cut_disk.take(each)
    found = {cut_disk.cut(Random(n))["/d/x"] for n in range(60)}
    assert found == {b"ab", b"abcd", b"ab\0", b"abc"}


def test_f04_a_new_file_a_renamed_and_a_removed_one_may_be_as_before() -> None:
    cut_disk = power_replay.Disk()
    cut_disk.take(event("W", data=b"ab"))
    assert {tuple(cut_disk.cut(Random(n))) for n in range(20)} == {(), ("/d/x",)}
    cut_disk.take(event("S"))
    assert {tuple(cut_disk.cut(Random(n))) for n in range(20)} == {("/d/x",)}
    cut_disk.take(event("R", data=b"/d/y"))
    assert {tuple(cut_disk.cut(Random(n))) for n in range(20)} == {("/d/x",), ("/d/y",)}
    cut_disk.take(event("S", path="/d"))
    cut_disk.take(event("U", path="/d/y"))
    assert {tuple(cut_disk.cut(Random(n))) for n in range(20)} == {("/d/y",), ()}
