"""Fields of explained bytes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from civicwatt_protocols.errors import MeterError, ProtocolError
from civicwatt_protocols.part import Part
from civicwatt_protocols.quantity import format_micro


@dataclass(frozen=True, slots=True)
class Field:
    """Bytes start..start+size: name, what they say (text, in unit), what it means, measure and value."""

    start: int
    size: int
    zh: str
    en: str
    text: str = ""
    unit: str = ""
    note_zh: str = ""
    note_en: str = ""
    measure: str | None = None
    value: str | None = None  # decimal text in the measure's unit; None: no value


@dataclass(slots=True)
class Explained:
    """All fields by rising offset; fault is what could not be understood, when the rest could."""

    protocol: str
    fields: list[Field] = field(default_factory=list)
    fault: ProtocolError | None = None


class _Frame(Protocol):
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


F = TypeVar("F", bound=_Frame)


def frames(
    data: bytes,
    protocol: str,
    find: Callable[[bytes, int], F],
    body: Callable[[bytes, F, Explained], None],
) -> Explained:
    """Every frame in the bytes and what stands between. Raises what find raises when there is none."""
    explained = Explained(protocol)
    at = 0
    frame = find(data, 0)
    while True:
        outside(data, at, frame.start, explained)
        body(data, frame, explained)
        at = frame.end
        try:
            frame = find(data, at)
        except MeterError as error:
            if 0x68 in data[at:]:
                explained.fault = explained.fault or error
            outside(data, at, len(data), explained)
            return explained


def outside(data: bytes, start: int, end: int, explained: Explained) -> None:
    """The bytes between frames: FE wakes the meter, others are stray."""
    if start == end:
        return
    wakes = data[start:end].count(0xFE) == end - start
    zh, en = ("前导字节", "preamble") if wakes else ("帧外字节", "outside any frame")
    explained.fields.append(Field(start, end - start, zh, en))


def of_part(part: Part, at: int) -> Field:
    """A decoded part whose data field begins at a byte."""
    missing = part.text is None
    return Field(
        at + part.start,
        part.size,
        part.zh,
        part.en,
        "" if part.text is None else part.text,
        "" if missing else part.unit,
        "无有效值" if missing else "",
        "no value" if missing else "",
        part.measure,
        None if part.micro is None else format_micro(part.micro),
    )
