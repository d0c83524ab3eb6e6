"""A city with a county and three institutions, their clerks, heads and managers; a clock that tests set."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.business_time import SECOND_US, date_of
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Denominator, Institution, Region
from civicwatt_cloud.kit.identity import FOR_EVER, Account, Grant, actor_named
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.kit.roles import Role
from civicwatt_cloud.kit.workflow import steps
from civicwatt_cloud.kit.workflow.steps import Wanted
from civicwatt_cloud.modules.returns import filing, opening, periods
from civicwatt_cloud.modules.returns.choices import Reason
from civicwatt_cloud.modules.returns.entities import RETURN
from civicwatt_cloud.modules.returns.filling import sheet
from civicwatt_cloud.modules.returns.filling.sheet import Explained, Rows, Typed
from civicwatt_cloud.modules.returns.models import EnergyReturn
from civicwatt_cloud.modules.returns.periods import Period

ZONE = ZoneInfo("Asia/Shanghai")
COUNTY, CITY, OTHER = 1, 2, 3  # an institution of the county, one of the city, one elsewhere
PEOPLE: dict[str, tuple[Role, dict[str, object]]] = {
    "clerk": (Role.REPORTER, {"institution_id": COUNTY}),
    "head": (Role.APPROVER, {"institution_id": COUNTY}),
    "county": (Role.ENERGY_MANAGER, {"region_code": "429901"}),
    "city": (Role.ENERGY_MANAGER, {"region_code": "429900"}),
    "city_clerk": (Role.REPORTER, {"institution_id": CITY}),
    "city_head": (Role.APPROVER, {"institution_id": CITY}),
    "stranger": (Role.REPORTER, {"institution_id": OTHER}),
}


def us(said: str) -> int:
    """An instant of the business zone, such as 2027-03-31 23:59:59."""
    return int(datetime.fromisoformat(said).replace(tzinfo=ZONE).timestamp()) * SECOND_US


@dataclass
class Office:
    """What happens to returns, told step by step."""

    session: Session
    accounts: dict[str, int]

    def at(self, when: str, who: str | None = None) -> Context:
        """A context; nobody: the platform itself."""
        now_us = us(when)
        if who is None:
            return Context(self.session, PLATFORM, ZONE, now_us)
        account = self.session.get_one(Account, self.accounts[who])
        return Context(self.session, actor_named(self.session, account, date_of(now_us, ZONE)), ZONE, now_us)

    def open(self, when: str, period: str, owner: int = COUNTY) -> EnergyReturn:
        """An empty return of a period."""
        of = self.session.get_one(Institution, owner)
        opening.begin(self.at(when), [of], periods.parse(period))
        return self.of(period, owner)

    def of(self, period: str, owner: int = COUNTY) -> EnergyReturn:
        """The return of a period."""
        query = select(EnergyReturn).where(EnergyReturn.owner_id == owner, EnergyReturn.period == period)
        return self.session.scalars(query).one()

    def type_in(self, when: str, row: EnergyReturn, who: str = "clerk", **values: str | None) -> Rows:
        """A person fills cells."""
        filing.type_in(self.at(when, who), row.id, row.rev, Typed(values, {}))
        return sheet.read(self.at(when), row.id)

    def explain(self, when: str, row: EnergyReturn, code: str, reason: Reason, said: str = "") -> None:
        """A person says why."""
        why = Typed({}, {code: Explained(reason, said)})
        filing.type_in(self.at(when, "clerk"), row.id, row.rev, why)

    def take(self, when: str, row: EnergyReturn, event: str, who: str = "clerk", **said: object) -> None:
        """A step."""
        steps.take(self.at(when, who), RETURN, row.id, Wanted(row.rev, event, said))

    def filed(self, when: str, period: str, **values: str | None) -> EnergyReturn:
        """A return that was filed by its clerk; whatever a check asks is explained."""
        typed = Typed(values, {code: Explained(Reason.OTHER, "核实") for code in values})
        wanted = filing.Filing(COUNTY, periods.parse(period), typed, None)
        return filing.file(self.at(when, "clerk"), f"key-{period}-{when[:10]}", wanted)

    def year(self, number: int) -> Period:
        """A year's period."""
        return periods.parse(str(number))


@pytest.fixture
def office(db: Database) -> Iterator[Office]:
    """The people of a city."""
    with db.session() as session:
        for code, name in {"429900": "荆襄市", "429901": "甲县", "429902": "乙县"}.items():
            session.add(Region(code=code, name=name))
        session.flush()
        places = {COUNTY: ("county", "429901"), CITY: ("city", "429900"), OTHER: ("county", "429902")}
        for one, (level, region) in places.items():
            facts = {"kind": "government", "level": level, "region_code": region}
            session.add(Institution(id=one, code=f"U{one}", name=f"单位{one}", **facts))
        session.flush()
        session.add_all(Building(id=one, code=f"B{one}", name="主楼", institution_id=one) for one in places)
        facts = {"valid_from": date(2020, 1, 1), "source": "名录"}
        session.add(Denominator(kind="head_count", subject_id=COUNTY, value=50, **facts))
        session.add(Denominator(kind="floor_area", subject_id=COUNTY, value=140_000, **facts))
        accounts = {}
        for name, (role, node) in PEOPLE.items():
            account = Account(username=name, display_name=name, created_us=0)
            session.add(account)
            session.flush()
            accounts[name] = account.id
            session.add(Grant(account_id=account.id, role=role, valid_from=FOR_EVER, **node))
        session.flush()
        yield Office(session, accounts)
