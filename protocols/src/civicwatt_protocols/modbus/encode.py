"""Values into register words, as a real device rounds them: counters down, gauges to the nearest step."""

import struct
from decimal import Decimal
from math import nan, nextafter
from struct import error as struct_error

from civicwatt_protocols.errors import OutOfRange
from civicwatt_protocols.measures import MEASURES
from civicwatt_protocols.quantity import format_micro, to_micro
from civicwatt_protocols.template import Register, RegisterType

from .decode import byte_positions, float_value


def encode(register: Register, value: Decimal | float | None) -> bytes:
    """The register's words for a value in the measure's unit, taken to 1e-6; None gives its "no value".

    Raises OutOfRange for what the register cannot hold.
    """
    return encode_micro(register, None if value is None else to_micro(value))


def encode_micro(register: Register, micro: int | None) -> bytes:
    """The same for a value in millionths of the unit. Raises OutOfRange."""
    try:
        plain = struct.pack(f">{register.type.code}", _raw(register, micro))
    except (struct_error, OverflowError) as error:
        raise _out_of_range(register, micro) from error
    return bytes(plain[position] for position in byte_positions(register.order, len(plain)))


def served(register: Register, micro: int) -> int:
    """What a client reads back, in millionths, after rounding to this register; a counter never above.

    Raises OutOfRange.
    """
    raw = _raw(register, micro)
    if register.type.is_float:
        return _read_back(raw, register.scale_micro)
    return int(raw) * register.scale_micro


def _raw(register: Register, micro: int | None) -> float:
    """The raw value: an int, or a double that the register's float holds exactly."""
    is_float = register.type.is_float
    if micro is None:
        if is_float:
            return nan
        if not register.invalid:
            raise _out_of_range(register, micro)
        return min(register.markers)
    step, is_counter = register.scale_micro, MEASURES[register.measure].is_counter
    if is_counter and micro < 0:
        raise _out_of_range(register, micro)
    if is_float:
        try:
            raw = _narrow(register.type, micro / step)
        except OverflowError as error:
            raise _out_of_range(register, micro) from error
        while is_counter and _read_back(raw, step) > micro:
            raw = _below(register.type, raw)
        return raw
    whole = micro // step if is_counter else _nearest(micro, step)
    bits, signed = register.type.bits, register.type.value.startswith("int")
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if not low <= whole <= high or whole in register.markers:
        raise _out_of_range(register, micro)
    return whole


def _nearest(micro: int, step: int) -> int:
    whole, rest = divmod(micro, step)
    return whole + (2 * rest > step or (2 * rest == step and whole % 2 == 1))


def _narrow(type: RegisterType, value: float) -> float:
    narrow: float = struct.unpack(f">{type.code}", struct.pack(f">{type.code}", value))[0]
    return narrow


def _below(type: RegisterType, raw: float) -> float:
    """The register's float just below a positive one."""
    if type is RegisterType.FLOAT64:
        return nextafter(raw, 0.0)
    bits: int = struct.unpack(">I", struct.pack(">f", raw))[0]
    narrow: float = struct.unpack(">f", struct.pack(">I", bits - 1))[0]
    return narrow


def _read_back(raw: float, scale_micro: int) -> int:
    return to_micro(float_value(raw, scale_micro) or 0.0)


def _out_of_range(register: Register, micro: int | None) -> OutOfRange:
    value = "null" if micro is None else format_micro(micro)
    return OutOfRange(measure=register.measure, value=f"{value} {register.unit}".rstrip())
