"""Cases: one for a cause at a meter, within the budget, explained, repaired, verified, and back again."""

import json
from typing import Any

import pytest
from people import us
from sqlalchemy import select

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.errors import NotPermitted
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.anomalies import gathering, jobs
from civicwatt_cloud.modules.anomalies.entities import CASE
from civicwatt_cloud.modules.anomalies.errors import NotVerified
from civicwatt_cloud.modules.anomalies.models import Case, Finding, Judged
from civicwatt_cloud.modules.upkeep import intake
from civicwatt_cloud.modules.upkeep.entities import TICKET
from civicwatt_cloud.modules.upkeep.models import Ticket

City = Any
OFFICE = 1
KEPT = {"unit": "kWh", "from_hour": 0, "flagged": [0, 1], "actual": [9.0], "expected": [1.0], "band": [2.0]}


def find(city: City, begin: str, kind: str = "night_load", **said: Any) -> Finding:
    """A finding of twelve hours."""
    begin_us = us(begin)
    row = Finding(
        owner_id=1,
        rev=1,
        point_id=said.pop("point", OFFICE),
        rule="profile",
        meter="空调总表",
        building_id=1,
        kind=kind,
        begin_us=begin_us,
        end_us=begin_us + 12 * HOUR_US,
        found_us=begin_us + HOUR_US,
        **{"energy": 1000, "cost": None, "confidence": 80, **said},
        is_muted=True,
        month=int(begin[:4] + begin[5:7]),
        evidence=json.dumps(KEPT),
    )
    city.session.add(row)
    city.session.flush()
    return row


def gather(city: City, when: str) -> list[Case]:
    gathering.gather(city.at(when))
    return list(city.session.scalars(select(Case).order_by(Case.id)))


def take(city: City, when: str, case: Case, event: str, who: str = "manager", **said: object) -> None:
    steps.take(city.at(when, who), CASE, case.id, Wanted(case.rev, event, said))


def test_findings_of_one_cause_are_one_case(city: City) -> None:
    find(city, "2026-11-10 19:00", cost=300)
    find(city, "2026-11-11 19:00", "weekend_load", cost=500)
    (case,) = gather(city, "2026-11-18 09:00")
    assert (case.state, case.title, case.kind) == ("open", "空调总表：非工作时间用能偏高", "weekend_load")
    assert (case.energy, case.cost, case.confidence) == (2000, 800, 96)
    find(city, "2026-11-17 19:00")
    (case,) = gather(city, "2026-11-18 10:00")
    assert (case.energy, case.cost) == (3000, None)  # not all of it has a price: nobody says
    alarms = city.session.scalars(select(Finding.is_alarm)).all()
    assert sum(alarms) == 1


def test_the_budget_takes_the_dearest_and_mutes_the_rest(city: City) -> None:
    """Four buildings, half an alarm each and month: one by the fifteenth, two at the end."""
    cheap = find(city, "2026-11-02 19:00", cost=100)
    dear = find(city, "2026-11-03 19:00", "stuck", cost=900)
    unknown = find(city, "2026-11-04 19:00", "spike", energy=90_000)
    assert gather(city, "2026-11-05 09:00") == []
    (case,) = gather(city, "2026-11-15 09:00")
    assert (case.cause, dear.case_id, dear.is_muted) == ("metering", case.id, False)
    assert [one.is_muted for one in (cheap, unknown)] == [True, True]
    assert len(gather(city, "2026-11-30 09:00")) == 2
    assert [one.is_muted for one in (cheap, unknown)] == [False, True]
    assert len(gather(city, "2026-12-01 09:00")) == 2


def test_a_repair_is_verified_and_what_comes_back_is_the_same_case(city: City) -> None:
    find(city, "2026-11-10 19:00")
    (case,) = gather(city, "2026-11-16 09:00")
    take(city, "2026-11-16 10:00", case, "assign", assignee="刘工")
    take(city, "2026-11-16 11:00", case, "fix", note="更换定时开关")
    with pytest.raises(NotVerified):
        take(city, "2026-11-17 12:00", case, "verify")
    first = us("2026-11-16 11:00") // HOUR_US
    city.write(OFFICE, "2026-11-16 11:00", city.usual("2026-11-16 11:00", 7 * 24))
    city.session.get(Judged, OFFICE).live_hour = first + 7 * 24
    jobs.verify(city.at("2026-11-23 11:30"))
    assert (case.state, case.verdict, case.is_right) == ("verified", "effective", True)
    facts = json.loads(case.verdict_facts)
    assert facts["after"] == "0.0"
    assert float(facts["before"]) > 0
    take(city, "2026-11-24 09:00", case, "close")
    find(city, "2026-11-28 19:00")
    (again,) = gather(city, "2026-11-30 09:00")
    assert (again.id, again.state, again.returned, again.verdict) == (case.id, "open", 1, None)


@pytest.mark.parametrize(("reason", "state"), [("overtime", "open"), ("equipment", "explained")])
def test_an_explanation_holds_for_what_lasts_only(city: City, reason: str, state: str) -> None:
    find(city, "2026-11-10 19:00")
    (case,) = gather(city, "2026-11-16 09:00")
    take(city, "2026-11-16 10:00", case, "explain", reason=reason)
    later = find(city, "2026-11-20 19:00")
    (case,) = gather(city, "2026-11-30 09:00")
    assert (case.state, later.case_id, later.is_muted) == (state, case.id, False)


def test_an_appeal_is_decided_by_another(city: City) -> None:
    find(city, "2026-11-10 19:00")
    (case,) = gather(city, "2026-11-16 09:00")
    take(city, "2026-11-16 10:00", case, "appeal", "liaison", reason="no_fault", note="表计刚检定")
    with pytest.raises(NotPermitted):
        take(city, "2026-11-16 11:00", case, "uphold", "liaison", note="同意")
    take(city, "2026-11-16 11:00", case, "uphold", "supervisor", note="检定证书有效")
    assert (case.state, case.is_right) == ("explained", False)


def test_a_case_becomes_a_ticket_and_its_repair_comes_back(city: City) -> None:
    find(city, "2026-11-10 19:00")
    (case,) = gather(city, "2026-11-16 09:00")
    assert intake.anomaly  # it hears of it
    take(city, "2026-11-16 10:00", case, "ticket")
    (ticket,) = city.session.scalars(select(Ticket)).all()
    assert (ticket.origin, ticket.owner_id) == ("anomaly", 1)
    assert ticket.title == "用能异常：空调总表：非工作时间用能偏高"
    ticket.state, ticket.finished_us, ticket.result = "done", us("2026-11-17 16:00"), "更换定时开关"
    steps.take(city.at("2026-11-17 17:00", "desk"), TICKET, ticket.id, Wanted(ticket.rev, "verify", {}))
    assert ticket.verdict == "unknown"
    assert (case.state, case.note, case.fixed_us) == ("fixed", "更换定时开关", us("2026-11-17 16:00"))
