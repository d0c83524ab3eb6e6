"""A year of each kind of contract, to the fen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicwatt_cloud.analysis.savings.contracts import (
    Guaranteed,
    Lease,
    Shared,
    Trusteeship,
    Year,
    year_book,
)
from civicwatt_cloud.analysis.savings.errors import BadTerms

PRICE = Decimal("0.7865")


def test_shared_savings_by_year() -> None:
    book = year_book(
        Shared((Decimal("0.8"), Decimal("0.7"), Decimal("0.5"))),
        [Year(1, Decimal(100_000), PRICE), Year(2, Decimal("99999.5"), PRICE), Year(3, Decimal(-10), PRICE)],
    )
    assert [one.payment for one in book.years] == [Decimal("62920.00"), Decimal("55054.73"), Decimal(0)]
    assert [one.client for one in book.years] == [Decimal("15730.00"), Decimal("23594.88"), Decimal("-7.87")]
    assert book.value == book.client + book.provider == Decimal("157291.74")
    with pytest.raises(BadTerms):
        Shared((Decimal("0.8"),)).settled(Year(2, Decimal(1), PRICE))
    with pytest.raises(BadTerms):
        Shared((Decimal("1.2"),))


def test_a_guarantee_that_is_missed_is_paid_back_and_one_that_is_passed_may_bring_a_bonus() -> None:
    terms = Guaranteed(fee=Decimal(50_000), guarantee=Decimal(100_000), bonus=Decimal("0.3"))
    missed = terms.settled(Year(1, Decimal(90_000), PRICE))
    assert (missed.shortfall, missed.payment) == (Decimal(10_000), Decimal("42135.00"))
    passed = terms.settled(Year(1, Decimal(110_000), PRICE))
    assert (passed.shortfall, passed.payment) == (Decimal(0), Decimal("52359.50"))


def test_trusteeship_leaves_the_difference_to_the_provider() -> None:
    sheet = Trusteeship(fee=Decimal(900_000), baseline_cost=Decimal(1_000_000)).settled(
        Year(1, Decimal(0), PRICE, energy_cost=Decimal("850000.10"))
    )
    assert (sheet.client, sheet.provider, sheet.value) == (
        Decimal(100_000),
        Decimal("49999.90"),
        Decimal("149999.90"),
    )


def test_rent_runs_as_long_as_the_lease() -> None:
    terms = Lease((Decimal(30_000), Decimal(30_000)), guarantee=Decimal(50_000))
    assert terms.settled(Year(2, Decimal(60_000), PRICE)).payment == Decimal(30_000)
    assert terms.settled(Year(3, Decimal(40_000), PRICE)).payment == Decimal("-7865.00")


MONEY = st.decimals(0, 10**7, places=2)
SAVING = st.decimals(-(10**6), 10**7, places=3)


@given(
    saving=SAVING,
    price=st.decimals(0, 10, places=4),
    share=st.decimals(0, 1, places=3),
    fee=MONEY,
    cost=MONEY,
)
def test_what_is_shared_is_the_whole(
    saving: Decimal, price: Decimal, share: Decimal, fee: Decimal, cost: Decimal
) -> None:
    year = Year(1, saving, price, cost)
    for terms in (Shared((share,)), Guaranteed(fee, cost), Trusteeship(fee, cost), Lease((fee,), cost)):
        sheet = terms.settled(year)
        assert sheet.client + sheet.provider == sheet.value
        assert sheet.value == sheet.value.quantize(Decimal("0.01"))


def test_years_follow_one_another() -> None:
    with pytest.raises(BadTerms):
        year_book(Shared((Decimal("0.5"), Decimal("0.5"))), [Year(2, Decimal(1), PRICE)])
