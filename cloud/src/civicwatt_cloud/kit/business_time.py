"""Days and months of the business zone as instants, and instants as people read them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US


def day_start_us(day: date, zone: ZoneInfo) -> int:
    """The first instant of the day, UTC µs."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND_US


def date_of(t_us: int, zone: ZoneInfo) -> date:
    """The business day in which an instant lies."""
    return datetime.fromtimestamp(t_us // SECOND_US, UTC).astimezone(zone).date()


def iso(t_us: int, zone: ZoneInfo) -> str:
    """ISO 8601 with the zone's offset; fractions of a second only where there are some."""
    whole, rest = divmod(t_us, SECOND_US)
    return datetime.fromtimestamp(whole, UTC).astimezone(zone).replace(microsecond=rest).isoformat()


def day_number(day: date) -> int:
    """Yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


def month_number(day: date) -> int:
    """Yyyymm."""
    return day.year * 100 + day.month
