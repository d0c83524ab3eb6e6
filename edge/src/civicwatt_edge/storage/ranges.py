"""Sets of sequence numbers, kept as the fewest ranges: acks of a gateway are few and long."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]  # of sequence numbers, both ends included


class RangeSet:
    """An immutable set: threads may read one while another makes the next."""

    __slots__ = ("ranges",)

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        joined: list[Range] = []
        for low, high in sorted(ranges):
            if joined and low <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(joined[-1][1], high))
            elif low <= high:
                joined.append((low, high))
        self.ranges: tuple[Range, ...] = tuple(joined)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RangeSet) and self.ranges == other.ranges

    def __hash__(self) -> int:
        return hash(self.ranges)

    def __contains__(self, number: int) -> bool:
        return self.next_missing(number) != number

    @property
    def count(self) -> int:
        """How many numbers."""
        return sum(high - low + 1 for low, high in self.ranges)

    def add(self, ranges: Iterable[Range]) -> "RangeSet":
        """The set with these ranges too."""
        return RangeSet((*self.ranges, *ranges))

    def without(self, low: int, high: int) -> "RangeSet":
        """The set without low…high."""
        kept = [(start, min(end, low - 1)) for start, end in self.ranges if start < low]
        kept += [(max(start, high + 1), end) for start, end in self.ranges if end > high]
        return RangeSet(kept)

    def common(self, other: "RangeSet") -> "RangeSet":
        """What both hold."""
        return RangeSet(
            part for low, high in self.ranges for part in _parts(low, high, other.missing(low, high))
        )

    def covers(self, low: int, high: int) -> bool:
        """Whether it holds all of low…high."""
        return self.next_missing(low) > high

    def next_missing(self, number: int) -> int:
        """The smallest number from this one on that it does not hold."""
        place = bisect_right(self.ranges, number, key=_start)
        return max(number, self.ranges[place - 1][1] + 1) if place else number

    def next_member(self, number: int) -> int | None:
        """The smallest number from this one on that it holds."""
        if number in self:
            return number
        place = bisect_right(self.ranges, number, key=_start)
        return self.ranges[place][0] if place < len(self.ranges) else None

    def missing(self, low: int, high: int) -> Iterator[Range]:
        """The parts of low…high that it does not hold."""
        while (start := self.next_missing(low)) <= high:
            member = self.next_member(start)
            end = high if member is None else min(high, member - 1)
            yield start, end
            low = end + 1


def _start(one: Range) -> int:
    return one[0]


def _parts(low: int, high: int, holes: Iterable[Range]) -> Iterator[Range]:
    """What is left of low…high beside the holes."""
    for start, end in holes:
        if low < start:
            yield low, start - 1
        low = end + 1
    if low <= high:
        yield low, high
