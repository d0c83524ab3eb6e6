"""S25: 敏感 records are for who works on such ones, and each look is written down; 不联网 ones stay here."""

import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from small_city import actor, fill
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import events
from civicwatt_cloud.kit.audit import Audit
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.events import Event
from civicwatt_cloud.kit.outbox.dispatcher import Dispatcher, Outside, Told
from civicwatt_cloud.kit.records import lookup, registry, sensitive
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.errors import BadField
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.search import search
from civicwatt_cloud.kit.workbooks.columns import targets_of
from civicwatt_cloud.kit.workbooks.exporting import export
from civicwatt_cloud.modules.org.module import MODULE
from civicwatt_protocols.clock import MachineClock

ZONE = ZoneInfo("Asia/Shanghai")
PERSON = MODULE.entity("person")
WANG = {"number": "P-1", "name": "王强", "rank": "科级以下", "phone": "13900000000"}
TARGETS = targets_of((MODULE,))


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.session() as found:
        fill(found)
        yield found


def who(session: Session, role: Role, region: str = "429901") -> Context:
    return Context(session, actor(session, role, region), ZONE, 0)


def cells(context: Context, path: Path) -> list[str]:
    """Numbers and names of people as an export tells them."""
    export(context, PERSON, TARGETS, Asked(order="number"), path)
    with path.open("rb") as file:
        return [
            str(one) for row in load_workbook(file).active.iter_rows(min_row=2) for one in (row[3].value,)
        ]


def test_s25_a_sensitive_record_is_for_who_works_on_such_ones(session: Session, tmp_path: Path) -> None:
    manager, staff = who(session, Role.ORGANISATION_MANAGER), who(session, Role.STAFF)
    row = registry.create(manager, PERSON, 1, WANG | {"sensitivity": "敏感"})
    plain = registry.create(manager, PERSON, 1, WANG | {"number": "P-2", "name": "李丽"})
    seen = registry.shown(staff, PERSON, row)
    assert (seen["name"], seen["rank"], seen["owner_id"], seen["sensitivity"]) == (
        "***",
        "***",
        1,
        "sensitive",
    )
    assert registry.shown(manager, PERSON, row)["name"] == "王强"
    for asked in (Asked({"rank": row.rank}), Asked(search="王强"), Asked(search="P-1")):
        assert registry.listing(manager, PERSON, asked).total >= 1
        assert [one.id for one in registry.listing(staff, PERSON, asked).rows] in ([], [plain.id])
    assert search(staff, (MODULE,), "王强") == []
    assert [one.title for one in lookup.titles_of(staff, PERSON, [row.id, plain.id])] == ["***", "李丽"]
    assert {one.after for one in lookup.history_of(staff, PERSON, row.id)[0].differences} == {"***"} | {
        1,
        "sensitive",
    }
    assert cells(staff, tmp_path / "a.xlsx") == ["***", "李丽"]
    assert cells(manager, tmp_path / "a.xlsx") == ["王强", "李丽"]
    registry.change(manager, PERSON, row.id, row.rev, {"sensitivity": "internal"})
    assert registry.shown(staff, PERSON, row)["name"] == "王强"
    with pytest.raises(BadField):
        registry.change(manager, PERSON, row.id, row.rev, {"sensitivity": "secret"})


def test_s25_each_look_at_a_sensitive_record_is_written_down(session: Session) -> None:
    manager, staff = who(session, Role.ORGANISATION_MANAGER), who(session, Role.STAFF)
    rows = [
        registry.create(manager, PERSON, 1, WANG | {"number": f"P-{number}", "sensitivity": kind})
        for number, kind in enumerate(("internal", "sensitive", "offline"))
    ]
    registry.shown_all(staff, PERSON, rows)
    assert sensitive.LOOKED not in session.info
    registry.shown_all(manager, PERSON, rows)
    looked = session.info[sensitive.LOOKED]
    assert looked == [f"person/{one.id}" for one in rows[1:]]
    sensitive.note(session, manager.actor, looked)
    sensitive.note(session, manager.actor, looked[:1])
    session.flush()
    deeds = session.scalars(select(Audit).where(Audit.what == sensitive.READ).order_by(Audit.id)).all()
    assert [(one.who, one.subject) for one in deeds] == [
        (manager.actor.who, "person"),
        (manager.actor.who, looked[0]),
    ]
    assert json.loads(deeds[0].after or "") == {"records": looked, "count": 2}
    assert {one.deed for one in lookup.history_of(manager, PERSON, rows[1].id)} == {"created"}


