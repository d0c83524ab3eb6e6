"""A city with two institutions, a vehicle each, and the yard of one of them."""

from collections.abc import Callable, Iterator

import pytest
from cloud.fleet import use_yard
from cloud.fleet.use_yard import Yard
from sqlalchemy.orm import Session

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Institution, Region
from civicwatt_cloud.modules.fleet.models import Fence, Vehicle

YARD = "112.190,31.020 112.210,31.020 112.210,31.040 112.190,31.040"


def city(session: Session) -> None:
    """Vehicles 1 (terminal 13986001234) and 2 (terminal 13986005678) of institutions 1 and 2; fence 1."""
    session.add(Region(code="429900", name="荆襄市"))
    session.flush()
    for number in (1, 2):
        facts = {"kind": "government", "level": "city", "region_code": "429900"}
        session.add(Institution(id=number, code=f"U{number}", name=f"单位{number}", **facts))
    session.flush()
    facts = {"owner_id": 1, "rev": 1, "shape": "polygon", "rule": "inside"}
    session.add(Fence(id=1, name="机关大院", places=YARD, **facts))
    session.flush()
    whose = {"rev": 1, "kind": "other"}
    session.add(
        Vehicle(id=1, owner_id=1, plate="鄂F00001", terminal_phone="13986001234", home_fence_id=1, **whose)
    )
    session.add(Vehicle(id=2, owner_id=2, plate="鄂F00002", terminal_phone="13986005678", **whose))


@pytest.fixture
def filled() -> Callable[[Session], None]:
    """What fills a database with the city."""
    return city


@pytest.fixture
def fleet(db: Database) -> Database:
    """The city in a database of each kind."""
    with db.session() as session:
        city(session)
    return db


@pytest.fixture
def yard(db: Database) -> Iterator[Yard]:
    """A vehicle centre and who uses it, in a database of each kind."""
    with db.session() as session:
        yield use_yard.made(session)
