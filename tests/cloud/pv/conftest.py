"""Three institutions of one city, each with a roof; counters whose ledger the tests write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from people import acting, appointed, begun, us
from sqlalchemy import insert
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.pv.entities import PLANT
from civicwatt_cloud.modules.pv.models import Plant
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.ledger.models import LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_protocols.quantity import MICRO

MEASURED = 0  # Quality.MEASURED.code
GENERATION, EXPORT, IMPORT = 10, 20, 30  # + the institution's number: its points


@dataclass
class Roofs:
    """What happens on three roofs."""

    session: Session
    manager: int

    def at(self, when: str) -> Context:
        """A context of the energy manager."""
        return acting(self.session, self.manager, us(when))

    def new(self, entity: Entity, owner: int = 1, **said: object) -> object:
        """A record as its route makes it."""
        return begun(self.at("2026-11-20 10:00"), entity, owner, said)

    def plant(self, owner: int = 1, **said: object) -> Plant:
        """A plant of 100 kWp with a counter of generation."""
        values = {"code": f"PV{owner}", "name": "屋顶光伏", "capacity": "100", "mode": "surplus"}
        row = self.new(PLANT, owner, **(values | {"generation_points": str(GENERATION + owner)} | said))
        assert isinstance(row, Plant)
        return row

    def month(self, point: int, number: int, kwh: int, covered: float = 1.0) -> None:
        """A month of a counter's ledger."""
        first = date(number // 100, number % 100, 1)
        days = (date(first.year + first.month // 12, first.month % 12 + 1, 1) - first).days
        row = {"micro": kwh * MICRO, "covered_s": int(days * 86_400 * covered), "quality": MEASURED}
        self.session.add(LedgerMonth(point_id=point, month=number, **row))

    def hours(self, point: int, first: date, kwh: np.ndarray) -> None:
        """Hours of a counter from a day's midnight on; NaN: no row."""
        start = us(f"{first} 00:00") // 3_600_000_000
        known = np.flatnonzero(~np.isnan(kwh.ravel()))
        make_months(self.session.connection(), start + known)
        fixed = {"point_id": point, "day": 0, "covered_s": 3600, "quality": MEASURED}
        micro = np.rint(kwh.ravel() * MICRO)
        rows = [fixed | {"hour": start + int(n), "micro": int(micro[n])} for n in known]
        self.session.execute(insert(LedgerHour), rows)


@pytest.fixture
def roofs(db: Database) -> Iterator[Roofs]:
    """The manager of the city, and three institutions with a building and three counters each."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.add(Gateway(id="gw-01"))
        session.flush()
        facts = {"kind": "government", "level": "city", "region_code": "429900"}
        session.add_all(Institution(id=one, code=f"U{one}", name=f"单位{one}", **facts) for one in (1, 2, 3))
        session.flush()
        session.add_all(
            Building(id=one, code=f"B{one}", name="主楼", institution_id=one) for one in (1, 2, 3)
        )
        session.flush()
        for one in (1, 2, 3):
            for point, measure in (
                (GENERATION, "generated_active_energy"),
                (EXPORT, "export_active_energy"),
                (IMPORT, "import_active_energy"),
            ):
                session.add(
                    Point(
                        id=point + one, gateway="gw-01", device=f"M{point + one}", measure=measure,
                        is_counter=True, is_consumption=True, building_id=one, end_use="pv",
                        carrier="electricity", bound_from_us=us("2025-01-01 00:00"),
                    )
                )  # fmt: skip
        session.flush()
        yield Roofs(session, appointed(session, "manager", Role.ENERGY_MANAGER, region_code="429900"))
