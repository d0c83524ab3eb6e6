"""A city with two institutions; two years of hours of an air-conditioned building, and how warm it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pytest
from people import acting, appointed, begun, us
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.bulk import insert_rows
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.records.entity import Entity
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.retrofit.entities import PROJECT
from civicwatt_cloud.modules.retrofit.models import Project
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.points import Gateway, Point

NOW = "2026-11-20 10:00"
FIRST = date(2024, 11, 1)  # of the baseline
ACCEPTED = date(2025, 11, 10)
HOURS = 24 * 740
SAVED = 0.2
CONTRACT = {"terms": "shared", "provider": "节能公司（虚构）", "price": "0.8", "shares": "80, 60"}


@dataclass
class Town:
    """What happens to two institutions."""

    session: Session
    manager: int
    approver: int

    def at(self, when: str = NOW, who: int | None = None) -> Context:
        """A context of the energy manager, or of another."""
        return acting(self.session, who or self.manager, us(when))

    def new(self, entity: Entity, owner: int = 1, when: str = NOW, **said: object) -> Any:
        """A record as its route makes it."""
        return begun(self.at(when), entity, owner, said)

    def step(self, entity: Entity, row: Any, event: str, who: int | None = None, **said: object) -> Any:
        """A step as its route takes it."""
        return steps.take(self.at(who=who), entity, row.id, Wanted(row.rev, event, said))

    def project(self, **said: str) -> Project:
        """One that has a frozen baseline and runs since ACCEPTED."""
        row = self.new(PROJECT, name="空调改造", kind="hvac", points="1", audit="机组老化")
        self.step(PROJECT, row, "decide", self.approver, decision="荆事管〔2025〕8号")
        terms: dict[str, Any] = CONTRACT | said
        self.step(PROJECT, row, "contract", **terms)
        self.step(PROJECT, row, "freeze", first_on="2024-11-01", last_on="2025-10-31")
        self.step(PROJECT, row, "begin_works", works_on="2025-11-01")
        self.step(PROJECT, row, "accept", reporting_on=str(ACCEPTED))
        return row  # type: ignore[no-any-return]


def _write(session: Session) -> None:
    start = us(f"{FIRST} 00:00") // 3_600_000_000
    hour = start + np.arange(HOURS)
    rng = np.random.default_rng(5)
    local = (hour + 8) % 24
    season = 17 - 12 * np.cos(2 * np.pi * (hour - start + 1000) / 8766)
    warm = np.round(season + 4 * np.sin((local - 9) / 24 * 2 * np.pi) + rng.normal(0, 1, HOURS), 2)
    kwh = 20 + 15 * ((local >= 8) & (local < 18)) + 1.5 * np.maximum(warm - 22, 0) + rng.normal(0, 1, HOURS)
    accepted = us(f"{ACCEPTED} 00:00") // 3_600_000_000 - start
    kwh[accepted:] *= 1 - SAVED
    make_months(session.connection(), hour)
    micro: list[int] = np.rint(kwh * 1_000_000).astype(int).tolist()
    columns = ("point_id", "hour", "day", "micro", "covered_s", "quality", "peak")
    rows = [(1, at, 0, use, 3600, 0, 0) for at, use in zip(hour.tolist(), micro, strict=True)]
    insert_rows(session.connection(), "ledger_hour", columns, rows)
    known = [("429900", int(at), round(t * 100), True, "市气象站") for at, t in zip(hour, warm, strict=True)]
    names = ("region_code", "hour", "centi", "is_hourly", "source")
    insert_rows(session.connection(), "outdoor_temperature", names, known)


@pytest.fixture
def town(db: Database) -> Iterator[Town]:
    """The manager of the city and one who approves; point 1 belongs to institution 1, point 2 to 2."""
    with db.session() as session:
        places = {"420000": "省", "429900": "荆襄市", "420100": "远市"}
        session.add_all(Region(code=code, name=name) for code, name in places.items())
        session.add(Gateway(id="gw-01"))
        session.flush()
        facts = {"kind": "government", "level": "city"}
        for one, region in ((1, "429900"), (2, "420100")):
            session.add(Institution(id=one, code=f"U{one}", name=f"单位{one}", region_code=region, **facts))
            session.flush()
            session.add(Building(id=one, code=f"B{one}", name="主楼", institution_id=one))
            session.flush()
            session.add(
                Point(
                    id=one, gateway="gw-01", device=f"M{one}", measure="import_active_energy",
                    is_counter=True, is_consumption=True, building_id=one, end_use="hvac",
                    carrier="electricity", bound_from_us=us("2024-11-01 00:00"),
                )
            )  # fmt: skip
        session.flush()
        _write(session)
        manager = appointed(session, "manager", Role.ENERGY_MANAGER, region_code="420000")
        yield Town(
            session, manager, appointed(session, "approver", Role.ENERGY_MANAGER, region_code="420000")
        )
