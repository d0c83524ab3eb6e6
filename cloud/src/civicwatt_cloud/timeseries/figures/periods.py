"""A year or a month, and how much of it has elapsed."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit.business_time import HOUR_US, SECOND_US, date_of, day_start_us, month_number
from civicwatt_cloud.kit.errors import BadRequest

# The ledger of an hour is complete when a reading at or after its end has arrived. Completeness is judged on
# hours that ended at least this long ago [engineering default: the ledger's own tolerance at a boundary].
SETTLE_US = 15 * 60 * SECOND_US
KEY = re.compile(r"(20\d{2})(?:-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """The days [start, end) of a year or month, seen at one instant."""

    key: str
    start: date
    end: date
    today: date
    start_us: int
    end_us: int
    settled_us: int

    @property
    def title(self) -> str:
        """2026年, 2026年11月."""
        return f"{self.start.year}年" + (f"{self.start.month}月" if len(self.key) > 4 else "")

    @property
    def elapsed_end(self) -> date:
        """The day after the last elapsed one; today counts as elapsed."""
        return max(self.start, min(self.end, self.today + timedelta(days=1)))

    @property
    def elapsed_days(self) -> int:
        """Days of the period that have begun."""
        return (self.elapsed_end - self.start).days

    @property
    def as_of(self) -> date:
        """The last elapsed day: on it the rule rows must be valid."""
        return max(self.start, self.elapsed_end - timedelta(days=1))

    @property
    def settled_hour(self) -> int:
        """The first hour since the epoch that is not settled yet."""
        return self.settled_us // HOUR_US

    def months(self) -> list[int]:
        """Yyyymm of every month that has begun."""
        firsts = [date(self.start.year, month, 1) for month in range(1, 13)]
        return [month_number(first) for first in firsts if self.start <= first < self.elapsed_end]


def period(key: str | None, now_us: int, zone: ZoneInfo) -> Period:
    """The period that `2026` or `2026-11` names; without a name the running year. Errors: BadRequest."""
    today = date_of(now_us, zone)
    found = KEY.fullmatch(key or str(today.year))
    if not found:
        raise BadRequest("period", what=f"period={key}，应为 2026 或 2026-11 · write 2026 or 2026-11")
    year = int(found[1])
    if month := found[2] and int(found[2]):
        start = date(year, month, 1)
        end = date(year + month // 12, month % 12 + 1, 1)
    else:
        start, end = date(year, 1, 1), date(year + 1, 1, 1)
    return Period(
        found[0],
        start,
        end,
        today,
        day_start_us(start, zone),
        day_start_us(end, zone),
        (now_us - SETTLE_US) // HOUR_US * HOUR_US,
    )
