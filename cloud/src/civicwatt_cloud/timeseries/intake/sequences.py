"""Which records of a gateway's outbox are stored: ranges of sequence numbers, both ends included."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from civicwatt_cloud.timeseries.intake.models import Duplicates, ReceivedRange

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


def add_received(session: Session, gateway: str, epoch: str, numbers: Sequence[int]) -> int:
    """Note records as stored, each as often as it came; returns how many were stored before.

    Neighbouring ranges become one row.
    """
    ranges = of_numbers(numbers)
    touched = (
        ReceivedRange.gateway == gateway,
        ReceivedRange.epoch == epoch,
        ReceivedRange.hi >= ranges[0][0] - 1,
        ReceivedRange.lo <= ranges[-1][1] + 1,
    )
    stored = session.execute(select(ReceivedRange.lo, ReceivedRange.hi).where(*touched)).all()
    result = union([*stored, *ranges])
    if again := len(numbers) - (count(result) - count(union(stored))):
        _count_duplicates(session, gateway, epoch, again)
    if result == sorted(stored):
        return again
    session.execute(delete(ReceivedRange).where(*touched))
    rows = [{"gateway": gateway, "epoch": epoch, "lo": lo, "hi": hi} for lo, hi in result]
    session.execute(insert(ReceivedRange), rows)
    return again


def count(ranges: Ranges) -> int:
    """How many numbers disjoint ranges hold."""
    return sum(hi - lo + 1 for lo, hi in ranges)


def within(ranges: Ranges, lo: int, hi: int) -> Ranges:
    """The part of the ranges that lies in lo…hi."""
    return [(max(start, lo), min(end, hi)) for start, end in ranges if start <= hi and end >= lo]


def missing(ranges: Ranges, lo: int, hi: int) -> Ranges:
    """The numbers of lo…hi that the ranges, in rising order, do not hold."""
    gaps = []
    for start, end in within(ranges, lo, hi):
        if start > lo:
            gaps.append((lo, start - 1))
        lo = end + 1
    return [*gaps, (lo, hi)] if lo <= hi else gaps


def first_missing(ranges: Ranges, lo: int, hi: int) -> int | None:
    """The smallest number of lo…hi that the ranges, in rising order, do not hold."""
    gaps = missing(ranges, lo, hi)
    return gaps[0][0] if gaps else None


def received(session: Session, gateway: str, epoch: str) -> Ranges:
    """All that is stored of one outbox."""
    rows = select(ReceivedRange.lo, ReceivedRange.hi).where(
        ReceivedRange.gateway == gateway, ReceivedRange.epoch == epoch
    )
    return union(session.execute(rows))


def duplicates(session: Session, gateway: str, epoch: str) -> int:
    """How many records of the outbox came again after they were stored."""
    row = session.get(Duplicates, (gateway, epoch))
    return row.records if row else 0


def _count_duplicates(session: Session, gateway: str, epoch: str, records: int) -> None:
    row = session.get(Duplicates, (gateway, epoch))
    if row is None:
        session.add(Duplicates(gateway=gateway, epoch=epoch, records=records))
    else:
        row.records += records
