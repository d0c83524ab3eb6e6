"""What pages are told beside records: who waits for whom, what they are called, what was done to one."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.errors import NotFound
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, actor_named
from civicwatt_cloud.kit.notices.inbox import waiting
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.lookup import history_of, titles_of
from civicwatt_cloud.kit.records.sensitive import MASK
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.org import tree
from civicwatt_cloud.modules.org.module import MODULE
from civicwatt_cloud.modules.org.tree import Wanted as WantedNodes

ZONE = ZoneInfo("Asia/Shanghai")
PERSON, CHANGE = MODULE.entity("person"), MODULE.entity("org_change")
CITY, COUNTY = "429900", "429901"


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """Two institutions of a county, one below the other, and one of the city."""
    with db.session() as found:
        for code in (CITY, COUNTY):
            found.add(Region(code=code, name=code))
        found.flush()
        for number, region in ((1, COUNTY), (2, COUNTY), (3, CITY)):
            facts = {"name": f"单位{number}", "kind": "other", "level": "county", "region_code": region}
            found.add(Institution(id=number, code=f"U{number}", **facts))
        found.flush()
        below = found.get_one(Institution, 2)
        below.parent_id, below.path = 1, f"{found.get_one(Institution, 1).path}U2/"
        found.flush()
        yield found


def somebody(session: Session, name: str, role: Role, region: str) -> Context:
    account = Account(username=name, display_name=name, created_us=0)
    session.add(account)
    session.flush()
    session.add(Grant(account_id=account.id, role=role, region_code=region, valid_from=FOR_EVER))
    session.flush()
    return Context(session, actor_named(session, account, date(2026, 11, 21)), ZONE, 0)


def inbox(context: Context) -> list[tuple[int, str]]:
    found = waiting(context, (MODULE,))
    assert found.total == len(found.rows)
    return [(row.id, row.state) for row in found.rows]


def test_a_record_waits_for_whoever_can_take_its_next_step(session: Session) -> None:
    applicant, other, county = (
        somebody(session, name, Role.ORGANISATION_MANAGER, region)
        for name, region in (("a", CITY), ("b", CITY), ("c", COUNTY))
    )
    said = {"kind": "move", "into_id": 3, "on_day": "2026-01-01", "document": "文"}
    row = registry.create(applicant, CHANGE, 1, said)
    steps.begin(applicant, CHANGE, row)
    session.flush()
    assert [inbox(one) for one in (applicant, other, county)] == [[(row.id, "draft")], [], []]
    steps.take(applicant, CHANGE, row.id, Wanted(row.rev, "submit", {}))
    session.flush()
    # the county may return it; only the city approves; the applicant does neither
    assert [inbox(one) for one in (applicant, other, county)] == [
        [],
        [(row.id, "review")],
        [(row.id, "review")],
    ]
    steps.take(other, CHANGE, row.id, Wanted(row.rev, "approve", {}))
    session.flush()
    assert inbox(applicant) == [(row.id, "approved")]
    registry_row = registry.get(applicant, CHANGE, row.id)
    registry_row.removed_us = 1
    session.flush()
    assert inbox(applicant) == []


def test_titles_and_history_stay_in_scope_and_mask_what_is_personal(session: Session) -> None:
    city = somebody(session, "a", Role.ORGANISATION_MANAGER, CITY)
    staff = somebody(session, "b", Role.STAFF, COUNTY)
    here, there = (
        registry.create(
            city, PERSON, owner, {"number": f"P{owner}", "name": "王", "rank": "below", "phone": "139"}
        )
        for owner in (1, 3)
    )
    registry.change(city, PERSON, here.id, 1, {"title": "科员", "phone": "138"})
    session.flush()
    assert [one.id for one in titles_of(staff, PERSON, [here.id, there.id])] == [here.id]
    with pytest.raises(NotFound):
        history_of(staff, PERSON, there.id)
    changed, created = history_of(staff, PERSON, here.id)
    assert (changed.deed, changed.by, created.deed) == ("changed", "a", "created")
    assert {one.field: (one.before, one.after) for one in changed.differences} == {
        "title": (None, "科员"),
        "phone": (MASK, MASK),
    }
    assert {one.field: one.after for one in history_of(city, PERSON, here.id)[0].differences}[
        "phone"
    ] == "138"


def test_the_tree_begins_where_the_scope_does(session: Session) -> None:
    city = somebody(session, "a", Role.STAFF, CITY)
    county = somebody(session, "b", Role.STAFF, COUNTY)

    def ids(context: Context, **wanted: object) -> list[int]:
        total, found = tree.nodes(context, WantedNodes(**wanted))  # type: ignore[arg-type]
        assert total == len(found)
        return [one.institution.id for one in found]

    assert sorted(ids(city)) == [1, 3]
    assert ids(county) == [1]
    assert ids(county, under=1) == [2]
    assert ids(county, search="单位2") == [2]
    assert ids(county, ids=[2, 3]) == [2]
    assert [one.children for one in tree.nodes(county, WantedNodes())[1]] == [1]


def test_buildings_are_found_in_scope_only(session: Session) -> None:
    for number, owner in ((1, 2), (2, 3)):
        session.add(Building(id=number, code=f"B{number}", name=f"{number}号楼", institution_id=owner))
    county = somebody(session, "b", Role.STAFF, COUNTY)
    for wanted in (WantedNodes(), WantedNodes(ids=[1, 2]), WantedNodes(search="号楼")):
        assert [(one.building.id, one.institution) for one in tree.buildings(county, wanted)] == [
            (1, "单位2")
        ]
