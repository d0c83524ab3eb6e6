"""Segments: files of some thousand records, compressed, written once, deleted whole.

What is older than the newest records lies here, acked or not. A full disk lets a file be deleted where
SQLite could not delete a row. A segment holds its numbers without a hole; its name tells them and its state.
A damaged block costs its records alone; a file that the disk does not give costs nobody the start.
"""

import json
import os
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import structlog

from civicwatt_edge.files import sync
from civicwatt_edge.storage import sealed
from civicwatt_protocols.uplink import Catalogue

log = structlog.get_logger()

BLOCK = 256  # records [engineering default]
LEVEL = 1  # of compression: 70 bytes a record of 20 values in 2 µs, against 60 in 8
_MAGIC = b"\xc5WB\x01"
_BLOCK = struct.Struct(">4sIII")  # magic, place of its first record, length, checksum of place and data
_MOST = 1 << 20  # bytes; no header is longer
_HEADER = 0xFFFF_FFFF  # the place of the block that describes the others
_STEM = re.compile(r"(\d{19})-(\d{19})")
UNKNOWN_US = (0, 2**63 - 1)  # the slots of a file that could not be read: never too old


class State(StrEnum):
    """What is still to be done with a segment; its file's suffix."""

    WAITING = "waiting"  # holds records that some upstream has not acked
    THINNED = "thinned"  # so too, but only 15-minute counter marks are left in it
    HISTORY = "history"  # all upstreams have all


@dataclass(frozen=True, slots=True)
class Segment:
    """One file; catalogues are the hashes that its records name, slots [µs] their first and last.

    Of a file that could not be read there are no catalogues, and the slots are UNKNOWN_US.
    """

    path: Path
    first: int
    last: int
    state: State
    size: int
    slots_us: tuple[int, int]
    catalogues: frozenset[str]


def write(
    folder: Path, first: int, contents: Sequence[bytes], catalogues: Mapping[str, Catalogue], state: State
) -> Segment:
    """Write the records first, first+1, … durably; an existing file of the same name is replaced."""
    slots = [sealed.slot_us(data) for data in contents]
    named = {sealed.catalogue_of(data) for data in contents}
    header = {
        "slots_us": (min(slots), max(slots)),
        "catalogues": {
            name: (one.device, one.template, one.points_text())
            for name in sorted(named)
            if (one := catalogues.get(name)) is not None
        },
    }
    blocks = [_block(_HEADER, json.dumps(header).encode())]
    for place in range(0, len(contents), BLOCK):
        part = contents[place : place + BLOCK]
        blocks.append(_block(place, b"".join(len(data).to_bytes(2, "big") + data for data in part)))
    path = folder / _name(first, first + len(contents) - 1, state)
    draft = path.with_suffix(".draft")
    try:
        with draft.open("wb") as file:
            file.write(b"".join(blocks))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)  # a full disk needs the room
        raise
    sync(folder)
    size = sum(map(len, blocks))
    return Segment(
        path, first, first + len(contents) - 1, state, size, (min(slots), max(slots)), frozenset(named)
    )


def read(segment: Segment) -> list[bytes | None]:
    """The contents in order of their numbers; None where the file is damaged."""
    found: list[bytes | None] = [None] * (segment.last - segment.first + 1)
    for place, data in _blocks(segment.path.read_bytes()):
        if place != _HEADER:
            for at, one in enumerate(_split(data), place):
                if at < len(found):
                    found[at] = one
    return found


def read_wherever(segment: Segment) -> list[bytes | None]:
    """The contents, also when the running gateway has renamed the file; none when it has deleted it."""
    for path in (segment.path, *segment.path.parent.glob(f"{segment.path.stem}.*")):
        try:
            return read(replace(segment, path=path))
        except FileNotFoundError:
            continue
        except OSError as error:
            log.error("segment_unreadable", path=str(path), error=str(error))
            return [None] * (segment.last - segment.first + 1)
    return []


