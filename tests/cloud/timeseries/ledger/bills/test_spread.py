"""A bill's days: even, exact, and marked as placed in time by nobody."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.timeseries.ledger.bills.spread import Billed, days
from civicwatt_cloud.timeseries.ledger.quality import Quality

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def bills(draw: st.DrawFn) -> list[Billed]:
    """Bills one after another, with gaps."""
    found, at = [], draw(DAY)
    for gap, length, micro in draw(
        st.lists(st.tuples(st.integers(0, 9), st.integers(1, 70), st.integers(0, 10**15)), max_size=6)
    ):
        start = at + timedelta(days=gap)
        at = start + timedelta(days=length)
        found.append(Billed(start, at, micro))
    return found


@given(bills())
def test_the_days_of_each_bill_add_up_to_it_and_differ_by_no_more_than_a_millionth(
    found: list[Billed],
) -> None:
    rows = days(found, SHANGHAI)
    assert rows.micro.sum() == sum(bill.micro for bill in found)
    assert (np.diff(rows.day) > 0).all()
    for bill in found:
        own = rows.micro[
            (rows.day >= int(f"{bill.day_from:%Y%m%d}")) & (rows.day < int(f"{bill.day_to:%Y%m%d}"))
        ]
        assert len(own) == (bill.day_to - bill.day_from).days
        assert own.sum() == bill.micro
        assert own.max() - own.min() <= 1
    assert (rows.covered_s == 86_400).all()
    assert (rows.quality == Quality.INTERPOLATED.code).all()


@given(bills(), st.randoms())
def test_the_order_in_which_bills_come_does_not_matter(found: list[Billed], random: object) -> None:
    shuffled = sorted(found, key=lambda _: random.random())  # type: ignore[attr-defined]
    for one, other in zip(days(found, SHANGHAI), days(shuffled, SHANGHAI), strict=True):
        assert one.tolist() == other.tolist()


def test_a_day_that_clocks_change_on_has_its_own_length() -> None:
    rows = days([Billed(date(2026, 3, 28), date(2026, 3, 31), 3)], ZoneInfo("Europe/Berlin"))
    assert rows.covered_s.tolist() == [86_400, 82_800, 86_400]
    assert rows.micro.tolist() == [1, 1, 1]
