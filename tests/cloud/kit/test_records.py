"""A record is seen in scope, written by whom the entity names, once for each revision, and never silently."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from small_city import actor, fill
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import audit
from civicwatt_cloud.kit.audit import Audit, AuditHead, Broken
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.errors import NotFound, NotPermitted
from civicwatt_cloud.kit.identity import Account, Grant, actor_named
from civicwatt_cloud.kit.people import Person
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.errors import (
    AlreadyThere,
    BadField,
    FieldMissing,
    NotWritable,
    Outdated,
    expected,
)
from civicwatt_cloud.kit.records.fields import Field, Kind
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.org.module import MODULE

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 21)
PERSON, PROFILE = MODULE.entity("person"), MODULE.entity("profile")
WANG = {"number": "P-1", "name": "王强", "rank": "科级以下", "phone": "13900000000"}


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """A city with two counties and three institutions."""
    with db.session() as found:
        fill(found)
        yield found


def manager(session: Session, region: str = "429901") -> Context:
    return Context(session, actor(session, Role.ORGANISATION_MANAGER, region), ZONE, 0)


def test_a_record_is_seen_in_the_scope_of_its_owner_only(session: Session) -> None:
    east, west, city = (manager(session, region) for region in ("429901", "429902", "429900"))
    clerk = Context(session, actor(session, Role.LIAISON, institution=3), ZONE, 0)
    row = registry.create(east, PERSON, 1, WANG)
    for context, sees in ((east, True), (city, True), (west, False), (clerk, False)):
        assert registry.listing(context, PERSON, Asked()).total == sees
        if not sees:
            with pytest.raises(NotFound):
                registry.get(context, PERSON, row.id)
    with pytest.raises(NotFound):
        registry.create(west, PERSON, 1, WANG | {"number": "P-2"})


def test_a_grant_holds_from_its_first_day_until_the_day_before_its_last(session: Session) -> None:
    who = actor(session, Role.STAFF, "429901")
    account = session.get_one(Account, who.account_id)
    session.execute(update(Grant).values(valid_to=date(2026, 11, 22)))
    assert actor_named(session, account, date(2026, 11, 21)).roles == {Role.STAFF}
    assert actor_named(session, account, date(2026, 11, 22)).roles == frozenset()
    assert actor_named(session, account, date(2025, 12, 31)).roles == frozenset()


def test_who_may_read_may_not_write(session: Session) -> None:
    staff = Context(session, actor(session, Role.STAFF, "429901"), ZONE, 0)
    with pytest.raises(NotPermitted):
        registry.create(staff, PERSON, 1, WANG)


def test_s25_what_is_personal_is_masked(session: Session) -> None:
    east = manager(session)
    staff = Context(session, actor(session, Role.STAFF, "429901"), ZONE, 0)
    row = registry.create(east, PERSON, 1, WANG)
    assert registry.shown(east, PERSON, row)["phone"] == "13900000000"
    assert registry.shown(staff, PERSON, row)["phone"] == "***"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": None}, FieldMissing),
        ({"name": " "}, FieldMissing),
        ({"rank": "处长"}, BadField),
        ({"number": "x" * 41}, BadField),
        ({"name": "王\0强"}, BadField),
        ({"name": "王\ud800"}, BadField),  # half a character, as JSON can say it
        ({"deputy_id": 2**63}, BadField),
        ({"state": "retired"}, NotWritable),
        ({"rev": 5}, NotWritable),
        ({"deputy_id": 77}, NotFound),
    ],
)
def test_s08_what_does_not_fit_is_refused(
    session: Session, change: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        registry.create(manager(session), PERSON, 1, WANG | change)


def test_nothing_new_refers_to_a_record_that_was_taken_away(session: Session) -> None:
    """What referred to it before still does, and can be changed otherwise."""
    east = manager(session)
    gone = registry.create(east, PERSON, 1, WANG)
    row = registry.create(east, PERSON, 1, WANG | {"number": "P-2", "deputy_id": gone.id})
    registry.remove(east, PERSON, gone.id, gone.rev)
    with pytest.raises(NotFound):
        registry.create(east, PERSON, 1, WANG | {"number": "P-3", "deputy_id": gone.id})
    assert registry.change(east, PERSON, row.id, row.rev, {"name": "李丽"}).deputy_id == gone.id


@pytest.mark.parametrize("said", ["-1", "1.5", "NaN", "1e999999", "十"])
def test_a_number_is_whole_and_not_below_its_least(session: Session, said: str) -> None:
    with pytest.raises(BadField):
        registry.create(manager(session), PROFILE, 1, {"organ_kind": "行政机关", "staff_support": said})


def test_the_least_of_a_number_is_said_in_its_unit() -> None:
    said = expected(Field("使用面积", "use area", Kind.NUMBER, "m²", 2, least=1))
    assert said == ("数字，最多 2 位小数，不小于 0.01", "a number with at most 2 decimals, not below 0.01")


def test_a_change_names_the_revision_it_saw(session: Session) -> None:
    east = manager(session)
    row = registry.create(east, PERSON, 1, WANG)
    changed = registry.change(east, PERSON, row.id, 1, {"title": "科员"})
    assert (changed.rev, changed.title) == (2, "科员")
    with pytest.raises(Outdated):
        registry.change(east, PERSON, row.id, 1, {"title": "科长"})
    registry.remove(east, PERSON, row.id, 2)
    with pytest.raises(NotFound):
        registry.get(east, PERSON, row.id)
    assert session.get_one(Person, row.id).removed_us == 0


def test_a_natural_key_is_given_once(session: Session) -> None:
    east = manager(session)
    registry.create(east, PERSON, 1, WANG)
    with pytest.raises(AlreadyThere):
        registry.create(east, PERSON, 1, WANG)


def audited(session: Session) -> None:
    east = manager(session)
    row = registry.create(east, PERSON, 1, WANG)
    for rev, title in enumerate(("科员", "科长", "主任"), 1):
        registry.change(east, PERSON, row.id, rev, {"title": title})
    session.flush()


def test_s09_every_deed_is_in_the_chain(session: Session) -> None:
    audited(session)
    rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert [one.what for one in rows] == ["person_created", *["person_changed"] * 3]
    assert '"title": "科长"' in str(rows[3].before)
    assert audit.verify(session) is None


TAMPERED = {
    "edited": (update(Audit).where(Audit.id == 2).values(who="account/nobody"), Broken(2, "changed")),
    "hash edited": (update(Audit).where(Audit.id == 4).values(hash="sha256:0"), Broken(4, "changed")),
    "deleted": (delete(Audit).where(Audit.id == 2), Broken(2, "missing")),
    "first deleted": (delete(Audit).where(Audit.id == 1), Broken(1, "missing")),
    "last removed": (delete(Audit).where(Audit.id == 4), Broken(4, "missing")),
    "head moved back": (update(AuditHead).values(last=3), Broken(4, "head")),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_s09_a_row_that_is_edited_deleted_or_last_removed_is_named(session: Session, how: str) -> None:
    audited(session)
    _without_triggers(session)
    statement, broken = TAMPERED[how]
    session.execute(statement)
    session.expire_all()
    assert audit.verify(session) == broken


def test_s09_swapped_rows_are_named(session: Session) -> None:
    audited(session)
    _without_triggers(session)
    for old, new in ((2, 9), (3, 2), (9, 3)):
        session.execute(update(Audit).where(Audit.id == old).values(id=new))
    session.expire_all()
    assert audit.verify(session) == Broken(2, "changed")


@pytest.mark.parametrize(
    "statement", [update(Audit).values(who="x"), delete(Audit)], ids=["update", "delete"]
)
def test_s09_the_database_refuses_to_change_the_audit(session: Session, statement: object) -> None:
    audited(session)
    with pytest.raises(IntegrityError, match="only added to"), session.begin_nested():
        session.execute(statement)  # type: ignore[call-overload]


def _without_triggers(session: Session) -> None:
    """As somebody who owns the database could."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for deed in ("update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER audit_no_{deed}")
    else:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
