"""A city with two institutions, a desk, staff, workers and a fire panel; a clock that tests set."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US, date_of, iso
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.files.models import Attachment, File
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, actor_named
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records import registry
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.upkeep.models import Ticket
from civicwatt_cloud.modules.upkeep.module import MODULE

ZONE = ZoneInfo("Asia/Shanghai")
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


def us(said: str) -> int:
    """An instant of the business zone, such as 2026-09-24 16:00."""
    return int(datetime.fromisoformat(said).replace(tzinfo=ZONE).timestamp()) * SECOND_US


def local(t_us: int) -> str:
    """The same, back."""
    return iso(t_us, ZONE)[:16].replace("T", " ")


@dataclass
class Desk:
    """What happens at a building, told step by step: who does what, and when."""

    session: Session
    accounts: dict[str, int]

    def at(self, when: str, who: str | None = None) -> Context:
        """A context; nobody: the platform itself."""
        now_us = us(when)
        if who is None:
            return Context(self.session, PLATFORM, ZONE, now_us)
        account = self.session.get_one(Account, self.accounts[who])
        return Context(self.session, actor_named(self.session, account, date_of(now_us, ZONE)), ZONE, now_us)

    def new(self, when: str, entity: Entity, who: str = "desk", owner: int = OWN, **said: object) -> object:
        """A record as its route makes it."""
        context = self.at(when, who)
        row = registry.create(context, entity, owner, said)
        if entity.workflow:
            steps.begin(context, entity, row)
        return row

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
        accounts = {}
        for name, (role, institution) in PEOPLE.items():
            account = Account(username=name, display_name=name, created_us=0)
            session.add(account)
            session.flush()
            accounts[name] = account.id
            session.add(
                Grant(account_id=account.id, role=role, institution_id=institution, valid_from=FOR_EVER)
            )
        session.flush()
        yield Desk(session, accounts)
