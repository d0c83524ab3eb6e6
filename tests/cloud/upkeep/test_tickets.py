"""M05 W5.1: the way of a ticket, its holds, its reopening, and what happens when nobody does anything."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import SECOND_US, iso
from civicwatt_cloud.kit.errors import NotFound, NotPermitted
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.numbering import check_character
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.errors import NotWritable, Outdated
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.errors import NotYours
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.upkeep import jobs
from civicwatt_cloud.modules.upkeep.entities import CREW, LABOUR, TICKET, TICKETS, WORKER
from civicwatt_cloud.modules.upkeep.errors import (
    AlreadyLarge,
    HoldTooLate,
    NoHoldReason,
    NotAMachines,
    PhotoMissing,
    RatedAlready,
    ReopenTooLate,
    SizeSettled,
    WrongOrder,
)

ZONE = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # nothing of its own in SQL
Desk = Any


def local(t_us: int | None) -> str | None:
    return None if t_us is None else iso(t_us, ZONE)[:16].replace("T", " ")


def us(said: str) -> int:
    return int(datetime.fromisoformat(said).replace(tzinfo=ZONE).timestamp()) * SECOND_US


def told(desk: Desk, name: str) -> int:
    return len(desk.session.scalars(select(Event).where(Event.name == name)).all())


@pytest.mark.parametrize(
    ("reported", "size", "due"),
    [
        ("2026-09-24 16:00", "small", "2026-09-28 17:30"),
        ("2026-09-24 16:00", "large", "2026-09-30 17:30"),
    ],
)
def test_m05_1_the_desk_sees_the_due_time_once_it_has_said_the_size(
    desk: Desk, reported: str, size: str, due: str
) -> None:
    ticket = desk.working(reported, size)
    assert local(ticket.due_us) == due
    assert ticket.number.startswith("BX-2026-U")
    assert ticket.number[-1] == check_character(ticket.number[:-1])


def test_m05_4_a_hold_moves_the_due_time_and_a_late_one_is_refused(desk: Desk) -> None:
    ticket = desk.working("2026-09-28 09:00", "large")
    assert local(ticket.due_us) == "2026-10-08 17:30"
    desk.take("2026-09-29 10:00", ticket, "hold", reason="parts")
    desk.take("2026-10-09 10:00", ticket, "resume")
    assert (ticket.held_days, local(ticket.due_us)) == (3, "2026-10-12 17:30")
    with pytest.raises(HoldTooLate):
        desk.take("2026-10-12 17:31", ticket, "hold", reason="parts")
    desk.take("2026-10-12 17:30", ticket, "hold", reason="outside")
    desk.take("2026-10-13 09:00", ticket, "resume")
    assert local(ticket.due_us) == "2026-10-13 17:30"
    assert ticket.first_breach_us is None


def test_a_hold_needs_a_reason_for_which_the_clock_waits(desk: Desk) -> None:
    ticket = desk.working("2026-11-16 09:00")
    with pytest.raises(NoHoldReason):
        desk.take("2026-11-16 10:00", ticket, "hold", reason="other")
    with pytest.raises(NotPermitted):
        desk.take("2026-11-16 10:00", ticket, "hold", "worker", reason="parts")


def test_what_is_finished_in_time_is_confirmed_and_rated_once_by_its_reporter(desk: Desk) -> None:
    ticket = desk.working("2026-11-16 09:00")
    with pytest.raises(PhotoMissing):
        desk.take("2026-11-17 10:00", ticket, "finish", "worker", result="好了")
    desk.finish("2026-11-17 17:30", ticket)
    with pytest.raises(NotYours):
        desk.take("2026-11-17 17:40", ticket, "confirm", "desk")
    with pytest.raises(NotAMachines):
        desk.take("2026-11-17 17:40", ticket, "verify", "desk")
    desk.take("2026-11-17 17:40", ticket, "confirm", "staff")
    desk.take("2026-11-17 17:41", ticket, "rate", "staff", score="5")
    with pytest.raises(RatedAlready):
        desk.take("2026-11-17 17:42", ticket, "rate", "staff", score="1")
    assert (ticket.state, ticket.score, ticket.first_breach_us) == ("closed", 5, None)


def test_reopening_restarts_the_clock_and_keeps_the_first_breach(desk: Desk) -> None:
    ticket = desk.working("2026-11-16 09:00")
    desk.finish("2026-11-18 09:00", ticket)
    first = us("2026-11-17 17:30")
    assert ticket.first_breach_us == first
    assert told(desk, "ticket.breached") == 1
    desk.take("2026-11-18 10:00", ticket, "confirm", "staff")
    desk.take("2026-11-25 17:30", ticket, "reopen", "staff")
    assert (ticket.state, ticket.reopened, ticket.held_days) == ("assigned", 1, 0)
    assert (local(ticket.due_us), ticket.first_breach_us) == ("2026-11-26 17:30", first)
    desk.take("2026-11-26 09:00", ticket, "arrive", "worker")
    desk.finish("2026-11-27 09:00", ticket)
    assert (ticket.first_breach_us, told(desk, "ticket.breached")) == (first, 1)


def test_reopening_ends_with_the_fifth_working_day(desk: Desk) -> None:
    ticket = desk.working("2026-09-21 09:00")
    desk.finish("2026-09-21 10:00", ticket)
    desk.take("2026-09-22 10:00", ticket, "confirm", "staff")
    with pytest.raises(ReopenTooLate, match="2026-09-30"):
        desk.take("2026-09-30 17:31", ticket, "reopen", "staff")
    desk.take("2026-09-30 17:30", ticket, "reopen", "staff")
    assert local(ticket.due_us) == "2026-10-08 17:30"


def test_only_the_supervisor_makes_a_small_repair_a_large_one_and_that_is_counted(desk: Desk) -> None:
    ticket = desk.working("2026-11-16 09:00")
    with pytest.raises(NotPermitted):
        desk.take("2026-11-16 10:00", ticket, "upgrade", "desk")
    desk.take("2026-11-16 10:00", ticket, "upgrade", "supervisor")
    assert (ticket.size, ticket.upgrades, local(ticket.due_us)) == ("large", 1, "2026-11-19 17:30")
    with pytest.raises(AlreadyLarge):
        desk.take("2026-11-16 11:00", ticket, "upgrade", "supervisor")


def test_an_upgrade_after_the_due_time_takes_no_breach_back(desk: Desk) -> None:
    ticket = desk.working("2026-11-16 09:00")
    desk.take("2026-11-18 10:00", ticket, "upgrade", "supervisor")
    assert (local(ticket.first_breach_us), local(ticket.due_us)) == ("2026-11-17 17:30", "2026-11-19 17:30")


def test_the_desk_may_send_others_but_not_settle_the_size_anew(desk: Desk) -> None:
    ticket = desk.report("2026-11-16 09:00")
    crew = desk.new("2026-11-16 08:00", CREW, name="水电班")
    foreign = desk.new("2026-11-16 08:00", CREW, "stranger", owner=2, name="外单位班组")
    desk.take("2026-11-16 09:10", ticket, "accept")
    with pytest.raises(NotFound):
        desk.take("2026-11-16 09:20", ticket, "classify", size="small", crew_id=foreign.id)
    desk.take("2026-11-16 09:20", ticket, "classify", size="small")
    with pytest.raises(SizeSettled):
        desk.take("2026-11-16 09:30", ticket, "classify", size="large")
    desk.take("2026-11-16 09:30", ticket, "classify", size="small", crew_id=crew.id)
    assert ticket.crew_id == crew.id


def test_nobody_confirms_then_the_platform_does_after_three_working_days(desk: Desk) -> None:
    ticket = desk.working("2026-09-23 09:00")
    desk.finish("2026-09-24 10:00", ticket)
    jobs.confirm(desk.at("2026-09-30 17:29"))
    assert ticket.state == "done"
    jobs.confirm(desk.at("2026-09-30 17:30"))
    assert (ticket.state, local(ticket.closed_us)) == ("closed", "2026-09-30 17:30")
    last = steps.taken(desk.at("2026-09-30 17:30"), TICKET, ticket.id)[-1]
    assert (last.event, last.account_id) == ("confirm", None)


def test_what_nobody_accepts_and_what_is_overdue_is_told_once(desk: Desk) -> None:
    waiting = desk.report("2026-11-16 09:00")
    late = desk.working("2026-11-16 08:00")
    for when, accept_late, breached in (
        ("2026-11-16 09:30", 0, 0),
        ("2026-11-16 09:31", 1, 0),
        ("2026-11-17 17:30", 1, 0),
        ("2026-11-17 17:31", 1, 1),
        ("2026-11-18 09:00", 1, 1),
    ):
        jobs.escalate(desk.at(when))
        assert (told(desk, "ticket.accept_late"), told(desk, "ticket.breached")) == (accept_late, breached)
    assert local(late.first_breach_us) == "2026-11-17 17:30"
    assert waiting.first_breach_us is None  # it has no size yet


def test_while_it_is_on_hold_it_is_not_overdue(desk: Desk) -> None:
    ticket = desk.working("2026-11-16 09:00")
    desk.take("2026-11-16 10:00", ticket, "hold", reason="access")
    jobs.escalate(desk.at("2026-11-20 09:00"))
    assert ticket.first_breach_us is None


@pytest.mark.parametrize("deed", [registry.remove, lambda *one: registry.change(*one, {"title": "无"})])
def test_a_ticket_changes_by_its_steps_alone(desk: Desk, deed: Callable[..., object]) -> None:
    ticket = desk.report("2026-11-16 09:00")
    with pytest.raises(NotWritable):
        deed(desk.at("2026-11-16 09:01", "desk"), TICKET, ticket.id, ticket.rev)


def test_s07_a_stranger_sees_and_moves_no_ticket(desk: Desk) -> None:
    ticket = desk.report("2026-11-16 09:00")
    with pytest.raises(NotFound):
        desk.take("2026-11-16 09:01", ticket, "accept", "stranger")


def test_two_who_take_the_same_step_meet_one_ticket(desk: Desk) -> None:
    ticket = desk.report("2026-11-16 09:00")
    seen = ticket.rev
    desk.take("2026-11-16 09:01", ticket, "accept", "desk")
    second = desk.at("2026-11-16 09:01", "second")
    with pytest.raises(Outdated):
        steps.take(second, TICKET, ticket.id, Wanted(seen, "accept", {}))


def test_an_interval_of_work_ends_after_it_begins(desk: Desk) -> None:
    ticket = desk.working("2026-11-16 09:00")
    crew = desk.new("2026-11-16 08:00", CREW, name="水电班")
    worker = desk.new("2026-11-16 08:00", WORKER, number="W1", name="王工", crew_id=crew.id)
    said = {"ticket_id": ticket.id, "worker_id": worker.id}
    desk.new("2026-11-16 12:00", LABOUR, began_us="2026-11-16T09:00", ended_us="2026-11-16T10:00", **said)
    with pytest.raises(WrongOrder):
        desk.new("2026-11-16 12:00", LABOUR, began_us="2026-11-16T10:00", ended_us="2026-11-16T10:00", **said)


def test_no_state_of_a_ticket_is_dead(desk: Desk) -> None:
    for state in TICKETS.states:
        assert state.is_final or TICKETS.leaving(state.key)
