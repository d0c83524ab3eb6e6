"""The demo data surface what is wrong."""

from typing import Any

from sqlalchemy import select

from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.modules.upkeep import demo
from civicwatt_cloud.modules.upkeep.equipment_models import Equipment, Hazard
from civicwatt_cloud.modules.upkeep.gate_models import AccessEvent
from civicwatt_cloud.modules.upkeep.models import Ticket


def test_the_seeded_violations_are_there(desk: Any) -> None:
    session = desk.session
    demo.fill(
        desk.at("2026-11-20 10:00"), session.scalars(select(Institution).order_by(Institution.id)).all()
    )
    tickets = session.scalars(select(Ticket).order_by(Ticket.id)).all()
    overdue = [one for one in tickets if one.state == "working"]
    assert [(one.owner_id, one.first_breach_us is not None) for one in overdue] == [(2, True)]
    assert sum(one.title == "电梯停层不准" for one in tickets) == 2
    assert {one.owner_id: one.status for one in session.scalars(select(Equipment))} == {
        1: "suspended",
        2: "in_service",
    }
    hazards = session.scalars(select(Hazard).order_by(Hazard.id)).all()
    assert [(one.is_of_certificate, one.state) for one in hazards] == [(False, "open"), (True, "open")]
    assert [one.answer for one in session.scalars(select(AccessEvent).order_by(AccessEvent.id))] == [
        "opened",
        "expired",
    ]
