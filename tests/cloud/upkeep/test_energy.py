"""The energy core tells of silent meters and held values; a ticket opens once, and closes with a check."""

import json
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.energy_events import METER_SILENT, Question, before_after
from civicwatt_cloud.modules.energy import watch
from civicwatt_cloud.modules.upkeep.models import Ticket
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.ledger.models import DirtyRange, HeldStep, LedgerHour
from civicwatt_cloud.timeseries.points import Gateway, Point

Desk = Any


@pytest.fixture
def meters(desk: Desk) -> list[int]:
    """Three counters behind one gateway, two hours of readings booked before 2026-11-16 08:00."""
    session = desk.session
    session.add(Gateway(id="g", online=True))
    session.flush()
    ids = []
    for number in (1, 2, 3):
        point = Point(
            gateway="g",
            device=f"D{number}",
            measure="import_active_energy",
            template="acrel/adw300",
            is_counter=True,
            is_consumption=True,
            title=f"{number}号表",
            building_id=1,
            end_use="lighting",
            carrier="electricity",
            bound_from_us=0,
        )
        session.add(point)
        session.flush()
        ids.append(point.id)
    return ids


def book(desk: Desk, point: int, when: str, hours: int, covered_s: int = 3600) -> None:
    """Hours of 1.5 kWh from an instant on."""
    first = desk.at(when).now_us // HOUR_US
    make_months(desk.session.connection(), np.arange(first, first + hours))
    desk.session.add_all(
        LedgerHour(
            point_id=point, hour=first + i, day=20261116, micro=1_500_000, covered_s=covered_s, quality=0
        )
        for i in range(hours)
    )
    desk.session.flush()


def look(desk: Desk, when: str, values: dict[int, str]) -> None:
    """One look of the energy core, with when each meter last answered."""
    context = desk.at(when)
    bound = watch._bound(desk.session)
    last = {point: desk.at(said).now_us for point, said in values.items()}
    watch.look(context, bound, watch.silences(bound, last, context.now_us))


def tickets(desk: Desk) -> list[Ticket]:
    return list(desk.session.scalars(select(Ticket).order_by(Ticket.id)))


def close(desk: Desk, ticket: Ticket, fixed: str, closed: str) -> dict[str, str]:
    """The whole way of a machine's ticket; what the check said."""
    desk.take(fixed, ticket, "accept")
    desk.take(fixed, ticket, "classify", size="small")
    desk.take(fixed, ticket, "arrive")
    desk.finish(fixed, ticket)
    desk.take(closed, ticket, "verify")
    found = json.loads(ticket.verdict_facts or "{}")
    assert isinstance(found, dict)
    return found


FRESH = "2026-11-16 09:55"


def test_a_silent_meter_opens_one_ticket_with_its_series_and_closes_with_a_check(
    desk: Desk, meters: list[int]
) -> None:
    book(desk, meters[0], "2026-11-16 06:00", 2)
    answers = {meters[0]: "2026-11-16 08:00", meters[1]: FRESH, meters[2]: FRESH}
    look(desk, "2026-11-16 08:30", {**answers, meters[1]: "2026-11-16 08:29", meters[2]: "2026-11-16 08:29"})
    assert tickets(desk) == []  # late, not silent
    for when in ("2026-11-16 10:00", "2026-11-16 10:01"):
        look(desk, when, answers)
    (ticket,) = tickets(desk)
    assert (ticket.origin, ticket.title, ticket.owner_id) == ("meter_silent", "表计失联：1号表", 1)
    evidence = json.loads(ticket.evidence or "")
    assert evidence["evidence"] == [
        ["2026-11-16T06:00:00+08:00", "1.5", "1.00"],
        ["2026-11-16T07:00:00+08:00", "1.5", "1.00"],
    ]
    book(desk, meters[0], "2026-11-16 11:00", 4)
    facts = close(desk, ticket, "2026-11-16 11:00", "2026-11-16 15:05")
    assert ticket.verdict == "effective"
    assert (facts["before"], facts["after"], facts["kwh_after"]) == ("0.0000", "1.0000", "6")
    look(desk, "2026-11-16 15:10", dict.fromkeys(meters, "2026-11-16 15:09"))
    look(
        desk, "2026-11-16 17:00", {**dict.fromkeys(meters, "2026-11-16 16:59"), meters[0]: "2026-11-16 15:30"}
    )
    assert len(tickets(desk)) == 2  # silent again, and the former ticket is closed


