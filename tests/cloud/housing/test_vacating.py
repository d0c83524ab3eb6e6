"""M02: who leaves, merges or is over the standard has a task at once; it ends when the room is seen."""

from datetime import date

import pytest
from sqlalchemy import select

from civicwatt_cloud.kit import organisation
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.people import PersonEventKind, Rank
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.registry import Asked
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.modules.housing import indicators, vacating
from civicwatt_cloud.modules.housing.case_models import VacateTask
from civicwatt_cloud.modules.housing.errors import FileMissing, StillOver
from civicwatt_cloud.modules.org import people
from civicwatt_cloud.modules.org.entities import EVENT, ORG_CHANGE, PERSON

TODAY = date(2026, 7, 1)
BUREAU, OFFICE, COUNTY, WEST = 1, 2, 3, 4


def tasks(site) -> list[VacateTask]:
    return list(site.session.scalars(select(VacateTask).order_by(VacateTask.id)))


def retired(site, person, kind: PersonEventKind = PersonEventKind.RETIRED) -> None:
    manager = site.context("personnel", Role.ORGANISATION_MANAGER)
    people.happen(manager, people.Entities(PERSON, EVENT), person.id, people.Said(kind, TODAY))


def test_m01_4_who_retires_has_to_vacate_in_the_same_transaction(site) -> None:
    person, room = site.person("李进", Rank.SECTION_HEAD), site.room("1203", "9")
    site.occupy(room, person)
    retired(site, person)
    (task,) = tasks(site)
    assert (task.cause, task.room_id, task.person_id, task.state) == ("retired", room.id, person.id, "open")
    assert (task.opened_on, task.due_on) == (TODAY, date(2026, 8, 3))  # 1 August is a Saturday: it rolls on
    assert steps.taken(site.manager, site.entity("vacate_task"), task.id)[0].account_id is None


def test_m02_w2_2_a_task_is_planned_done_seen_and_closed(site) -> None:
    person, room = site.person("李进"), site.room("1203", "9")
    (held,) = site.occupy(room, person)
    retired(site, person, PersonEventKind.TRANSFERRED)
    (task,) = tasks(site)
    unit = site.context("unit", Role.APPROVER, BUREAU)
    site.step(unit, "vacate_task", task, "plan", method="腾退")
    site.step(unit, "vacate_task", task, "carry_out")
    assert (held.valid_to, room.state) == (TODAY, "idle")
    with pytest.raises(FileMissing, match="照片"):
        site.step(site.manager, "vacate_task", task, "verify", new_area="0")
    site.file("vacate_task", task, "photo")
    site.step(site.manager, "vacate_task", task, "verify", new_area="0")
    assert (task.state, task.cause) == ("closed", "transferred")


def test_m02_w2_2_a_room_with_others_in_it_stays_in_use(site) -> None:
    leaving, staying = site.person("走"), site.person("留")
    room = site.room("1204", "18")
    site.occupy(room, leaving, staying)
    retired(site, leaving)
    (task,) = tasks(site)
    unit = site.context("unit", Role.APPROVER, BUREAU)
    site.step(unit, "vacate_task", task, "plan", method="腾退")
    site.step(unit, "vacate_task", task, "carry_out")
    assert room.state == "in_use"


def test_m02_w2_2_who_is_over_has_one_task_until_the_room_is_smaller(site) -> None:
    person = site.person("科员")
    room = site.room("1205", "12.00")
    site.occupy(room, person)
    opened = vacating.open_over_standard(site.manager, TODAY, None)
    assert opened == vacating.open_over_standard(site.manager, TODAY, None)
    (task,) = tasks(site)
    assert (task.cause, task.room_id, task.note) == ("over_standard", room.id, "超标 3.00 m²")
    unit = site.context("unit", Role.APPROVER, BUREAU)
    for event, said in (("plan", {"method": "调减"}), ("carry_out", {})):
        site.step(unit, "vacate_task", task, event, **said)
    site.file("vacate_task", task, "photo")
    nested = site.session.begin_nested()
    with pytest.raises(StillOver, match=r"1\.00"):
        site.step(site.manager, "vacate_task", task, "verify", new_area="10.00")
    nested.rollback()
    site.step(site.manager, "vacate_task", task, "verify", new_area="9.00")
    assert room.use_area == 900
    assert indicators.over_standard(site.manager, TODAY).people == []


def test_m01_1_the_rooms_of_a_merged_institution_are_the_successors(site) -> None:
    rooms = [site.room(f"{number}", "9", OFFICE) for number in range(1301, 1313)]
    people_ = site.context("first", Role.ORGANISATION_MANAGER)
    other = site.context("second", Role.ORGANISATION_MANAGER)
    said = {"kind": "merge", "into_id": BUREAU, "on_day": "2026-07-01", "document": "荆编〔2026〕1号"}
    row = registry.create(people_, ORG_CHANGE, OFFICE, said)
    steps.begin(people_, ORG_CHANGE, row)
    for context, event in ((people_, "submit"), (other, "approve"), (other, "take_effect")):
        steps.take(context, ORG_CHANGE, row.id, steps.Wanted(row.rev, event, {}))
    site.session.expire_all()
    assert {room.owner_id for room in rooms} == {BUREAU}
    clerk = site.context("clerk", Role.LIAISON, BUREAU)
    assert registry.listing(clerk, site.entity("room"), Asked()).total == 12
    assert {organisation.owner_on(site.session, room, date(2026, 6, 30)) for room in rooms} == {OFFICE}
    (task,) = tasks(site)
    assert (task.cause, task.owner_id, task.room_id) == ("merged", BUREAU, None)
    assert task.note == "并入 12 间用房，荆编〔2026〕1号"


def test_m02_a_moved_institution_opens_no_task(site) -> None:
    own, into = (site.session.get_one(Institution, one) for one in (OFFICE, BUREAU))
    organisation.move(site.session, own, into, TODAY)
    vacating.institution_merged(site.manager, {"id": 1, "owner_id": OFFICE})
    assert tasks(site) == []


def test_m02_a_finding_becomes_a_task_or_is_settled(site) -> None:
    person, room = site.person("科员"), site.room("1401", "12")
    site.occupy(room, person)
    facts = {"room_id": room.id, "found_on": "2026-06-30"}
    over = site.begun(
        site.manager, "housing_finding", BUREAU, kind="超标准使用", person_id=person.id, **facts
    )
    site.step(site.manager, "housing_finding", over, "order")
    let = site.begun(site.manager, "housing_finding", BUREAU, kind="安全隐患", **facts)
    site.step(site.manager, "housing_finding", let, "settle", note="已更换插座")
    (task,) = tasks(site)
    assert (over.state, over.task_id, task.cause) == ("ordered", task.id, "over_standard")
    assert let.state == "settled"
