"""Notices: whom they reach, once, and until the matter is over."""

from collections.abc import Callable
from datetime import date

import pytest
from cloud.kit.notices.conftest import CITY, COUNTY, NOW, ZONE, tell, us
from sqlalchemy import select, update

from civicwatt_cloud.kit import events, obligations
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Level
from civicwatt_cloud.kit.energy_events import METER_SILENT, VALUE_HELD
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.identity import Account, actor_named, real_now_us
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.notices import running  # noqa: F401 - its hearers
from civicwatt_cloud.kit.notices import waiting as waiting_
from civicwatt_cloud.kit.notices.holders import holders
from civicwatt_cloud.kit.notices.inbox import waiting
from civicwatt_cloud.kit.notices.keeping import forget
from civicwatt_cloud.kit.notices.models import Entry, Kind, Notice
from civicwatt_cloud.kit.notices.notify import Matter, notify, unread
from civicwatt_cloud.kit.outbox.dispatcher import Dispatcher
from civicwatt_cloud.kit.outbox.models import Delivery
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Module
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.org.module import MODULE
from civicwatt_cloud.modules.upkeep.choices import Origin
from civicwatt_cloud.modules.upkeep.intake import open_ticket
from civicwatt_cloud.modules.upkeep.module import MODULE as UPKEEP
from civicwatt_protocols.clock import Clock

TODAY = date(2026, 11, 18)
CHANGE = MODULE.entity("org_change")
Somebody = Callable[..., int]


def hand_on(database: Database, module: Module = MODULE) -> None:
    inside = (*events.background(), *waiting_.hearers((module,)))
    Dispatcher(database, ZONE, Clock(us(NOW), 1e-9), inside).hand_on()


def heard(database: Database, account: int, *, read: bool = False) -> list[str]:
    """What is unread (or read) in somebody's inbox."""
    query = select(Notice.zh).join(Entry, Entry.notice_id == Notice.id).where(Entry.account_id == account)
    query = query.where(Entry.read_us.is_not(None) if read else Entry.read_us.is_(None))
    with database.reading() as session:
        return list(session.scalars(query.order_by(Entry.id)))


def test_k9_a_notice_goes_to_the_nearest_who_hold_the_role(city: Database, somebody: Somebody) -> None:
    county = somebody("county", Role.REPORTER, region=COUNTY)
    above = somebody("above", Role.REPORTER, institution=1)
    here = {somebody(name, Role.REPORTER, institution=2) for name in ("a", "b")}
    gone = somebody("gone", Role.REPORTER, institution=2)
    whole = somebody("city", Role.SUPERVISOR, region=CITY)
    with city.session() as session:
        session.get_one(Account, gone).disabled_us = 1

        def of(node: str, *roles: Role, level: Level | None = None) -> frozenset[int]:
            return holders(session, node, roles, TODAY, level)

        assert of(f"{COUNTY}/U1/U2/", Role.REPORTER) == here
        assert of(f"{COUNTY}/U1/", Role.REPORTER) == {above}
        assert of(f"{COUNTY}/U9/", Role.REPORTER) == {county}
        assert of(f"{COUNTY}/U1/", Role.SUPERVISOR) == {whole}
        assert of("4299", Role.REPORTER) == frozenset()
        assert of(f"{COUNTY}/U1/U2/", Role.SUPERVISOR, level=Level.CITY) == {whole}
        assert of(f"{COUNTY}/U1/U2/", Role.REPORTER, level=Level.CITY) == frozenset()


def test_k9_the_same_key_is_said_once(city: Database, somebody: Somebody) -> None:
    one = somebody("a", Role.STAFF, institution=1)
    matter = Matter("k", Kind.ENERGY, 1, "事项" * 200, "matter", "institutions/1")
    for _ in range(2):
        with city.session() as session:
            notify(Context(session, PLATFORM, ZONE, 0), matter, [one, one])
    assert len(heard(city, one)) == 1


