"""The queries of the energy pages beyond the figures: rows of the ledger as they are drawn and listed."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from civicwatt_cloud.timeseries.ledger.models import LedgerDay, LedgerHour, LedgerMonth
from civicwatt_cloud.timeseries.ledger.quality import Quality
from civicwatt_cloud.timeseries.ledger.queries import Step
from civicwatt_cloud.timeseries.ledger.virtual.definitions import has_days_only
from civicwatt_cloud.timeseries.points import Gateway, Point

_PERIODS: dict[Step, tuple[type[LedgerHour | LedgerDay | LedgerMonth], InstrumentedAttribute[int]]] = {
    "hour": (LedgerHour, LedgerHour.hour),
    "day": (LedgerDay, LedgerDay.day),
    "month": (LedgerMonth, LedgerMonth.month),
}


class BookedColumns(NamedTuple):
    """A point's rows of the ledger as columns, by period: hours since the epoch, yyyymmdd or yyyymm."""

    period: NDArray[np.int64]
    micro: NDArray[np.int64]
    covered_s: NDArray[np.int64]
    quality: NDArray[np.int64]  # Quality.code


class HourlyPower(NamedTuple):
    """Mean power of some meters in one hour [kW], and the worst quality among them."""

    kw: float
    quality: Quality


def booked_columns(
    session: Session, step: Step, points: Sequence[int], start: int, end: int
) -> dict[int, BookedColumns]:
    """By point, the rows with start <= period < end; points without any row are left out."""
    table, period = _PERIODS[step]
    rows = session.connection().execute(
        select(table.point_id, period, table.micro, table.covered_s, table.quality)
        .where(table.point_id.in_(points), period >= start, period < end)
        .order_by(table.point_id, period)
    )
    columns = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 5)
    found, counts = np.unique(columns[:, 0], return_counts=True)
    ends = counts.cumsum().tolist()
    return {
        point: BookedColumns(*columns[end - count : end, 1:].T)
        for point, count, end in zip(found.tolist(), counts.tolist(), ends, strict=True)
    }


def hourly_power(
    session: Session, points: Sequence[int], hour_from: int, hour_to: int
) -> dict[tuple[str, int], HourlyPower]:
    """Mean power by end use and hour since the epoch, each meter over the time it covers."""
    mean = LedgerHour.micro * 3600.0 / LedgerHour.covered_s
    rows = session.execute(
        select(Point.end_use, LedgerHour.hour, func.sum(mean), func.max(LedgerHour.quality))
        .join(Point, Point.id == LedgerHour.point_id)
        .where(
            LedgerHour.point_id.in_(points),
            LedgerHour.hour >= hour_from,
            LedgerHour.hour < hour_to,
            LedgerHour.covered_s > 0,
        )
        .group_by(Point.end_use, LedgerHour.hour)
    )
    return {
        (end_use or "", hour): HourlyPower(float(micro_kw) / 1e6, Quality.from_code(code))
        for end_use, hour, micro_kw, code in rows
    }


def seconds_of_quality(
    session: Session, points: Sequence[int], hours: range, days: range, qualities: Iterable[Quality]
) -> dict[int, tuple[int, int]]:
    """By point: covered seconds of these qualities, and all: of its hours, or where it has none its days."""
    codes = [quality.code for quality in qualities]
    daily = list(session.scalars(select(Point.id).where(Point.id.in_(points), has_days_only(session))))
    found: dict[int, tuple[int, int]] = {}
    for table, period, of, within in (
        (LedgerHour, LedgerHour.hour, [one for one in points if one not in daily], hours),
        (LedgerDay, LedgerDay.day, daily, days),
    ):
        part = case((table.quality.in_(codes), table.covered_s), else_=0)
        rows = session.execute(
            select(table.point_id, func.sum(part), func.sum(table.covered_s))
            .where(table.point_id.in_(of), period >= within.start, period < within.stop)
            .group_by(table.point_id)
        )
        found |= {point: (some, whole) for point, some, whole in rows}
    return found


def gateways(session: Session) -> list[Gateway]:
    """All gateways."""
    return list(session.scalars(select(Gateway).order_by(Gateway.id)))
