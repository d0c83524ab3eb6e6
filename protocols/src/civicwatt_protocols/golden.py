"""Golden frames: answers, recorded or computed by hand, that a template must decode to given values."""

from . import cjt188, dlt645
from .errors import BadGolden, ProtocolError
from .modbus.decode import BlockDecoder
from .modbus.frames import parse_pdu, read_pdu
from .modbus.plan import Block
from .part import values
from .quantity import format_micro, to_micro
from .sunspec import models as sunspec
from .template import DeviceTemplate, Golden

Values = list[tuple[str, float | None]]


def check(template: DeviceTemplate) -> None:
    """Decode every golden frame of a template. Raises BadGolden at the first difference."""
    for number, golden in enumerate(template.golden, 1):
        found = read(template, golden)
        if found != golden.expect:
            wrong = {key for key in {*found, *golden.expect} if found.get(key) != golden.expect.get(key)}
            text = "; ".join(f"{k}: {found.get(k)} / {golden.expect.get(k)}" for k in sorted(wrong))
            raise BadGolden(
                f"{template.key} golden {number}",
                detail=f"read / expected {text}",
                detail_zh=f"读出 / 应为 {text}",
            )


def read(template: DeviceTemplate, golden: Golden) -> dict[str, str]:
    """What the template reads from a golden frame: decimal text, "null" for no value. Raises BadGolden."""
    request, response = bytes.fromhex(golden.request), bytes.fromhex(golden.response)
    try:
        told = _READERS[template.protocol](template, request, response)
    except (ValueError, IndexError, ProtocolError) as error:
        raise BadGolden(template.key, detail=str(error), detail_zh=str(error)) from error
    return {measure: "null" if value is None else format_micro(to_micro(value)) for measure, value in told}


def _modbus(template: DeviceTemplate, request: bytes, response: bytes) -> Values:
    function, address, count = request[0], *(int.from_bytes(request[i : i + 2]) for i in (1, 3))
    if read_pdu(function, address, count) != request:
        raise ValueError("not a read request")
    inside = [
        one
        for one in template.registers
        if one.function == function and address <= one.address and one.end <= address + count
    ]
    block = Block(function, address, count, tuple(sorted(inside, key=lambda one: one.address)))
    return BlockDecoder(block).decode(parse_pdu(response, function, count))


def _dlt645(template: DeviceTemplate, request: bytes, response: bytes) -> Values:
    asked = dlt645.find(request)
    if asked.di not in template.identifiers or dlt645.read_request(asked.address, asked.di, 0) not in request:
        raise ValueError("not a request for one of the identifiers")
    data = dlt645.answer_data(dlt645.find(response), asked.address, asked.di)
    return values(dlt645.decode(asked.di, data))


def _cjt188(template: DeviceTemplate, request: bytes, response: bytes) -> Values:
    asked, answer = cjt188.find(request), cjt188.find(response)
    if asked.meter_type != int(template.meter_type, 16) or answer.meter_type != asked.meter_type:
        raise ValueError("another type of meter")
    if cjt188.read_request(asked.meter_type, asked.address, asked.serial or 0, 0) not in request:
        raise ValueError("not a request for the meter's data")
    cjt188.check_answer(answer, asked.address)
    return values(cjt188.decode(asked.meter_type, answer.content, cjt188.dialect(template.dialect)))


def _sunspec(template: DeviceTemplate, request: bytes, response: bytes) -> Values:
    """A model with its id and length in front, at whatever address."""
    count = int.from_bytes(request[3:5])
    if read_pdu(3, int.from_bytes(request[1:3]), count) != request:
        raise ValueError("not a read request")
    data = parse_pdu(response, 3, count)
    if (model := int.from_bytes(data[:2])) not in template.models:
        raise ValueError(f"model {model}")
    return sunspec.decode(model, data[2 * sunspec.HEADER :])


_READERS = {"modbus": _modbus, "dlt645": _dlt645, "cjt188": _cjt188, "sunspec": _sunspec}
