"""A city with a county, its institutions, and a building with rooms."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from people import acting, appointed, begun
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.files.models import Attachment, File
from civicwatt_cloud.kit.people import Person, Rank
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.housing.module import MODULE

TODAY = date(2026, 7, 1)
NOON_US = 1_782_878_400_000_000  # 2026-07-01 12:00 in Shanghai
BUREAU, OFFICE, COUNTY, WEST = 1, 2, 3, 4  # two of the city, one of each county


class Site:
    """What a test says of the estate, in few words."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.manager = self.context("manager", Role.HOUSING_MANAGER)

    def context(
        self, name: str, role: Role, institution: int | None = None, region: str = "420500"
    ) -> Context:
        """Somebody with a role at an institution, or in a region."""
        place = {"institution_id": institution} if institution else {"region_code": region}
        return acting(self.session, appointed(self.session, name, role, **place), NOON_US)

    def entity(self, key: str) -> Entity:
        return MODULE.entity(key)

    def add(self, key: str, owner: int = BUREAU, **said: object) -> Any:
        """A record, entered by the manager."""
        return registry.create(self.manager, self.entity(key), owner, said)

    def add_as(self, context: Context, key: str, owner: int = BUREAU, **said: object) -> Any:
        """A record, entered by somebody else."""
        return registry.create(context, self.entity(key), owner, said)

    def begun(self, context: Context, key: str, owner: int, **said: object) -> Any:
        """A record with a workflow, begun by somebody."""
        return begun(context, self.entity(key), owner, said)

    def step(self, context: Context, key: str, row: Any, event: str, **said: object) -> Any:
        """The next step of a record."""
        return steps.take(context, self.entity(key), row.id, Wanted(row.rev, event, said))

    def file(self, key: str, row: Any, kind: str) -> None:
        """A file of a record."""
        sha256 = f"{key}{row.id}{kind}".ljust(64, "0")
        self.session.add(File(sha256=sha256, media_type="image/png", size=1, stored_us=0))
        self.session.flush()
        self.session.add(
            Attachment(
                sha256=sha256,
                name="照片.png",
                entity=key,
                record_id=row.id,
                kind=kind,
                owner_id=row.owner_id,
                who="account/unit",
                at_us=0,
            )
        )
        self.session.flush()

    def person(self, name: str, rank: Rank = Rank.BELOW, owner: int = BUREAU) -> Person:
        row = Person(owner_id=owner, rev=1, number=f"P-{name}", name=name, rank=rank)
        self.session.add(row)
        self.session.flush()
        return row

    def room(self, number: str, area: str, owner: int = BUREAU, **said: object) -> Any:
        facts = {"code": f"FJ-{number}", "kind": "办公室", "state": "在用", "floor_id": self.floor.id}
        return self.add("room", owner, **(facts | {"number": number, "use_area": area} | said))

    def occupy(self, room: Any, *people: Person, **said: object) -> list[Any]:
        facts = {"room_id": room.id, "valid_from": "2026-01-01"} | said
        return [self.add("occupancy", one.owner_id, **facts, person_id=one.id) for one in people]


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.session() as found:
        for code, name in (("420500", "荆襄市"), ("420506", "东县"), ("420528", "西县")):
            found.add(Region(code=code, name=name))
        found.flush()
        for number, level, region in (
            (BUREAU, "city", "420500"),
            (OFFICE, "city", "420500"),
            (COUNTY, "county", "420506"),
            (WEST, "county", "420528"),
        ):
            facts = {"name": f"单位{number}", "kind": "government", "level": level, "region_code": region}
            found.add(Institution(id=number, code=f"U{number}", **facts))
        found.flush()
        found.add(Building(id=1, code="B1", name="1号楼", institution_id=BUREAU))
        found.flush()
        yield found


@pytest.fixture
def site(session: Session) -> Site:
    made = Site(session)
    yard = made.add("yard", number="Y1", name="市府大院", address="人民路1号")
    facts = made.add("building_facts", code="JZ1", building_id=1, yard_id=yard.id, storeys=6)
    made.floor = made.add("floor", code="LC12", facts_id=facts.id, number=12, name="12层")
    made.facts = facts
    return made

    """Somebody of an institution."""
    return lambda owner, role=Role.APPROVER: site.context(f"{role}-{owner}", role, owner)
