"""Amounts of periods spread over their days: pure, exact in integers."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from civicwatt_cloud.kit.business_time import day_number
from civicwatt_cloud.timeseries.ledger.days import Days, seconds_of
from civicwatt_cloud.timeseries.ledger.quality import Quality


class Billed(NamedTuple):
    """An amount [micro] of the business days [day_from, day_to)."""

    day_from: date
    day_to: date
    micro: int


def days(bills: Iterable[Billed], zone: ZoneInfo) -> Days:
    """The days of bills that do not overlap, in order.

    A bill is spread evenly: its first n of N days hold ⌊amount · n / N⌋ together, so its days add up to the
    amount, to the digit. The amount is read, its place in time is not: interpolated.
    """
    number: list[int] = []
    micro: list[int] = []
    covered_s: list[int] = []
    for bill in sorted(bills):
        length = (bill.day_to - bill.day_from).days
        for n in range(length):
            day = bill.day_from + timedelta(days=n)
            number.append(day_number(day))
            micro.append(bill.micro * (n + 1) // length - bill.micro * n // length)
            covered_s.append(seconds_of(day, zone))
    quality = np.full(len(number), Quality.INTERPOLATED.code, np.int64)
    return Days(np.array(number, np.int64), np.array(micro, np.int64), np.array(covered_s, np.int64), quality)
