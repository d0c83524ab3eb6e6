"""Which records of a gateway's outbox are stored: ranges of sequence numbers, both ends included."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from civicwatt_cloud.kit import bulk
from civicwatt_cloud.timeseries.intake.models import Duplicates, ReceivedRange

Ranges = list[tuple[int, int]]
Outbox = tuple[str, str]  # gateway, epoch

_DELETE = "DELETE FROM received_range WHERE gateway = ? AND epoch = ? AND lo = ?"
_COUNT = (
    "INSERT INTO duplicates (gateway, epoch, records) VALUES (?, ?, ?) "
    "ON CONFLICT (gateway, epoch) DO UPDATE SET records = duplicates.records + excluded.records"
)


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


def add_received(session: Session, done: Mapping[Outbox, Sequence[int]]) -> dict[Outbox, int]:
    """Note records of outboxes as stored, each as often as it came.

    Returns how many were stored before, of the outboxes that have any. Neighbouring ranges become one row.
    Whoever calls holds the gateways' rows: two workers would write over each other's ranges.
    """
    wanted = {outbox: of_numbers(numbers) for outbox, numbers in done.items()}
    stored = _touched(session, wanted)
    gone, new, again = [], [], {}
    for outbox, ranges in wanted.items():
        before = stored.get(outbox, [])
        after = union([*before, *ranges])
        if repeated := len(done[outbox]) - (count(after) - count(union(before))):
            again[outbox] = repeated
        gone += [(*outbox, lo) for lo, hi in before if (lo, hi) not in after]
        new += [(*outbox, lo, hi) for lo, hi in after if (lo, hi) not in before]
    connection = session.connection()
    bulk.run(connection, _DELETE, gone)
    bulk.insert_rows(connection, "received_range", ("gateway", "epoch", "lo", "hi"), new)
    bulk.run(connection, _COUNT, [(*outbox, records) for outbox, records in again.items()])
    return again


def _touched(session: Session, wanted: Mapping[Outbox, Ranges]) -> dict[Outbox, Ranges]:
    """The stored ranges that overlap or neighbour these, and some more."""
    found: dict[Outbox, Ranges] = {}
    gateways = {gateway for gateway, _ in wanted}
    if not gateways:
        return found
    lowest = min(ranges[0][0] for ranges in wanted.values())
    highest = max(ranges[-1][1] for ranges in wanted.values())
    query = select(ReceivedRange.gateway, ReceivedRange.epoch, ReceivedRange.lo, ReceivedRange.hi).where(
        ReceivedRange.gateway.in_(gateways), ReceivedRange.hi >= lowest - 1, ReceivedRange.lo <= highest + 1
    )
    for gateway, epoch, lo, hi in session.execute(query):
        ranges = wanted.get((gateway, epoch))
        if ranges and hi >= ranges[0][0] - 1 and lo <= ranges[-1][1] + 1:
            found.setdefault((gateway, epoch), []).append((lo, hi))
    return found


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
