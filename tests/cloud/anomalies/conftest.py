"""A city with four buildings, an office's counter and a water meter, whose hours the tests write."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from people import ZONE, acting, appointed, us
from sqlalchemy import insert
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.modules.anomalies import jobs, live
from civicwatt_cloud.modules.anomalies.models import Judged
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.ledger.models import LedgerHour
from civicwatt_cloud.timeseries.points import Gateway, Point
from civicwatt_protocols.quantity import MICRO

OFFICE, WATER = 1, 2
BEGIN = "2026-08-03 00:00"  # a Monday
BUILDINGS = 4
PEOPLE = {
    "manager": Role.ENERGY_MANAGER,
    "liaison": Role.LIAISON,
    "supervisor": Role.SUPERVISOR,
    "desk": Role.LOGISTICS_MANAGER,
}


@dataclass
class City:
    """What the counters count, and who does what about it."""

    session: Session
    accounts: dict[str, int]

    def at(self, when: str, who: str | None = None) -> Context:
        """A context; nobody: the platform itself."""
        return acting(self.session, who and self.accounts[who], us(when))

    def write(self, point: int, begin: str, values: np.ndarray) -> None:
        """Hours of a counter from an instant on [kWh, m³]; NaN: no row."""
        first = us(begin) // HOUR_US
        known = np.flatnonzero(~np.isnan(values))
        make_months(self.session.connection(), first + known)
        fixed = {"point_id": point, "day": 0, "covered_s": 3600, "quality": 0}
        rows = [fixed | {"hour": first + int(at), "micro": round(float(values[at]) * MICRO)} for at in known]
        self.session.execute(insert(LedgerHour), rows)

    def watch(self, when: str) -> None:
        """The jobs until nothing is due."""
        context = self.at(when)
        while live.run(context):
            pass
        jobs.watch(context)

    def usual(self, begin: str, hours: int, seed: int = 5) -> np.ndarray:
        """An office: much on workdays from eight to six, little else."""
        first = us(begin) // HOUR_US
        moments = [datetime.fromtimestamp((first + at) * 3600, UTC).astimezone(ZONE) for at in range(hours)]
        busy = np.array([one.weekday() < 5 and 8 <= one.hour < 18 for one in moments])
        noise = np.random.default_rng(seed).normal(1.0, 0.05, hours)
        return np.where(busy, 60.0, 12.0) * noise


@pytest.fixture
def city(db: Database) -> Iterator[City]:
    """One institution with four buildings, two counters in the first."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.add(Gateway(id="g"))
        session.flush()
        facts = {"kind": "government", "level": "city", "region_code": "429900"}
        session.add(Institution(id=1, code="U1", name="单位1", **facts))
        session.flush()
        session.add_all(
            Building(id=one, code=f"B{one}", name=f"{one}号楼", institution_id=1)
            for one in range(1, BUILDINGS + 1)
        )
        session.flush()
        for point, title, use, carrier in (
            (OFFICE, "空调总表", "hvac", "electricity"),
            (WATER, "水表", "water", "water"),
        ):
            session.add(
                Point(
                    id=point,
                    gateway="g",
                    device=f"M{point}",
                    measure="import_active_energy",
                    is_counter=True,
                    is_consumption=True,
                    title=title,
                    building_id=1,
                    end_use=use,
                    carrier=carrier,
                    bound_from_us=us(BEGIN),
                )
            )
        session.flush()
        november = us("2026-11-01 00:00") // HOUR_US
        session.add_all(Judged(point_id=one, live_hour=november, review_month=0) for one in (OFFICE, WATER))
        session.flush()
        accounts = {name: appointed(session, name, role, institution_id=1) for name, role in PEOPLE.items()}
        yield City(session, accounts)
