"""M01: institutions merge and move on a day; the tree, the heads and the ownership of before stay."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import events, organisation
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Denominator, DenominatorKind, Institution, Region
from civicwatt_cloud.kit.errors import Conflict, NotFound
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Actor, Grant, actor_named
from civicwatt_cloud.kit.people import Holding, PersonEventKind
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.scope import scope_of
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.org import people
from civicwatt_cloud.modules.org.entities import EVENT, PERSON, POST
from civicwatt_cloud.modules.org.entities import ORG_CHANGE as CHANGE
from civicwatt_cloud.modules.org.errors import NotYet
from civicwatt_cloud.timeseries.figures.rules import DatedValue, head_count

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 7, 1)
NOON_US = 1_782_878_400_000_000  # 2026-07-01 12:00 in Shanghai
NIGHT_BEFORE_US = NOON_US - 13 * 3600 * 1_000_000
A, B, CHILD = 1, 2, 3


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """Two institutions of a city, 30 and 50 people, and one below the first."""
    with db.session() as found:
        found.add(Region(code="420500", name="荆襄市"))
        found.flush()
        for number, heads in ((A, 30), (B, 50), (CHILD, 0)):
            found.add(
                Institution(
                    id=number,
                    code=f"U{number}",
                    name=f"单位{number}",
                    kind="government",
                    level="city",
                    region_code="420500",
                )
            )
            if heads:
                found.add(
                    Denominator(
                        kind=DenominatorKind.HEAD_COUNT,
                        subject_id=number,
                        value=heads,
                        valid_from=date(2025, 1, 1),
                        source="年报",
                    )
                )
        found.flush()
        organisation.move(found, one(found, CHILD), one(found, A), date(2026, 1, 1))
        yield found


def one(session: Session, number: int) -> Institution:
    return session.get_one(Institution, number)


def actor(session: Session, name: str, role: Role, institution: int | None = None) -> Actor:
    account = Account(username=name, display_name=name, created_us=0)
    session.add(account)
    session.flush()
    region = None if institution else "420500"
    session.add(
        Grant(
            account_id=account.id,
            role=role,
            region_code=region,
            institution_id=institution,
            valid_from=FOR_EVER,
        )
    )
    session.flush()
    return actor_named(session, account, DAY)


def mean_heads(session: Session, institution: int) -> Fraction:
    rows = session.scalars(
        select(Denominator).where(Denominator.subject_id == institution).order_by(Denominator.valid_from)
    )
    values = [DatedValue(row.value, row.valid_from, row.valid_to) for row in rows]
    found = head_count(values, date(2026, 1, 1), date(2027, 1, 1))
    assert isinstance(found, Fraction)
    return found


def test_m01_1_after_a_merge_people_count_by_the_days_they_belonged(session: Session) -> None:
    organisation.merge(session, one(session, A), one(session, B), DAY, "荆编〔2026〕1号")
    found = mean_heads(session, B)
    assert found == Fraction(50 * 181 + 80 * 184, 365)
    assert f"{float(found):.4f}" == "65.1233"
    assert mean_heads(session, A) == Fraction(30 * 181, 365)


def test_m01_1_a_later_head_count_of_the_successor_holds_the_joined_people_too(session: Session) -> None:
    session.add(
        Denominator(
            kind=DenominatorKind.HEAD_COUNT,
            subject_id=B,
            value=60,
            valid_from=date(2026, 10, 1),
            source="年报",
        )
    )
    session.flush()
    organisation.merge(session, one(session, A), one(session, B), DAY, "文件")
    assert mean_heads(session, B) == Fraction(50 * 181 + 80 * 92 + 90 * 92, 365)


def test_m01_1_records_belong_to_the_successor_and_the_history_stays_readable(session: Session) -> None:
    manager = actor(session, "manager", Role.ORGANISATION_MANAGER)
    clerk = actor(session, "clerk", Role.LIAISON, B)
    context = Context(session, manager, ZONE, NOON_US)
    row = registry.create(context, POST, A, {"number": "P-1", "title": "科长", "rank": "section_head"})
    organisation.merge(session, one(session, A), one(session, B), DAY, "文件")
    session.expire_all()
    own = registry.get(Context(session, clerk, ZONE, NOON_US), POST, row.id)
    assert (own.owner_id, own.rev) == (B, 2)
    assert organisation.owner_on(session, own, date(2026, 6, 30)) == A
    assert organisation.owner_on(session, own, DAY) == B


def test_m01_a_moved_institution_is_seen_from_its_new_place_and_the_former_tree_is_told(
    session: Session,
) -> None:
    organisation.move(session, one(session, CHILD), one(session, B), DAY)
    clerk = actor(session, "clerk", Role.LIAISON, B)
    assert set(session.scalars(scope_of(clerk, {Role.LIAISON}).institution_ids())) == {B, CHILD}
    assert organisation.below_on(session, A, date(2026, 6, 30)) == {A, CHILD}
    assert organisation.below_on(session, A, DAY) == {A}
    assert organisation.below_on(session, B, DAY) == {B, CHILD}
    assert organisation.below_on(session, A, date(2025, 6, 30)) == {A}


def test_m01_nobody_lies_below_himself(session: Session) -> None:
    with pytest.raises(Conflict):
        organisation.move(session, one(session, A), one(session, CHILD), DAY)
    with pytest.raises(Conflict):
        organisation.merge(session, one(session, A), one(session, CHILD), DAY, "文件")


def test_m01_a_change_is_approved_by_another_and_waits_for_its_day(session: Session) -> None:
    first, second = (actor(session, name, Role.ORGANISATION_MANAGER) for name in ("first", "second"))
    before = Context(session, first, ZONE, NIGHT_BEFORE_US)
    said = {"kind": "merge", "into_id": B, "on_day": "2026-07-01", "document": "荆编〔2026〕1号"}
    row = registry.create(before, CHANGE, A, said)
    steps.begin(before, CHANGE, row)
    steps.take(before, CHANGE, row.id, Wanted(1, "submit", {}))
    other = Context(session, second, ZONE, NIGHT_BEFORE_US)
    steps.take(other, CHANGE, row.id, Wanted(2, "approve", {}))
    with pytest.raises(NotYet):
        steps.take(other, CHANGE, row.id, Wanted(3, "take_effect", {}))
    assert mean_heads(session, B) == 50
    steps.take(other._replace(now_us=NOON_US), CHANGE, row.id, Wanted(3, "take_effect", {}))
    assert (row.state, row.owner_id) == ("active", A)
    assert mean_heads(session, B) == Fraction(50 * 181 + 80 * 184, 365)


def test_s07_a_change_that_reaches_beyond_the_region_is_not_approved_within_it(session: Session) -> None:
    """Its heads would count elsewhere, where they make each of them need less."""
    session.add(Region(code="430100", name="别的市"))
    session.flush()
    facts = {"kind": "government", "level": "city", "region_code": "430100"}
    session.add(Institution(id=99, code="X99", name="别处", **facts))
    session.flush()
    first, second = (actor(session, name, Role.ORGANISATION_MANAGER) for name in ("first", "second"))
    here, other = (Context(session, one, ZONE, NOON_US) for one in (first, second))
    said = {"kind": "merge", "into_id": 99, "on_day": "2026-07-01", "document": "荆编〔2026〕1号"}
    row = registry.create(here, CHANGE, A, said)
    steps.begin(here, CHANGE, row)
    steps.take(here, CHANGE, row.id, Wanted(1, "submit", {}))
    with pytest.raises(NotFound):
        steps.take(other, CHANGE, row.id, Wanted(2, "approve", {}))
    assert row.state == "review"


def test_s06_a_personnel_event_gives_nobody_more_than_its_writer_keeps(session: Session) -> None:
    """A liaison makes himself the deputy of somebody with roles of the whole city and of an administrator."""
    leaving, liaison = actor(session, "leaving", Role.APPROVER, A), actor(session, "liaison", Role.LIAISON, A)
    facts = {"account_id": leaving.account_id, "valid_from": FOR_EVER}
    session.add(Grant(**facts, role=Role.FLEET_MANAGER, region_code="420500"))
    session.add(Grant(**facts, role=Role.SYSTEM_ADMIN))
    context = Context(session, liaison, ZONE, NOON_US)
    said = {"name": "李进", "rank": "正科级"}
    own = registry.create(context, PERSON, A, said | {"number": "P-2"})
    other = registry.create(context, PERSON, A, said | {"number": "P-1", "deputy_id": own.id})
    own.account_id, other.account_id = liaison.account_id, leaving.account_id
    retired = people.Said(PersonEventKind.RETIRED, DAY)
    people.happen(context, people.Entities(PERSON, EVENT), other.id, retired)
    for who, roles in ((leaving, {Role.SYSTEM_ADMIN}), (liaison, {Role.LIAISON, Role.APPROVER})):
        account = session.get_one(Account, who.account_id)
        assert actor_named(session, account, DAY).roles == roles


def test_m01_4_who_retires_loses_his_grants_and_his_deputy_takes_over_at_once(session: Session) -> None:
    manager = Context(session, actor(session, "manager", Role.ORGANISATION_MANAGER), ZONE, NOON_US)
    leaving, deputy = (actor(session, name, Role.APPROVER, A) for name in ("leaving", "deputy"))
    session.execute(delete(Grant).where(Grant.account_id == deputy.account_id))
    said = {"name": "李进", "rank": "正科级"}
    second = registry.create(manager, PERSON, A, said | {"number": "P-2"})
    first = registry.create(manager, PERSON, A, said | {"number": "P-1", "deputy_id": second.id})
    first.account_id, second.account_id = leaving.account_id, deputy.account_id
    post = registry.create(manager, POST, A, {"number": "G-1", "title": "科长", "rank": "正科级"})
    entities = people.Entities(PERSON, EVENT)
    appointed = people.Said(PersonEventKind.APPOINTED, date(2020, 1, 1), None, post.id)
    people.happen(manager, entities, first.id, appointed)
    heard: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(
            events._handlers, people.LEFT, [lambda _context, facts: heard.append(facts["person_id"])]
        )
        people.happen(manager, entities, first.id, people.Said(PersonEventKind.RETIRED, DAY))
    assert heard == [first.id]
    assert (first.state, session.scalar(select(Holding.valid_to))) == ("retired", DAY)
    for who, roles in ((leaving, set()), (deputy, {Role.APPROVER})):
        account = session.get_one(Account, who.account_id)
        assert actor_named(session, account, DAY).roles == roles
    before = actor_named(session, session.get_one(Account, leaving.account_id), date(2026, 6, 30))
    assert before.roles == {Role.APPROVER}
