"""M01: the tree as a workbook, with posts beside the people who are there."""

from people import acting, appointed, us
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.people import Person, PersonState
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.org import exports
from civicwatt_cloud.modules.org.models import Profile

NOW_US = us("2026-07-01 12:00")


def filled(session: Session) -> None:
    """A city's bureau with an office below it, and a county's."""
    session.add_all([Region(code="420500", name="荆襄市"), Region(code="420506", name="东县")])
    session.flush()
    for number, region, parent in ((1, "420500", None), (2, "420500", 1), (3, "420506", None)):
        place = {"kind": "government", "level": "city", "region_code": region, "parent_id": parent}
        session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **place))
        session.flush()
    session.get_one(Institution, 2).path = f"{session.get_one(Institution, 1).path}U2/"
    organ = {"rev": 1, "organ_kind": "government", "staff_administrative": 2, "staff_support": 1}
    session.add(Profile(owner_id=1, **organ))
    session.add(Profile(owner_id=2, **organ | {"staff_administrative": 0}))
    for number, (owner, state) in enumerate([(1, "active"), (1, "retired"), (2, "active"), (2, "active")]):
        who = {"number": f"P-{number}", "name": "李", "rank": "below", "state": PersonState(state)}
        session.add(Person(owner_id=owner, rev=1, **who))
    session.flush()


def test_m01_posts_beside_people_in_the_order_of_the_tree(db: Database) -> None:
    with db.session() as session:
        filled(session)
        city = appointed(session, "city", Role.ORGANISATION_MANAGER, region_code="420500")
        found = [
            dict(zip(exports.TITLES, one, strict=True)) for one in exports.rows(acting(session, city, NOW_US))
        ]
        told = [
            (one["单位编码"], one["上级单位编码"], one["编制合计"], one["实有人数"], one["空编"], one["超编"])
            for one in found
        ]
        assert told == [("U1", None, 3, 1, 2, 0), ("U2", "U1", 1, 2, 0, 1), ("U3", None, None, 0, None, None)]
        county = appointed(session, "county", Role.LIAISON, region_code="420506")
        assert [one[0] for one in exports.rows(acting(session, county, NOW_US))] == ["U3"]