def test_k9_a_step_that_waits_is_a_notice_until_it_is_taken(city: Database, somebody: Somebody) -> None:
    applicant, approver = (somebody(name, Role.ORGANISATION_MANAGER, region=CITY) for name in ("a", "b"))

    def deed(account: int, work: Callable[[Context], object]) -> None:
        with city.session() as session:
            actor = actor_named(session, session.get_one(Account, account), TODAY)
            work(Context(session, actor, ZONE, us(NOW)))
        hand_on(city)

    said = {"kind": "move", "into_id": 2, "on_day": "2026-01-01", "document": "荆编 1 号"}

    def begin(context: Context) -> None:
        steps.begin(context, CHANGE, registry.create(context, CHANGE, 1, said))

    deed(applicant, begin)
    assert heard(city, applicant) == []  # who began it knows
    deed(applicant, lambda context: steps.take(context, CHANGE, 1, Wanted(1, "submit", {})))
    assert (heard(city, applicant), len(heard(city, approver))) == ([], 1)
    (text,) = heard(city, approver)
    assert text == "机构变更“改变隶属”待审批，等待办理（单位1）"
    hand_on(city)
    assert len(heard(city, approver)) == 1
    deed(approver, lambda context: steps.take(context, CHANGE, 1, Wanted(2, "approve", {})))
    assert heard(city, approver) == []
    assert heard(city, approver, read=True) == [text]


def test_k14_reminders_are_notices_and_overdue_reaches_the_superior_node(
    city: Database, somebody: Somebody
) -> None:
    own = somebody("own", Role.REPORTER, institution=2)
    superior = somebody("superior", Role.SUPERVISOR, institution=1)
    far = somebody("far", Role.SUPERVISOR, region=CITY)
    with city.session() as session:
        obligations.oblige(
            session,
            key="upkeep/equipment/17",
            owner_id=2,
            roles={Role.REPORTER},
            zh="电梯定期检验",
            en="inspection of the elevator",
            due_us=us("2026-12-18 17:30"),
            subject="upkeep/equipment/17",
        )
    expected = {
        "2026-12-15 09:00": "3 个工作日内到期",
        "2026-12-18 09:00": "今日到期",
        "2026-12-21 09:00": "已逾期",
    }
    for moment, word in expected.items():
        with city.session() as session:
            obligations.remind(Context(session, PLATFORM, ZONE, us(moment)))
        hand_on(city)
        hand_on(city)
        (last,) = heard(city, own)  # the former stage is over
        assert last == f"{word}：电梯定期检验（单位2，2026-12-18 截止）"
    assert heard(city, superior) == ["逾期未办：电梯定期检验（单位2，2026-12-18 截止）"]
    assert heard(city, far) == []


def test_k9_the_energy_manager_hears_of_a_silent_meter_and_a_held_value(
    city: Database, somebody: Somebody
) -> None:
    manager, other = (somebody(role, role, region=CITY) for role in (Role.ENERGY_MANAGER, Role.SUPERVISOR))
    facts = {
        "subject": "point/7",
        "owner_id": 2,
        "point_ids": [7],
        "name": "总表",
        "since_us": us("2026-11-18 08:00"),
        "reason_zh": "自 08:00 起没有读数",
        "reason_en": "no readings since 08:00",
        "evidence": [],
    }
    tell(city, facts, facts, name=METER_SILENT)
    tell(city, facts | {"reason_zh": "表码变小"}, name=VALUE_HELD)
    hand_on(city)
    assert heard(city, manager) == [
        "表计失联：单位2，总表，自 2026-11-18 08:00 起",
        "读数待确认：单位2，总表，自 2026-11-18 08:00 起",
    ]
    assert heard(city, other) == []


