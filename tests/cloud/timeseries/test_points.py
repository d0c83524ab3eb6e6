"""Points of three sources: a meter, a bill's account, a formula."""

import pytest
from sqlalchemy.exc import IntegrityError

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.carriers import Carrier
from civicwatt_cloud.timeseries.points import Gateway, Point, Source, new_point


def other(source: Source, device: str, measure: str = Carrier.WATER) -> Point:
    return Point(source=source, device=device, measure=measure, is_counter=False, is_consumption=True)


def test_a_point_that_nobody_says_more_of_is_a_meters(db: Database) -> None:
    with db.session() as session:
        session.add(Gateway(id="gw-01"))
        session.flush()
        session.add(new_point("gw-01", "M-1", "import_active_energy", "acrel/adw300"))
    with db.reading() as session:
        assert session.query(Point).one().source == "meter"


def test_bills_and_formulas_need_no_gateway_and_stand_once(db: Database) -> None:
    with db.session() as session:
        session.add_all(
            [other(Source.BILL, "4201"), other(Source.VIRTUAL, "4201"), other(Source.BILL, "4202")]
        )
    with pytest.raises(IntegrityError), db.session() as session:
        session.add(other(Source.BILL, "4201"))
