"""A city of Hubei with an office, a bureau and a township, and the people who keep their vehicles."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from people import acting, appointed, begun, us
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.fleet.models import Vehicle
from civicwatt_cloud.modules.fleet.module import MODULE

CITY = "429900"
OFFICE, BUREAU, TOWN = 1, 2, 3
PEOPLE = {
    "manager": (Role.FLEET_MANAGER, None),
    "finance": (Role.FINANCE, None),
    "clerk": (Role.FLEET_CLERK, BUREAU),
    "approver": (Role.APPROVER, BUREAU),
    "stranger": (Role.FLEET_CLERK, TOWN),
}
RECEIPT = "FP-1"


class Depot:
    """What a test says of the vehicles, in few words."""

    def __init__(self, session: Session, now: str = "2026-11-21 12:00") -> None:
        self.session = session
        self.now = now
        self.accounts = {
            name: appointed(session, name, role, institution_id=owner, region_code=None if owner else CITY)
            for name, (role, owner) in PEOPLE.items()
        }

    @property
    def now_us(self) -> int:
        return us(self.now)

    def context(self, who: str | None = None) -> Context:
        """Somebody; nobody: the platform itself."""
        return acting(self.session, who and self.accounts[who], self.now_us)

    def entity(self, key: str) -> Entity:
        return MODULE.entity(key)

    def add(self, key: str, who: str = "manager", owner: int = BUREAU, **said: object) -> Any:
        """A record as its route makes it."""
        return begun(self.context(who), self.entity(key), owner, said)

    def step(self, row: Any, key: str, event: str, who: str, **said: object) -> Any:
        """The next step of a record."""
        return steps.take(self.context(who), self.entity(key), row.id, Wanted(row.rev, event, said))

    def vehicle(self, plate: str, owner: int = BUREAU, **values: Any) -> Vehicle:
        """A vehicle that is there."""
        facts = {"kind": "emergency", "registered_on": date(2018, 11, 21)} | values
        row = Vehicle(owner_id=owner, rev=1, plate=plate, **facts)
        self.session.add(row)
        self.session.flush()
        return row

    def quota(self, number: int, kind: str = "emergency", owner: int = BUREAU) -> Any:
        return self.add("vehicle_quota", owner=owner, kind=kind, number=number, valid_from="2026-01-01")

    def plan(self, **said: object) -> Any:
        """A plan for a car within its standard, submitted."""
        facts = {"year": 2026, "kind": "emergency", "body": "car", "energy": "petrol", "price": "150000"}
        facts |= {"displacement_ml": "1.5", "reason": "保障应急"}
        row = self.add("vehicle_plan", "clerk", **(facts | said))
        return self.step(row, "vehicle_plan", "submit", "approver")

    def funded(self, row: Any) -> Any:
        """The same plan, reviewed and funded."""
        self.step(row, "vehicle_plan", "review", "manager")
        return self.step(row, "vehicle_plan", "fund", "finance", funding="市级财政")

    def disposed(self, vehicle: Vehicle, method: str = "auction") -> Any:
        """A vehicle is disposed of, from the application to the terminal."""
        row = self.add("vehicle_disposal", "clerk", vehicle_id=vehicle.id, method=method, reason="超期")
        for event, who, said in (
            ("retire", "approver", {}),
            ("agree", "manager", {}),
            ("value", "manager", {"valuer": "荆襄评估", "valuation": "20000"}),
            ("sell", "clerk", {"taker": "荆襄拍卖"}),
            ("pay", "manager", {"income": "21000", "voucher": "JK-1"}),
            ("deregister", "clerk", {"certificate": "ZX-1"}),
            ("remove_terminal", "clerk", {}),
        ):
            self.step(row, "vehicle_disposal", event, who, **said)
        return row


@pytest.fixture
def city(db: Database) -> Database:
    """The city in a database of each kind."""
    with db.session() as session:
        session.add_all([Region(code="429900", name="荆襄市"), Region(code="429901", name="东县")])
        session.flush()
        for number, level, region in (
            (OFFICE, "city", "429900"),
            (BUREAU, "city", "429900"),
            (TOWN, "township", "429901"),
        ):
            facts = {"kind": "government", "level": level, "region_code": region}
            session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **facts))
    return db


@pytest.fixture
def depot(city: Database) -> Iterator[Depot]:
    """One transaction in it."""
    with city.session() as session:
        yield Depot(session)


@pytest.fixture
def depot_in() -> type[Depot]:
    """For tests that begin transactions of their own."""
    return Depot
