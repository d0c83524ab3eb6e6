"""Which hours of which points have to be booked afresh."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import bulk
from civicwatt_cloud.kit.business_time import HOUR_US
from civicwatt_cloud.timeseries.ledger.models import DirtyRange
from civicwatt_cloud.timeseries.stores.readings import Ints

ALL_HOURS = (0, 1_200_000)  # 1970 to 2106
WIDE_H = 10 * 24  # ranges beyond are booked for few points at a time: their readings fill the memory
WIDE_POINTS = 16
_MERGE_H = 24  # ranges this close are booked as one: cheaper than two, and the result is the same
_HOUR_BITS, _HOUR_ZERO = 24, 1 << 23  # of hours from 957 years before 1970 to 957 years after
_COLUMNS = ("point_id", "hour_from", "hour_to")
Range = tuple[int, int]


class Work(NamedTuple):
    """Dirty hours that are booked together, and the marks that say so."""

    marks: Sequence[int]
    ranges: dict[int, list[Range]]  # by point


def mark_dirty(session: Session, point: NDArray[np.int32], ts_us: Ints) -> None:
    """Note that these readings of counters are in the store, also those that were there before."""
    mark_hours(session, _runs(point, ts_us))


def mark_hours(session: Session, rows: Sequence[tuple[int, int, int]]) -> None:
    """Have the hours [from, to) of points booked afresh: (point, from, to)."""
    bulk.insert_rows(session.connection(), "dirty_range", _COLUMNS, rows)


def mark_all_dirty(session: Session, points: Iterable[int], hour_from: int = ALL_HOURS[0]) -> None:
    """Have these points booked afresh from their first reading, or from an hour."""
    rows = [{"point_id": point, "hour_from": hour_from, "hour_to": ALL_HOURS[1]} for point in points]
    if rows:
        session.execute(insert(DirtyRange), rows)


def next_work(session: Session, limit: int, after: int = 0) -> Work:
    """The dirty hours of up to `limit` points after one, of fewer where the ranges are wide."""
    point = DirtyRange.point_id
    points = session.scalars(select(point).where(point > after).distinct().order_by(point).limit(limit)).all()
    if not points:
        return Work([], {})
    query = select(DirtyRange.id, point, DirtyRange.hour_from, DirtyRange.hour_to)
    marks = session.execute(query.where(point > after, point <= points[-1])).all()
    ranges = merged((point, start, end) for _, point, start, end in marks)
    wide = [point for point, mine in ranges.items() if sum(end - start for start, end in mine) > WIDE_H]
    if wide:
        few = set(wide[:WIDE_POINTS])
        ranges = {point: mine for point, mine in ranges.items() if point in few}
    return Work([mark for mark, point, _, _ in marks if point in ranges], ranges)


def done(session: Session, work: Work) -> bool:
    """Delete the marks that were read; False: somebody else has worked on them meanwhile."""
    gone = 0
    for part in bulk.values([(mark,) for mark in work.marks]):
        statement = f"DELETE FROM dirty_range WHERE id IN (VALUES {part})"  # noqa: S608 - our own numbers
        gone += session.connection().exec_driver_sql(statement).rowcount
    return gone == len(work.marks)


def merged(ranges: Iterable[tuple[int, int, int]]) -> dict[int, list[Range]]:
    """(point, from, to) as disjoint ranges by point, near ones joined."""
    result: dict[int, list[Range]] = {}
    for point, start, end in sorted(ranges):
        mine = result.setdefault(point, [])
        if mine and start <= mine[-1][1] + _MERGE_H:
            mine[-1] = (mine[-1][0], max(mine[-1][1], end))
        else:
            mine.append((start, end))
    return result


def _runs(point: NDArray[np.int32], ts_us: Ints) -> list[tuple[int, int, int]]:
    """Readings as (point, first hour, hour after the last): one entry for each run of neighbouring hours."""
    # One number for point and hour: sorting numbers is ten times as fast as sorting pairs.
    keys = np.unique(point.astype(np.int64) << _HOUR_BITS | ts_us // HOUR_US + _HOUR_ZERO)
    if not keys.size:
        return []
    breaks = np.flatnonzero(np.diff(keys) != 1) + 1
    starts, ends = np.append(0, breaks), np.append(breaks, keys.size) - 1
    hours = (keys & (1 << _HOUR_BITS) - 1) - _HOUR_ZERO
    columns = (keys[starts] >> _HOUR_BITS, hours[starts], hours[ends] + 1)
    return list(zip(*(column.tolist() for column in columns), strict=True))
