"""Points of three sources: a meter, a bill's account, a formula."""

import pytest
from sqlalchemy.exc import IntegrityError

from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.timeseries.points import (
    Carrier,
    EndUse,
    Gateway,
    Point,
    Source,
    counted,
    new_point,
)


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


def test_every_end_use_has_both_titles_its_carrier_and_its_carriers_unit() -> None:
    assert all(use.zh and use.en and use.carrier.unit and use.carrier.zh and use.carrier.en for use in EndUse)
    assert len({use.zh for use in EndUse}) == len(EndUse)
    assert max(len(name) for name in (*EndUse, *Carrier)) <= 16  # the columns' length


def test_a_carriers_sum_holds_each_part_once_and_no_whole_beside_them() -> None:
    assert counted(Carrier.ELECTRICITY) == (
        EndUse.LIGHTING,
        EndUse.HVAC,
        EndUse.POWER,
        EndUse.SPECIAL,
        EndUse.OTHER,
    )
    assert counted(Carrier.WATER) == (EndUse.WATER,)
    assert counted(Carrier.DIESEL) == (EndUse.DIESEL_VEHICLE, EndUse.DIESEL_OTHER)
    assert all(counted(carrier) for carrier in Carrier)
