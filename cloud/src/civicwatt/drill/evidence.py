"""What the gateway's disk, the consumer and the meters' truth ledger hold, and how they compare."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from civicwatt.drill.row import Verdict
from civicwatt_edge.storage.archive import Archive
from civicwatt_protocols.quantity import to_micro
from civicwatt_protocols.uplink import GapReason, Record
from civicwatt_sim import truth

Slot = tuple[str, int]  # device, slot µs: what a reading is known by, once
Columns = Mapping[tuple[str, str], truth.Served]  # by device and measure
Points = Mapping[str, Sequence[str]]  # catalogue hash → measures in the order of its records


def accepted(data: Path) -> tuple[list[Record], Points]:
    """Every record that a gateway keeps, acked or not."""
    found = list(Archive(data).records())
    points = {one.catalogue.hash: [p.measure for p in one.catalogue.points] for one in found}
    return [one.record for one in found], points


@dataclass(frozen=True)
class Answers:
    """What the meters answered, and when; a slot's answers are those within the interval that it begins."""

    columns: Columns
    interval_us: int

    @classmethod
    def read(cls, ledger: Path, interval_us: int) -> "Answers":
        """From a truth ledger."""
        return cls(truth.read(ledger), interval_us)

    def given(self, device: str, measure: str, slot_us: int) -> list[int]:
        """The answers in a slot [micro]."""
        column = self.columns.get((device, measure))
        if column is None:
            return []
        first = bisect_left(column.served_us, slot_us)
        return column.micro[first : bisect_left(column.served_us, slot_us + self.interval_us)]


def judge(
    disk: Iterable[Record],
    kept: Collection[Record],
    points: Points,
    served: Answers,
    *,
    until_us: int,
    unwritten: Collection[Slot] = (),
) -> Verdict:
    """Compare the three; what the gateway accepted after `until_us` need not have left it yet.

    kept: what the consumer has behind its key (gateway, epoch, seq). A slot that comes again under another
    key, as after damage, is one reading when it says the same, and doubled when it does not. `unwritten`:
    slots that the gateway owed a record, by a rule of the caller, and has none for.
    """
    here, there = by_slot(disk), by_slot(kept)
    undelivered = [slot for slot in here if slot[1] <= until_us and slot not in there]
    vanished = there.keys() - here.keys()  # the local history must hold what was sent
    changed = [slot for slot in here.keys() & there.keys() if not same(here[slot][0], there[slot][0])]
    doubled = [
        slot
        for records in (here, there)
        for slot, (first, *others) in records.items()
        if not all(same(first, other) for other in others)
    ]
    values = {
        (device, measure, slot_us, to_micro(value))
        for records in (here, there)
        for (device, slot_us), several in records.items()
        for one in several
        for measure, value in zip(points[one.catalogue], one.values, strict=True)
        if value is not None
    }
    invented = [one for one in values if one[3] not in served.given(*one[:3])]
    thinned = sum(GapReason.THINNED in one.reasons.values() for several in here.values() for one in several)
    return Verdict(
        lost=len(undelivered) + len(vanished),
        unwritten=len(unwritten),
        duplicated=len(doubled),
        wrong=len(changed) + len(invented),
        records=len(here),
        values=len(values),
        thinned=thinned,
    )


def by_slot(records: Iterable[Record]) -> dict[Slot, list[Record]]:
    """Records by what they are readings of."""
    found: dict[Slot, list[Record]] = defaultdict(list)
    for one in records:
        found[one.device, one.slot_us].append(one)
    return dict(found)


def same(one: Record, other: Record) -> bool:
    """Whether two records say the same; what is thinned in one of them says nothing."""
    if one.catalogue != other.catalogue:
        return False
    places = range(len(one.values))
    told = [
        place
        for place in places
        if GapReason.THINNED not in (one.reasons.get(place), other.reasons.get(place))
    ]
    return all(
        one.values[place] == other.values[place] and one.reasons.get(place) == other.reasons.get(place)
        for place in told
    )


def unwritten(
    slots: Collection[Slot], interval_us: int, kills_us: Sequence[int], grace_us: int
) -> list[Slot]:
    """Slots without any record, neither values nor a gap, while the gateway ran.

    From `grace_us` and a slot before a kill (the poll in flight and its commit) until the first slot that
    the next gateway recorded, no record is owed.
    """
    by_device: dict[str, list[int]] = defaultdict(list)
    for device, slot_us in slots:
        by_device[device].append(slot_us)
    missing = []
    for device, times in by_device.items():
        for before_us, after_us in pairwise(sorted(times)):
            kills = [kill for kill in kills_us if before_us <= kill <= after_us + interval_us]
            owed_until = min(kills, default=after_us + interval_us + grace_us) - interval_us - grace_us
            between = range(before_us + interval_us, after_us, interval_us)
            missing += [(device, slot_us) for slot_us in between if slot_us < owed_until]
    return missing
