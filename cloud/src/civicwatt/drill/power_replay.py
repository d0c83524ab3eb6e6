"""Cut the power at many points of a recorded run: `python -m civicwatt.drill.power_replay LOG ROOT POINTS
SEED`, JSON out.

What was synced is on the disk; of what was not, each write stays with p = 0.5, some of them torn at a sector,
and the last changes of names may be missing. The outbox is opened as a starting gateway opens it, and what
had been said to be accepted before the cut is looked for.
"""

import json
import shutil
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import structlog

from civicwatt.drill import evidence
from civicwatt_edge.storage.store import Store

HEAD = struct.Struct("=cHqq")
SECTOR = 512
TORN = 0.2  # of the unsynced writes that stay
STAYS = 0.5
SAID = "said"


@dataclass(frozen=True, slots=True)
class Event:
    """One call of the recorded process."""

    op: str
    path: str
    offset: int
    data: bytes


@dataclass
class File:
    """A file, whatever its name: what is on the disk of it, and the calls since."""

    synced: bytes = b""
    since: list[Event] = field(default_factory=list)


class Disk:
    """Files and their names. A folder's names change in order, as a journal keeps them."""

    def __init__(self) -> None:
        self._names: dict[str, File] = {}  # as the process sees them
        self._durable: dict[str, File] = {}
        self._pending: list[dict[str, File]] = []  # the names after each change that is not yet on the disk

    def take(self, event: Event) -> None:
        """One more call."""
        match event.op:
            case "S" if event.path in self._names:
                file = self._names[event.path]
                file.synced, file.since = after(file.synced, file.since), []
                if self._durable.get(event.path) is not file:  # the sync of a new file keeps its name too
                    self._settle()
            case "S":
                self._settle()
            case "U":
                self._rename({path: file for path, file in self._names.items() if path != event.path})
            case "R":
                names = dict(self._names)
                names[event.data.decode()] = names.pop(event.path)
                self._rename(names)
            case _:
                if event.path not in self._names:
                    self._rename(self._names | {event.path: File()})
                self._names[event.path].since.append(event)

    def cut(self, dice: Random) -> dict[str, bytes]:
        """The files that a power cut now would leave."""
        names = dice.choice([self._durable, *self._pending])
        return {
            path: after(file.synced, [torn(each, dice) for each in file.since if dice.random() < STAYS])
            for path, file in names.items()
        }

    def _rename(self, names: dict[str, File]) -> None:
        self._names = names
        self._pending.append(names)

    def _settle(self) -> None:
        self._durable, self._pending = self._names, []


def after(content: bytes, events: list[Event]) -> bytes:
    """A file's content after these writes and truncations."""
    changed = bytearray(content)
    for event in events:
        changed.extend(bytes(max(0, event.offset - len(changed))))
        if event.op == "T":
            del changed[event.offset :]
        else:
            changed[event.offset : event.offset + len(event.data)] = event.data
    return bytes(changed)


def torn(event: Event, dice: Random) -> Event:
    """The write whole, or now and then only its first sectors."""
    sectors = len(event.data) // SECTOR
    if event.op != "W" or sectors < 2 or dice.random() > TORN:
        return event
    return Event("W", event.path, event.offset, event.data[: SECTOR * dice.randrange(1, sectors)])


def events(log: Path) -> Iterator[Event]:
    """The recorded calls."""
    with log.open("rb") as file:
        while head := file.read(HEAD.size):
            op, path_length, offset, length = HEAD.unpack(head)
            path = file.read(path_length).decode()
            yield Event(op.decode(), path, offset, file.read(length))


def replay(log: Path, root: str, points: int, dice: Random) -> dict[str, int]:
    """Cut the power so often, at random calls of the log."""
    count = sum(1 for _ in events(log))
    cuts = sorted(dice.choices(range(1, count + 1), k=points))
    disk, said, lost, wrong, found = Disk(), b"", 0, 0, 0
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        for number, event in enumerate(events(log), start=1):
            if event.path == f"{root}/{SAID}":
                said += event.data
            else:
                disk.take(event)
            while cuts and cuts[0] == number:
                cuts.pop(0)
                missing, other, there = _look(disk.cut(dice), said, root, Path(folder) / "gateway")
                lost, wrong, found = lost + missing, wrong + other, found + there
    return {"points": points, "calls": count, "lost": lost, "wrong": wrong, "said_and_found": found}


def _look(files: dict[str, bytes], said: bytes, root: str, folder: Path) -> tuple[int, int, int]:
    """(lost, wrong, found) of the numbers said, in the outbox that these files make."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        target = folder / path.removeprefix(root + "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    Store(folder / "data").close()
    records, _ = evidence.accepted(folder / "data")
    slots = {one.seq: one.slot_us for one in records}
    promised = {int(seq): int(slot_us) for seq, slot_us in map(str.split, said.decode().splitlines())}
    lost = sum(seq not in slots for seq in promised)
    wrong = sum(slots.get(seq, slot_us) != slot_us for seq, slot_us in promised.items())
    return lost, wrong, len(promised) - lost


def _memory() -> str | None:
    """A folder in memory where there is one: the syncs of the opened outboxes prove nothing here."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    log, root, points, seed = sys.argv[1:]
    print(json.dumps(replay(Path(log), root, int(points), Random(int(seed)))))  # noqa: S311
