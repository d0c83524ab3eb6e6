"""What the ledger answers: consumption by hour, day and month, and its sums."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.ledger.quality import Quality

Step = Literal["hour", "day", "month"]
Table = type[LedgerHour] | type[LedgerDay] | type[LedgerMonth]

_PERIODS: dict[Step, tuple[Table, InstrumentedAttribute[int]]] = {
    "hour": (LedgerHour, LedgerHour.hour),
    "day": (LedgerDay, LedgerDay.day),
    "month": (LedgerMonth, LedgerMonth.month),
}
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
    table, period = _PERIODS[step]
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
    table, period = _PERIODS[step]
    return {
        point: Total(micro, covered_s, Quality.from_code(quality))
        for part in _parts(points)
        for point, micro, covered_s, quality in session.execute(
            select(
                table.point_id,
                func.sum(table.micro),
                func.sum(table.covered_s),
                func.max(table.quality),
            )
            .where(table.point_id.in_(part), period >= start, period < end)
            .group_by(table.point_id)
        )
    }


def expected_s(bound_from_us: int, start_us: int, end_us: int, now_us: int) -> int:
    """Seconds of [start, end) that a point should cover by now: from its binding on, not in the future."""
    return max(0, min(end_us, now_us) - max(start_us, bound_from_us)) // 1_000_000


def _parts(points: Sequence[int]) -> Iterable[Sequence[int]]:
    ordered = sorted(points)
    return (ordered[i : i + _AT_ONCE] for i in range(0, len(ordered), _AT_ONCE))
