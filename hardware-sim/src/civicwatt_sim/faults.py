"""Faults to order: a TOML list of what goes wrong with which device, from when to when.

    [[fault]]
    kind = "silence"                    # silence | refuse | delay | garbage
    device = "M-0101-1"
    from = 2026-11-22T08:00:00+08:00    # on the simulated clock; half-open, either end may be left out
    to = 2026-11-22T09:00:00+08:00
    code = 4                            # refuse, Modbus only: the exception, 4 when left out
    delay_ms = 1500                     # delay: real milliseconds before the answer

A meter that a fault keeps from answering, or whose answer it garbles, leaves no line in the truth ledger.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from civicwatt_protocols import toml
from civicwatt_protocols.errors import BadValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class FaultKind(StrEnum):
    """What goes wrong."""

    SILENCE = "silence"  # no answer
    REFUSE = "refuse"  # a Modbus exception
    DELAY = "delay"  # the right answer, late; on a line to whoever is connected then
    GARBAGE = "garbage"  # bytes that are no answer to the request


class Fault(toml.Table, frozen=True, kw_only=True):
    """One fault of one device."""

    kind: FaultKind
    device: str
    start: datetime | None = msgspec.field(name="from", default=None)
    end: datetime | None = msgspec.field(name="to", default=None)
    code: int = 4
    delay_ms: int = 1000

    def active(self, t_us: int) -> bool:
        """Whether the fault holds at an instant of the simulated clock."""
        return (self.start is None or _us(self.start) <= t_us) and (self.end is None or t_us < _us(self.end))


class FaultFile(toml.Table, frozen=True, kw_only=True):
    """The file: a list of faults."""

    fault: tuple[Fault, ...] = ()


class Faults:
    """The faults of a run; where two hold at once the first in the file counts."""

    def __init__(self, faults: Collection[Fault] = ()) -> None:
        self._faults = tuple(faults)

    def at(self, device: str, t_us: int) -> Fault | None:
        """The fault a device has at an instant."""
        return next((f for f in self._faults if f.device == device and f.active(t_us)), None)


def read_faults(path: Path, devices: Collection[str]) -> Faults:
    """Read a fault file; raises BadToml, UnknownKey, BadValue (also for a device the city has not)."""
    text = toml.text_of(path.read_bytes(), str(path))
    faults = toml.decode(text, FaultFile, str(path)).fault
    for index, fault in enumerate(faults):
        problem = _problem(fault, devices)
        if problem:
            key, detail = problem
            line = toml.line_of(text, ("fault", index, key))
            raise BadValue(f"{path}:{line}", key=key, detail=detail)
    return Faults(faults)


def _problem(fault: Fault, devices: Collection[str]) -> tuple[str, str] | None:
    if fault.device not in devices:
        return "device", f"{fault.device} is not in the city"
    for key, moment in (("from", fault.start), ("to", fault.end)):
        if moment is not None and moment.tzinfo is None:
            return key, "the time needs an offset, such as +08:00"
    return None


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
