"""A city with two institutions, a desk, staff, workers and a fire panel; a clock that tests set."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from people import acting, appointed, begun, us
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.files.models import Attachment, File
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.upkeep.models import Ticket
from civicwatt_cloud.modules.upkeep.module import MODULE

TICKET = MODULE.entity("ticket")
OWN, OTHER = 1, 2
PEOPLE = {
    "desk": (Role.LOGISTICS_MANAGER, OWN),
    "supervisor": (Role.SUPERVISOR, OWN),
    "staff": (Role.STAFF, OWN),
    "worker": (Role.WORKER, OWN),
    "panel": (Role.REPORTER, OWN),
    "second": (Role.LOGISTICS_MANAGER, OWN),
    "stranger": (Role.LOGISTICS_MANAGER, OTHER),
}


@dataclass
class Desk:
    """What happens at a building, told step by step: who does what, and when."""

    session: Session
    accounts: dict[str, int]

    def at(self, when: str, who: str | None = None) -> Context:
        """A context; nobody: the platform itself."""
        return acting(self.session, who and self.accounts[who], us(when))

    def new(self, when: str, entity: Entity, who: str = "desk", owner: int = OWN, **said: object) -> object:
        """A record as its route makes it."""
        return begun(self.at(when, who), entity, owner, said)

    def report(self, when: str, **said: object) -> Ticket:
        """Somebody reports a dripping tap."""
        said = {"title": "水龙头滴水", "category": "water", **said}
        ticket = self.new(when, TICKET, "staff", **said)
        assert isinstance(ticket, Ticket)
        return ticket

    def take(self, when: str, row: object, event: str, who: str = "desk", **said: object) -> None:
        """A step of a ticket, or of another record whose entity is named."""
        entity = said.pop("entity", TICKET)
        assert isinstance(entity, Entity)
        steps.take(self.at(when, who), entity, row.id, Wanted(row.rev, event, said))  # type: ignore[attr-defined]

    def working(self, when: str, size: str = "small", **said: object) -> Ticket:
        """A ticket that was reported, accepted, assigned and begun, all at one instant."""
        ticket = self.report(when, **said)
        self.take(when, ticket, "accept")
        self.take(when, ticket, "classify", size=size)
        self.take(when, ticket, "arrive", "worker")
        return ticket

    def picture(self, ticket: Ticket) -> None:
        """The finished work is shown."""
        sha = f"{ticket.id:064d}"
        if self.session.get(File, sha) is None:
            self.session.add(File(sha256=sha, media_type="image/jpeg", size=1, stored_us=0))
            self.session.flush()
        kept = {"entity": "ticket", "record_id": ticket.id, "kind": "photo", "owner_id": OWN}
        self.session.add(Attachment(sha256=sha, name="完工.jpg", who="account/worker", at_us=0, **kept))
        self.session.flush()

    def finish(self, when: str, ticket: Ticket) -> None:
        """The work is done and shown."""
        self.picture(ticket)
        self.take(when, ticket, "finish", "worker", result="更换阀芯")


@pytest.fixture
def desk(db: Database) -> Iterator[Desk]:
    """The desk of one institution; the other one is a stranger's."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        facts = {"kind": "government", "level": "city", "region_code": "429900"}
        session.add_all(
            Institution(id=one, code=f"U{one}", name=f"单位{one}", **facts) for one in (OWN, OTHER)
        )
        session.flush()
        session.add(Building(id=1, code="B1", name="主楼", institution_id=OWN))
        accounts = {
            name: appointed(session, name, role, institution_id=institution)
            for name, (role, institution) in PEOPLE.items()
        }
        yield Desk(session, accounts)
