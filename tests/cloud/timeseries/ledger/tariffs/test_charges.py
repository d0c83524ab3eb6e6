"""What a month costs: hours where they do, quarters where they must, and what cannot be priced is said."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.kit.business_time import HOUR_US, day_number
from civicwatt_cloud.kit.db import Database
from civicwatt_cloud.kit.directory import Building, Institution, Region
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.ledger.days import hours_of_days
from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour
from civicwatt_cloud.timeseries.ledger.tariffs.charges import charge
from civicwatt_cloud.timeseries.ledger.tariffs.quarters import quarters
from civicwatt_cloud.timeseries.ledger.tariffs.tariff import Band, parse
from civicwatt_cloud.timeseries.points import Point, Source
from civicwatt_cloud.timeseries.stores.readings import Floats, Ints

EXAMPLES = Path(__file__).parents[5] / "docs" / "examples"
ZONE = ZoneInfo("Asia/Shanghai")
KWH = 1_000_000
DAY = date(2026, 3, 5)
START, _ = hours_of_days(day_number(DAY), day_number(DAY), ZONE)
MINUTE_US = 60_000_000


@given(
    st.lists(st.integers(0, 10**15), min_size=1, max_size=30),
    st.lists(
        st.tuples(st.integers(-120, 2000), st.floats(0, 1e9)), max_size=40, unique_by=lambda one: one[0]
    ),
)
def test_the_quarters_of_each_hour_add_up_to_it_whatever_the_readings_are(
    micro: list[int], readings: list[tuple[int, float]]
) -> None:
    hour = START + np.arange(len(micro))
    ordered = sorted(readings)
    ts_us = np.array([START * HOUR_US + minute * MINUTE_US for minute, _ in ordered], np.int64)
    starts, parts = quarters(hour, np.array(micro), ts_us, np.array([value for _, value in ordered]))
    assert (np.diff(starts) == 15 * MINUTE_US).all()
    assert parts.reshape(-1, 4).sum(axis=1).tolist() == micro
    assert (parts >= 0).all()


def test_a_quarter_holds_what_its_readings_rise() -> None:
    ts_us = START * HOUR_US + np.array([0, 15, 30, 60, 120]) * MINUTE_US
    _, parts = quarters(
        np.array([START, START + 1, START + 2]), np.array([10, 8, 5]), ts_us, np.array([0.0, 1, 1, 10, 18])
    )
    assert parts.tolist() == [1, 0, 4, 5, 2, 2, 2, 2, 1, 1, 1, 2]


@pytest.fixture
def points(db: Database) -> dict[str, int]:
    """A meter with a day of hours, one of its parts' whole, and bills for electricity and water."""
    with db.session() as session:
        session.add(Region(code="429900", name="荆襄市"))
        session.flush()
        session.add(
            Institution(id=1, code="I-1", name="单位", kind="venue", level="city", region_code="429900")
        )
        session.flush()
        session.add(Building(id=1, code="B-1", name="楼", institution_id=1))
        session.flush()
        found = {}
        for device, source, end_use in (
            ("meter", Source.METER, "hvac"),
            ("whole", Source.METER, "total"),
            ("virtual", Source.VIRTUAL, "other"),
            ("power", Source.BILL, "other"),
            ("water", Source.BILL, "water"),
        ):
            point = Point(source=source, device=device, measure="x", building_id=1, end_use=end_use)
            point.is_counter, point.is_consumption = False, True
            session.add(point)
            session.flush()
            found[device] = point.id
        make_months(session.connection(), np.arange(START, START + 24))
        for device in ("meter", "whole", "virtual"):
            session.add_all(
                LedgerHour(
                    point_id=found[device], hour=START + n, day=20260305, micro=KWH, covered_s=3600, quality=0
                )
                for n in range(24)
            )
        for device in ("power", "water"):
            session.add(
                LedgerDay(point_id=found[device], day=20260305, micro=2 * KWH, covered_s=86_400, quality=2)
            )
    return found


def test_meters_are_priced_by_quarters_and_what_has_no_price_is_named(
    db: Database, points: dict[str, int]
) -> None:
    tariff = parse((EXAMPLES / "tariff.toml").read_text("utf-8"), "tariff.toml")
    asked = []

    def readings(point: int, t0_us: int, t1_us: int) -> tuple[Ints, Floats]:
        """All of the hour before half past 11 is in its first quarter."""
        asked.append(point)
        minutes = np.array([0, 11 * 60, 11 * 60 + 15, 12 * 60, 24 * 60])
        return START * HOUR_US + minutes * MINUTE_US, np.array([0.0, 11, 12, 12, 24])

    with db.reading() as session:
        found = charge(session, tariff, 1, 202603, ZONE, readings=readings)
    assert asked == [points["meter"]]
    assert found.cost.bands[Band.PEAK].micro == 8 * KWH  # 9–11, 17–22 and that hour
    assert found.cost.total.micro == 24 * KWH
    assert [(one.point, one.micro) for one in found.unpriced] == [
        (points["virtual"], 24 * KWH),
        (points["power"], 2 * KWH),
    ]
    assert all(one.reason.text(language) for one in found.unpriced for language in ("zh", "en"))


def test_one_price_at_all_hours_suits_a_bill(db: Database, points: dict[str, int]) -> None:
    tariff = parse((EXAMPLES / "water-price.toml").read_text("utf-8"), "water-price.toml")
    with db.reading() as session:
        found = charge(session, tariff, 1, 202603, ZONE, readings=lambda *_: pytest.fail("not needed"))
        nothing = charge(session, tariff, 1, 202604, ZONE, readings=lambda *_: pytest.fail("not needed"))
    assert (found.cost.total.yuan, found.unpriced) == (Decimal("6.9"), ())
    assert (nothing.cost.total.fen, nothing.unpriced) == (0, ())
