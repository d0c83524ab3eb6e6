"""A city with two counties, a platform that lends vehicles, an institution, and the people who use them."""

from dataclasses import dataclass
from typing import Any

from people import acting, appointed, begun, us
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.fleet.module import MODULE

CENTRE, BUREAU, OTHER = 1, 2, 3  # the city's vehicle centre with the bureau below it; a county's
PEOPLE = {
    "manager": (Role.FLEET_MANAGER, CENTRE),
    "dispatcher": (Role.DISPATCHER, CENTRE),
    "staff": (Role.STAFF, BUREAU),
    "approver": (Role.APPROVER, BUREAU),
    "deputy": (Role.APPROVER, BUREAU),
    "driver": (Role.DRIVER, CENTRE),
    "stranger": (Role.FLEET_MANAGER, OTHER),
}


@dataclass
class Yard:
    """What happens at a vehicle centre: who does what, and when."""

    session: Session
    accounts: dict[str, int]

    def at(self, when: str, who: str | None = None) -> Context:
        """A context; nobody: the platform itself."""
        return acting(self.session, who and self.accounts[who], us(when))

    def new(
        self, key: str, who: str = "manager", owner: int = CENTRE, when: str = "2026-09-01 08:00", **said: Any
    ) -> Any:
        """A record as its route makes it."""
        return begun(self.at(when, who), MODULE.entity(key), owner, said)

    def take(self, when: str, who: str, key: str, row: Any, event: str, **said: Any) -> Any:
        """A step of a record."""
        return steps.take(self.at(when, who), MODULE.entity(key), row.id, Wanted(row.rev, event, said))

    def vehicle(self, number: int, **said: Any) -> Any:
        """A vehicle of the platform, ready to go."""
        facts = {"plate": f"鄂F{number:05d}", "kind": "emergency", "pool_id": self.pool.id, "seats": 5}
        return self.new("vehicle", **{**facts, "licence": "c1", **said})

    def driver(self, number: int, **said: Any) -> Any:
        """A driver of the platform, able to drive."""
        facts = {"number": f"D{number}", "name": f"司机{number}", "employer": "hired", "licence": "c1"}
        return self.new("driver", **{**facts, "licence_until": "2030-01-01", "points": 0, **said})

    def ask(self, when: str = "2026-09-21 09:00", to: str = "2026-09-21 17:00", **said: Any) -> Any:
        """Somebody of the bureau needs a vehicle."""
        facts = {"purpose": "official", "kind": "emergency", "reason": "调研", "passengers": 3}
        where = {"destination": "东县", "planned_m": "120", "from_us": when, "to_us": to}
        return self.new("vehicle_request", "staff", BUREAU, when, **{**facts, **where, **said})

    def approved(self, when: str = "2026-09-21 09:00", to: str = "2026-09-21 17:00", **said: Any) -> Any:
        """The same, approved by the institution."""
        row = self.ask(when, to, **said)
        self.take(when, "staff", "vehicle_request", row, "submit")
        return self.take(when, "approver", "vehicle_request", row, "approve")

    @property
    def pool(self) -> Any:
        """The platform's own."""
        if not hasattr(self, "_pool"):
            self._pool = self.new("vehicle_pool", name="应急平台", kind="emergency")
        return self._pool


def made(session: Session) -> Yard:
    """The city in a session."""
    for code, name in (("429900", "荆襄市"), ("429901", "东县"), ("429902", "西县")):
        session.add(Region(code=code, name=name))
    session.flush()
    for number, parent, region in ((CENTRE, None, "429900"), (BUREAU, 1, "429900"), (OTHER, None, "429901")):
        facts = {"kind": "government", "level": "city", "region_code": region, "parent_id": parent}
        path = {BUREAU: "4299/U1/U2/"}.get(number)
        session.add(
            Institution(
                id=number,
                code=f"U{number}",
                name=f"单位{number}",
                **facts,
                **({"path": path} if path else {}),
            )
        )
        session.flush()
    accounts = {
        name: appointed(session, name, role, institution_id=institution)
        for name, (role, institution) in PEOPLE.items()
    }
    return Yard(session, accounts)
