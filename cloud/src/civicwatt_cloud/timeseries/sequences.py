"""Which records of a gateway's outbox are stored: ranges of sequence numbers, both ends included."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.models import ReceivedRange

Ranges = list[tuple[int, int]]


def union(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The fewest ranges that hold the same numbers."""
    result: Ranges = []
    for lo, hi in sorted(ranges):
        if result and lo <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(result[-1][1], hi))
        else:
            result.append((lo, hi))
    return result


def of_numbers(numbers: Iterable[int]) -> Ranges:
    """The ranges of single numbers."""
    return union((number, number) for number in numbers)


def add_received(session: Session, gateway: str, epoch: str, ranges: Ranges) -> None:
    """Note records as stored; neighbouring ranges become one row."""
    touched = (
        ReceivedRange.gateway == gateway,
        ReceivedRange.epoch == epoch,
        ReceivedRange.hi >= ranges[0][0] - 1,
        ReceivedRange.lo <= ranges[-1][1] + 1,
    )
    stored = session.execute(select(ReceivedRange.lo, ReceivedRange.hi).where(*touched)).all()
    result = union([*stored, *ranges])
    if result == sorted(stored):
        return
    session.execute(delete(ReceivedRange).where(*touched))
    rows = [{"gateway": gateway, "epoch": epoch, "lo": lo, "hi": hi} for lo, hi in result]
    session.execute(insert(ReceivedRange), rows)


def first_missing(ranges: Ranges, lo: int, hi: int) -> int | None:
    """The smallest number of lo…hi that the ranges, in rising order, do not hold."""
    for start, end in ranges:
        if start > lo:
            break
        lo = max(lo, end + 1)
    return lo if lo <= hi else None


def received(session: Session, gateway: str, epoch: str) -> Ranges:
    """All that is stored of one outbox."""
    rows = select(ReceivedRange.lo, ReceivedRange.hi).where(
        ReceivedRange.gateway == gateway, ReceivedRange.epoch == epoch
    )
    return union(session.execute(rows))
