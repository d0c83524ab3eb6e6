"""What the gateway's disk, the consumer and the meters' truth ledger hold, and how they compare."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from civicwatt.drill.consumer import Key
from civicwatt.drill.row import Verdict
from civicwatt_edge.store import Store
from civicwatt_protocols.quantity import to_micro
from civicwatt_protocols.uplink import Record, decode_record, peek
from civicwatt_sim import truth

Records = Mapping[Key, Record]
Answers = Mapping[
    tuple[str, str, int], set[int]
]  # (device, measure, slot µs) → what was served in it [micro]
Points = Mapping[str, Sequence[str]]  # catalogue hash → measures in the order of its records

CHUNK = 5_000


def accepted(data: Path) -> tuple[dict[Key, Record], Points]:
    """Every record in the outbox of a gateway that has ended, acked or not; leaves all of them unacked."""
    store = Store(data)
    try:
        after: int | None = 0
        while after is not None:
            after = store.rewind(after, CHUNK)
        found: dict[Key, Record] = {}
        last = 0
        while chunk := store.backlog(last, CHUNK):
            for one in chunk:
                _, _, birth = peek(one.body)
                found[store.epoch, one.seq] = decode_record(one.body, store.catalogues[birth])
            last = chunk[-1].seq
        points = {each: [p.measure for p in one.points] for each, one in store.catalogues.items()}
        return found, points
    finally:
        store.close()


def answers(ledger: Path, interval_us: int) -> Answers:
    """The meters' answers by the slot they were given in."""
    found: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for (device, measure), column in truth.read(ledger).items():
        for at_us, micro in zip(column.served_us, column.micro, strict=True):
            found[device, measure, at_us - at_us % interval_us].add(micro)
    return found


def judge(
    disk: Records,
    kept: Records,
    points: Points,
    served: Answers,
    *,
    until_us: int,
    unwritten: Collection[tuple[str, int]] = (),
) -> Verdict:
    """Compare the three; what the gateway accepted after `until_us` need not have left it yet.

    `unwritten`: (device, slot) that the gateway owed a record, by a rule of the caller, and has none for.
    """
    undelivered = [key for key, one in disk.items() if one.slot_us <= until_us and key not in kept]
    vanished = kept.keys() - disk.keys()  # the local history must hold what was sent
    changed = [key for key in kept.keys() & disk.keys() if kept[key] != disk[key]]
    everything = {**kept, **disk}
    slots = {(one.device, one.slot_us) for one in everything.values()}
    values = [
        (one.device, measure, one.slot_us, to_micro(value))
        for one in everything.values()
        for measure, value in zip(points[one.catalogue], one.values, strict=True)
        if value is not None
    ]
    invented = [one for one in values if one[3] not in served.get(one[:3], ())]
    return Verdict(
        lost=len(undelivered) + len(vanished) + len(unwritten),
        duplicated=len(everything) - len(slots),
        wrong=len(changed) + len(invented),
        records=len(disk),
        values=len(values),
    )


def unwritten(
    disk: Records, interval_us: int, kills_us: Sequence[int], grace_us: int
) -> list[tuple[str, int]]:
    """Slots without any record, neither values nor a gap, while the gateway ran.

    From `grace_us` and a slot before a kill (the poll in flight and its commit) until the first slot that
    the next gateway recorded, no record is owed.
    """
    by_device: dict[str, list[int]] = defaultdict(list)
    for record in disk.values():
        by_device[record.device].append(record.slot_us)
    missing = []
    for device, slots in by_device.items():
        slots.sort()
        for before_us, after_us in pairwise(slots):
            kills = [kill for kill in kills_us if before_us <= kill <= after_us + interval_us]
            owed_until = min(kills, default=after_us + interval_us + grace_us) - interval_us - grace_us
            missing += [
                (device, s) for s in range(before_us + interval_us, after_us, interval_us) if s < owed_until
            ]
    return missing
