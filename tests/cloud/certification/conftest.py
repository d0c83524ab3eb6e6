"""A city of five government offices with a year of counters; a clerk, a head, managers and experts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from people import acting, appointed, begun, us
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Denominator, Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.certification import scoring
from civicwatt_cloud.modules.certification.entities import CERTIFICATION, ITEM
from civicwatt_cloud.modules.certification.models import Certification
from civicwatt_cloud.modules.certification.scoring import Score
from civicwatt_cloud.timeseries.ledger.models import LedgerMonth
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_protocols.quantity import MICRO

OWN = 1
UNITS = (1, 2, 3, 4, 5)
PEOPLE: dict[str, tuple[Role, dict[str, object]]] = {
    "clerk": (Role.REPORTER, {"institution_id": OWN}),
    "manager": (Role.ENERGY_MANAGER, {"region_code": "429900"}),
    "second": (Role.ENERGY_MANAGER, {"region_code": "429900"}),
    "expert": (Role.SUPERVISOR, {"region_code": "429900"}),
    "stranger": (Role.REPORTER, {"institution_id": 2}),
}
MONTH = 100  # kWh, and m³ of water: 1 m³ for 10 kWh


@dataclass
class Office:
    """What happens to a certification, told step by step."""

    session: Session
    accounts: dict[str, int]

    def at(self, when: str, who: str | None = None) -> Context:
        """A context; nobody: the platform itself."""
        return acting(self.session, who and self.accounts[who], us(when))

    def new(self, when: str, entity: Entity, who: str, owner: int = OWN, **said: Any) -> Any:
        """A record as its route makes it."""
        return begun(self.at(when, who), entity, owner, said)

    def declare(self, when: str = "2026-02-02 10:00", **said: Any) -> Certification:
        """The clerk declares."""
        facts: dict[str, Any] = {"kind": "frugal_organ", "version": "2020", "grade": "city", "year": 2025}
        row = self.new(when, CERTIFICATION, "clerk", **(facts | said))
        assert isinstance(row, Certification)
        return row

    def take(
        self, when: str, row: Any, event: str, who: str, entity: Entity = CERTIFICATION, **said: object
    ) -> None:
        """A step."""
        steps.take(self.at(when, who), entity, row.id, Wanted(row.rev, event, said))

    def item(self, kind: str, version: str, item: str, points: str, **said: Any) -> None:
        """The manager imports an item that was not found."""
        facts: dict[str, Any] = {
            "section": "本地",
            "title": item,
            "source": "本地细则",
            "kind": kind,
            "version": version,
        }
        self.new("2026-01-05 10:00", ITEM, "manager", **(facts | {"item": item, "points": points} | said))

    def answer(self, row: Certification, claims: dict[str, str], document: str | None = "文件1号") -> None:
        """The clerk answers items."""
        for one in scoring.answers_of(self.session, row):
            if one.item in claims:
                one.claimed = int(float(claims[one.item]) * 100)
                one.document = document
        self.session.flush()

    def answer_all(self, row: Certification, **but: str) -> None:
        """All points of all items, except these."""
        every = {one.item: str(one.most / 100) for one in scoring.answers_of(self.session, row)}
        self.answer(row, every | but)

    def score(self, row: Certification, when: str = "2026-02-10 10:00") -> Score:
        """What it comes to."""
        return scoring.score(self.at(when, "clerk"), row)


@pytest.fixture
def office(db: Database) -> Iterator[Office]:
    """Five alike: 1,000 m², 10 people, 100 kWh and 10 m³ a month; the first uses as much as a test says."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.add(Gateway(id="gw-01"))
        session.flush()
        facts = {"kind": "government", "level": "city", "region_code": "429900"}
        session.add_all(Institution(id=one, code=f"U{one}", name=f"单位{one}", **facts) for one in UNITS)
        session.flush()
        session.add_all(Building(id=one, code=f"B{one}", name="主楼", institution_id=one) for one in UNITS)
        session.flush()
        since = {"valid_from": date(2020, 1, 1), "source": "名录"}
        for one in UNITS:
            session.add(Denominator(kind="head_count", subject_id=one, value=10, **since))
            session.add(Denominator(kind="floor_area", subject_id=one, value=100_000, **since))
            for number, measure, use, carrier, micro in (
                (10 + one, "import_active_energy", "lighting", "electricity", MONTH * MICRO),
                (20 + one, "water_volume", "water", "water", MONTH * MICRO // 10),
            ):
                session.add(
                    Point(
                        id=number, gateway="gw-01", device=f"M{number}", measure=measure, is_counter=True,
                        is_consumption=True, building_id=one, end_use=use, carrier=carrier,
                        bound_from_us=us("2020-01-01 00:00"),
                    )
                )  # fmt: skip
                session.flush()
                for month in range(1, 13):
                    first, last = date(2025, month, 1), date(2025 + month // 12, month % 12 + 1, 1)
                    seconds = (last - first).days * 86_400
                    session.add(
                        LedgerMonth(
                            point_id=number, month=202500 + month, micro=micro, covered_s=seconds, quality=0
                        )
                    )
        session.flush()
        accounts = {name: appointed(session, name, role, **node) for name, (role, node) in PEOPLE.items()}
        yield Office(session, accounts)
