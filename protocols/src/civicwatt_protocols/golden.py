"""Golden frames: answers, recorded or computed by hand, that a template must decode to given values."""

from .errors import BadGolden, ProtocolError
from .modbus.decode import BlockDecoder
from .modbus.frames import parse_pdu, read_pdu
from .modbus.plan import Block
from .quantity import format_micro, to_micro
from .template import DeviceTemplate, Golden


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
        function, address, count = request[0], *(int.from_bytes(request[i : i + 2]) for i in (1, 3))
        if read_pdu(function, address, count) != request:
            raise ValueError("not a read request")
        inside = [
            one
            for one in template.registers
            if one.function == function and address <= one.address and one.end <= address + count
        ]
        block = Block(function, address, count, tuple(sorted(inside, key=lambda one: one.address)))
        values = BlockDecoder(block).decode(parse_pdu(response, function, count))
    except (ValueError, IndexError, ProtocolError) as error:
        raise BadGolden(template.key, detail=str(error), detail_zh=str(error)) from error
    return {measure: "null" if value is None else format_micro(to_micro(value)) for measure, value in values}
