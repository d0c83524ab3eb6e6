"""Business months as numbers yyyymm."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.business_time import HOUR_US, day_start_us
from civicwatt_cloud.timeseries.ledger.errors import NotAMonth

_MONTH = re.compile(r"(19[7-9][0-9]|20[0-9][0-9])-(0[1-9]|1[0-2])")


def month_of(text: str) -> int:
    """202610 of 2026-10. Errors: NotAMonth."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        raise NotAMonth(text=text)
    return int(found[1] + found[2])


def days_of_month(month: int) -> tuple[date, date]:
    """The business days [from, to) of a month."""
    first = date(month // 100, month % 100, 1)
    return first, (first + timedelta(days=32)).replace(day=1)


def hours_of_month(month: int, zone: ZoneInfo) -> tuple[int, int]:
    """The hours [from, to) of a month."""
    first, after = days_of_month(month)
    return day_start_us(first, zone) // HOUR_US, day_start_us(after, zone) // HOUR_US
