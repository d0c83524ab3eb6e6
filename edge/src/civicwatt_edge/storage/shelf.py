"""The segments of one gateway: those of the present epoch, and what earlier epochs have left as history.

Used by one thread at a time.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import structlog

from civicwatt_edge.files import sync
from civicwatt_edge.storage import sealed, segments
from civicwatt_edge.storage.ranges import Range, RangeSet
from civicwatt_edge.storage.room import is_full
from civicwatt_edge.storage.segments import Segment, State
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.uplink import Catalogue

log = structlog.get_logger()

MARK_US = 15 * 60 * 1_000_000  # what a thinned segment keeps: a device's first counters in each
CACHED = 2  # segments held decoded: one a reader


class Shelf:
    """Folders `segments/<epoch>/` in the data directory."""

    def __init__(self, directory: Path, epoch: str) -> None:
        self._home = directory / "segments" / epoch
        self._home.mkdir(parents=True, exist_ok=True)
        self.segments = segments.load(self._home)
        others = [path for path in self._home.parent.iterdir() if path.is_dir() and path != self._home]
        self.earlier = [one for path in others for one in segments.load(path)]  # of other epochs
        self.lost: list[Range] = []  # numbers whose records are gone or unreadable, not yet noted
        self.thinned = 0  # records, not yet noted
        self._seen: tuple[RangeSet, tuple[Segment, ...]] = RangeSet(), ()  # by settle
        self._decoded: dict[Path, list[bytes | None]] = {}

    @property
    def last(self) -> int:
        """The last number on the shelf, 0 with none."""
        return self.segments[-1].last if self.segments else 0

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in (*self.segments, *self.earlier))

    def add(self, first: int, contents: Sequence[bytes], catalogues: Mapping[str, Catalogue]) -> None:
        """Write a new segment behind the others."""
        new = segments.write(self._home, first, contents, catalogues, State.WAITING)
        self.segments = (*self.segments, new)

    def adoptable(self, first: int) -> int:
        """The next free number, were the segments adopted from this one on."""
        return first + sum(one.last - one.first + 1 for one in self.earlier if one.state is not State.HISTORY)

    def adopt(self, first: int) -> None:
        """Number what earlier epochs left unacked anew, from `first` on; history keeps its folder."""
        for one in sorted(self.earlier, key=lambda one: (one.slots_us, one.first)):
            if one.state is not State.HISTORY:
                moved = segments.move(one, one.state, self._home, first)
                self.segments, first = (*self.segments, moved), moved.last + 1
        for folder in {one.path.parent for one in self.earlier} | {self._home}:
            sync(folder)  # the rows that follow must not be on the disk without them
        self.earlier = [one for one in self.earlier if one.state is State.HISTORY]

    def unsettled(self, settled: RangeSet, start: int) -> Iterator[tuple[int, bytes]]:
        """(number, content) from `start` on of what is not settled; unreadable ones are noted."""
        for one in self.segments[self._place(start) :]:
            for low, high in settled.missing(max(start, one.first), one.last):
                contents = self._read(one)
                if not contents:
                    break
                for seq in range(low, high + 1):
                    data = contents[seq - one.first]
                    if data is None:
                        self.lost.append((seq, seq))
                    else:
                        yield seq, data

    def settle(self, settled: RangeSet) -> None:
        """Note which segments are history now, and which are no longer: an upstream asked for them again."""
        if settled == self._seen[0] and self.segments is self._seen[1]:
            return
        for one in self.segments:
            done = settled.covers(one.first, one.last)
            if done is (one.state is State.HISTORY):
                continue
            try:
                self._replace(one, segments.move(one, State.HISTORY if done else State.WAITING))
            except FileNotFoundError:  # deleted by others
                if not done:
                    self.lost.append((one.first, one.last))
                self.drop(one)
        self._seen = settled, self.segments

    def forget(self, before_us: int) -> None:
        """Delete history whose last slot lies before a time."""
        for one in (*self.earlier, *self.segments):
            if one.state is State.HISTORY and one.slots_us[1] < before_us:
                self.drop(one)

    def drop(self, segment: Segment) -> None:
        """Delete a segment."""
        segments.drop(segment)
        self._decoded.pop(segment.path, None)
        self.segments = tuple(one for one in self.segments if one is not segment)
        self.earlier = [one for one in self.earlier if one is not segment]

    def give_way(self, catalogues: Mapping[str, Catalogue]) -> bool:
        """Make room by one segment: the oldest history goes, then the oldest is thinned, then goes too."""
        for one in (*self.earlier, *self.segments):
            if one.state is State.HISTORY:
                self.drop(one)
                log.warning("history_dropped", first=one.first, last=one.last)
                return True
        waiting = next((one for one in self.segments if one.state is State.WAITING), None)
        if waiting is not None and self._is_thinned(waiting, catalogues):
            return True
        if self.segments:
            oldest = self.segments[0]
            self.lost.append((oldest.first, oldest.last))
            self.drop(oldest)
        return bool(self.lost)

    def _is_thinned(self, segment: Segment, catalogues: Mapping[str, Catalogue]) -> bool:
        """Thin a segment; False when the disk is too full for the thinner file to be written beside it."""
        try:
            self._thin(segment, catalogues)
        except OSError as error:
            if not is_full(error):
                raise
            return False
        log.warning("records_thinned", first=segment.first, last=segment.last, count=self.thinned)
        return True

    def _thin(self, segment: Segment, catalogues: Mapping[str, Catalogue]) -> None:
        """Leave each device's counters of every 15 minutes; the rest becomes gaps that say why."""
        contents, marked, gaps = [], set[tuple[str, int]](), 0
        for data in self._read(segment) or [None]:
            catalogue = None if data is None else catalogues.get(sealed.catalogue_of(data))
            if data is None or catalogue is None:  # unreadable: the records behind it keep their numbers
                log.error("segment_not_thinned", path=str(segment.path))
                self._replace(segment, segments.move(segment, State.THINNED))
                return
            record = sealed.read(0, data, catalogue.device)
            window = (record.device, record.slot_us // MARK_US)
            counts = tuple(MEASURES[point.measure].is_counter for point in catalogue.points)
            less = sealed.thinned(record, [count and window not in marked for count in counts])
            if any(value is not None for value in less.values):
                marked.add(window)
            gaps += less != record
            contents.append(sealed.content(less))
        new = segments.write(segment.path.parent, segment.first, contents, catalogues, State.THINNED)
        self._replace(segment, new)
        segments.drop(segment)
        self.thinned += gaps

    def _place(self, number: int) -> int:
        """The place of the first segment that ends at this number or later."""
        return bisect_left(self.segments, number, key=lambda one: one.last)

    def _read(self, segment: Segment) -> list[bytes | None]:
        """The contents, None for each that is damaged; nothing when the disk does not give the file now."""
        if segment.path not in self._decoded:
            while len(self._decoded) >= CACHED:
                del self._decoded[next(iter(self._decoded))]
            try:
                self._decoded[segment.path] = segments.read(segment)
            except FileNotFoundError:
                self._decoded[segment.path] = [None] * (segment.last - segment.first + 1)
            except OSError as error:  # it waits for the next connection: another read may succeed
                log.error("segment_unreadable", path=str(segment.path), error=str(error))
                return []
        return self._decoded[segment.path]

    def _replace(self, old: Segment, new: Segment) -> None:
        self.segments = tuple(new if one is old else one for one in self.segments)
