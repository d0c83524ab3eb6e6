"""What the senders accepted, written down before anything is sent: the oracle of the cloud's drills."""

import json
from collections import defaultdict
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

HOUR_US = 3_600_000_000

Meter = tuple[str, str]  # gateway, device
Slot = tuple[str, str, int]  # gateway, device, slot µs


class Shown(NamedTuple):
    """What a meter showed in a slot [micro]."""

    counter: int
    power: int


class Truth:
    """Shown values by meter and slot, and the true use of each hour, which no fault of a counter changes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", buffering=1)
        self.shown: dict[Slot, Shown] = {}
        self.hours: dict[Meter, dict[int, int]] = defaultdict(lambda: defaultdict(int))  # use [micro]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def accept(self, slot: Slot, shown: Shown, use: int, since_us: int) -> None:
        """A reading, and the use since the slot before: both lie within one hour [h, h + 1]."""
        self._file.write(json.dumps([*slot, *shown, use]) + "\n")
        self.shown[slot] = shown
        gateway, device, _ = slot
        self.hours[gateway, device][since_us // HOUR_US] += use

    def explain(self, meter: Meter, since_us: int, use: int) -> None:
        """Use that no counter showed, as a person says it afterwards; negative: it waits for a person."""
        self.hours[meter][since_us // HOUR_US] += use
