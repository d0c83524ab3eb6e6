"""The data of DL/T 645-2007 identifiers into values, and values into data (for simulated meters)."""

from collections.abc import Sequence

from civicwatt_protocols import bcd
from civicwatt_protocols.errors import BadData, MeterError, OutOfRange
from civicwatt_protocols.part import Part, decimal_text

from .identifiers import Identifier, items


def decode(di: str, data: bytes, origin: int = 0) -> tuple[Part, ...]:
    """What the data behind an identifier say. Raises BadData, UnknownIdentifier.

    All FF is the meter's "no value". Exact: integers of the last digit times its worth. origin is where the
    data begin, for errors.
    """
    rows = items(di)
    expected = sum(row.size for row in rows)
    if len(data) != expected:
        raise BadData(
            f"byte {origin}",
            detail=f"{len(data)} bytes for {di}, expected {expected}",
            detail_zh=f"{di} 的数据 {len(data)} 字节，应为 {expected}",
        )
    parts: list[Part] = []
    at = 0
    for row in rows:
        split = at + row.number_size
        try:
            if row.number:
                parts.append(_number(row, data[at:split], at))
            if row.time:
                parts.append(_time(row, data[split : at + row.size], split))
        except MeterError as error:
            error.where = f"byte {origin + at}"
            raise
        at += row.size
    return tuple(parts)


def encode(di: str, micros: Sequence[int | None]) -> bytes:
    """The data of an identifier of numbers from millionths of the measures' units; None becomes FF.

    Rounds down to the meter's last digit; counters begin at 0 again after their span. Raises OutOfRange.
    """
    return b"".join(_encode(row, micro) for row, micro in zip(items(di), micros, strict=True))


def _number(row: Identifier, data: bytes, at: int) -> Part:
    negative = row.signed and data[-1] & 0x80 and data.count(0xFF) < len(data)
    if negative:
        data = data[:-1] + bytes((data[-1] & 0x7F,))
    raw = bcd.number(data)
    text = micro = None
    if raw is not None:
        raw = -raw if negative else raw
        text, micro = decimal_text(raw, row.decimals), raw * row.step_micro if row.measure else None
    return Part(at, row.number_size, row.zh, row.en, text, row.unit, row.measure, micro, row.span_micro)


def _time(row: Identifier, data: bytes, at: int) -> Part:
    name = (row.zh, row.en) if not row.number else ("发生时间", "time of it")
    bcd.number(data)
    text = None if data.count(0xFF) == len(data) else bcd.digits(data)
    return Part(at, len(data), *name, text, row.time)


def _encode(row: Identifier, micro: int | None) -> bytes:
    if row.time or not row.number:
        raise ValueError(f"{row.di} is no number")
    if micro is None:
        return b"\xff" * row.number_size
    raw = (-micro if row.signed and micro < 0 else micro) // row.step_micro
    if row.span_micro is not None:
        raw %= row.span_micro // row.step_micro
    top = 8 * 10 ** (2 * row.number_size - 1) if row.signed else 10 ** (2 * row.number_size)
    if not 0 <= raw < top:
        raise OutOfRange(measure=row.measure or row.di, value=micro)
    data = bcd.packed(raw, row.number_size)
    return data[:-1] + bytes((data[-1] | 0x80,)) if row.signed and micro < 0 and raw else data
