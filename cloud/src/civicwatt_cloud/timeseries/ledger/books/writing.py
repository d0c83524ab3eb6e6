"""Puts new hours in the place of old ones, and adds up the days and months they belong to."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from civicwatt_cloud.kit import bulk
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.books.bookings import NewHours
from civicwatt_cloud.timeseries.ledger.books.computed import NewDays
from civicwatt_cloud.timeseries.ledger.books.partitions import make_months
from civicwatt_cloud.timeseries.ledger.days import day_of, days_of, hours_of_days
from civicwatt_cloud.timeseries.ledger.marks import merged

_DELETE_HOURS = "DELETE FROM ledger_hour WHERE point_id = ? AND hour >= ? AND hour < ?"
_HOUR_COLUMNS = ("point_id", "hour", "day", "micro", "covered_s", "quality", "peak")
_DELETE_HELD = "DELETE FROM held_step WHERE point_id = ? AND ts_us >= ? AND ts_us < ?"
_DELETE_THIN = "DELETE FROM thin_rise WHERE point_id = ? AND ts_us >= ? AND ts_us < ?"
_HELD_COLUMNS = ("point_id", "ts_us", "kind", "before_micro", "after_micro", "rate")
_DELETE_DAYS = "DELETE FROM ledger_day WHERE point_id = ? AND day BETWEEN ? AND ?"
_DELETE_MONTHS = "DELETE FROM ledger_month WHERE point_id = ? AND month BETWEEN ? AND ?"
# Each asked point's rows are looked up by their key: CROSS JOIN keeps SQLite from beginning with the table.
_ADD_DAYS = """
INSERT INTO ledger_day (point_id, day, micro, covered_s, quality)
SELECT part.point_id, part.day, sum(part.micro), sum(part.covered_s), max(part.quality)
FROM (VALUES {}) AS asked CROSS JOIN ledger_hour AS part
WHERE part.point_id = asked.column1 AND part.hour >= asked.column2 AND part.hour < asked.column3
GROUP BY part.point_id, part.day"""
_ADD_MONTHS = """
INSERT INTO ledger_month (point_id, month, micro, covered_s, quality)
SELECT part.point_id, part.day / 100, sum(part.micro), sum(part.covered_s), max(part.quality)
FROM (VALUES {}) AS asked CROSS JOIN ledger_day AS part
WHERE part.point_id = asked.column1 AND part.day BETWEEN asked.column2 * 100 AND asked.column3 * 100 + 99
GROUP BY part.point_id, part.day / 100"""


def replace(connection: Connection, booked: NewHours, first_hour: Mapping[int, int], zone: ZoneInfo) -> None:
    """Replace the hours and held steps; nothing stays before a point's first hour."""
    ranges = [*booked.replaced, *((point, 0, first_hour[point]) for point, _, _ in booked.replaced)]
    bulk.run(connection, _DELETE_HOURS, ranges)
    spans = [(point, start * HOUR_US, end * HOUR_US) for point, start, end in ranges]
    bulk.run(connection, _DELETE_HELD, spans)
    bulk.run(connection, _DELETE_THIN, spans)
    hour, *columns = booked.hours
    make_months(connection, hour)
    hours, places = np.unique(hour, return_inverse=True)
    days = days_of(hours, zone)[places] if len(hours) else hour
    rows = zip(*(column.tolist() for column in (booked.point, hour, days, *columns)), strict=True)
    bulk.insert_rows(connection, "ledger_hour", _HOUR_COLUMNS, list(rows))
    bulk.insert_rows(connection, "held_step", _HELD_COLUMNS, [(point, *step) for point, step in booked.held])
    bulk.insert_rows(connection, "thin_rise", ("point_id", "ts_us"), booked.thin)


def replace_days(connection: Connection, booked: NewDays, closed_months: Sequence[int]) -> None:
    """Replace the days of a point that has no hours, and add up its months; closed ones stay."""
    days = booked.days
    spans, start = [], booked.first
    for month in closed_months:
        spans.append((booked.point, start, month * 100))
        start = month * 100 + 99
    bulk.run(connection, _DELETE_DAYS, [*spans, (booked.point, start, booked.last)])
    rows = zip(repeat(booked.point), *(column.tolist() for column in days), strict=False)
    bulk.insert_rows(
        connection, "ledger_day", ("point_id", "day", "micro", "covered_s", "quality"), list(rows)
    )
    _add_months(connection, [(booked.point, booked.first // 100, booked.last // 100)])


def add_up(connection: Connection, ranges: Iterable[tuple[int, int, int]], zone: ZoneInfo) -> None:
    """Make the days and months anew that the hours [from, to) of points belong to: (point, from, to)."""
    days, months = [], []
    for point, mine in merged(ranges).items():
        spans = [(day_of(start, zone), day_of(max(start, end - 1), zone)) for start, end in mine]
        days += [(point, first, last) for first, last in spans]
        months.append((point, spans[0][0] // 100, spans[-1][1] // 100))
    bulk.run(connection, _DELETE_DAYS, days)
    for rows in bulk.values([(point, *hours_of_days(first, last, zone)) for point, first, last in days]):
        connection.exec_driver_sql(_ADD_DAYS.format(rows))
    _add_months(connection, months)


def _add_months(connection: Connection, months: Sequence[tuple[int, int, int]]) -> None:
    """From the days: (point, first month, last)."""
    bulk.run(connection, _DELETE_MONTHS, months)
    for rows in bulk.values(months):
        connection.exec_driver_sql(_ADD_MONTHS.format(rows))
