"""A record as it lies on the disk: its values as they are, its number and a checksum around them.

A third of the Sparkplug body's size. A sealed record is found and proven in any bytes, also in those of a
database that no longer opens.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from mmap import mmap
from zlib import crc32

from civicwatt_protocols.uplink import GapReason, Record

# A code is a place here: only ever append.
REASONS = (
    None,
    GapReason.TIMEOUT,
    GapReason.DISCONNECTED,
    GapReason.REFUSED,
    GapReason.BAD_FRAME,
    GapReason.INVALID,
    GapReason.LATE,
    GapReason.THINNED,
)
CODE = {reason: code for code, reason in enumerate(REASONS)}

MAGIC = b"\xc5WR\x01"
_SEAL = struct.Struct(">4sHIQ")  # magic, length of the content, checksum of number and content, number
_HEAD = struct.Struct(">q8sH")  # slot [ms], catalogue, number of values and whether some are missing
_GAPS = 0x8000


def content(record: Record) -> bytes:
    """The record without its number. Raises KeyError for a missing value without its reason."""
    count, present = len(record.values), record.values
    head, codes = count, b""
    if record.reasons or None in present:
        head |= _GAPS
        codes = bytes(
            CODE[record.reasons[place]] if value is None else 0 for place, value in enumerate(present)
        )
        present = tuple(value for value in present if value is not None)
    return (
        _HEAD.pack(record.slot_us // 1000, bytes.fromhex(record.catalogue), head)
        + codes
        + struct.pack(f">{len(present)}d", *present)
    )


def read(seq: int, data: bytes, device: str) -> Record:
    """The record of a content, under a number. Raises ValueError, struct.error for what is none."""
    slot_ms, digest, head = _HEAD.unpack_from(data)
    count, place = head & ~_GAPS, _HEAD.size
    reasons: dict[int, GapReason] = {}
    if head & _GAPS:
        codes = data[place : place + count]
        place += count
        present = iter(struct.unpack_from(f">{codes.count(0)}d", data, place))
        reasons = {at: reason for at, code in enumerate(codes) if (reason := REASONS[code]) is not None}
        values = tuple(None if code else next(present) for code in codes)
    else:
        values = struct.unpack_from(f">{count}d", data, place)
    return Record(seq, slot_ms * 1000, device, digest.hex(), values, reasons)


def slot_us(data: bytes) -> int:
    """The slot of a content."""
    return int.from_bytes(data[:8], "big", signed=True) * 1000


def at_slot(data: bytes, slot_us: int) -> bytes:
    """The content with another slot."""
    return (slot_us // 1000).to_bytes(8, "big", signed=True) + data[8:]


def catalogue_of(data: bytes) -> str:
    """The hash of the catalogue that a content follows."""
    return data[8:16].hex()


def thinned(record: Record, keep: Sequence[bool]) -> Record:
    """The record with only these values; the others say THINNED, what was missing keeps its reason."""
    values = tuple(value if wanted else None for value, wanted in zip(record.values, keep, strict=True))
    missing = {place: GapReason.THINNED for place, value in enumerate(values) if value is None}
    return replace(record, values=values, reasons={**missing, **record.reasons})


def seal(seq: int, data: bytes) -> bytes:
    """A content with its number and checksum."""
    return _SEAL.pack(MAGIC, len(data), _checksum(seq, data), seq) + data


def unseal(sealed: bytes) -> bytes | None:
    """The content; None when a bit of it has changed."""
    return next((data for _, data in scan(sealed)), None)


def scan(data: bytes | mmap) -> Iterator[tuple[int, bytes]]:
    """(number, content) of every sealed record that lies unhurt in these bytes, wherever."""
    place = data.find(MAGIC)
    while 0 <= place <= len(data) - _SEAL.size:
        _, length, checksum, seq = _SEAL.unpack_from(data, place)
        body = data[place + _SEAL.size : place + _SEAL.size + length]
        whole = len(body) == length and checksum == _checksum(seq, body)
        if whole:
            yield seq, body
        place = data.find(MAGIC, place + (_SEAL.size + length if whole else 1))


def _checksum(seq: int, data: bytes) -> int:
    return crc32(data, crc32(seq.to_bytes(8, "big")))
