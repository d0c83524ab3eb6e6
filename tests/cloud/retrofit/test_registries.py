"""W7.3: a notice with its deadline, answer and check; waste, charging piles, campaigns."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from people import acting, appointed, begun, us
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import rules_local
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.indicators.spec import Asked, Period
from civicwatt_cloud.kit.obligations import Obligation
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.errors import NoSuchStep
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.retrofit import waste
from civicwatt_cloud.modules.retrofit.errors import DueTooEarly, NoLicence, WrongDays
from civicwatt_cloud.modules.retrofit.rectification import NOTICE

NOW = us("2026-11-20 10:00")  # a Friday


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """A city with one institution."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        facts = {"kind": "government", "level": "city", "region_code": "429900"}
        session.add(Institution(id=1, code="U1", name="单位", **facts))
        session.flush()
        yield session


def test_w7_3_a_notice_is_issued_answered_and_checked(session: Session) -> None:
    city = acting(session, appointed(session, "city", Role.ENERGY_MANAGER, region_code="429900"), NOW)
    unit = acting(session, appointed(session, "unit", Role.LIAISON, institution_id=1), NOW)
    said = {"title": "夜间空调未关", "findings": "三次", "demanded": "关闭", "due_on": "2026-11-28"}
    row: Any = begun(city, NOTICE, 1, said)

    def step(context: Any, event: str, **form: object) -> None:
        steps.take(context, NOTICE, row.id, Wanted(row.rev, event, form))

    step(city, "issue")
    (duty,) = session.scalars(select(Obligation)).all()
    assert us("2026-11-30 12:00") < duty.due_us < us("2026-11-30 23:00")  # a Saturday rolls on to Monday
    with pytest.raises(NoSuchStep):
        step(city, "close", checked="好")
    step(unit, "answer", answer="已改")
    session.refresh(duty)
    assert duty.is_done
    with pytest.raises(DueTooEarly), session.begin_nested():
        step(city, "return", checked="未改", due_on="2026-11-20")
    session.refresh(row)
    step(city, "return", checked="未改", due_on="2026-12-10")
    session.refresh(duty)
    assert (row.state, duty.is_done) == ("issued", False)
    step(unit, "answer", answer="确已改")
    step(city, "close", checked="属实")
    assert row.state == "closed"


def test_waste_goes_to_the_licensed_and_ratios_follow(session: Session) -> None:
    city = acting(session, appointed(session, "city", Role.ENERGY_MANAGER, region_code="429900"), NOW)
    licence = {"licence": "虚-1", "licence_until": "2026-06-30"}
    recycler = begun(city, waste.RECYCLER, 1, {"name": "回收公司（虚构）", **licence})
    for number, (kind, weight, day) in enumerate(
        [("recyclable", "30.5", "2026-05-04"), ("residual", "69.5", "2026-05-31")]
    ):
        facts = {"ticket": f"L{number}", "kind": kind, "weight": weight, "collected_on": day}
        begun(city, waste.COLLECTION, 1, {**facts, "recycler_id": recycler.id})
    facts = {"ticket": "L9", "kind": "residual", "weight": "1", "collected_on": "2026-07-01"}
    with pytest.raises(NoLicence):
        begun(city, waste.COLLECTION, 1, {**facts, "recycler_id": recycler.id})
    begun(city, waste.CAR_PARK, 1, {"name": "北院", "spaces": "50", "fast_piles": "2", "slow_piles": "8"})
    with pytest.raises(WrongDays):
        begun(city, waste.CAMPAIGN, 1, {"title": "周", "first_on": "2026-06-10", "last_on": "2026-06-09"})
    period = Period.parse("2026-05")
    assert period.start == date(2026, 5, 1)
    rules = rules_local.of(session)
    asked = Asked(session, select(Institution.id), period, city.zone, rules, NOW)
    sums = [
        [sum(one.numerator for one in found.items), sum(one.denominator for one in found.items)]
        for found in (waste.recycled(asked), waste.piles(asked))
    ]
    assert sums == [[305, 1000], [10, 50]]