def definitions(segment: Segment) -> dict[str, Catalogue]:
    """The catalogues that the file itself describes; it can be read by whoever has nothing else."""
    header = next((data for place, data in _blocks(segment.path.read_bytes()) if place == _HEADER), b"{}")
    stored = json.loads(header).get("catalogues", {})
    return {name: Catalogue.stored(*one) for name, one in stored.items()}


def load(folder: Path) -> tuple[Segment, ...]:
    """The segments in a folder, by number; leavings of an interrupted writing are cleared away."""
    for draft in folder.glob("*.draft"):
        with suppress(OSError):
            draft.unlink()
    best: dict[int, Segment] = {}
    for segment in look(folder):
        if (earlier := best.get(segment.first)) is not None:
            if segment.slots_us == UNKNOWN_US:
                continue
            drop(earlier)  # a crash left it: the later state counts
        best[segment.first] = segment
    return tuple(sorted(best.values(), key=lambda one: one.first))


def look(folder: Path) -> list[Segment]:
    """The segments in a folder that may be in use, by state and number; what is none is left alone."""
    found = []
    for state in State:
        for path in sorted(folder.glob(f"*.{state}")):
            name = _STEM.fullmatch(path.stem)
            if name is None or int(name[1]) > int(name[2]) or path.is_dir():
                log.warning("not_a_segment", path=str(path))
                continue
            segment = Segment(path, int(name[1]), int(name[2]), state, 0, UNKNOWN_US, frozenset())
            try:
                found.append(_described(segment))
            except FileNotFoundError:
                continue
            except OSError as error:  # one file that the disk does not give must not stop the gateway
                log.error("segment_unreadable", path=str(path), error=str(error))
                found.append(segment)
    return found


def move(segment: Segment, state: State, folder: Path | None = None, first: int | None = None) -> Segment:
    """The segment under another state, in another folder or with other numbers; the file is renamed."""
    first = segment.first if first is None else first
    last = first + segment.last - segment.first
    path = (folder or segment.path.parent) / _name(first, last, state)
    segment.path.rename(path)
    return replace(segment, path=path, first=first, last=last, state=state)


def drop(segment: Segment) -> None:
    """Delete the file."""
    with suppress(FileNotFoundError):
        segment.path.unlink()


def _name(first: int, last: int, state: State) -> str:
    return f"{first:019d}-{last:019d}.{state}"


def _described(segment: Segment) -> Segment:
    """A segment known by its name, with what its header tells, or else its records. Raises OSError."""
    path = segment.path
    with path.open("rb") as file:  # a start reads thousands of headers, and no more than them
        start = file.read(_BLOCK.size)
        length = _BLOCK.unpack(start)[2] if len(start) == _BLOCK.size else 0
        start += file.read(min(length, _MOST))
    segment = replace(segment, size=path.stat().st_size)
    place, header = next(_blocks(start), (0, b""))
    if place == _HEADER:
        known = json.loads(header)
        slots, named = known["slots_us"], known["catalogues"]
        return replace(segment, slots_us=(slots[0], slots[1]), catalogues=frozenset(named))
    contents = [one for one in read(segment) if one is not None]
    log.error("segment_header_damaged", path=str(path), readable=len(contents))
    slots = [sealed.slot_us(one) for one in contents] or [0]
    named = frozenset(map(sealed.catalogue_of, contents))
    return replace(segment, slots_us=(min(slots), max(slots)), catalogues=named)


def _block(place: int, data: bytes) -> bytes:
    packed = zlib.compress(data, LEVEL)
    return _BLOCK.pack(_MAGIC, place, len(packed), zlib.crc32(packed, place)) + packed


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(place, content) of every unhurt block; after a damaged one the search goes on at the next mark."""
    at = data.find(_MAGIC)
    while 0 <= at <= len(data) - _BLOCK.size:
        _, place, length, checksum = _BLOCK.unpack_from(data, at)
        packed = data[at + _BLOCK.size : at + _BLOCK.size + length]
        whole = len(packed) == length and zlib.crc32(packed, place) == checksum
        if whole:
            yield place, zlib.decompress(packed)
        at = data.find(_MAGIC, at + (_BLOCK.size + length if whole else 1))


def _split(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        yield data[at + 2 : at + 2 + length]
        at += 2 + length
