"""What the ledger answers: consumption by hour, day and month, and its sums."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple

import numpy as np
from sqlalchemy import BigInteger, ColumnElement, Integer, Select, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.stores.readings import Ints

Step = Literal["hour", "day", "month"]
Period = Literal["hour", "day", "month", "year", "total"]
Table = type[LedgerHour] | type[LedgerDay] | type[LedgerMonth]

PERIODS: dict[Step, tuple[Table, InstrumentedAttribute[int]]] = {
    "hour": (LedgerHour, LedgerHour.hour),
    "day": (LedgerDay, LedgerDay.day),
    "month": (LedgerMonth, LedgerMonth.month),
}
_DIGITS: dict[Period, int] = {"hour": 8, "day": 8, "month": 6, "year": 4}  # an hour's row has its yyyymmdd
_AT_ONCE = 10_000  # points in one statement; SQLite takes 32,766 parameters


class Booked(NamedTuple):
    """One row: `period` is hours since the epoch, yyyymmdd or yyyymm."""

    point_id: int
    period: int
    micro: int
    covered_s: int
    quality: Quality


class Total(NamedTuple):
    """The sum over a point's periods."""

    micro: int
    covered_s: int
    quality: Quality  # the worst of the rows; hours without a row show in covered_s only


def booked(session: Session, step: Step, points: Sequence[int], start: int, end: int) -> list[Booked]:
    """The rows of the points with start <= period < end, by point and period."""
    table, period = PERIODS[step]
    return [
        Booked(*row[:4], Quality.from_code(row[4]))
        for part in _parts(points)
        for row in session.execute(
            select(table.point_id, period, table.micro, table.covered_s, table.quality)
            .where(table.point_id.in_(part), period >= start, period < end)
            .order_by(table.point_id, period)
        )
    ]


def totals(session: Session, step: Step, points: Sequence[int], start: int, end: int) -> dict[int, Total]:
    """Sum per point over start <= period < end; points without any row are left out."""
    table, period = PERIODS[step]
    return {
        point: Total(micro, covered_s, Quality.from_code(quality))
        for part in _parts(points)
        for point, micro, covered_s, quality in session.execute(
            select(
                table.point_id,
                cast(func.sum(table.micro), BigInteger),
                cast(func.sum(table.covered_s), BigInteger),
                func.max(table.quality),
            )
            .where(table.point_id.in_(part), period >= start, period < end)
            .group_by(table.point_id)
        )
    }


class Piece(NamedTuple):
    """The periods start <= number < end of one table of the ledger."""

    step: Step
    start: int
    end: int


class Columns(NamedTuple):
    """Rows of the ledger as columns; `period` is the hour, yyyymmdd, yyyymm, yyyy, or 0 for a total."""

    point: Ints
    period: Ints
    micro: Ints
    covered_s: Ints
    quality: Ints  # Quality.code, the worst of what is summed


def columns(session: Session, piece: Piece, points: Select[int], by: Period) -> Columns:
    """The rows of the points by point and period, summed where `by` is coarser than their step."""
    step, start, end = piece
    table, period = PERIODS[step]
    chosen = (table.point_id.in_(points), period >= start, period < end)
    if by == step:
        query = (
            select(table.point_id, period, table.micro, table.covered_s, table.quality)
            .where(*chosen)
            .order_by(table.point_id, period)
        )
        return Columns(*fetch(session, query, 5))
    coarse = _coarser(step, by)
    summed = (
        select(
            table.point_id,
            coarse,
            cast(func.sum(table.micro), BigInteger),
            cast(func.sum(table.covered_s), BigInteger),
            func.max(table.quality),
        )
        .where(*chosen)
        .group_by(table.point_id, *([] if by == "total" else [coarse]))
    )
    return Columns(*fetch(session, summed, 5))


class Seconds(NamedTuple):
    """Covered seconds by point, period and quality, as columns."""

    point: Ints
    period: Ints
    quality: Ints
    covered_s: Ints


def uncertain_seconds(session: Session, piece: Piece, points: Select[int], by: Period) -> Seconds:
    """The covered seconds of rows that are not simply measured, by point, period and quality."""
    step, start, end = piece
    table, period = PERIODS[step]
    coarse = _coarser(step, by)
    query = (
        select(table.point_id, coarse, table.quality, cast(func.sum(table.covered_s), BigInteger))
        .where(
            table.point_id.in_(points), period >= start, period < end, table.quality > Quality.MEASURED.code
        )
        .group_by(table.point_id, table.quality, *([] if by == "total" else [coarse]))
    )
    return Seconds(*fetch(session, query, 4))


def _coarser(step: Step, by: Period) -> ColumnElement[int]:
    """The number of the period in which a row lies; the hours know their day."""
    if by == "total":
        return literal(0, Integer, literal_execute=True)
    if step == by:
        return PERIODS[step][1].expression
    number = LedgerHour.day if step == "hour" else PERIODS[step][1]
    more = _DIGITS[step] - _DIGITS[by]
    return number.expression // literal(10**more, Integer, literal_execute=True)


def fetch(session: Session, query: Select[*tuple[Any, ...]], width: int) -> Ints:
    """The driver's rows of whole numbers as columns; no row outlives its turn, none is left to collect."""
    rows: Any = session.connection().execute(query).cursor
    return np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, width).T


def expected_s(bound_from_us: int, start_us: int, end_us: int, now_us: int) -> int:
    """Seconds of [start, end) that a point should cover by now: from its binding on, not in the future."""
    return max(0, min(end_us, now_us) - max(start_us, bound_from_us)) // 1_000_000


def _parts(points: Sequence[int]) -> Iterable[Sequence[int]]:
    ordered = sorted(points)
    return (ordered[i : i + _AT_ONCE] for i in range(0, len(ordered), _AT_ONCE))