def test_where_nobody_answers_the_gateway_is_one_ticket(desk: Desk, meters: list[int]) -> None:
    look(desk, "2026-11-16 10:00", dict.fromkeys(meters, "2026-11-16 08:00"))
    (ticket,) = tickets(desk)
    assert ticket.title == "表计失联：网关 g（3 块表）"
    assert json.loads(ticket.evidence or "")["point_ids"] == meters


@pytest.mark.parametrize(
    ("booked", "closed", "verdict", "said"),
    [
        (0, "2026-11-16 15:05", "ineffective", "0.0%"),
        (4, "2026-11-16 12:30", "unknown", "1 个整点小时"),
    ],
)
def test_a_check_that_fails_or_cannot_tell_says_why(
    desk: Desk, meters: list[int], booked: int, closed: str, verdict: str, said: str
) -> None:
    look(desk, "2026-11-16 10:00", {meters[0]: "2026-11-16 08:00", meters[1]: FRESH, meters[2]: FRESH})
    book(desk, meters[0], "2026-11-16 11:00", booked)
    (ticket,) = tickets(desk)
    facts = close(desk, ticket, "2026-11-16 11:00", closed)
    assert ticket.verdict == verdict
    assert said in facts["zh"]


def test_a_held_value_opens_one_ticket_and_closes_with_what_is_still_held(
    desk: Desk, meters: list[int]
) -> None:
    at_us = desk.at("2026-11-16 08:00").now_us
    step = HeldStep(
        point_id=meters[1], ts_us=at_us, kind="fall", before_micro=9_000_000, after_micro=1_000_000
    )
    desk.session.add(step)
    desk.session.flush()
    answers = dict.fromkeys(meters, FRESH)
    for when in ("2026-11-16 10:00", "2026-11-16 10:01"):
        look(desk, when, answers)
    (ticket,) = tickets(desk)
    assert (ticket.origin, ticket.title) == ("value_held", "读数待确认：2号表")
    assert json.loads(ticket.evidence or "")["evidence"][-1] == ["2026-11-16T08:00:00+08:00", "9", "1"]
    facts = close(desk, ticket, "2026-11-16 11:00", "2026-11-16 12:00")
    assert (ticket.verdict, facts["after"]) == ("ineffective", "1")
    desk.take("2026-11-16 13:00", ticket, "reopen")
    assert ticket.verdict is None
    desk.session.delete(step)
    desk.session.flush()
    desk.take("2026-11-16 14:00", ticket, "arrive")
    desk.take("2026-11-16 14:00", ticket, "finish", "worker", result="已登记换表单")
    desk.take("2026-11-16 14:30", ticket, "verify")
    assert (ticket.verdict, json.loads(ticket.verdict_facts or "")["after"]) == ("effective", "0")


def test_while_the_books_are_computed_nobody_can_tell(desk: Desk, meters: list[int]) -> None:
    hour = desk.at("2026-11-16 09:00").now_us // HOUR_US
    desk.session.add(DirtyRange(point_id=meters[0], hour_from=hour, hour_to=hour + 1))
    desk.session.flush()
    span = (desk.at("2026-11-16 08:00").now_us, desk.at("2026-11-16 09:00").now_us)
    now_us = desk.at("2026-11-16 12:00").now_us
    check = before_after(desk.session, Question(METER_SILENT, meters[:1], *span, now_us, 2, "0.9"))
    assert (check.outcome, check.zh) == ("unknown", "台账尚在重算")


def test_a_ticket_of_the_core_is_told_once_while_it_is_open(desk: Desk, meters: list[int]) -> None:
    answers = {meters[0]: "2026-11-16 08:00", meters[1]: FRESH, meters[2]: FRESH}
    look(desk, "2026-11-16 10:00", answers)
    look(desk, "2026-11-16 10:05", dict.fromkeys(meters, "2026-11-16 10:04"))  # it answers again
    again = dict.fromkeys(meters, "2026-11-16 11:04")
    look(desk, "2026-11-16 11:05", {**again, meters[0]: "2026-11-16 10:10"})
    assert len(tickets(desk)) == 1
