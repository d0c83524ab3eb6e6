"""The content of CJ/T 188 answers into values, and values into content (for simulated meters).

Heat is read in GJ: 0.01 of every unit from MJ and kWh up is an exact multiple of 1e-6 GJ (0.01 kWh is
0.000036 GJ), while 1 GJ is no finite number of kWh. Smaller units (J, Wh, kJ) round half even to 1e-6 GJ.
"""

from collections.abc import Sequence
from fractions import Fraction

from civicwatt_protocols import bcd
from civicwatt_protocols.errors import BadData, MeterError, OutOfRange, UnknownUnit
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.part import Part, decimal_text
from civicwatt_protocols.quantity import MICRO

from .dialects import Dialect, Unit, dialect, units
from .layouts import STATUS_SIZE, TIME_SIZE, Slot, content_size, layout

_DIGITS = 8  # of a figure with a unit
_ZERO_TIME = bytes(TIME_SIZE)


def decode(meter_type: int, content: bytes, of: Dialect | None = None, origin: int = 0) -> tuple[Part, ...]:
    """What the content of an answer to 901F says. Raises BadData, UnknownUnit.

    All FF is the meter's "no value". A figure that is no measure (at the settling day) keeps its digits when
    its unit is unknown: many meters leave it empty. origin is where the content begins, for errors.
    """
    of = of or dialect()
    slots = layout(meter_type)
    if slots is None:
        raise BadData(
            f"byte {origin}",
            detail=f"no layout for meter type {meter_type:02X}",
            detail_zh=f"表类型 {meter_type:02X} 的格式未知",
        )
    if len(content) != content_size(slots):
        raise BadData(
            f"byte {origin}",
            detail=f"{len(content)} bytes, expected {content_size(slots)}",
            detail_zh=f"{len(content)} 字节，应为 {content_size(slots)}",
        )
    parts: list[Part] = []
    at = 0
    for slot in slots:
        data = content[at : at + slot.size]
        try:
            parts.append(_figure(slot, data, at, of) if slot.quantity else _plain(slot, data, at))
        except MeterError as error:
            error.where = f"byte {origin + at}"
            raise
        at += slot.size
    parts.append(_time(content[at : at + TIME_SIZE], at, of))
    status = content[at + TIME_SIZE :].hex(" ").upper()
    parts.append(Part(at + TIME_SIZE, STATUS_SIZE, "状态", "status", status))
    return tuple(parts)


def encode(
    meter_type: int, micros: Sequence[int | None], codes: Sequence[int], clock: str, of: Dialect | None = None
) -> bytes:
    """The content of an answer: a value and a unit code for each slot (the code of plain slots is ignored).

    clock is YYYYMMDDhhmmss. Rounds down to the last digit; counters begin at 0 again after their span.
    Raises OutOfRange, UnknownUnit.
    """
    of = of or dialect()
    slots = layout(meter_type)
    if slots is None:
        raise ValueError(f"no layout for meter type {meter_type:02X}")
    rows = zip(slots, micros, codes, strict=True)
    content = b"".join(_encode(slot, micro, code, of) for slot, micro, code in rows)
    time = bytes.fromhex(clock)
    return content + (time if of.time_high_first else time[::-1]) + bytes(STATUS_SIZE)


def _figure(slot: Slot, data: bytes, at: int, of: Dialect) -> Part:
    code, figure = (data[0], data[1:]) if of.unit_first else (data[-1], data[:-1])
    unit, raw = units(of).get(code), bcd.number(figure)
    if unit is None or unit.quantity is not slot.quantity:
        if slot.measure:
            raise UnknownUnit(unit=f"{code:02X}", measure=slot.measure)
        text = None if raw is None else decimal_text(raw, slot.decimals)
        return Part(at, slot.size, slot.zh, slot.en, text, f"[{code:02X}]")
    step = _step(unit)
    text = None if raw is None else decimal_text(raw, unit.decimals)
    micro = None if raw is None or not slot.measure else round(raw * step)
    counts = slot.measure is not None and MEASURES[slot.measure].is_counter
    span = round(10**_DIGITS * step) if counts else None
    return Part(at, slot.size, slot.zh, slot.en, text, unit.unit, slot.measure, micro, span)


def _plain(slot: Slot, data: bytes, at: int) -> Part:
    raw = bcd.number(data)
    text = None if raw is None else decimal_text(raw, slot.decimals)
    micro = None if raw is None or not slot.measure else raw * MICRO // 10**slot.decimals
    return Part(at, slot.size, slot.zh, slot.en, text, slot.unit, slot.measure, micro)


def _time(data: bytes, at: int, of: Dialect) -> Part:
    text = data.hex() if of.time_high_first else data[::-1].hex()
    shown = None if data in (_ZERO_TIME, b"\xff" * TIME_SIZE) else text.upper()
    if shown and shown.isdecimal():
        shown = f"{text[:4]}-{text[4:6]}-{text[6:8]} {text[8:10]}:{text[10:12]}:{text[12:]}"
    return Part(at, TIME_SIZE, "实时时间", "meter's clock", shown)


def _step(unit: Unit) -> Fraction:
    """What one unit of the last digit is worth, in millionths of the measure's unit."""
    return Fraction(unit.factor) * Fraction(MICRO, 10**unit.decimals)


def _encode(slot: Slot, micro: int | None, code: int, of: Dialect) -> bytes:
    if slot.quantity is None:
        return _packed(slot, micro, Fraction(MICRO, 10**slot.decimals), slot.size)
    unit = units(of).get(code)
    if unit is None or unit.quantity is not slot.quantity:
        raise UnknownUnit(unit=f"{code:02X}", measure=slot.measure or slot.en)
    figure = _packed(slot, micro, _step(unit), slot.size - 1)
    return bytes((code,)) + figure if of.unit_first else figure + bytes((code,))


def _packed(slot: Slot, micro: int | None, step: Fraction, size: int) -> bytes:
    if micro is None:
        return b"\xff" * size
    raw = micro // step
    if slot.measure and MEASURES[slot.measure].is_counter:
        raw %= 10 ** (2 * size)
    if not 0 <= raw < 10 ** (2 * size):
        raise OutOfRange(measure=slot.measure or slot.en, value=micro)
    return bcd.packed(raw, size)
