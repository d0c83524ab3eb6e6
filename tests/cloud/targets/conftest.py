"""A province, a city and a county with three institutions; counters whose ledger the tests write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from people import acting, appointed, begun, us
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Denominator, Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.targets.entities import PLAN
from civicwatt_cloud.modules.targets.models import Plan
from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerMonth
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_protocols.quantity import MICRO

NOW = "2025-01-20 10:00"
ELECTRICITY, WATER = 10, 20  # + the institution's id: its points
DAY_S = 86_400


@dataclass
class City:
    """What its institutions use, and who asks."""

    session: Session
    manager: int
    liaison: int

    def at(self, when: str = NOW, who: int | None = None) -> Context:
        """A context of the energy manager, or of somebody else."""
        return acting(self.session, who or self.manager, us(when))

    def new(
        self, entity: Entity, owner: int = 1, when: str = NOW, who: int | None = None, **said: object
    ) -> Any:
        """A record as its route makes it."""
        return begun(self.at(when, who), entity, owner, said)

    def plan(self, **said: object) -> Plan:
        """2020 to 2025 in the province."""
        values = {"title": "十四五", "region": "420000", "base_year": 2020, "end_year": 2025}
        row = self.new(PLAN, **(values | {"carbon_on": "2022-06-30"} | said))
        assert isinstance(row, Plan)
        return row

    def year(self, point: int, year: int, kwh: float, months: int = 12) -> None:
        """The months of a counter's year, all alike."""
        for month in range(1, months + 1):
            first = date(year, month, 1)
            days = (date(year + month // 12, month % 12 + 1, 1) - first).days
            row = {"micro": round(kwh * MICRO / 12), "covered_s": days * DAY_S, "quality": 0}
            self.session.add(LedgerMonth(point_id=point, month=year * 100 + month, **row))

    def day(self, point: int, day: date, kwh: float) -> None:
        """A whole day of a counter."""
        row = {"micro": round(kwh * MICRO), "covered_s": DAY_S, "quality": 0}
        self.session.add(LedgerDay(point_id=point, day=day_number(day), **row))

    def counts(
        self, kind: str, subject: int, value: int, since: str = "2010-01-01", until: str | None = None
    ) -> None:
        """A dated head count or floor area."""
        end = date.fromisoformat(until) if until else None
        row = {"valid_from": date.fromisoformat(since), "valid_to": end, "source": "核定"}
        self.session.add(Denominator(kind=kind, subject_id=subject, value=value, **row))


@pytest.fixture
def city(db: Database) -> Iterator[City]:
    """One institution of the city, two of a county; each with a building of 1,000 m² and two counters."""
    with db.session() as session:
        names = {"420000": "虚省", "429900": "荆襄市", "429901": "江口县"}
        session.add_all(Region(code=code, name=name) for code, name in names.items())
        session.add(Gateway(id="gw-01"))
        session.flush()
        for one, region, level in ((1, "429900", "city"), (2, "429901", "county"), (3, "429901", "county")):
            facts = {"kind": "government", "level": level, "region_code": region}
            session.add(Institution(id=one, code=f"U{one}", name=f"单位{one}", **facts))
            session.flush()
            session.add(Building(id=one, code=f"B{one}", name="主楼", institution_id=one))
            session.flush()
            for point, use in ((ELECTRICITY, "lighting"), (WATER, "water")):
                carrier = "electricity" if use == "lighting" else "water"
                measure = "import_active_energy" if use == "lighting" else "water_volume"
                session.add(
                    Point(
                        id=point + one, gateway="gw-01", device=f"M{point + one}", measure=measure,
                        is_counter=True, is_consumption=True, building_id=one, end_use=use,
                        carrier=carrier, bound_from_us=us("2010-01-01 00:00"),
                    )
                )  # fmt: skip
        manager = appointed(session, "manager", Role.ENERGY_MANAGER, region_code="420000")
        found = City(session, manager, appointed(session, "liaison", Role.LIAISON, institution_id=2))
        for one in (1, 2, 3):
            found.counts("floor_area", one, 100_000)
        session.flush()
        yield found
