"""The truth ledger: what the simulated meters really answered, the oracle of every check.

One JSON line an answer: {"us": instant, "request": number, "device": "M-…", "values": {measure: micro}};
with every answer that reached a client, perhaps a last one that a kill kept from leaving.
A value is the quantity as a client must decode it from the register, computed from the simulated quantity
and never through a decoder.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from civicwatt_sim.errors import BadLedger


class Answer(msgspec.Struct, frozen=True):
    """One answer of a meter."""

    us: int
    request: int
    device: str
    values: dict[str, int]


class TruthLedger:
    """Appends answers to a file; each line is in the operating system before the answer leaves."""

    def __init__(self, path: Path) -> None:
        _cut_torn_line(path)
        self._file = path.open("ab", buffering=0)
        self._encoder = msgspec.json.Encoder()

    def write(self, answer: Answer) -> None:
        """Append one answer."""
        self._file.write(self._encoder.encode(answer) + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


@dataclass(slots=True)
class Served:
    """The answers of one measure of one device, in the order served."""

    served_us: list[int] = field(default_factory=list)
    micro: list[int] = field(default_factory=list)


def read(path: Path) -> dict[tuple[str, str], Served]:
    """Columns by (device, measure); a last line torn by a kill is left out. Raises BadLedger."""
    columns: dict[tuple[str, str], Served] = defaultdict(Served)
    decoder = msgspec.json.Decoder(Answer)
    whole, _, _torn = path.read_bytes().rpartition(b"\n")
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            answer = decoder.decode(line)
        except msgspec.MsgspecError as error:
            raise BadLedger(f"{path}:{number}", problem=error) from error
        for measure, micro in answer.values.items():
            column = columns[answer.device, measure]
            column.served_us.append(answer.us)
            column.micro.append(micro)
    return dict(columns)


def _cut_torn_line(path: Path) -> None:
    """A line torn by a kill never had its answer; the next one must not be glued to it."""
    if not path.exists():
        return
    whole, newline, torn = path.read_bytes().rpartition(b"\n")
    if torn:
        path.write_bytes(whole + newline)
