"""Obligations: reminded of once at each stage, and told to the superior when overdue."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import jobs, obligations
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Level, Region
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.identity import Actor, Granted
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.obligations import Reminder, Stage, fulfil, oblige, superior, waiting
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_protocols.clock import Clock

ZONE = ZoneInfo("Asia/Shanghai")
EXPIRY = date(2026, 12, 20)  # of the elevator's certificate, a Sunday


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * 1_000_000


@pytest.fixture
def city(db: Database) -> Database:
    """A county with an institution, and one below it."""
    with db.session() as session:
        session.add(Region(code="429901", name="东县"))
        session.flush()
        for number, path in ((1, "429901/U1/"), (2, "429901/U1/U2/")):
            facts = {"kind": "other", "level": "county", "region_code": "429901", "path": path}
            session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **facts))
    return db


def owe(session: Session, due: str, key: str = "upkeep/equipment/17", owner_id: int = 2) -> None:
    zh, en = "电梯定期检验", "inspection of the elevator"
    roles = {Role.LOGISTICS_MANAGER, Role.REPORTER}
    oblige(
        session,
        key=key,
        owner_id=owner_id,
        roles=roles,
        zh=zh,
        en=en,
        due_us=us(due),
        subject="upkeep/equipment/17",
    )


def reminded(database: Database, *moments: str) -> list[tuple[str, str]]:
    """The job at each of these moments: when it told which stage."""
    told = []
    for moment in moments:
        with database.session() as session:
            before = session.scalars(select(Event.id)).all()
            obligations.remind(Context(session, PLATFORM, ZONE, us(moment)))
            session.flush()
            new = session.scalars(select(Event).where(Event.id.not_in(before)).order_by(Event.id)).all()
        told += [(moment, json.loads(one.facts)["stage"]) for one in new]
    return told


def test_m05_6_reminders_before_a_certificate_expires() -> None:
    days = obligations.stage_days(EXPIRY)
    assert (days[Stage.T30], days[Stage.T7], days[Stage.T]) == (
        date(2026, 11, 20),
        date(2026, 12, 13),
        date(2026, 12, 20),
    )
    assert (days[Stage.T3], days[Stage.T1]) == (date(2026, 12, 16), date(2026, 12, 18))  # working days


def test_m05_6_each_stage_is_told_once_then_overdue_then_the_superior(city: Database) -> None:
    with city.session() as session:
        owe(session, "2026-12-20 23:59")
    days = (date(2026, 11, 18) + timedelta(days=n) for n in range(0, 36))
    every_day = [f"{day} {hour}" for day in days for hour in ("08:00", "15:00")]
    assert reminded(city, *every_day) == [
        ("2026-11-20 08:00", "T-30"),
        ("2026-12-13 08:00", "T-7"),
        ("2026-12-16 08:00", "T-3"),
        ("2026-12-18 08:00", "T-1"),
        ("2026-12-20 08:00", "T"),
        ("2026-12-21 08:00", "overdue"),
        ("2026-12-21 08:00", "escalated"),
    ]
    with city.reading() as session:
        facts = [json.loads(one) for one in session.scalars(select(Event.facts).order_by(Event.id))]
        names = session.scalars(select(Event.name).order_by(Event.id)).all()
    assert (facts[0]["node"], facts[0]["roles"]) == ("429901/U1/U2/", ["logistics_manager", "reporter"])
    assert (facts[-1]["node"], facts[-1]["roles"]) == ("429901/U1/", ["supervisor"])
    assert facts[0]["due"] == "2026-12-20T23:59:00+08:00"
    assert set(names[:-1]) == {"obligation.reminded"}
    assert names[-1] == "obligation.escalated"


def test_stages_before_the_obligation_are_not_told_and_one_of_many_missed_is(city: Database) -> None:
    with city.session() as session:
        owe(session, "2026-12-18 17:30")
    assert reminded(city, "2026-12-14 09:00") == []  # T-30 and T-7 lay before it
    assert reminded(city, "2026-12-17 09:00") == [("2026-12-17 09:00", "T-1")]  # T-3 while nobody ran


def test_overdue_within_the_day_reaches_the_superior_on_the_next_working_day(city: Database) -> None:
    with city.session() as session:
        owe(session, "2026-09-24 17:30", owner_id=1)
    moments = ("2026-09-24 09:00", "2026-09-24 17:31", "2026-09-27 09:00", "2026-09-28 00:10")
    assert reminded(city, *moments) == [
        ("2026-09-24 09:00", "T"),
        ("2026-09-24 17:31", "overdue"),
        ("2026-09-28 00:10", "escalated"),  # 中秋 lies between
    ]


def test_what_is_done_is_not_recalled_and_a_new_day_is_recalled_anew(city: Database) -> None:
    with city.session() as session:
        owe(session, "2026-12-20 17:30")
    assert reminded(city, "2026-11-20 08:00") == [("2026-11-20 08:00", "T-30")]
    with city.session() as session:
        fulfil(session, "upkeep/equipment/17")
        fulfil(session, "nothing of this name")
    assert reminded(city, "2026-12-21 08:00") == []
    with city.session() as session:
        owe(session, "2026-12-20 17:30")  # said again, and still done
    assert reminded(city, "2026-12-22 08:00") == []
    with city.session() as session:
        owe(session, "2027-12-20 17:30")
    assert reminded(city, "2027-11-20 08:00", "2027-11-20 09:00") == [("2027-11-20 08:00", "T-30")]


def test_the_job_tells_by_the_business_clock(city: Database) -> None:
    with city.session() as session:
        owe(session, "2026-12-20 17:30")
    clock = Clock(us("2026-12-20 09:00"), 1e-9)
    for _ in range(2):
        jobs.run(obligations.JOB, city, ZONE, clock)
    with city.reading() as session:
        assert [json.loads(one)["stage"] for one in session.scalars(select(Event.facts))] == ["T"]


def test_what_waits_for_a_role_at_its_node_and_above(city: Database) -> None:
    with city.session() as session:
        owe(session, "2026-12-20 17:30", "late")
        owe(session, "2026-11-20 17:30", "soon")
        owe(session, "2026-11-10 17:30", "of the other", owner_id=1)
        owe(session, "2026-11-01 17:30", "done")
        fulfil(session, "done")

    def seen(role: Role, node: str) -> list[str]:
        actor = Actor(1, "li", "李", (Granted(role, node, Level.COUNTY, "x"),))
        with city.reading() as session:
            return [one.key for one in waiting(session, actor)]

    assert seen(Role.REPORTER, "429901/U1/U2/") == ["soon", "late"]
    assert seen(Role.REPORTER, "429901") == ["of the other", "soon", "late"]
    assert seen(Role.STAFF, "429901") == []
    assert seen(Role.REPORTER, "429902") == []


@pytest.mark.parametrize("deed", [update(Reminder).values(stage="T-1"), delete(Reminder)])
def test_a_reminder_is_never_changed(city: Database, deed: object) -> None:
    with city.session() as session:
        owe(session, "2026-12-20 17:30")
    assert reminded(city, "2026-11-20 08:00")
    with pytest.raises(IntegrityError), city.session() as session:
        session.execute(deed)  # type: ignore[call-overload]


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(0, 60), st.integers(0, 60))
def test_a_stage_has_come_and_did_not_lie_before_the_obligation(due: date, before: int, age: int) -> None:
    today = due - timedelta(days=before)
    since = today - timedelta(days=age)
    stage = obligations.stage_on(due, today, since)
    if stage is not None:
        assert since <= obligations.stage_days(due)[stage] <= today
    assert before or stage is Stage.T


def test_the_superior_of_an_institution() -> None:
    assert superior("429901/U1/U2/") == "429901/U1/"
    assert superior("429901/U1/") == "429901"
    assert superior("/U1/") == ""
