"""The arithmetic of the module: deadlines, held days, labour, repeated faults, certificates. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from civicwatt_cloud.kit import deadlines
from civicwatt_cloud.kit.business_time import DAY_US, date_of
from civicwatt_cloud.kit.calendar import workdays_between
from civicwatt_cloud.kit.deadlines import Mode
from civicwatt_cloud.kit.rules import NATION, Place, Rules
from civicwatt_cloud.modules.upkeep.choices import Answer, HoldReason, Size

Span = tuple[int, int]  # from, to [UTC µs]


class Terms(NamedTuple):
    """The rule rows as they hold for an institution on a day."""

    rules: Rules
    as_of: date
    place: Place = NATION

    def figure(self, name: str) -> int:
        """A whole number of reference/upkeep.toml. Errors: NoRule."""
        return int(self.rules.value(f"upkeep.{name}", self.as_of, self.place).value)

    def ref(self, name: str) -> str:
        """Which row that is."""
        return self.rules.value(f"upkeep.{name}", self.as_of, self.place).ref

    def mode(self) -> Mode:
        """When on its last day a deadline ends."""
        return Mode.CLOCK if self.figure("wall_clock") else Mode.CLOSE_OF_BUSINESS


def due_us(clock_us: int, size: Size, held_days: int, terms: Terms, zone: ZoneInfo) -> int:
    """When a repair is due: N working days after the day on which its clock began, and those held, UTC µs.

    N is 1 for a small one, 3 for a large one. Rule: M05; 民法典, 第二百零一条、第二百零三条.
    """
    days = terms.figure(f"{size}_days") + held_days
    return deadlines.due(clock_us, days, zone, terms.rules, mode=terms.mode(), place=terms.place)


def held_days(from_us: int, to_us: int, zone: ZoneInfo) -> int:
    """The working days of a hold: its first day is not counted, its last one is."""
    return workdays_between(date_of(from_us, zone), date_of(to_us, zone))


def within_us(from_us: int, days: int, terms: Terms, zone: ZoneInfo) -> int:
    """The end of N working days after an instant, UTC µs."""
    return deadlines.due(from_us, days, zone, terms.rules, mode=terms.mode(), place=terms.place)


def stops_clock(reason: HoldReason, terms: Terms) -> bool:
    """Whether the clock waits for that reason."""
    return bool(terms.figure(f"hold_{reason}"))


def labour_us(spans: Iterable[Span]) -> int:
    """The sum of all intervals: two people for an hour are two hours."""
    return sum(end - start for start, end in spans)


def union_us(spans: Iterable[Span]) -> int:
    """How long somebody worked: an instant counts once, however many worked then, and a pause not at all."""
    total, reached = 0, None
    for start, end in sorted(spans):
        begin = start if reached is None else max(start, reached)
        total += max(0, end - begin)
        reached = end if reached is None else max(reached, end)
    return total


def clipped(spans: Iterable[Span], within: Span) -> list[Span]:
    """The parts of intervals that lie in another."""
    first, last = within
    cut = ((max(start, first), min(end, last)) for start, end in spans)
    return [(start, end) for start, end in cut if start < end]


def availability(outages: Iterable[Span], within: Span) -> tuple[int, int]:
    """For how long of a period equipment could be used, and how long the period is [µs]."""
    whole = within[1] - within[0]
    return whole - union_us(clipped(outages, within)), whole


def repeated(faults: Iterable[tuple[object, int]], days: int, since_us: int) -> int:
    """How many faults since an instant came within so many days after one of the same kind: (kind, µs)."""
    by_kind: dict[object, list[int]] = {}
    for kind, at_us in faults:
        by_kind.setdefault(kind, []).append(at_us)
    pairs = (pair for times in by_kind.values() for pair in pairwise(sorted(times)))
    return sum(later >= since_us and later - former <= days * DAY_US for former, later in pairs)


def is_expired(until: date | None, today: date) -> bool:
    """A certificate holds on its last day, and not after it."""
    return until is not None and today > until


class Shown(NamedTuple):
    """What is known of a credential that is shown at a gate."""

    from_us: int
    until_us: int
    is_blocked: bool
    is_for_here: bool


def answer(shown: Shown | None, now_us: int) -> Answer:
    """What the gate says."""
    if shown is None:
        return Answer.UNKNOWN
    if shown.is_blocked:
        return Answer.BLOCKED
    if now_us < shown.from_us:
        return Answer.EARLY
    if now_us >= shown.until_us:
        return Answer.EXPIRED
    return Answer.OPENED if shown.is_for_here else Answer.ELSEWHERE


class Worked(NamedTuple):
    """What an equipment did since its last inspection; None: the energy core cannot say."""

    hours: int | None = None
    kwh: int | None = None


def plan_is_due(every: Mapping[str, int | None], done_on: date, today: date, worked: Worked) -> bool:
    """Whether an inspection is due: by the calendar, by running hours or by use, whichever comes first."""
    days, hours, kwh = every["days"], every["hours"], every["kwh"]
    return (
        (days is not None and today >= done_on + timedelta(days=days))
        or (hours is not None and worked.hours is not None and worked.hours >= hours)
        or (kwh is not None and worked.kwh is not None and worked.kwh >= kwh)
    )