def test_k9_one_inbox_holds_records_obligations_and_notices(city: Database, somebody: Somebody) -> None:
    account = somebody("a", Role.REPORTER, institution=1)
    with city.session() as session:
        for n, due in enumerate(("2026-11-17 17:30", "2026-12-01 17:30", "2027-12-01 17:30")):
            facts = {"zh": f"事{n}", "en": f"{n}", "subject": f"x/y/{n}", "roles": {Role.REPORTER}}
            obligations.oblige(session, key=str(n), owner_id=2, due_us=us(due), **facts)  # type: ignore[arg-type]
        context = Context(session, PLATFORM, ZONE, us(NOW))
        notify(context, Matter("k", Kind.ENERGY, 1, "事", "matter", "institutions/1"), [account])
        actor = actor_named(session, session.get_one(Account, account), TODAY)
        found = waiting(context._replace(actor=actor), (MODULE,))
        assert unread(session, account) == 1
    assert [(one.zh, one.owner, one.is_overdue) for one in found.owed] == [
        ("事0", "单位2", True),
        ("事1", "单位2", False),
    ]  # what is a year away is nobody's matter yet
    assert (found.total, found.owed_total, found.unread) == (0, 2, 1)
    assert [(one.zh, one.is_read, one.owner) for one in found.notices] == [("事", False, "单位1")]


def test_what_was_read_and_heard_goes_after_a_year_and_what_was_not_stays(
    city: Database, somebody: Somebody
) -> None:
    account = somebody("a", Role.STAFF, institution=1)
    with city.session() as session:
        for key, at_us, read_us in (("old", 1, 1), ("unread", 1, None), ("new", us(NOW), us(NOW))):
            notice = notify(
                Context(session, PLATFORM, ZONE, at_us), Matter(key, Kind.ENERGY, 1, key, key, "x"), [account]
            )
            assert notice
            session.execute(update(Entry).where(Entry.notice_id == notice.id).values(read_us=read_us))
        session.add_all(Event(name=name, facts="{}", at_us=1, told_us=told) for name, told in TOLD)
        session.flush()
        waited = session.scalar(select(Event.id).where(Event.name == "waited for"))
        session.add(Delivery(event_id=waited, hearer="a", lane=0))
        forget(Context(session, PLATFORM, ZONE, us(NOW)))
        assert set(session.scalars(select(Notice.key))) == {"unread", "new"}
        assert set(session.scalars(select(Event.name))) == {"new", "not told", "waited for"}


TOLD = (("old", 1), ("new", real_now_us()), ("not told", None), ("waited for", 1))


@pytest.mark.parametrize(("priority", "is_urgent"), [("urgent", True), ("normal", False)])
def test_k9_an_urgent_ticket_is_an_urgent_notice(
    city: Database, somebody: Somebody, priority: str, is_urgent: bool
) -> None:
    desk = somebody("desk", Role.LOGISTICS_MANAGER, institution=1)
    with city.session() as session:
        said = {"title": "火灾报警：三楼", "category": "fire", "priority": priority}
        open_ticket(Context(session, PLATFORM, ZONE, us(NOW)), 1, Origin.FIRE_ALARM, "fire/1", said)
    hand_on(city, UPKEEP)
    assert len(heard(city, desk)) == 1
    with city.reading() as session:
        assert session.scalars(select(Notice.is_urgent)).all() == [is_urgent]


@pytest.mark.parametrize("sensitivity", ["sensitive", "offline"])
def test_s25_what_may_not_travel_is_not_named(city: Database, somebody: Somebody, sensitivity: str) -> None:
    applicant, approver = (somebody(name, Role.ORGANISATION_MANAGER, region=CITY) for name in ("a", "b"))
    with city.session() as session:
        actor = actor_named(session, session.get_one(Account, applicant), TODAY)
        context = Context(session, actor, ZONE, us(NOW))
        said = {"kind": "move", "into_id": 2, "on_day": "2026-01-01", "document": "机密 1 号"}
        row = registry.create(context, CHANGE, 1, said)
        row.sensitivity = sensitivity
        steps.begin(context, CHANGE, row)
        steps.take(context, CHANGE, row.id, Wanted(1, "submit", {}))
    hand_on(city)
    (text,) = heard(city, approver)
    assert "机密" not in text
    assert "***" in text