def test_s25_what_is_masked_cannot_be_asked_for(session: Session) -> None:
    """A filter, a search or an order over what is masked would tell it bit by bit."""
    manager, staff = who(session, Role.ORGANISATION_MANAGER), who(session, Role.STAFF)
    for number, phone in enumerate(("139", "130", "138")):
        registry.create(manager, PERSON, 1, WANG | {"number": f"P-{number}", "phone": phone})
    asked = Asked({"phone": "139"})
    assert registry.listing(manager, PERSON, asked).total == 1
    assert registry.listing(staff, PERSON, asked).total == 0
    by_phone = [one.number for one in registry.listing(staff, PERSON, Asked(order="phone")).rows]
    assert by_phone == ["P-2", "P-1", "P-0"]  # the newest first, as without an order


def test_s25_a_record_marked_offline_is_in_no_workbook(session: Session, tmp_path: Path) -> None:
    manager = who(session, Role.ORGANISATION_MANAGER)
    registry.create(manager, PERSON, 1, WANG | {"sensitivity": "不联网"})
    registry.create(manager, PERSON, 1, WANG | {"number": "P-2", "name": "李丽"})
    assert cells(manager, tmp_path / "a.xlsx") == ["李丽"]
    assert registry.listing(manager, PERSON, Asked()).total == 2


def test_s25_a_record_is_no_less_sensitive_than_those_that_it_refers_to(session: Session) -> None:
    """Who stands in for somebody of whom others may know nothing tells of him."""
    manager = who(session, Role.ORGANISATION_MANAGER)
    people = {
        kind: registry.create(manager, PERSON, 1, WANG | {"number": f"P-{kind}", "sensitivity": kind})
        for kind in ("public", "sensitive", "offline")
    }
    for kind, kept in (("public", "internal"), ("sensitive", "sensitive"), ("offline", "offline")):
        said = WANG | {"number": f"Q-{kind}", "deputy_id": people[kind].id}
        row = registry.create(manager, PERSON, 1, said)
        session.refresh(row)
        assert row.sensitivity == kept
        registry.change(manager, PERSON, row.id, row.rev, {"sensitivity": "public"})
        assert row.sensitivity == ("public" if kept == "internal" else kept)
        registry.change(manager, PERSON, row.id, row.rev, {"deputy_id": people["offline"].id})
        assert row.sensitivity == "offline"


def test_s25_what_happens_to_a_record_marked_offline_is_told_to_nobody_outside(db: Database) -> None:
    with db.session() as session:
        fill(session)
        manager = who(session, Role.ORGANISATION_MANAGER)
        for number, kind in enumerate(("internal", "offline")):
            row = registry.create(manager, PERSON, 1, WANG | {"number": f"P-{number}", "sensitivity": kind})
            events.tell(manager, "person.met", {"id": row.id}, row)
    heard: list[Told] = []
    outside = Outside("webhook/oa", ("person.*",), heard.append)
    dispatcher = Dispatcher(db, ZONE, MachineClock.real(), (), (outside,))
    dispatcher.hand_on()
    dispatcher.tell(outside)
    assert [one.facts["id"] for one in heard] == [row.id - 1]
    with db.reading() as session:
        assert session.scalars(select(Event.told_us).where(Event.told_us.is_(None))).all() == []
