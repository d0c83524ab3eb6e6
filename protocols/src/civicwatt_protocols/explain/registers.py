"""Explain the data of a Modbus answer: registers, with a template measures; bits."""

from civicwatt_protocols.modbus.decode import BlockDecoder
from civicwatt_protocols.modbus.plan import Block
from civicwatt_protocols.quantity import format_micro, to_micro
from civicwatt_protocols.template import DeviceTemplate, Register

from .field import Field


def registers(
    function: int, data: bytes, at: int, begin: int | None, template: DeviceTemplate | None
) -> list[Field]:
    """The words of an answer that begins with register `begin`; the template's registers as measures."""
    known: dict[int, Register] = {}
    if template is not None and begin is not None:
        known = {one.address - begin: one for one in template.registers if one.function == function}
    fields: list[Field] = []
    word, end = 0, len(data) // 2
    while word < end:
        register = known.get(word)
        if register is None or word + register.count > end:
            fields.append(_word(data[2 * word : 2 * word + 2], at + 2 * word, word, begin))
            word += 1
        else:
            fields.append(_measured(register, data[2 * word : 2 * (word + register.count)], at + 2 * word))
            word += register.count
    return fields


def bits(data: bytes, at: int, count: int | None) -> Field:
    """Coils or inputs, the first one first; count where the request is known."""
    shown = [str(byte >> bit & 1) for byte in data for bit in range(8)]
    return Field(at, len(data), "位", "bits", " ".join(shown[:count]))


def _word(data: bytes, at: int, word: int, begin: int | None) -> Field:
    raw = int.from_bytes(data)
    if begin is None:
        zh, en = f"第 {word + 1} 个寄存器", f"register no. {word + 1}"
    else:
        zh, en = f"寄存器 {begin + word}", f"register {begin + word}"
    return Field(at, 2, zh, en, str(raw), "", f"0x{raw:04X}", f"0x{raw:04X}")


def _measured(register: Register, data: bytes, at: int) -> Field:
    block = Block(register.function, register.address, register.count, (register,))
    [(measure, value)] = BlockDecoder(block).decode(data)
    zh, en = f"寄存器 {register.address}", f"register {register.address}"
    if value is None:
        return Field(at, len(data), zh, en, "", "", "无有效值", "no value", measure)
    text = format_micro(to_micro(value))
    return Field(at, len(data), zh, en, text, register.unit, measure=measure, value=text)
