"""Months as people write them."""

import pytest

from civicwatt_cloud.timeseries.ledger.errors import NotAMonth
from civicwatt_cloud.timeseries.ledger.months import days_of_month, month_of


@pytest.mark.parametrize("text", ["0000-01", "0001-01", "9999-12", "2026-13", "２０２６-10", "2026-10; DROP"])
def test_a_month_that_nobody_meters_is_refused_and_not_computed(text: str) -> None:
    with pytest.raises(NotAMonth):
        month_of(text)


@pytest.mark.parametrize("text", ["1970-01", "2026-10", "2099-12"])
def test_a_month_has_its_first_day_and_that_of_the_next(text: str) -> None:
    first, after = days_of_month(month_of(text))
    assert (first.isoformat()[:7], first.day, after.day) == (text, 1, 1)
    assert first < after
